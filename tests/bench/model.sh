#!/bin/sh
# Makes the shared object of one network by rnnc: tests/bench/model.sh NAME OUT TREE KIND, where OUT is build/bench, TREE
# has rnnc in build/ and the runtime, KIND is the file's name (rnnc, or against for a second tree).
# Large weights go to a blob: compilers take long over them, and a blob can be on huge pages, as all other contenders' weights are.
set -e
name=$1
out=$2
tree=$3
kind=$4
bench=tests/bench
folder=$out/$name
made=$folder/$kind
mkdir -p "$made"
"$out/weights" $bench/networks.txt "$name" "$folder/weights.safetensors"

row=$(awk -v name="$name" '$1 == name' $bench/networks.txt)
model=$(echo "$row" | awk '{ print $2 }')
parameters=$(echo "$row" | awk '$3 != "-" { gsub(",", " -D ", $3); print "-D " $3 }')
flags=
[ "$(wc -c <"$folder/weights.safetensors")" -gt 2000000 ] && flags=--blob
# shellcheck disable=SC2086
case $model in
    attention) "$tree/build/rnnc" "$bench/models/$model.rnn" --name="$name" -o "$made" ;;
    *) "$tree/build/rnnc" "$bench/models/$model.rnn" $parameters --name="$name" --weights="$folder/weights.safetensors" $flags -o "$made" ;;
esac
defines="-DNET=$name -DHEADER=\"$name.h\""
[ -z "$flags" ] || defines="$defines -DBLOB=\"$made/$name.bin\""
[ "$model" != attention ] || defines="$defines -DLOOK"
# shellcheck disable=SC2086
${CC:-cc} -std=c11 -Wall -Wextra -O2 -fPIC -shared $defines -I"$made" -I"$tree/runtime" -I$bench -o "$folder/$kind.so" \
    $bench/rnnc.c "$made/$name.c" "$out/$kind-runtime.a" -lm
