#!/bin/sh
# Fuzzes targets one after the other: tests/fuzz/fuzz.sh BUILD SECONDS [TARGET...], from the repository's
# top folder. BUILD/fuzz is libFuzzer's program, BUILD/replay the one without it; both know the targets.
# What a target did not survive stays in BUILD/found/TARGET, and `BUILD/replay run TARGET FILE` shows it
# again. With KEEP=1 the inputs that reach most code go to tests/fuzz/corpus, for `make test`.
build=$(realpath "$1")
seconds=$2
shift 2
[ $# -gt 0 ] || set -- parse check compile graph tensors weights input
ulimit -s 1048576                # as deep as the compiler's own stack
words=$build/words
"$build/replay" words "$words" || exit 1
mkdir -p "$build/empty"
status=0

fuzz() { # TARGET OPTIONS... : in an empty folder, because a model may name files
    (cd "$build/empty" && FUZZ_TARGET=$1 && export FUZZ_TARGET && shift && exec "$build/fuzz" -timeout=30 "$@")
}

for target in "$@"; do
    at=$build/work/$target
    found=$build/found/$target
    rm -rf "$at/seeds" "$at/kept"
    mkdir -p "$at/seeds" "$at/kept" "$at/corpus" "$found"
    "$build/replay" seeds "$target" "$at/seeds" && "$build/replay" corpus "$target" "$at/corpus" || exit 1
    fuzz "$target" -max_total_time="$seconds" -max_len=6000 -rss_limit_mb=512 -dict="$words" -print_final_stats=1 \
        -artifact_prefix="$found/" "$at/corpus" "$at/seeds" >"$at/log" 2>&1 || status=1
    awk -v target="$target" '/cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
        /number_of_executed_units/ { runs = $2 }
        END { printf "%-8s %9d runs, %5d edges\n", target, runs, edges }' "$at/log"
    find "$found" -type f
    if [ "$KEEP" ]; then
        # What reaches a branch that no seed does.
        cp -r "$at/seeds/." "$at/kept"
        fuzz "$target" -merge=1 -use_counters=0 -max_len=100000 "$at/kept" "$at/corpus" >"$at/merge.log" 2>&1
        for seed in "$at/seeds"/*; do rm "$at/kept/$(basename "$seed")"; done
        "$build/replay" pack "$target" "$at/kept"
    fi
done
exit $status
