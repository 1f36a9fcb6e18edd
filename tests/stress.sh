#!/bin/sh
# The program that marks the stress against samples/stress/expected.txt, whose probabilities come from a forward
# pass in float64 that has nothing to do with rnnc, on every instruction set: tests/stress.sh BUILD.
# Tolerance 2e-5 in a probability, as in langid.sh; words and phonemes are exact.
build=$1
wanted=samples/stress/expected.txt
passed=0
failed=0
sed 's/ 0\.[0-9]*//g' $wanted >"$build/sounds"
for isa in scalar sse2 avx2 avx512 neon; do
    RT_ISA=$isa "$build/stress" --probability <"$build/sounds" >"$build/marked"
    if awk 'NR == FNR { wanted[NR] = $0; lines = NR; next }
            { rows++; n = split(wanted[FNR], w); same = n == NF
              for (i = 1; i <= NF; i++) {
                  if (w[i] ~ /^[01]\./ && $i ~ /^[01]\.[0-9]+$/) { off = w[i] - $i; same = same && off < 2e-5 && off > -2e-5 }
                  else same = same && w[i] "" == $i ""
              }
              if (!same) { print "got    " $0; print "wanted " wanted[FNR]; bad = 1 } }
            END { exit bad || rows != lines }' $wanted "$build/marked"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$isa: differs"
    fi
done
same() { # WHAT WANTED GOT
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); printf '%s:\n  wanted %s\n  got    %s\n' "$@"; fi
}
same "one in the arguments, with other marks" "B AH0 N AE1 N AH0" "$("$build/stress" B AH2 N AE N AH1)"
same "no phoneme" "stress: \`QQ' is no phoneme
 (refused)" "$("$build/stress" B QQ 2>&1 || echo " (refused)")"
same "too long" "stress: more than 24 phonemes
 (refused)" "$(yes B | head -25 | xargs "$build/stress" 2>&1 || echo " (refused)")"
same "an empty line between" "a  B OY1,b  B OY1" "$(printf 'a B OY\n\nb B OY' | "$build/stress" | paste -sd,)"
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
