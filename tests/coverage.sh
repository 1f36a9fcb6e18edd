#!/bin/sh
# What a run of programs that were built with --coverage reached: tests/coverage.sh BUILD. For each file the
# lines and branches that were executed, of how many; then the sums.
build=$(realpath "$1")
top=$(pwd)
mkdir -p "$build/gcov"
cd "$build/gcov" || exit 1
{
    # Object files were compiled from the top folder, which is where gcov finds the sources.
    (cd "$top" && for notes in "$build"/compiler/*.gcno; do gcov -n -b -r "$notes"; done) | sed 's/^File/compiler/'
    (cd "$top" && for notes in "$build"/runtime/*.gcno; do gcov -n -b -r "$notes"; done) | sed 's/^File/runtime/'
} 2>/dev/null | awk -F"[':% ]+" '
    # A file may be part of several objects, as the kernels are: the best of them counts.
    /^(compiler|runtime) / { part = $1; file = $2; keep = file ~ "^" part "/"; next }
    !keep { next }
    /^Lines executed/ { if (!(file in lines) || $3 > line[file]) { line[file] = $3; lines[file] = $5; best = 1 } else best = 0 }
    /^Branches executed/ { next }
    /^Taken at least once/ { if (best) { branch[file] = $5; branches[file] = $7 } }
    END {
        for (file in lines) {
            split(file, folder, "/")
            printf "%-36s %6.1f %% of %5d lines  %6.1f %% of %5d branches\n", file, line[file], lines[file], branch[file], branches[file] | "sort"
            got[folder[1]] += line[file] * lines[file]; all[folder[1]] += lines[file]
            got_b[folder[1]] += branch[file] * branches[file]; all_b[folder[1]] += branches[file]
        }
        close("sort")
        for (part in all)
            printf "%-36s %6.1f %% of %5d lines  %6.1f %% of %5d branches\n", part, got[part] / all[part], all[part], got_b[part] / all_b[part], all_b[part]
    }'
