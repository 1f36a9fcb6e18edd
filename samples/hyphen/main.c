/* main.c: the SYL-la-bles of ENG-lish words.
 *
 * What a user writes around the C that rnnc makes of hyphen.rnn. In: text, from the arguments or from
 * standard input. Out: the same text, its words divided and the stressed syllables in capitals, or with
 * --soft divided by soft hyphens, as a browser or a text processor wants them. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hyphen.h"

enum {
    BOUND = 32,                             /* letters: `over t <= 32` in hyphen.rnn */
    MARKS = 4
};
enum { NOTHING, WEAK_END, STRESSED_END };   /* what stands after a letter: MARKS in data.py */

static const char help[] =
    "usage: hyphen [--soft] [WORD ...]\n"
    "Divides English words into syllables and writes the stressed one in capitals.\n"
    "Without WORD, standard input is copied with all its words divided.\n"
    "  --soft   soft hyphens, and no capitals\n"
    "  --help   print this\n";

static hyphen net;
static hyphen_work work;

static bool is_letter(int c)
{
    return c < 0x80 && (isalpha(c) || c == '\'');
}

static int likeliest(const float *share)
{
    int top = 0;
    for (int k = 1; k < MARKS; k++)
        if (share[k] > share[top])
            top = k;
    return top;
}

/* One word of 1 to BOUND letters. */
static void divide(const char *word, size_t length, bool soft)
{
    int32_t letter[BOUND] = {0};
    float share[BOUND][MARKS];
    for (size_t k = 0; k < length; k++)
        letter[k] = word[k] == '\'' ? 26 : tolower((unsigned char)word[k]) - 'a';
    int status = hyphen_run(&net, length, letter, share[0]);
    if (status != HYPHEN_OK) {
        fprintf(stderr, "hyphen: %s\n", hyphen_status(status));
        exit(2);
    }
    for (size_t start = 0, end; start < length; start = end) {
        int mark = NOTHING;
        for (end = start; end < length && mark == NOTHING; end++)
            mark = likeliest(share[end]);
        for (size_t k = start; k < end; k++)
            putchar(mark == STRESSED_END && !soft ? toupper((unsigned char)word[k]) : word[k]);
        if (end < length)
            fputs(soft ? "\xc2\xad" : "-", stdout);
    }
}

/* Text a piece at a time; a word that is too long for the network is copied as it is. */
static void copy(int (*next)(void *), void *from, bool soft)
{
    char word[BOUND + 1];
    size_t length = 0;
    for (int c = next(from);; c = next(from)) {
        if (c != EOF && is_letter(c) && length <= BOUND) {
            word[length++] = (char)c;
            if (length <= BOUND)
                continue;
        }
        if (length > BOUND)                 /* too long: out with it, and with what is left of it */
            for (fwrite(word, 1, length, stdout); (c = next(from)) != EOF && is_letter(c);)
                putchar(c);
        else if (length > 0)
            divide(word, length, soft);
        length = 0;
        if (c == EOF)
            break;
        putchar(c);
    }
}

static int next_in_file(void *file)
{
    return getc(file);
}

static int next_in_string(void *at)
{
    const char **text = at;
    return **text ? (unsigned char)*(*text)++ : EOF;
}

int main(int argc, char **argv)
{
    bool soft = argc > 1 && strcmp(argv[1], "--soft") == 0;
    int first = soft ? 2 : 1;
    if (argc > first && argv[first][0] == '-') {
        bool asked = strcmp(argv[first], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 1;
    }
    hyphen_init(&net, &work);
    for (int i = first; i < argc; i++) {
        const char *text = argv[i];
        copy(next_in_string, &text, soft);
        putchar(i + 1 < argc ? ' ' : '\n');
    }
    if (argc <= first)
        copy(next_in_file, stdin, soft);
    return 0;
}
