#!/bin/sh
# The program that pronounces words against samples/g2p/expected.txt and attention.txt, which come from a forward pass
# in float64 that has nothing to do with rnnc, on every instruction set: tests/g2p.sh BUILD.
# Phonemes are exact; the picture of the attention has five shades, none of which is near its limits.
build=$1
here=samples/g2p
passed=0
failed=0
check() { # NAME WANTED COMMAND...
    name=$1
    wanted=$2
    shift 2
    if RT_ISA=$isa "$@" | diff "$wanted" - >"$build/difference"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$isa: $name:"
        cat "$build/difference"
    fi
}
same() { # WHAT WANTED GOT
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); printf '%s:\n  wanted %s\n  got    %s\n' "$@"; fi
}
for isa in scalar sse2 avx2 avx512 neon; do
    cut -d' ' -f1 $here/expected.txt >"$build/words"
    check words $here/expected.txt sh -c "$build/g2p <$build/words"
    check attention $here/attention.txt "$build/g2p" --attention recurrent knight photography
done
same "capitals" "knight  N AY T" "$("$build/g2p" KNIGHT)"
same "no letter" "g2p: \`4x4': the network knows a to z, ' and - only
 (refused)" "$("$build/g2p" 4x4 2>&1 || echo " (refused)")"
same "too long" "g2p: \`antidisestablishmentarianism' has more than 24 letters
 (refused)" "$("$build/g2p" antidisestablishmentarianism 2>&1 || echo " (refused)")"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
