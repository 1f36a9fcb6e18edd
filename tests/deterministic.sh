#!/bin/sh
# The same model gives the same bytes, however rnnc is called: tests/deterministic.sh BUILD [RNNC...]. Locale, folder,
# spelling of the path, environment, umask, addresses, what memory held before; and other builds of rnnc, if given.
build=$1
[ $# -gt 0 ] && shift
root=$(pwd)
rnnc=$(cd "$build" && pwd)/rnnc
work=$(cd "$build" && pwd)/tests/deterministic
models="samples/digits/digits.rnn samples/hyphen/hyphen.rnn samples/g2p/g2p.rnn samples/music/music.rnn
    tests/numeric/used_file.rnn tests/numeric/clock_ticks.rnn tests/numeric/net_transformer.rnn tests/numeric/quantized.rnn"
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work/want" "$work/got"
emit() { # TO MODEL COMMAND...: by that command, in the folder in which we are
    to=$1
    model=$2
    shift 2
    "$@" "$model" -o "$to" && "$@" "$model" --blob --random-weights=7 --name="blob_$(basename "$model" .rnn)" -o "$to"
}
for model in $models; do emit "$work/want" "$model" "$rnnc" || failed=1; done
same() { # WHAT: is $work/got what it should be? It is empty afterwards.
    if diff -r "$work/want" "$work/got" >"$work/diff" 2>&1; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "$1: other bytes"; head -5 "$work/diff"; fi
    rm -rf "$work/got"
    mkdir "$work/got"
}
all() { # WHAT COMMAND...
    what=$1
    shift
    for model in $models; do emit "$work/got" "$model" "$@" || echo "$what: failed"; done
    same "$what"
}

all "once more" "$rnnc"
all "no environment" env -i "$rnnc"
if command -v localedef >/dev/null && localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" 2>/dev/null; then
    all "a locale with decimal commas" env LC_ALL=de_DE.UTF-8 LOCPATH="$work" "$rnnc"
else
    echo "skipped: a locale with decimal commas (no localedef, or no sources of locales)"
fi
all "memory that is not zero" env MALLOC_PERTURB_=165 "$rnnc"
if command -v setarch >/dev/null && setarch -R true 2>/dev/null; then all "addresses that are not random" setarch -R "$rnnc"
else echo "skipped: addresses that are not random (no setarch)"; fi
(umask 077; exec >/dev/null; for model in $models; do emit "$work/got" "$model" "$rnnc"; done)
same "umask 077"
for model in $models; do emit "$work/got" "$root/$model" "$rnnc"; done
same "absolute paths"
for model in $models; do (cd "$(dirname "$model")" && emit "$work/got" "./$(basename "$model")" "$rnnc"); done
same "in the model's folder"
ln -s "$root" "$work/another way"
for model in $models; do (cd / && emit "$work/got" "$work/another way/$(dirname "$model")/../$(basename "$(dirname "$model")")/$(basename "$model")" "$rnnc"); done
same "through a link, in /"
for other; do all "$other" $other; done
# That a difference would be seen.
for model in $models; do emit "$work/got" "$model" "$rnnc"; done
for file in "$work"/got/*.c; do echo >>"$file"; done
diff -r "$work/want" "$work/got" >/dev/null
[ $? = 1 ] && [ "$(find "$work/want" -name '*.c' | wc -l)" = 16 ]
if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "the files are not compared"; fi
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
