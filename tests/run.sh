#!/bin/sh
# Runs every test program of a build folder, and ends with the sum of what they say:
# tests/run.sh BUILD [asan|coverage]. Exit status 1 if any test failed.
build=$1
kind=$2
log=$build/tests/log
rm -rf "$log"
mkdir -p "$log"
status=0
run() { # NAME COMMAND...
    name=$1
    shift
    start=$(date +%s)
    if "$@" >"$log/$name" 2>&1; then result=ok; else result=FAILED; status=1; fi
    grep -hE '^[0-9]+%: Checks: ' "$log/$name" | tail -1 >"$log/$name.sum"
    printf '%-28s %-7s %4s s   %s\n' "$name" "$result" $(($(date +%s) - start)) "$(cat "$log/$name.sum")"
    [ $result = ok ] || tail -40 "$log/$name"
    grep -hE '^(skipped|SKIP)' "$log/$name" | sed 's/^/    /' | head -20
    return 0
}
for unit in "$build"/tests/test_*; do
    case $unit in *.d | *.gc??) continue ;; esac
    # It builds programs of its own, with which no library for coverage links.
    [ "$kind $(basename "$unit")" = "coverage test_emitted" ] && continue
    run "$(basename "$unit")" "$unit"
done
suites="golden errors numeric real"
case $kind in
asan) suites="errors numeric" ;;
coverage) suites=${SUITES-golden errors numeric} && run fuzz_replay "$build/replay" ;;
*) run fuzz_replay "$build/tests/fuzz_replay" ;;
esac
for suite in $suites; do
    run "$suite" "$build/tests/cases" "$suite"
done
[ "$kind" ] || for script in verify deterministic emitted; do
    run "$script" sh "tests/$script.sh" "$build"
done
[ "$kind" ] || for sample in samples/*/main.c; do
    sample=$(basename "$(dirname "$sample")")
    run "$sample" sh "tests/$sample.sh" "$build"
done
# Random programs: the same ones each time, or those from SEED= on.
if [ "$kind" != asan ] && command -v python3 >/dev/null; then
    run random python3 tests/random/fuzz.py "$build" --count=60 --seconds=240 --breadth=2 --seed="${SEED:-1}"
fi
# A network that is not there is a check that was skipped.
skipped=$(cat "$log/real" "$log/vad" 2>/dev/null | grep -c '^skipped: .* (there is no ')
cat "$log"/*.sum | awk -F'[ ,]+' -v skipped="$skipped" '{ checks += $3; bad += $5 + $7 } END {
    printf "%d passed, %d failed, %d skipped\n", checks - bad - skipped, bad, skipped }'
exit $status
