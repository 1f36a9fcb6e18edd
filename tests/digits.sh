#!/bin/sh
# The reader of digits on held-out images against samples/digits/expected.txt, whose probabilities come from
# a forward pass in float64 that has nothing to do with rnnc, on every instruction set: tests/digits.sh BUILD.
# Tolerance 1e-5 in a probability; what the picture looks like is compared with one that a person has read.
build=$1
here=samples/digits
passed=0
failed=0
count() { # WHAT, after a command that was right or wrong
    if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$isa: $1"; fi
}
for isa in scalar sse2 avx2 avx512 neon; do
    grep -v '^#' $here/expected.txt >"$build/expected"
    RT_ISA=$isa "$build/digits" --top $here/heldout.txt | paste - "$build/expected" >"$build/both"
    awk -F'\t' '{ off = $2 - $4; if (NF != 4 || $1 != $3 || off > 1e-5 || off < -1e-5) { print; bad = 1 } }
        END { exit bad || NR != 40 }' "$build/both"
    count "the probabilities differ"
    sed -n '15p;17p' $here/heldout.txt | RT_ISA=$isa "$build/digits" | diff - $here/picture.txt
    count "the picture differs"
done
RT_ISA=scalar "$build/digits" </dev/null
count "nothing is no mistake"
echo "0 1 2" | "$build/digits" 2>/dev/null
[ $? = 1 ]
count "a line that is no image"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
