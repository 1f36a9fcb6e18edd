/* main.c: is somebody speaking? Draws the probability of speech while the audio comes in.
 *
 * What a user writes around the C that rnnc makes of vad.rnn. In: recordings, or samples from a
 * microphone, 512 of them a step. Out: a picture that grows with every step, 31 a second, and at the end
 * the times at which somebody spoke. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vad.h"

enum {
    RATE = 16000,
    CHUNK = 512,                        /* samples a step: chunk is [512] in vad.rnn */
    ROW = 64,                           /* steps in a line of the picture, two seconds */
    PAUSE = 6, SHORTEST = 8             /* steps of silence that end speech; of speech that count */
};
static const float BEGINS = 0.5f, GOES_ON = 0.35f;

static const char help[] =
    "usage: vad [--numbers] FILE.wav ...\n"
    "       arecord -q -t raw -f S16_LE -r 16000 | vad -\n"
    "Draws how likely it is that somebody speaks, and says when. Recordings have 16 kHz, one channel and\n"
    "16 bits; '-' reads such samples without a header from standard input, until Ctrl-C.\n"
    "  --numbers  print only the probabilities, one for each 32 ms\n"
    "  --help     print this\n"
    "Colours are used on a terminal unless NO_COLOR is set.\n";

static vad net;
static vad_work work;
static bool colour, numbers;
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

/* ---- audio ---- */

static uint32_t little(const unsigned char *bytes, int count)
{
    uint32_t value = 0;
    for (int i = count; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static bool refuse(const char *name, const char *why)
{
    fprintf(stderr, "vad: %s: %s\n", name, why);
    return false;
}

/* A WAV file is a list of parts, each with a name and a length. Reads up to the samples; *left becomes
 * the number of their bytes. */
static bool wav_begin(FILE *file, const char *name, uint32_t *left)
{
    unsigned char head[12], format[16];
    bool known = false;
    if (fread(head, 1, 12, file) != 12 || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
        return refuse(name, "this is no WAV file");
    while (fread(head, 1, 8, file) == 8) {
        uint32_t size = little(head + 4, 4), skip = size + (size & 1);
        if (memcmp(head, "data", 4) == 0) {
            *left = size;
            return known || refuse(name, "the WAV file has samples before it says of which kind");
        }
        if (memcmp(head, "fmt ", 4) == 0 && size >= 16 && fread(format, 1, 16, file) == 16) {
            known = true;
            skip -= 16;
            if (little(format, 2) != 1 || little(format + 2, 2) != 1 || little(format + 4, 4) != RATE || little(format + 14, 2) != 16)
                return refuse(name, "needed are 16 kHz, one channel, 16 bits: sox IN.wav -r 16000 -c 1 -b 16 OUT.wav");
        }
        for (; skip > 0 && getc(file) != EOF; skip--)
            ;
    }
    return refuse(name, "the WAV file has no samples");
}

/* The next samples as -1 to 1, what is missing of a chunk as silence. False where there are none. */
static bool next_chunk(FILE *file, uint32_t *left, float *chunk)
{
    unsigned char bytes[2 * CHUNK];
    size_t want = *left < sizeof bytes ? *left : sizeof bytes, got = fread(bytes, 1, want, file) / 2;
    *left -= (uint32_t)(2 * got);
    for (size_t i = 0; i < CHUNK; i++)
        chunk[i] = i < got ? (float)(int16_t)little(bytes + 2 * i, 2) / 32768 : 0;
    return got > 0;
}

/* ---- what is drawn ---- */

static double seconds(size_t step)
{
    return (double)step * CHUNK / RATE;
}

/* One of the eight blocks from U+2581, a low one, to U+2588, a full one. */
static void draw(size_t step, float p)
{
    int height = (int)(p * 8);
    if (step % ROW == 0)
        printf("%s%7.2f s  ", step ? "\n" : "", seconds(step));
    printf("%s\xe2\x96%c%s", !colour ? "" : p >= BEGINS ? "\033[32m" : "\033[34m", 0x81 + (height > 7 ? 7 : height),
           colour ? "\033[0m" : "");
    if (colour || step % ROW == ROW - 1)
        fflush(stdout);
}

/* ---- when somebody spoke ---- */

typedef struct Speech {
    bool now;
    size_t begin, last;                 /* its first step; the last one so far in which it was likely */
    size_t (*found)[2];
    size_t count;
} Speech;

static void speech_end(Speech *speech)
{
    speech->now = false;
    if (speech->last - speech->begin + 1 < SHORTEST)
        return;
    void *more = realloc(speech->found, (speech->count + 1) * sizeof *speech->found);
    if (!more)
        return;
    speech->found = more;
    speech->found[speech->count][0] = speech->begin;
    speech->found[speech->count++][1] = speech->last + 1;
}

/* It takes more to begin than to go on, so that one unsure step does not cut a word in two. */
static void speech_step(Speech *speech, size_t step, float p)
{
    if (!speech->now && p >= BEGINS) {
        speech->now = true;
        speech->begin = step;
    }
    if (speech->now && p >= GOES_ON)
        speech->last = step;
    if (speech->now && step - speech->last >= PAUSE)
        speech_end(speech);
}

static void speech_print(const Speech *speech)
{
    if (!speech->count)
        puts("  no speech");
    for (size_t i = 0; i < speech->count; i++)
        printf("  speech from %6.2f to %6.2f s\n", seconds(speech->found[i][0]), seconds(speech->found[i][1]));
}

/* ---- a recording ---- */

static void listen(FILE *file, uint32_t left)
{
    float chunk[CHUNK], p;
    Speech speech = {0};
    size_t step = 0;
    vad_reset(&net);                    /* nothing of the recording before it is remembered */
    for (; !stopped && next_chunk(file, &left, chunk); step++) {
        int status = vad_step(&net, chunk, &p);
        if (status != VAD_OK) {
            fprintf(stderr, "vad: %s\n", vad_status(status));
            exit(2);
        }
        if (numbers) {
            printf("%.6f\n", (double)p);
            continue;
        }
        draw(step, p);
        speech_step(&speech, step, p);
    }
    if (numbers)
        return;
    if (speech.now)
        speech_end(&speech);
    puts(step ? "" : "  (nothing to hear)");
    speech_print(&speech);
    free(speech.found);
}

static bool listen_to(const char *name)
{
    if (strcmp(name, "-") == 0) {
        listen(stdin, UINT32_MAX);
        return true;
    }
    FILE *file = fopen(name, "rb");
    uint32_t left;
    if (!file)
        return refuse(name, strerror(errno));
    bool good = wav_begin(file, name, &left);
    if (good)
        listen(file, left);
    fclose(file);
    return good;
}

int main(int argc, char **argv)
{
    int first = 1;
    bool good = true;
    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++)
        if (strcmp(argv[first], "--numbers") == 0)
            numbers = true;
        else
            break;
    if (first == argc || strncmp(argv[first], "--", 2) == 0) {
        bool asked = first < argc && strcmp(argv[first], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 1;
    }
    colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    sigaction(SIGINT, &(struct sigaction){.sa_handler = stop}, NULL);
    vad_init(&net, &work);
    for (int i = first; i < argc && !stopped; i++) {
        if (argc - first > 1 && !numbers)
            printf("%s%s\n", i > first ? "\n" : "", argv[i]);
        good &= listen_to(argv[i]);
    }
    return good ? 0 : 1;
}
