/* fuzz.c: libFuzzer on the target that FUZZ_TARGET names. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t room);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t room, unsigned seed);

static const FuzzTarget *chosen(void)
{
    static const FuzzTarget *target;
    const char *name = getenv("FUZZ_TARGET");
    if (!target)
        target = fuzz_target(name ? name : "");
    return target;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_run(chosen(), bytes, size);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed)
{
    if (chosen()->text && seed % 4)
        return fuzz_mutate_text(bytes, size, room, seed);
    return LLVMFuzzerMutate(bytes, size, room);
}

/* Of what is no text, a beginning of the one with an end of the other. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t room, unsigned seed)
{
    if (chosen()->text)
        return fuzz_cross_text(a, a_size, b, b_size, out, room, seed);
    size_t begin = a_size ? seed % (a_size + 1) : 0, end = b_size ? seed / 7 % (b_size + 1) : 0;
    if (begin + end > room)
        return 0;
    memcpy(out, a, begin);
    memcpy(out + begin, b + b_size - end, end);
    return begin + end;
}
