/* diag_print.c: writes messages in the form of the C compilers.
 * In: a Diag. Out: for each message its place and text, the line of the source and carets below it.
 * The column told is in characters. Tabs are kept above and below, so that carets stand right whatever
 * the terminal's tab width, and wide characters have two blanks below them; control characters and bytes that are not UTF-8 print as U+FFFD. */
#include "diag_list.h"

#include <string.h>

enum {
    LONG_LINE = 200,         /* characters; longer lines are cut to WINDOW around the caret */
    WINDOW = 120,
    BEFORE_CARET = 40
};

static const struct {
    const char *word, *colour;
} levels[] = {
    [MESSAGE_ERROR] = {"error", "\033[1;31m"},
    [MESSAGE_WARNING] = {"warning", "\033[1;35m"},
    [MESSAGE_NOTE] = {"note", "\033[1;36m"},
    [MESSAGE_HINT] = {"hint", "\033[1;32m"},
};

/* The part of a line that is shown, and where in it the carets stand; all in bytes of the line. */
typedef struct Cut {
    const char *line;
    size_t begin, end;       /* what is shown */
    size_t caret, caret_end; /* the same behind the last character */
    bool cut_left, cut_right;
} Cut;

static size_t step(const Cut *cut, size_t at, size_t end, uint32_t *code)
{
    return at + (size_t)source_character(cut->line + at, end - at, code);
}

/* Moves the cut's ends so that at most WINDOW characters around the caret are left. */
static void shorten(Cut *cut)
{
    uint32_t code;
    size_t length = cut->end, before = 0, total = 0;
    for (size_t i = 0; i < length; i = step(cut, i, length, &code), total++)
        before += i < cut->caret;
    if (total <= LONG_LINE)
        return;
    size_t first = before > BEFORE_CARET ? before - BEFORE_CARET : 0;
    if (first + WINDOW > total)
        first = total - WINDOW;
    size_t at = 0, count = 0;
    for (; count < first; count++)
        at = step(cut, at, length, &code);
    cut->begin = at;
    for (; count < first + WINDOW && at < length; count++)
        at = step(cut, at, length, &code);
    cut->end = at;
    cut->cut_left = cut->begin > 0;
    cut->cut_right = cut->end < length;
    if (cut->caret_end > cut->end)
        cut->caret_end = cut->end;
}

static Cut cut_around(Place place)
{
    int length;
    Cut cut = {.line = source_line(place.source, place.begin, &length)};
    /* A place may start behind the last character of its line, or go on in the lines below. */
    size_t start = (size_t)(cut.line - place.source->text), caret = place.begin - start, caret_end = place.end - start;
    cut.end = (size_t)length;
    cut.caret = caret < cut.end ? caret : cut.end;
    cut.caret_end = caret_end < cut.end ? caret_end : cut.end;
    while (caret_end > cut.end && cut.caret_end > cut.caret + 1 && strchr(" \t", cut.line[cut.caret_end - 1]))
        cut.caret_end--;
    shorten(&cut);
    return cut;
}

static void print_line(FILE *stream, const Cut *cut)
{
    uint32_t code;
    if (cut->cut_left)
        fputs("…", stream);
    for (size_t i = cut->begin, next; i < cut->end; i = next) {
        next = step(cut, i, cut->end, &code);
        bool control = (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0);
        if (control || code == SOURCE_NOT_UTF8)
            fputs("\xef\xbf\xbd", stream);
        else
            fwrite(cut->line + i, 1, next - i, stream);
    }
    fputs(cut->cut_right ? "…\n" : "\n", stream);
}

/* How many columns a character takes on a terminal: two are those of East Asia and pictures, none what is put upon
 * the character before it. */
static int columns(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        int columns;
    } ranges[] = {
        {0x300, 0x36f, 0}, {0x200b, 0x200f, 0}, {0x20d0, 0x20ff, 0}, {0xfe00, 0xfe0f, 0},
        {0x1100, 0x115f, 2}, {0x2e80, 0x303e, 2}, {0x3041, 0xa4cf, 2}, {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},
        {0xfe30, 0xfe6f, 2}, {0xff01, 0xff60, 2}, {0xffe0, 0xffe6, 2}, {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1faff, 2},
        {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return ranges[i].columns;
    return 1;
}

static void print_carets(FILE *stream, const Cut *cut)
{
    uint32_t code;
    if (cut->cut_left)
        putc(' ', stream);
    for (size_t i = cut->begin, next; i < cut->caret; i = next) {
        next = step(cut, i, cut->end, &code);
        fprintf(stream, "%*s", code == '\t' ? 0 : columns(code), code == '\t' ? "\t" : "");
    }
    putc('^', stream);
    bool first = true;
    for (size_t i = cut->caret, next; i < cut->caret_end; i = next, first = false) {
        next = step(cut, i, cut->end, &code);
        for (int k = columns(code) - first; k > 0; k--)
            putc('~', stream);
    }
}

static void print_message(FILE *stream, const Message *message, bool colour)
{
    const char *tint = colour ? levels[message->level].colour : "", *bold = colour ? "\033[1m" : "";
    const char *plain = colour ? "\033[0m" : "", *word = levels[message->level].word;
    if (message->level == MESSAGE_HINT) {
        fprintf(stream, "  %s%s:%s %s\n", tint, word, plain, message->text);
        return;
    }
    if (!message->place.source) {
        fprintf(stream, "%srnnc:%s %s%s:%s %s\n", bold, plain, tint, word, plain, message->text);
        return;
    }
    int line, column;
    source_position(message->place, &line, &column);
    fprintf(stream, "%s%s:%d:%d:%s %s%s:%s %s\n", bold, message->place.source->path, line, column, plain, tint,
            word, plain, message->text);
    Cut cut = cut_around(message->place);
    fprintf(stream, "%5d | ", line);
    print_line(stream, &cut);
    fprintf(stream, "      | %s", tint);
    print_carets(stream, &cut);
    fprintf(stream, "%s\n", plain);
}

void diag_print(const Diag *diag, FILE *stream, bool colour)
{
    int errors = 0;
    for (size_t i = 0; i < diag->count; i++) {
        errors += diag->messages[i].level == MESSAGE_ERROR;
        if (errors > DIAG_MOST_ERRORS)
            break;
        print_message(stream, &diag->messages[i], colour);
    }
    int more = diag->errors - DIAG_MOST_ERRORS;
    if (more > 0)
        fprintf(stream, "rnnc: %d more error%s\n", more, more == 1 ? "" : "s");
}
