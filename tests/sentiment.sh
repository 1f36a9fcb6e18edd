#!/bin/sh
# The judge of sentences against samples/sentiment/expected.txt, whose probabilities come from a forward pass in
# float64 that has nothing to do with rnnc, on every instruction set: tests/sentiment.sh BUILD.
# Tolerance 1e-5 in a probability: what single precision loses over some 12 steps, times five.
build=$1
passed=0
failed=0
count() { # STATUS MESSAGE
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$isa: $2"; fi
}
grep -v '^#' samples/sentiment/expected.txt >"$build/expected"
for isa in scalar sse2 avx2 avx512 neon; do
    export RT_ISA=$isa
    while IFS="$(printf '\t')" read -r probability text; do
        got=$("$build/sentiment" --tsv "$text")
        printf '%s\t%s\t%s\n' "$got" "$probability" "$text" | awk -F'\t' '{
            off = $1 - $3; exit !($2 == $4 && off < 1e-5 && off > -1e-5) }'
        count $? "wanted $probability $text, got $got"
    done <"$build/expected"
    # Lines of a file give what arguments do; capitals, apostrophes and other signs change nothing.
    wanted=$("$build/sentiment" --tsv "It isn't good" | cut -f1)
    got=$(printf '  IT, isnt (good).\r\n\n...\n' | "$build/sentiment" --tsv | cut -f1)
    [ "$got" = "$wanted" ]
    count $? "a line: wanted $wanted, got $got"
    # 64 words are read, and no more; a word too long for any list is an unknown one.
    most=$(printf 'good %.0s' $(seq 63))
    fewer=$("$build/sentiment" --tsv "$most" | cut -f1)
    wanted=$("$build/sentiment" --tsv "$most terrible" | cut -f1)
    got=$("$build/sentiment" --tsv "$most terrible good" | cut -f1)
    [ "$got" = "$wanted" ] && [ "$got" != "$fewer" ]
    count $? "65 words: wanted $wanted, not $fewer, got $got"
    wanted=$("$build/sentiment" --tsv "a xyzzy" | cut -f1)
    got=$("$build/sentiment" --tsv "a $(printf 'good%.0s' $(seq 20))" | cut -f1)
    [ "$got" = "$wanted" ]
    count $? "a long word: wanted $wanted, got $got"
done
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
