/* fuzz.c: libFuzzer on the target that FUZZ_TARGET names. */
#include "fuzz.h"

#include <stdlib.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t room);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed);

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
