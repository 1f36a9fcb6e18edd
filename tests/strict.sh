#!/bin/sh
# What --strict computes has the same bits on every instruction set, by gcc and clang with all that they may fuse, and
# on emulated ARM: tests/strict.sh BUILD [MODEL...]. Each function and kernel (tests/unit/test_runtime_strict.c), and networks.
build=$1
[ $# -gt 0 ] && shift
rnnc=$(cd "$build" && pwd)/rnnc
work=$build/tests/strict
models=${*:-activations attention_window clock_ticks conv_lstm convolution_picture drawn elementwise gru_residual \
    layer_norm_recurrent lstm_stack net_transformer operators quantized softmaxes}
arm_cc='aarch64-linux-gnu-gcc -static'
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"
check() { # WHAT, after a command that was right or wrong
    if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1"; fi
}
has() { command -v "$1" >/dev/null || { echo "skipped: $1 is not here"; false; }; }
sets='scalar sse2 avx2 avx512 neon'          # a name that the machine has not is ignored: the best one runs again

# The ways to compile: NAME, COMPILER, what runs it.
way() {
    name=$1
    cc=$2
    exec=$3
    archive=ar
    [ "$exec" ] && archive=aarch64-linux-gnu-ar
    mkdir -p "$work/$name"
    for part in dispatch kernels_strict; do $cc -O2 -Iruntime -c -o "$work/$name/$part.o" runtime/$part.c || return 1; done
    $archive rcs "$work/$name/librnnrt.a" "$work/$name"/*.o
    $cc -Iruntime -Itests/unit -DNO_CHECK -DSTRICT_PRINT -o "$work/$name/functions" tests/unit/test_runtime_strict.c \
        "$work/$name/librnnrt.a" -lm
    check "$name: the functions do not compile"
    for set in $sets; do
        RT_ISA=$set $exec "$work/$name/functions" names >"$work/got"
        [ -f "$work/functions" ] || cp "$work/got" "$work/functions"
        diff "$work/functions" "$work/got"
        check "$name, $set: functions have other bits"
    done
    for model in $models; do network "$model"; done
}
# One network on every set; the first way on the first set says what is right.
network() {
    from=tests/numeric/$1
    want=$work/want/$1
    set -- "$from.rnn" --strict "--build=$work/$name/$1" "--cc=$cc" "--lib=$work/$name/librnnrt.a" ${exec:+"--exec=$exec"}
    for file in "$from"/in_*.npy; do
        port=$(basename "$file" .npy)
        [ -f "$file" ] && set -- "$@" --input "${port#in_}=$file"
    done
    for file in "$from"/out_*.npy; do
        port=$(basename "$file" .npy)
        set -- "$@" --output "${port#out_}=$work/got.d/$port.npy"
    done
    for set in $sets; do
        rm -rf "$work/got.d"
        mkdir "$work/got.d"
        RT_ISA=$set "$rnnc" run "$@" && { [ -d "$want" ] || { mkdir -p "$work/want" && cp -r "$work/got.d" "$want"; }; } &&
            diff -r "$want" "$work/got.d"
        check "$name, $set, $from: other bits"
    done
}

way gcc "${CC:-cc} -O2" ''
if has clang; then way clang 'clang -O3 -march=native -ffp-contract=fast' ''; fi
if has qemu-aarch64 && has aarch64-linux-gnu-gcc; then sets='scalar neon' && way arm "$arm_cc -O1 -ffp-contract=fast" qemu-aarch64; fi
[ -n "$(find "$work/want" -name "*.npy")" ]
check "there is nothing to compare"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ]
