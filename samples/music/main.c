/* main.c: tunes that nobody has written.
 *
 * What a user writes around the C that rnnc makes of music.rnn. The loop over the notes, each drawn at
 * random and read again, is in the emitted C: music_run gives a whole tune. Out: the tune in ABC notation,
 * which many programs and pages play and print as sheet music, and a MIDI or WAV file if one is asked for. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "music.h"
#include "sound.h"

enum {
    BOUND = 400,                                /* notes: `over t <= 400` in music.rnn */
    REST = 1, PITCH = -53                       /* tokens of `pitch`: 0 is the end, the others a MIDI number - 53 */
};
static const int lengths[] = {0, 1, 2, 3, 4, 6, 8, 12, 16};         /* tokens of `length`, in sixteenths */
static const struct { const char *name; int beats, unit; } meters[] = {
    {"2/4", 2, 4}, {"3/4", 3, 4}, {"4/4", 4, 4}, {"3/8", 3, 8}, {"6/8", 6, 8}
};

static const char help[] =
    "usage: music [OPTION ...]\n"
    "Makes up a tune in the manner of European folk songs and prints it in ABC notation.\n"
    "  --seed=N          the same number gives the same tune; otherwise the clock chooses\n"
    "  --temperature=X   from 0.1, tame, to 2, wild; 0.7 unless given\n"
    "  --meter=M         2/4, 3/4, 4/4, 3/8 or 6/8; 4/4 unless given\n"
    "  --bars=N          from 1 to 32; 8 unless given\n"
    "  --upbeat=N        how many sixteenths before the first bar; 0 unless given\n"
    "  --minor           in minor\n"
    "  --tempo=N         quarters a minute, from 30 to 300; 110 unless given\n"
    "  --notes           print pitches (60 is middle C, 0 a rest) and sixteenths instead, 60:4\n"
    "  --output=FILE     write a MIDI file, or if the name ends in .wav sound\n"
    "  --help            print this\n";

typedef struct Options {
    uint32_t seed;
    double temperature;
    int meter, bars, upbeat, tempo;
    bool minor, notes;
    const char *output;
} Options;

static music net;
static music_work work;

/* A note in ABC notation. `altered` remembers the accidental of each line of the staff until the bar ends. */
static void print_note(Note note, signed char altered[128])
{
    static const char names[] = "CCDEEFFGGABB";                     /* C sharp, E flat, F sharp, G sharp, B flat */
    static const signed char signs[] = {0, 1, 0, -1, 0, 0, 1, 0, 1, 0, -1, 0};
    if (note.pitch == 0)
        putchar('z');
    else {
        int sign = signs[note.pitch % 12], octave = note.pitch / 12, line = note.pitch - sign;
        if (sign != altered[line])
            putchar("_=^"[sign + 1]);
        altered[line] = (signed char)sign;
        putchar(names[note.pitch % 12] + (octave > 5 ? 'a' - 'A' : 0));
        for (; octave > 6; octave--)
            putchar('\'');
        for (; octave < 5; octave++)
            putchar(',');
    }
    if (note.length > 1)
        printf("%d", note.length);
}

static void print_abc(const Melody *melody, const Options *options)
{
    signed char altered[128] = {0};
    int bar = 16 * melody->beats / melody->unit, beam = melody->unit == 8 ? 6 : 4, at = -melody->upbeat;
    printf("X:1\nT:Tune %lu\nM:%d/%d\nL:1/16\nQ:1/4=%d\nK:%s\n", (unsigned long)options->seed, melody->beats,
           melody->unit, melody->tempo, options->minor ? "Am" : "C");
    for (int k = 0; k < melody->count; k++) {
        print_note(melody->note[k], altered);
        at += melody->note[k].length;
        if (at % bar == 0 && k + 1 < melody->count) {
            fputs(at / bar % 4 == 0 && at > 0 ? " |\n" : " | ", stdout);
            memset(altered, 0, sizeof altered);
        } else if (at % beam == 0 && k + 1 < melody->count)
            putchar(' ');
    }
    puts(" |]");
}

/* The number after NAME= in an argument. False if it is another argument; a bad number ends the program. */
static bool option_number(const char *argument, const char *name, double low, double high, double *value)
{
    size_t length = strlen(name);
    if (strncmp(argument, name, length) != 0)
        return false;
    char *end;
    *value = strtod(argument + length, &end);
    if (end == argument + length || *end || !(*value >= low && *value <= high)) {
        fprintf(stderr, "music: %s needs a number from %g to %g\n", name, low, high);
        exit(1);
    }
    return true;
}

static bool read_option(const char *argument, Options *options)
{
    double value;
    if (option_number(argument, "--seed=", 0, 4294967295.0, &value))
        options->seed = (uint32_t)value;
    else if (option_number(argument, "--temperature=", 0.1, 2, &value))
        options->temperature = value;
    else if (option_number(argument, "--bars=", 1, 32, &value))
        options->bars = (int)value;
    else if (option_number(argument, "--upbeat=", 0, 15, &value))
        options->upbeat = (int)value;
    else if (option_number(argument, "--tempo=", 30, 300, &value))
        options->tempo = (int)value;
    else if (strcmp(argument, "--minor") == 0)
        options->minor = true;
    else if (strcmp(argument, "--notes") == 0)
        options->notes = true;
    else if (strncmp(argument, "--output=", 9) == 0)
        options->output = argument + 9;
    else if (strncmp(argument, "--meter=", 8) == 0) {
        options->meter = 0;
        while (options->meter < 5 && strcmp(meters[options->meter].name, argument + 8) != 0)
            options->meter++;
        return options->meter < 5;
    } else
        return false;
    return true;
}

static bool write_sound(const char *path, const Melody *melody)
{
    size_t length = strlen(path);
    bool wav = length > 4 && strcmp(path + length - 4, ".wav") == 0;
    FILE *out = fopen(path, "wb");
    bool written = out && (wav ? write_wav(out, melody) : write_midi(out, melody));
    if (out && fclose(out) != 0)
        written = false;
    if (!written)
        perror(path);
    return written;
}

int main(int argc, char **argv)
{
    Options options = {.seed = (uint32_t)time(NULL), .temperature = 0.7, .meter = 2, .bars = 8, .tempo = 110};
    for (int i = 1; i < argc; i++)
        if (!read_option(argv[i], &options)) {
            bool asked = strcmp(argv[i], "--help") == 0;
            fputs(help, asked ? stdout : stderr);
            return asked ? 0 : 1;
        }
    music_init(&net, &work);
    music_seed(&net, options.seed);

    static int32_t pitch[BOUND], length[BOUND];
    size_t steps;
    const float temperature = (float)options.temperature, bars = (float)options.bars, upbeat = (float)options.upbeat;
    const int32_t mode = options.minor, meter = options.meter;
    int status = music_run(&net, &steps, &temperature, &mode, &meter, &bars, &upbeat, pitch, length);
    if (status != MUSIC_OK) {
        fprintf(stderr, "music: %s\n", music_status(status));
        return 2;
    }
    static Note notes[BOUND];
    Melody melody = {notes, 0, meters[options.meter].beats, meters[options.meter].unit, options.upbeat, options.tempo};
    for (size_t t = 0; t < steps && pitch[t] != 0; t++)
        notes[melody.count++] = (Note){pitch[t] == REST ? 0 : pitch[t] - PITCH, lengths[length[t]]};
    if (options.notes)
        for (int k = 0; k < melody.count; k++)
            printf("%d:%d%c", notes[k].pitch, notes[k].length, k + 1 < melody.count ? ' ' : '\n');
    else
        print_abc(&melody, &options);
    return options.output && !write_sound(options.output, &melody) ? 1 : 0;
}
