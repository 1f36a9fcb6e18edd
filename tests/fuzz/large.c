/* large.c: texts that are large rather than strange: what takes time or memory that grows with the square
 * of a text's length is not found by small inputs. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL "model m {\n    input x: [2]\n    output y: [2]\n    y = x\n"

/* `each` comes `count` times; $ in it is the number of the time. */
static const struct {
    const char *target, *head, *each, *tail;
    int count;
} rows[] = {
    {"check", MODEL, "    y$ = x + q$\n", "}\n", 20000},                       /* names that do not exist */
    {"check", MODEL, "    y$ = f$(x)\n", "}\n", 20000},
    {"check", MODEL, "    y$ = tanh(x)\n", "}\n", 20000},
    {"check", MODEL, "    y = x\n", "}\n", 20000},                             /* one name again and again */
    {"check", MODEL "    a", ", a$", " = x\n}\n", 50000},                      /* many names, one value */
    {"check", MODEL "    weight a", ", a$", ": [2]\n}\n", 20000},
    {"check", MODEL, "    weights \"none\" {\n        a$ = \"b\"\n    }\n", "}\n", 5000},
    {"check", "model m {\n    input x", ", x$", ": [2]\n    output y: [2]\n    y = x\n}\n", 10000},
    {"check", "model m {\n    input x: [2]\n    output y", ", y$", ": [2]\n    y = x\n}\n", 10000},
    {"check", MODEL "    z = concat(x", ", x", ")\n}\n", 20000},
    {"check", "", "cell c$(x) -> y { y = x }\n", MODEL "}\n", 10000},
    {"check", "", "n$ = $\n", MODEL "}\n", 20000},
    {"parse", "", "?", "", 100000},
    {"parse", "", "model\n", "", 50000},
    {"parse", MODEL "    z = ", "(", "", 50000},
    {"parse", MODEL "    z = x", " + x", "\n}\n", 50000},
    {"parse", MODEL "    z = ", "-", "x\n}\n", 50000},
    {"parse", "", "{ [ (", "", 20000},
    {"parse", "", "\xe2", "", 100000},
    {"graph", "graph g\n", "%$ = const : [] value=$\n", "", 20000},
    {"graph", "graph g\n%0 = const : [] value=1\n", "output y$ %0\n", "", 20000},
    {"graph", "graph g\n", "clock t$ <= 3\n", "", 20000},
    {"graph", "graph g\n%0 = const : [1] value=1\n%1 = concat", " %0", " : [30000] axis=0\noutput y %1\n", 30000},
};
enum { ROWS = sizeof rows / sizeof *rows };

char *fuzz_large(const char *target, size_t *row, size_t *size)
{
    while (*row < ROWS && strcmp(rows[*row].target, target) != 0)
        ++*row;
    if (*row == ROWS)
        return NULL;
    size_t i = (*row)++, marks = 0;
    for (const char *c = rows[i].each; *c; c++)
        marks += *c == '$';
    size_t each = strlen(rows[i].each) + 10 * marks;
    char *text = malloc(strlen(rows[i].head) + each * (size_t)rows[i].count + strlen(rows[i].tail) + 20), *to = text;
    if (!text)
        abort();
    to = stpcpy(to, rows[i].head);
    for (int k = 0; k < rows[i].count; k++)
        for (const char *c = rows[i].each; *c; c++) {
            if (*c == '$')
                to += sprintf(to, "%d", k);
            else
                *to++ = *c;
        }
    *size = (size_t)(stpcpy(to, rows[i].tail) - text);
    return text;
}
