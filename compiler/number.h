/* number.h: floats as text for C: short, and read back to the same float. */
#ifndef RNNC_NUMBER_H
#define RNNC_NUMBER_H

enum { NUMBER_ROOM = 32 };   /* bytes that writing a number may touch */

/* Writes a literal, "-0.25f", "1e-7f", "NAN", of at most nine digits, and gives its length. The text depends on
 * nothing but the float: not on the locale, not on the C library. */
int number_print(char *to, float value);

#endif
