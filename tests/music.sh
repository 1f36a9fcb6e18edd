#!/bin/sh
# The program that makes up tunes against samples/music/expected.txt, tunes in float64 made with the same random
# numbers and nothing else of rnnc's, on every instruction set; then one of them as a person gets it, in ABC
# notation, as a MIDI file and as sound: tests/music.sh BUILD.
build=$1
here=samples/music
passed=0
failed=0
count() { # WHAT, after a command that was right or wrong
    if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$isa: $1"; fi
}
tab=$(printf '\t')
grep -v '^#' $here/expected.txt >"$build/expected"
for isa in scalar sse2 avx2 avx512 neon; do
    export RT_ISA=$isa
    while IFS="$tab" read -r options tune; do
        got=$("$build/music" --notes $options)
        [ "$got" = "$tune" ]
        count "$options: got $got"
    done <"$build/expected"
done
isa=files
unset RT_ISA
"$build/music" --seed=3 --output="$build/tune.mid" | diff - $here/tune.abc
count "the ABC notation differs"
cmp "$build/tune.mid" $here/tune.mid
count "the MIDI file differs"
"$build/music" --seed=3 --tempo=220 --output="$build/tune.wav" >"$build/tune.abc" && grep -q '^Q:1/4=220$' "$build/tune.abc"
count "another tempo"
# 8 bars of 4 quarters at 220 a minute: 8.73 s of 22050 two-byte samples, and 44 bytes of header.
[ "$(wc -c <"$build/tune.wav")" = 384916 ]
count "the size of the sound"
"$build/music" --bars=0 2>"$build/errors"
[ $? = 1 ] && grep -q 'from 1 to 32' "$build/errors"
count "a number that is too small"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
