/* words.c: the words that a text may be made of, from the tables that the compiler itself has. */
#include "fuzz.h"

#include "../../compiler/op.h"
#include "../../compiler/syntax.h"
#include "parser.h"

#include <stdlib.h>

static Arena *arena;
static const char **words;
static size_t count, capacity;

static void add(const char *word)
{
    words = arena_grow(arena, words, count, &capacity, sizeof *words);
    words[count++] = word;
}

/* What no table holds: punctuation, ways to write a number, a parameter of the library, a line of a graph. */
static const char *const others[] = {
    "->", "**", "==", "!=", "<=", ">=", "[t-1]", "[-1]", "[t]", "[0]", "[:2]", "[1:]", " over t", " over t <= 5",
    " over t = 3", "= 0", "n=4", "axis=0", "stride=2", "pad=1", "(x)", "{\n", "}\n", "\"a.npy\"", "1e9", "0.5", ".*",
    "graph ", "%0", "%1", " = ", ": []", ": [2]", ": [3, 2]", "none", "like", "of", "next=%1", "clock=t", "from=t",
    "backward=1", "delay=2", "begin=1", "end=2", "length=3", "site=1", "window=2", "tokens=4", "value=0.5", "name=\"x\"",
    "group=0", "label=\"y\"",
};

const char *const *fuzz_words(void)
{
    if (words)
        return words;
    arena = arena_new();
    for (int kind = T_USE; kind <= T_NOT; kind++)
        add(syntax_word(kind));
    for (int op = 0; op < OP_COUNT; op++)
        add(op_info[op].word);
    for (const Item *item = fuzz_library()->items; item; item = item->next)
        if (item->kind == ITEM_CELL)
            add(item->name->text);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        add(others[i]);
    add(NULL);
    return words;
}
