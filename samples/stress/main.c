/* main.c: which vowels of this word are stressed?
 *
 * What a user writes around the C that rnnc makes of stress.rnn. In: pronunciations, one per line of
 * standard input, or one in the arguments; a word before the phonemes is passed on, so that the lines
 * may come from g2p. Out: the same with a 1 after each stressed vowel and a 0 after each other one, or
 * with --probability the network's opinion. */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "stress.h"
#include "phonemes.h"

enum {
    BOUND = 24,                                         /* phonemes: the bound in stress.rnn */
    COUNT = sizeof phonemes / sizeof phonemes[0]
};

static const char help[] =
    "usage: stress [--probability] [PHONEME ...]\n"
    "Marks the stressed vowels of a pronunciation in the phonemes of the CMU dictionary.\n"
    "Without PHONEMEs, each line of standard input is one; it may begin with a word.\n"
    "  --probability    print how likely the stress is, not 1 or 0\n"
    "  --help           print this\n";

static stress net;
static stress_work work;

/* The token of a phoneme, whatever stress it carries; -1 if it is none. */
static int32_t token(const char *name)
{
    size_t length = strcspn(name, "012");
    for (int32_t k = 0; k < COUNT; k++)
        if (strlen(phonemes[k]) == length && strncmp(phonemes[k], name, length) == 0)
            return k;
    return -1;
}

/* Returns whether the line was a pronunciation. */
static bool mark(char *line, bool probability)
{
    int32_t sounds[BOUND];
    float stressed[BOUND];
    size_t count = 0;
    const char *word = NULL;

    for (char *name = strtok(line, " \t\r\n"); name; name = strtok(NULL, " \t\r\n")) {
        int32_t sound = token(name);
        if (sound < 0 && !word && count == 0)
            word = name;
        else if (sound < 0) {
            fprintf(stderr, "stress: `%s' is no phoneme\n", name);
            return false;
        } else if (count == BOUND) {
            fprintf(stderr, "stress: more than %d phonemes\n", BOUND);
            return false;
        } else
            sounds[count++] = sound;
    }
    if (count == 0)
        return !word;
    int status = stress_run(&net, count, sounds, stressed);
    if (status != STRESS_OK) {
        fprintf(stderr, "stress: %s\n", stress_status(status));
        return false;
    }
    if (word)
        printf("%s  ", word);
    for (size_t k = 0; k < count; k++) {
        const char *name = phonemes[sounds[k]];
        printf("%s%s", k ? " " : "", name);
        if (strchr("AEIOU", name[0])) {                 /* the vowels; of the others the output says nothing */
            if (probability)
                printf(" %.6f", stressed[k]);
            else
                putchar(stressed[k] >= 0.5f ? '1' : '0');
        }
    }
    putchar('\n');
    return true;
}

int main(int argc, char **argv)
{
    bool probability = false, good = true;
    int first = 1;
    char line[1024] = "";

    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        if (strcmp(argv[first], "--probability") == 0)
            probability = true;
        else {
            bool asked = strcmp(argv[first], "--help") == 0;
            fputs(help, asked ? stdout : stderr);
            return asked ? 0 : 1;
        }
    }
    stress_init(&net, &work);
    if (first < argc) {                                 /* the arguments are one pronunciation */
        for (; first < argc; first++) {
            size_t used = strlen(line);
            snprintf(line + used, sizeof line - used, "%s ", argv[first]);
        }
        return mark(line, probability) ? 0 : 1;
    }
    if (isatty(STDIN_FILENO))
        fputs("Type phonemes, as in R AH K ER AH N T; end with Ctrl-D.\n", stderr);
    while (fgets(line, sizeof line, stdin)) {
        good &= mark(line, probability);
        fflush(stdout);
    }
    return good ? 0 : 1;
}
