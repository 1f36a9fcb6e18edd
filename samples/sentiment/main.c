/* main.c: is a sentence kind or not?
 *
 * What a user writes around the C that rnnc makes of sentiment.rnn. In: sentences, from the arguments or one per
 * line from standard input. Out: the verdict, its probability as a number and a bar, and the sentence; or with
 * --tsv one line that scripts can read. The network takes the numbers of words: their places in words.h. */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sentiment.h"
#include "words.h"

enum {
    BOUND = 64,                             /* words: `over t <= 64` in sentiment.rnn */
    COUNT = sizeof words / sizeof words[0],
    LONGEST = 32,                           /* letters; a longer word is in no list */
    WIDTH = 10                              /* columns of a full bar */
};

enum format { PLAIN, COLOUR, TSV };

static const char help[] =
    "usage: sentiment [--tsv] [SENTENCE ...]\n"
    "Says whether an English sentence is kind, and how probable that is.\n"
    "Each argument is a sentence; without any, each line of standard input is one.\n"
    "  --tsv    print only `probability that it is kind<TAB>sentence`\n"
    "  --help   print this\n"
    "Colours are used on a terminal unless NO_COLOR is set.\n";

static sentiment net;
static sentiment_work work;

/* Letters and digits of ASCII, in lower case; 0 for all others. */
static char letter(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
}

static int compare(const void *word, const void *entry)
{
    return strcmp(word, *(const char *const *)entry);
}

/* 0 is the number of all words that are not in the list. */
static int32_t number(const char *word)
{
    const char *const *entry = bsearch(word, words, COUNT, sizeof *words, compare);
    return entry ? (int32_t)(entry - words) + 1 : 0;
}

/* A word is a run of letters, whose apostrophes do not count, or a ! or a ?; as in data.py. How many there are. */
static size_t split(const char *text, int32_t numbers[BOUND])
{
    size_t count = 0;
    while (*text && count < BOUND) {
        char word[LONGEST + 1];
        size_t length = 0;
        for (; letter(*text) || *text == '\''; text++)
            if (*text != '\'' && length++ < LONGEST)
                word[length - 1] = letter(*text);
        if (length == 0 && (*text == '!' || *text == '?'))
            word[length++] = *text++;
        else if (length == 0 && *text)
            text++;
        if (length > 0) {
            word[length <= LONGEST ? length : 0] = 0;
            numbers[count++] = number(word);
        }
    }
    return count;
}

/* A bar in eighths of a column; the blocks U+2588 (full) to U+258F (an eighth). */
static void print_bar(float share)
{
    int eighths = (int)(share * WIDTH * 8 + 0.5f);
    for (int column = 0; column < WIDTH; column++, eighths -= 8)
        if (eighths <= 0)
            putchar(' ');
        else
            printf("\xe2\x96%c", eighths >= 8 ? 0x88 : 0x90 - eighths);
}

static void judge(const char *text, enum format format)
{
    int32_t numbers[BOUND];
    float share;
    size_t count = split(text, numbers);
    if (count == 0)
        return;
    int status = sentiment_run(&net, count, numbers, &share);
    if (status != SENTIMENT_OK) {
        fprintf(stderr, "sentiment: %s\n", sentiment_status(status));
        exit(2);
    }
    if (format == TSV) {
        printf("%.6f\t%s\n", share, text);
        return;
    }
    bool kind = share > 0.5f;
    if (!kind)
        share = 1 - share;
    if (format == COLOUR)
        fputs(kind ? "\033[32m" : "\033[31m", stdout);
    printf("%s %3.0f %%  ", kind ? "kind  " : "unkind", 100 * share);
    print_bar(share);
    printf("%s  %s\n", format == COLOUR ? "\033[0m" : "", text);
}

int main(int argc, char **argv)
{
    enum format format = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? COLOUR : PLAIN;
    int first = 1;
    if (first < argc && strcmp(argv[first], "--tsv") == 0) {
        format = TSV;
        first++;
    }
    if (first < argc && strcmp(argv[first], "--") == 0)
        first++;
    else if (first < argc && argv[first][0] == '-') {
        bool asked = strcmp(argv[first], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 1;
    }
    sentiment_init(&net, &work);
    for (int i = first; i < argc; i++)
        judge(argv[i], format);
    if (first == argc) {
        char *line = NULL;
        size_t room = 0;
        while (getline(&line, &room, stdin) >= 0) {
            line[strcspn(line, "\r\n")] = 0;
            judge(line, format);
        }
        free(line);
    }
    return 0;
}
