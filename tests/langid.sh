#!/bin/sh
# The demo's program against samples/langid/expected.txt, whose probabilities come from a forward pass
# in float64 that has nothing to do with rnnc, on every instruction set: tests/langid.sh BUILD.
# Tolerance 2e-5 in a probability: what single precision loses over some 60 steps, times five.
build=$1
passed=0
failed=0
for isa in scalar sse2 avx2 avx512 neon; do
    grep -v '^#' samples/langid/expected.txt >"$build/expected"
    while IFS="$(printf '\t')" read -r text language probability; do
        got=$(RT_ISA=$isa "$build/langid" --top "$text")
        if printf '%s\t%s\t%s\n' "$got" "$language" "$probability" | awk -F'\t' '{
            off = $2 - $4; exit !($1 == $3 && off < 2e-5 && off > -2e-5) }'; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            printf '%s: %s: got %s, wanted %s %s\n' "$isa" "$text" "$got" "$language" "$probability"
        fi
    done <"$build/expected"
done
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
