/* sound.h: a melody as a MIDI file or as sound. */
#ifndef SOUND_H
#define SOUND_H

#include <stdbool.h>
#include <stdio.h>

typedef struct Note {
    int pitch;                  /* MIDI number, 60 is middle C; 0 is a rest */
    int length;                 /* in sixteenths */
} Note;

typedef struct Melody {
    const Note *note;
    int count;
    int beats, unit;            /* the meter, 6/8: 6 and 8 */
    int upbeat;                 /* sixteenths before the first bar line */
    int tempo;                  /* quarters a minute */
} Melody;

/* Write a Standard MIDI File of format 0. Returns false if something could not be written. */
bool write_midi(FILE *out, const Melody *melody);

/* Write a WAV file: one channel, 16 bits, a plain synthetic tone. */
bool write_wav(FILE *out, const Melody *melody);

#endif
