/* main.c: how is this word pronounced?
 *
 * What a user writes around the C that rnnc makes of g2p.rnn. In: words, from the arguments or from
 * standard input. Out: a line with the word and its phonemes for each; with --attention a picture of
 * where the network looked, a row for each phoneme and a column for each letter. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "g2p.h"
#include "tokens.h"

enum { BOUND = 24 };                                    /* letters, and phonemes with END: the bounds in g2p.rnn */

static const char help[] =
    "usage: g2p [--attention] [WORD ...]\n"
    "Says how English words are pronounced, in the phonemes of the CMU dictionary.\n"
    "Without WORD, words are read from standard input.\n"
    "  --attention    show which letters each phoneme was made of\n"
    "  --help         print this\n";

static g2p net;
static g2p_work work;

static void print_picture(const char *word, size_t s_len, const int32_t *phoneme, size_t t_len, const float *seen)
{
    static const char *const shades[] = {"  ", "\xe2\x96\x91\xe2\x96\x91", "\xe2\x96\x92\xe2\x96\x92",
                                         "\xe2\x96\x93\xe2\x96\x93", "\xe2\x96\x88\xe2\x96\x88"};
    fputs("    ", stdout);
    for (size_t s = 0; s < s_len; s++)
        printf(" %c", word[s]);
    putchar('\n');
    for (size_t t = 0; t < t_len; t++) {
        printf("  %-2s", phonemes[phoneme[t]]);
        for (size_t s = 0; s < s_len; s++)
            fputs(shades[(int)(4 * seen[t * s_len + s] + 0.5f)], stdout);
        putchar('\n');
    }
}

/* Returns whether the word could be read. */
static bool pronounce(const char *word, bool picture)
{
    char lower[BOUND];
    int32_t letter[BOUND], phoneme[BOUND];
    float seen[BOUND * BOUND];
    size_t s_len = strlen(word), t_len = 0;

    if (s_len > BOUND) {
        fprintf(stderr, "g2p: `%s' has more than %d letters\n", word, BOUND);
        return false;
    }
    for (size_t s = 0; s < s_len; s++) {
        lower[s] = (char)tolower((unsigned char)word[s]);
        const char *at = strchr(letters, lower[s]);
        if (!at) {
            fprintf(stderr, "g2p: `%s': the network knows a to z, ' and - only\n", word);
            return false;
        }
        letter[s] = (int32_t)(at - letters);
    }
    int status = g2p_run(&net, &t_len, s_len, letter, phoneme, seen);
    if (status != G2P_OK) {
        fprintf(stderr, "g2p: %s\n", g2p_status(status));
        return false;
    }
    if (t_len > 0 && phoneme[t_len - 1] == END)
        t_len--;
    printf("%.*s ", (int)s_len, lower);
    for (size_t t = 0; t < t_len; t++)
        printf(" %s", phonemes[phoneme[t]]);
    putchar('\n');
    if (picture)
        print_picture(lower, s_len, phoneme, t_len, seen);
    return true;
}

int main(int argc, char **argv)
{
    bool picture = false, good = true;
    int first = 1;

    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        if (strcmp(argv[first], "--attention") == 0)
            picture = true;
        else {
            bool asked = strcmp(argv[first], "--help") == 0;
            fputs(help, asked ? stdout : stderr);
            return asked ? 0 : 1;
        }
    }
    g2p_init(&net, &work);
    if (first < argc)
        for (; first < argc; first++)
            good &= pronounce(argv[first], picture);
    else {
        char word[256];
        if (isatty(STDIN_FILENO))
            fputs("Type words, end with Ctrl-D.\n", stderr);
        while (scanf("%255s", word) == 1) {
            good &= pronounce(word, picture);
            fflush(stdout);
        }
    }
    return good ? 0 : 1;
}
