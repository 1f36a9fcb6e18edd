/* main.c: in which language is this text?
 *
 * What a user writes around the C that rnnc makes of langid.rnn. In: text, from the arguments or
 * one per line from standard input. Out: a bar for each likely language, or with --top one line
 * that scripts can read. The network takes bytes of UTF-8, so there is nothing to prepare. */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "langid.h"
#include "languages.h"

enum {
    BOUND = 256,                                        /* bytes: text is `over t <= 256` in langid.rnn */
    COUNT = sizeof languages / sizeof languages[0],
    SHOWN = 5,                                          /* bars at most */
    WIDTH = 40                                          /* columns of a full bar */
};

static const char help[] =
    "usage: langid [--top] [TEXT ...]\n"
    "Says in which language a text is, from its first 256 bytes.\n"
    "Without TEXT, every line of standard input is a text.\n"
    "  --top    print only `language<TAB>probability`, one line for each text\n"
    "  --help   print this\n"
    "Colours are used on a terminal unless NO_COLOR is set.\n";

static langid net;
static langid_work work;

/* A bar in eighths of a column; the blocks U+2588 (full) to U+258F (an eighth). */
static void print_bar(float share)
{
    int eighths = (int)(share * WIDTH * 8 + 0.5f);
    for (; eighths >= 8; eighths -= 8)
        fputs("\xe2\x96\x88", stdout);
    if (eighths > 0)
        printf("\xe2\x96%c", 0x90 - eighths);
}

/* The likeliest languages first: a few rounds of selection are enough for a few bars. */
static void print_bars(const float *share, bool colour)
{
    bool shown[COUNT] = {false};
    for (int row = 0; row < SHOWN; row++) {
        int top = -1;
        for (int k = 0; k < COUNT; k++)
            if (!shown[k] && (top < 0 || share[k] > share[top]))
                top = k;
        if (row > 0 && share[top] < 0.01f)
            break;
        shown[top] = true;
        printf("%s%-16s%5.1f %%  ", colour && row == 0 ? "\033[1m" : "", languages[top], 100 * share[top]);
        if (colour)
            fputs(row == 0 ? "\033[0;32m" : "\033[0;34m", stdout);
        print_bar(share[top]);
        puts(colour ? "\033[0m" : "");
    }
}

/* Cut off the white space at both ends. The new length; *text moves. */
static size_t trim(const char **text, size_t length)
{
    static const char white[] = " \t\r\n\v\f";
    while (length > 0 && strchr(white, (*text)[length - 1]))
        length--;
    while (length > 0 && strchr(white, **text))
        (*text)++, length--;
    return length;
}

/* Returns whether there was any text. */
static bool identify(const char *text, size_t length, bool top_only, bool colour)
{
    int32_t bytes[BOUND];
    float share[COUNT];

    length = trim(&text, length);
    if (length == 0)
        return false;
    if (length > BOUND) {
        length = BOUND;
        while (length > BOUND - 4 && (text[length] & 0xc0) == 0x80)     /* not within a character */
            length--;
    }
    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)text[i];
    int status = langid_run(&net, length, bytes, share);
    if (status != LANGID_OK) {
        fprintf(stderr, "langid: %s\n", langid_status(status));
        exit(2);
    }
    if (top_only) {
        int top = 0;
        for (int k = 1; k < COUNT; k++)
            if (share[k] > share[top])
                top = k;
        printf("%s\t%.6f\n", languages[top], share[top]);
    } else
        print_bars(share, colour);
    return true;
}

int main(int argc, char **argv)
{
    bool top_only = false, any = false;
    bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    int first = 1;

    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        if (strcmp(argv[first], "--top") == 0)
            top_only = true;
        else if (strcmp(argv[first], "--") == 0) {
            first++;
            break;
        } else {
            bool asked = strcmp(argv[first], "--help") == 0;
            fputs(help, asked ? stdout : stderr);
            return asked ? 0 : 1;
        }
    }
    langid_init(&net, &work);

    if (first < argc) {                                 /* the arguments are one text */
        char text[4 * BOUND] = "";
        for (int i = first; i < argc; i++) {
            size_t used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s%s", argv[i], i + 1 < argc ? " " : "");
        }
        any = identify(text, strlen(text), top_only, colour);
    } else {
        char *line = NULL;
        size_t size = 0;
        ssize_t length;
        bool bars = !top_only, typed = isatty(STDIN_FILENO);
        if (typed)
            fputs("Type a line of text, end with Ctrl-D.\n", stderr);
        while ((length = getline(&line, &size, stdin)) >= 0) {
            if (bars && !typed && strspn(line, " \t\r\n") < (size_t)length)
                printf("%s%s", any ? "\n" : "", line);          /* the line ends with its newline */
            any |= identify(line, (size_t)length, top_only, colour);
        }
        free(line);
    }
    if (!any)
        fputs("langid: there is no text\n", stderr);
    return any ? 0 : 1;
}
