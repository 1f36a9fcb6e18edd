#!/bin/sh
# Every C file under gcc and clang with all warnings, then clang-tidy and cppcheck where they are
# installed, and the lengths of files and functions: tests/lint.sh BUILD. Exit status 1 for a finding.
build=$1
status=0
flags="-Wall -Wextra -Wpedantic -Wconversion -Werror -D_XOPEN_SOURCE=700 -DRNNC_VERSION=\"lint\""
for cc in gcc clang; do
    command -v $cc >/dev/null || { echo "skipped: no $cc"; continue; }
    for file in compiler/*.c; do
        $cc -std=c11 $flags -fsyntax-only -Icompiler -I"$build" "$file" || status=1
    done
    for file in tests/fuzz/*.c; do
        $cc -std=c11 $flags -fsyntax-only -Icompiler -I"$build" "$file" || status=1
    done
    for file in tests/*.c tests/unit/test_*.c; do
        # Check's own macros are written for gcc.
        $cc -std=c11 $flags -Wno-unknown-warning-option -Wno-gnu-zero-variadic-macro-arguments -fsyntax-only -Iruntime "$file" || status=1
    done
    for file in runtime/*.c samples/*/*.c; do
        sample=$(dirname "$file")
        case $sample in samples/*) [ -f "$build/$sample/$(basename "$sample").h" ] || { echo "skipped: $file"; continue; } ;; esac
        $cc -std=c99 $flags -fsyntax-only -Iruntime -I"$build/$sample" -I"$sample" "$file" || status=1
    done
    # The benchmark: what needs a header that is not there, another library's or rnnc's, is left out.
    for file in tests/bench/*.c tests/bench/real/*.c; do
        name=$(basename "$file" .c)
        case $file in
            */blas.c) more=$(pkg-config --cflags openblas 2>/dev/null) || { echo "skipped: $file"; continue; } ;;
            */onednn.c) more=; [ -f /usr/include/dnnl.h ] || { echo "skipped: $file"; continue; } ;;
            */bench/rnnc.c) more="-DNET=lstm_1_16 -DHEADER=\"lstm_1_16.h\" -I$build/bench/lstm_1_16/rnnc"
                [ -f "$build/bench/lstm_1_16/rnnc/lstm_1_16.h" ] || { echo "skipped: $file"; continue; } ;;
            */vad_onnx.c) more=-DMODEL="\"\"" ;;
            */real/*) more=-I$build/bench/real; [ -f "$build/bench/real/$name.h" ] || { echo "skipped: $file"; continue; } ;;
            *) more= ;;
        esac
        # shellcheck disable=SC2086
        $cc -std=c11 $flags -fsyntax-only $more "$file" || status=1
    done
    echo "$cc: done"
done
if command -v cppcheck >/dev/null; then
    cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
        -Icompiler compiler/*.c || status=1
    echo "cppcheck: done"
fi
if command -v clang-tidy >/dev/null; then
    # Checks that find mistakes; matters of taste are left out.
    clang-tidy --quiet --warnings-as-errors='*' --checks='-*,misc-unused-*,bugprone-infinite-loop,bugprone-macro-parentheses,bugprone-sizeof-container,bugprone-string-integer-assignment,bugprone-suspicious-semicolon,bugprone-use-after-move' \
        compiler/*.c -- -std=c11 -D_XOPEN_SOURCE=700 -DRNNC_VERSION='"lint"' -Icompiler -I"$build" 2>/dev/null || status=1
    echo "clang-tidy: done"
fi
# Lengths: files up to 400 lines, functions (from a line with { in column 1 to its }) up to 50.
for file in compiler/*.[ch] runtime/*.[ch] tests/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/bench/*.[ch] tests/bench/*.cpp tests/bench/real/*.c samples/*/*.c; do
    awk -v file="$file" '/^{/ { start = NR } /^}/ && start { if (NR - start > 51) {
            print file ":" start ": a function of " NR - start - 1 " lines"; bad = 1 } start = 0 }
        END { if (NR > 400) { print file ": " NR " lines"; bad = 1 } exit bad }' "$file" || status=1
done
exit $status
