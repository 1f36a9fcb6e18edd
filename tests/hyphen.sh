#!/bin/sh
# The divider of words against samples/hyphen/expected.txt, which comes from a forward pass in float64 that
# has nothing to do with rnnc, on every instruction set: tests/hyphen.sh BUILD.
build=$1
passed=0
failed=0
same() { # WHAT WANTED GOT
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); printf '%s: %s\n  wanted %s\n  got    %s\n' "$isa" "$@"; fi
}
tab=$(printf '\t')
soft=$(printf '\302\255')
for isa in scalar sse2 avx2 avx512 neon; do
    export RT_ISA=$isa
    grep -v '^#' samples/hyphen/expected.txt >"$build/expected"
    while IFS="$tab" read -r word divided; do
        same "$word" "$divided" "$("$build/hyphen" "$word")"
    done <"$build/expected"
    # All at once and soft: what stands between words is copied, and so is a word that is longer than the network reads.
    long=pneumonoultramicroscopicsilicovolcanoconioses
    wanted=$(cut -f2 "$build/expected" | tr 'A-Z\n' 'a-z,' | sed "s/-/$soft/g")
    same "a text" "$wanted$long 12." "$( (cut -f1 "$build/expected" | tr '\n' ,; printf '%s 12.' $long) | "$build/hyphen" --soft)"
done
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
