#!/bin/sh
# What emitted C does with bad input: models of every kind (tests/emitted/models.rnn) and a program that calls them
# as badly as it can (hostile.c), on every instruction set, and under the address and undefined-behaviour sanitizers
# of gcc and clang: tests/emitted.sh BUILD [all]. `all`: under the sanitizers every set as well, which takes minutes.
# Arrays end at pages that nothing may touch, so that what no sanitizer sees, a vector's load, is seen too.
build=$(cd "$1" && pwd)
all=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$build/tests/emitted
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

result() { # WHAT STATUS LOG
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; head -30 "$3"; fi
}
# `once`, the body without hoisting that step has, comes with --chunk.
for model in $(awk '$1 == "model" { print $2 }' "$here/emitted/models.rnn"); do
    case $model in
    sums) options="--chunk=3 --blob" ;;
    flow | tagger | both | batch | grid) options=--chunk=3 ;;
    *) options= ;;
    esac
    "$build/rnnc" "$here/emitted/models.rnn" --model="$model" --random-weights $options -o . >log 2>&1
    result "rnnc $model" $? log
done
warnings="-Wall -Wextra -Wpedantic -Wconversion -Werror"
sanitizers="-g -fsanitize=address,undefined -fno-sanitize-recover=all"
try() { # PROGRAM SETS COMPILER...
    program=$1
    sets=$2
    shift 2
    "$@" -std=c99 -D_DEFAULT_SOURCE $warnings -I. -I"$here/../runtime" -o "$program" "$here"/emitted/*.c ./*.c "$build/librnnrt.a" -lm >log 2>&1
    result "$*" $? log
    for set in $sets; do
        RT_ISA=$set ./"$program" >"$program.$set" 2>log
        status=$?
        grep ', line ' "$program.$set" >>log
        result "$program on $set" $status log
        diff "$here/emitted/expected.txt" "$program.$set" >log
        result "numbers of $program on $set" $? log
    done
}
every="scalar sse2 avx2 avx512 neon"
try plain "$every" "${CC:-cc}" -O2
if [ "$all" ]; then
    try gcc "$every" gcc -O1 $sanitizers
    try clang "$every" clang -O1 $sanitizers
else
    only=SCALAR
    grep -qs avx2 /proc/cpuinfo && only=AVX2
    try gcc best gcc -O0 $sanitizers -DRT_ONLY_SCALAR
    command -v clang >/dev/null && try clang best clang -O1 $sanitizers -DRT_ONLY_$only
fi
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
