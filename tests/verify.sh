#!/bin/sh
# `rnnc verify` finds what is planted and nothing else: tests/verify.sh BUILD. Faults in copies of the runtime, in one
# weight of the emitted C, and in arrays that say what another program computed; each has to be found in the variable
# that it is in, at the step at which it first shows. tests/verify/two.rnn is what they are planted in.
build=$1
rnnc=$(cd "$build" && pwd)/rnnc
work=$build/tests/verify
model=tests/verify/two.rnn
cc='cc -O0 -DRT_ONLY_SCALAR'                # quick to compile
sound="--runtime=runtime --lib=$work/librnnrt.a"
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"
count() { # WHAT, after a command that was right or wrong
    if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1"; cat "$work/said"; fi
}
verify() { # OPTIONS...: what it prints is in $work/said
    "$rnnc" verify "$@" >"$work/said" 2>&1
    status=$?
    return $status
}
finds() { # WHAT PATTERN OPTIONS...: an error that matches
    what=$1
    pattern=$2
    shift 2
    verify "$@"
    [ "$status" = 1 ] && grep -q "error: $pattern\|^$pattern" "$work/said"
    count "$what: not found"
}

(cd "$work" && $cc -c "$OLDPWD/runtime/dispatch.c" "$OLDPWD/runtime/kernels.c" && ar rcs librnnrt.a dispatch.o kernels.o)

# ---- nothing planted ----
verify $model --random-weights=3 --seed=2 --steps t=29 --isa=all
count "two.rnn"
[ "$(grep -c '^[ab][. ]' "$work/said")" = 9 ] && [ "$(grep -c '^output' "$work/said")" = 2 ]
count "not all variables are there"
for sample in digits langid stress; do
    verify samples/$sample/$sample.rnn $sound --cc="$cc"
    count "$sample"
done
for name in clock_until clock_ticks_inside clock_backward repeat_nested net_two_rates; do
    verify tests/numeric/$name.rnn $sound --cc="$cc"
    count "$name"
done

verify tests/verify/attention_order.rnn $sound --cc="$cc"
count "attention_order.rnn"
verify tests/verify/stream.rnn --random-weights --isa=all
count "stream.rnn"
verify $model --random-weights --blob $sound --cc="$cc"
count "with a blob"

verify tests/verify/cancel.rnn $sound --cc="$cc"
count "rounding is taken for a fault"
finds "a tolerance that is given" 'y is the first to part' tests/verify/cancel.rnn --tolerance=1e-5 $sound --cc="$cc"

# ---- a fault in the runtime ----
fault() { # NAME FILE SED PATTERN: the file is changed so
    copy=$work/$1
    cp -r runtime "$copy"
    sed -i "$3" "$copy/$2"
    ! cmp -s "runtime/$2" "$copy/$2"
    count "$1: nothing changed in $2"
    finds "$1" "$4" $model --random-weights --runtime="$copy" --cc="$cc" --steps t=9
}
fault sigmoid vec_math.h '/ v_sigmoid(vf x)/,/^}/s/v_div(c,/v_div(v_mul(c, v_set1(0.999f)),/' 'a.z is the first to part .* at t=0 '
grep -q "two.rnn:6:" "$work/said" && grep -q '^ *6 |     z = sigmoid' "$work/said"
count "sigmoid: the line is not shown"
fault tanh vec_math.h '/ v_tanh(vf x)/,/^}/s/v_copysign(v_div/v_copysign(v_mul(v_set1(1.001f), x), x); v_copysign(v_div/' 'a.k is the first to part .* at t=0 '
fault gate panel.h '/ v_panel4(/,/^}/s/a3 = s.s3/a3 = s.s2/' 'b.[ifgo] is the first to part .* at t=0 '
grep -q "two.rnn:15:" "$work/said"
count "gate: the line of the call is not shown"
fault softmax kernels_axis.h '/(softmax_row)/,/^}/s/v_set1(1.0f \/ /v_set1(1.001f \/ /' 'y is the first to part .* at t=0 '
fault maximum vec_scalar.h 's/v_max(vf a, vf b) *{.*/v_max(vf a, vf b) { (void)b; return a; }/' '.* is the first to part '

# ---- a fault in one weight of the C ----
cat >"$work/cc" <<'END'
#!/bin/sh
# A C compiler that adds 1 to the first weight of $ARRAY in the files that match $FILES.
for word; do
    case $word in *main.c) ;; */$FILES.c) sed -i "/ $ARRAY\[/{n;s/0\./1./;}" "$word" ;; esac
done
exec cc -O0 -DRT_ONLY_SCALAR "$@"
END
chmod +x "$work/cc"
weight() { # ARRAY FILES PATTERN
    ARRAY=$1 FILES=$2
    export ARRAY FILES
    finds "weight $1" "$3" $model --random-weights $sound --cc="$work/cc" --steps t=9
}
weight k_a_U_h 'two*' 'a.k is the first to part .* at t=1 '   # at t=0 the state is 0
weight k_s_b 'two*' 's is the first to part .* at t=0 \[0\]'
weight k_b_weight_hh 'two*' 'b\.[oigf] is the first to part .* at t=1 \[0\]'
weight k_s_W 'two' 'y is the first to part '
grep -q 'hint: with all variables as outputs it agrees' "$work/said"
count "a fault in what ships alone"

cat >"$work/edit" <<'END'
#!/bin/sh
# A C compiler that lets sed change the files that match $FILES.
for word; do
    case $word in *main.c) ;; */$FILES.c) sed -i "$EDIT" "$word" ;; esac
done
exec cc -O0 -DRT_ONLY_SCALAR "$@"
END
chmod +x "$work/edit"
FILES='stream*' EDIT='/^int stream_step(/,/^}/s/^    calls/    if (x[1] > 0.9f) return STREAM_OK;\n    calls/' # it forgets some steps
export FILES EDIT
finds "a step that does less" 'step after step the outputs have other bits' tests/verify/stream.rnn --random-weights $sound --cc="$work/edit"
EDIT='s/v_gt(\([^,]*\), [^)]*)/v_gt(\1, v_set1(0.5f))/'
finds "other ticks" 'tests/verify/stream.rnn:6:11: error: [0-9]* steps of u by the equations, and [0-9]* in C on scalar' tests/verify/stream.rnn \
    --random-weights $sound --cc="$work/edit"
finds "a near tie" 'y is the first to part .* at t=0: it should be 1, and is 0 in C' tests/verify/tie.rnn $sound --cc="$cc"
grep -q 'hint: what it is chosen by agrees' "$work/said"
count "a near tie is not told from a fault"

# ---- what another program says ----
run() { "$rnnc" run $model --interpret --steps t=9 --input x="$work/x.npy" "$@" >/dev/null; }
# x.npy: 9 steps of 5 floats; any bytes that are numbers will do.
{ printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '|i1', 'fortran_order': False, 'shape': (9, 5), }"; printf '%-45s' 'what an input is does not matter'; } >"$work/x.npy"
run --random-weights=1 --output y="$work/y.npy" --output best="$work/best.npy"
run --random-weights=2 --output y="$work/y2.npy"
verify $model --random-weights=1 --input x="$work/x.npy" --against y="$work/y.npy" --against best="$work/best.npy" $sound --cc="$cc"
count "its own output is said to be another"
finds "other weights" '.*y2.npy: y at t=0 .*by the equations and in C' $model --random-weights=1 --input x="$work/x.npy" \
    --against y="$work/y2.npy" $sound --cc="$cc"
grep -q 'hint: the C does what the model says' "$work/said"
count "the model is not blamed"
finds "a fault in the C" '.*y.npy: y at t=0 .* in C$' $model --random-weights=1 --input x="$work/x.npy" \
    --against y="$work/y.npy" --runtime="$work/softmax" --cc="$cc"
grep -q 'hint: the model says the same as' "$work/said"
count "the C is not blamed"

# ---- what it cannot do ----
finds "no such variable" '--against: the model computes no a.q' $model --random-weights --against a.q="$work/y.npy"
grep -q 'did you mean' "$work/said"
count "no name is proposed"
finds "another shape" '.*y.npy is \[9, 7\], and y has \[30, 7\]' $model --random-weights --against y="$work/y.npy"
finds "two arrays" '.*weights.npz: one array is needed' $model --random-weights --against y=tests/numeric/file_npz/weights.npz
finds "no file" '.*nothing.npy: it cannot be opened' $model --random-weights --against y="$work/nothing.npy"
for bad in --tolerance=2 --tolerance=x --against=y --steps=t=0; do
    verify $model --random-weights $bad
    [ "$status" = 2 ]
    count "$bad is taken"
done
finds "no such instruction set" '--isa=mmx: the machine has scalar' $model --random-weights --isa=mmx $sound --cc="$cc"
verify $model --random-weights --output y=y.npy
[ "$status" = 2 ] && grep -q -- '--output is an option of rnnc run, not of rnnc verify' "$work/said"
count "an option of another command"
verify $model --random-weights --json $sound --cc="$cc"
[ "$status" = 0 ] && grep -q '"name": "b.c"' "$work/said" && grep -q '"good": true' "$work/said"
count "no JSON"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
