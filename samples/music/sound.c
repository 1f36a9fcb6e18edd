/* sound.c: a melody as a MIDI file or as sound. Both formats are a few bytes of header and then data
 * whose size stands in front of it; here the size is filled in afterwards. */
#include <math.h>
#include <stdint.h>
#include "sound.h"

enum {
    TICKS = 120,                /* of a sixteenth, 480 of a quarter */
    GAP = 10,                   /* ticks of silence before the next note */
    RATE = 22050                /* samples of sound a second */
};

static const double pi = 3.14159265358979323846;

static int bar_length(const Melody *melody)
{
    return 16 * melody->beats / melody->unit;
}

/* ---- MIDI: big-endian; times are differences, seven bits a byte ---- */

static void big_endian(FILE *out, uint32_t value, int bytes)
{
    while (bytes-- > 0)
        putc((int)(value >> (8 * bytes) & 0xff), out);
}

static void delta_time(FILE *out, uint32_t ticks)
{
    for (int shift = 21; shift > 0; shift -= 7)
        if (ticks >> shift)
            putc((int)(0x80 | (ticks >> shift & 0x7f)), out);
    putc((int)(ticks & 0x7f), out);
}

static void event(FILE *out, uint32_t ticks, int status, int first, int second)
{
    delta_time(out, ticks);
    putc(status, out);
    putc(first, out);
    putc(second, out);
}

static void tempo_and_meter(FILE *out, const Melody *melody)
{
    int power = 0;
    while (1 << power < melody->unit)
        power++;
    event(out, 0, 0xff, 0x51, 3);                           /* microseconds of a quarter */
    big_endian(out, (uint32_t)(60000000 / melody->tempo), 3);
    event(out, 0, 0xff, 0x58, 4);
    putc(melody->beats, out);
    putc(power, out);
    putc(24, out);                                          /* MIDI clocks of a click, 32nds of a quarter */
    putc(8, out);
}

bool write_midi(FILE *out, const Melody *melody)
{
    fwrite("MThd", 1, 4, out);
    big_endian(out, 6, 4);
    big_endian(out, 0, 2);                                  /* format */
    big_endian(out, 1, 2);                                  /* tracks */
    big_endian(out, 4 * TICKS, 2);
    fwrite("MTrk", 1, 4, out);
    long size_at = ftell(out);
    big_endian(out, 0, 4);
    tempo_and_meter(out, melody);
    uint32_t wait = 0;
    int at = -melody->upbeat;
    for (int k = 0; k < melody->count; k++) {
        Note note = melody->note[k];
        uint32_t ticks = (uint32_t)note.length * TICKS;
        if (note.pitch) {
            event(out, wait, 0x90, note.pitch, at % bar_length(melody) == 0 ? 96 : 80);
            event(out, ticks - GAP, 0x80, note.pitch, 0);
            wait = GAP;
        } else
            wait += ticks;
        at += note.length;
    }
    event(out, wait, 0xff, 0x2f, 0);
    long end = ftell(out);
    if (size_at < 0 || end < 0 || fseek(out, size_at, SEEK_SET) != 0)
        return false;
    big_endian(out, (uint32_t)(end - size_at - 4), 4);
    return fflush(out) == 0 && !ferror(out);
}

/* ---- WAV: little-endian ---- */

static void little_endian(FILE *out, uint32_t value, int bytes)
{
    for (; bytes-- > 0; value >>= 8)
        putc((int)(value & 0xff), out);
}

static uint32_t samples_of(const Melody *melody, int sixteenths)
{
    return (uint32_t)(sixteenths * 15.0 / melody->tempo * RATE);
}

/* Overtones that fade the faster the higher they are, as those of a plucked string do. */
static double tone(double hertz, double seconds, double left)
{
    double sum = 0;
    for (int k = 1; k <= 5; k++)
        sum += sin(2 * pi * k * hertz * seconds) * exp(-seconds * k * 1.5) / (k * k);
    double attack = seconds / 0.01, release = left / 0.03;
    return sum * fmin(1, attack) * fmin(1, release);
}

bool write_wav(FILE *out, const Melody *melody)
{
    int length = 0;
    for (int k = 0; k < melody->count; k++)
        length += melody->note[k].length;
    uint32_t bytes = 2 * samples_of(melody, length);
    fwrite("RIFF", 1, 4, out);
    little_endian(out, 36 + bytes, 4);
    fwrite("WAVEfmt ", 1, 8, out);
    little_endian(out, 16, 4);
    little_endian(out, 1, 2);                               /* plain numbers */
    little_endian(out, 1, 2);                               /* channels */
    little_endian(out, RATE, 4);
    little_endian(out, 2 * RATE, 4);
    little_endian(out, 2, 2);
    little_endian(out, 16, 2);
    fwrite("data", 1, 4, out);
    little_endian(out, bytes, 4);
    int at = 0;
    for (int k = 0; k < melody->count; k++) {
        Note note = melody->note[k];
        uint32_t begin = samples_of(melody, at), end = samples_of(melody, at + note.length);
        double hertz = 440 * pow(2, (note.pitch - 69) / 12.0);
        for (uint32_t i = begin; i < end; i++) {
            double value = note.pitch ? tone(hertz, (double)(i - begin) / RATE, (double)(end - i) / RATE) : 0;
            little_endian(out, (uint32_t)(int32_t)lrint(18000 * value), 2);
        }
        at += note.length;
    }
    return fflush(out) == 0 && !ferror(out);
}
