/* main.c: which digit is it?
 *
 * What a user writes around the C that rnnc makes of digits.rnn. In: images, one a line, 64 numbers
 * from 0 to 16 that may follow the digit that it is. Out: the image and a bar for each likely digit,
 * or with --top one line that scripts can read. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "digits.h"

enum {
    SIDE = 8,                               /* dots in a row, and rows */
    DOTS = SIDE * SIDE,
    DIGITS = 10,
    WIDTH = 30                              /* columns of a full bar */
};

static const char help[] =
    "usage: digits [--top] [FILE]\n"
    "Reads handwritten digits: lines of 64 numbers from 0 to 16, eight rows of eight dots. In front\n"
    "of them may stand the digit that it is. Without FILE from standard input.\n"
    "  --top    print only `digit<TAB>probability`, one line for each image\n"
    "  --help   print this\n";

static digits net;
static digits_work work;

/* Numbers of the line. How many there are, at most `most`; -1 if there is anything else. */
static int numbers(const char *line, float *out, int most)
{
    int count = 0;
    char *end;
    for (; count < most; line = end) {
        float value = strtof(line, &end);
        if (end == line)
            break;
        out[count++] = value;
    }
    return line[strspn(line, " \t\r\n")] ? -1 : count;
}

static int likeliest(const float *share)
{
    int top = 0;
    for (int k = 1; k < DIGITS; k++)
        if (share[k] > share[top])
            top = k;
    return top;
}

/* A dot is two columns wide; beside the rows the digits from 1 % on, the likeliest first. */
static void draw(const float *image, const float *share)
{
    static const char ink[] = " .:-=+*#%@";
    bool shown[DIGITS] = {false};
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            int c = ink[(int)(image[y * SIDE + x] / 16 * (sizeof ink - 2) + 0.5f)];
            printf("%c%c", c, c);
        }
        int top = -1;
        for (int k = 0; k < DIGITS; k++)
            if (!shown[k] && (top < 0 || share[k] > share[top]))
                top = k;
        if (y == 0 || share[top] >= 0.01f) {
            shown[top] = true;
            printf("   %d %5.1f %%  ", top, 100 * share[top]);
            for (int k = 0; k < (int)(share[top] * WIDTH + 0.5f); k++)
                putchar('=');
        }
        putchar('\n');
    }
}

/* Read one image and print it. Returns whether it was one. */
static bool read_image(const char *line, bool top_only)
{
    float value[DOTS + 1], share[DIGITS];
    int count = numbers(line, value, DOTS + 1);
    if (count < DOTS || (count > DOTS && !(value[0] >= 0 && value[0] < DIGITS)))
        return false;
    const float *image = value + (count - DOTS);
    for (int k = 0; k < DOTS; k++)
        if (!(image[k] >= 0 && image[k] <= 16))
            return false;
    int status = digits_run(&net, image, share);
    if (status != DIGITS_OK) {
        fprintf(stderr, "digits: %s\n", digits_status(status));
        exit(2);
    }
    int top = likeliest(share);
    if (top_only) {
        printf("%d\t%.6f\n", top, share[top]);
        return true;
    }
    draw(image, share);
    if (count > DOTS && (int)value[0] != top)
        printf("It is a %d.\n", (int)value[0]);
    putchar('\n');
    return true;
}

int main(int argc, char **argv)
{
    bool top_only = argc > 1 && strcmp(argv[1], "--top") == 0;
    int first = top_only ? 2 : 1;
    if (argc > first + 1 || (argc > first && argv[first][0] == '-')) {
        bool asked = strcmp(argv[first], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 1;
    }
    FILE *in = argc > first ? fopen(argv[first], "r") : stdin;
    if (!in) {
        perror(argv[first]);
        return 1;
    }
    digits_init(&net, &work);
    char line[1024];
    int number = 0;
    bool fine = true;
    while (fgets(line, sizeof line, in)) {
        number++;
        if (line[0] != '#' && !read_image(line, top_only)) {
            fprintf(stderr, "digits: line %d is no image of 64 numbers from 0 to 16\n", number);
            fine = false;
        }
    }
    if (in != stdin)
        fclose(in);
    return fine ? 0 : 1;
}
