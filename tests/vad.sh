#!/bin/sh
# The sample vad on real speech, on every instruction set, against samples/vad/expected.txt, which
# has nothing to do with rnnc: tests/vad.sh BUILD. Tolerance 1e-5 in a probability, that of the network's
# reference. The weights are fetched where they are missing; without them, or without the recordings of
# the Debian package pocketsphinx-testdata, there is nothing to test.
build=$1
speech=${VAD_SPEECH:-/usr/share/pocketsphinx/test/data}
work=$build/samples/vad
passed=0
failed=0
check() { # WHAT COMMAND...
    what=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "vad: $what"; fi
}
skip() {
    echo "skipped: vad (there is no $1)"
    exit 0
}
[ -d "$speech" ] || skip "$speech"
[ -f "$work/silero_vad_16k_op15.onnx" ] || sh samples/vad/fetch.sh "$work" || skip "network"
${MAKE:-make} --no-print-directory BUILD="$build" "$build/vad" || exit 1

# Both columns of numbers: as many, and equal within the tolerance.
equal() {
    paste "$1" "$2" | awk -F'\t' '{ off = $1 - $2; bad += !($1 != "" && $2 != "" && off < 1e-5 && off > -1e-5) } END { exit bad || !NR }'
}
for isa in scalar sse2 avx2 avx512 neon; do
    while IFS="$(printf '\t')" read -r file probabilities; do
        case $file in '#'*) continue ;; esac
        echo "$probabilities" | tr ' ' '\n' >"$work/wanted"
        RT_ISA=$isa "$build/vad" --numbers "$speech/$file" >"$work/got"
        check "$isa: $file: the probabilities differ" equal "$work/wanted" "$work/got"
    done <samples/vad/expected.txt
done

# The picture, from a file and from standard input; then what it cannot read.
"$build/vad" "$speech/cards/005.wav" >"$work/picture"
check "the picture differs" cmp "$work/picture" samples/vad/picture.txt
tail -c +45 "$speech/cards/005.wav" | "$build/vad" - >"$work/picture"
check "the picture of standard input differs" cmp "$work/picture" samples/vad/picture.txt
refused() { # MESSAGE FILE
    "$build/vad" "$2" 2>"$work/got" >"$work/picture" && return 1
    grep -qF "$1" "$work/got" && [ ! -s "$work/picture" ]
}
check "a text is read" refused "this is no WAV file" samples/vad/expected.txt
check "a missing file is read" refused "No such file or directory" "$work/none.wav"
head -c 100 "$speech/cards/005.wav" | LC_ALL=C sed 's/\x80\x3e/\x40\x1f/' >"$work/8khz.wav"
check "8 kHz are read" refused "needed are 16 kHz, one channel, 16 bits" "$work/8khz.wav"
head -c 36 "$speech/cards/005.wav" >"$work/short.wav"
check "a cut off file is read" refused "the WAV file has no samples" "$work/short.wav"

# The same weights, in a branch of an If in the file for 8 and 16 kHz: the same C, all but the names.
mkdir -p "$work/branch"
branch=If_0_then_branch__Inline_0__
sed "s/\"model\\./\"$branch/" samples/vad/vad.rnn >"$work/branch/vad.rnn"
check "the weights of a branch are not read" "$build/rnnc" "$work/branch/vad.rnn" --weights="$work/silero_vad.onnx" -o "$work/branch"
sed "s/$branch//g" "$work/branch/vad.c" >"$work/got"
sed "s/model[._]//g" "$work/vad.c" >"$work/wanted"
check "the weights of a branch differ" cmp "$work/got" "$work/wanted"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
