#!/bin/sh
# Makes the shared object of a network of real/: tests/bench/real.sh NAME OUT TREE SHARED. Where the network's weights are
# not there it says so and makes nothing.
set -e
name=$1
out=$2/real
tree=$3
mkdir -p "$out"
if [ -f "$tree/samples/$name/$name.rnn" ]; then
    model=$tree/samples/$name/$name.rnn
    weights=$tree/samples/$name/$name.safetensors
    [ "$name" != vad ] || weights=$tree/build/samples/vad/silero_vad_16k_op15.onnx
else
    model=$tree/tests/real/$name.rnn
    weights=$4/models/$name/weights.safetensors
fi
if [ ! -f "$weights" ]; then
    echo "skipped: $name (there is no $weights)" >&2
    exit 0
fi
first=$(awk '/^model/ { sub("[^A-Za-z0-9_].*", "", $2); print $2; exit }' "$model")
"$tree/build/rnnc" "$model" --model="$first" --name="$name" --weights="$weights" -o "$out"
${CC:-cc} -std=c99 -Wall -Wextra -O2 -fPIC -shared -I"$out" -I"$tree/runtime" -o "$out/$name.so" "tests/bench/real/$name.c" \
    "$out/$name.c" "$2/rnnc-runtime.a" -lm
