# rnnc: equations of a recurrent network to C. `make help` lists what there is to make.

CC       ?= cc
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
BUILD    ?= build
VERSION  := 0.1.0

WARN     := -Wall -Wextra -Wpedantic -Wconversion -Werror
ALL_CFLAGS = -std=c11 $(WARN) $(CFLAGS) $(SANITIZE) -Icompiler -I$(BUILD) -D_XOPEN_SOURCE=700 -DRNNC_VERSION='"$(VERSION)"'
LIBS     := $(shell pkg-config --libs jansson libzip 2>/dev/null || echo -ljansson -lzip) -lm

COMPILER := $(wildcard compiler/*.c)
STD      := $(wildcard grammar/std/*.rnn)
OBJECTS  := $(COMPILER:compiler/%.c=$(BUILD)/compiler/%.o) $(BUILD)/compiler/parser.o $(BUILD)/compiler/lexer.o $(BUILD)/compiler/std.o
LIBRARY  := $(filter-out $(BUILD)/compiler/main.o,$(OBJECTS))

.PHONY: all
all: $(BUILD)/rnnc $(BUILD)/librnnrt.a ## the compiler and the runtime

$(BUILD)/rnnc: $(OBJECTS)
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/parser.c $(BUILD)/parser.h &: grammar/parser.y | $(BUILD)/compiler
	bison -Werror --header=$(BUILD)/parser.h --output=$(BUILD)/parser.c grammar/parser.y

$(BUILD)/lexer.c: grammar/lexer.l | $(BUILD)/compiler
	flex --outfile=$@ $<

$(BUILD)/compiler/std.o: WARN += -Wno-overlength-strings

# The standard library, as one string a file.
$(BUILD)/std.c: $(STD) grammar/embed.sh | $(BUILD)/compiler
	sh grammar/embed.sh $(STD) >$@.new
	mv $@.new $@

$(BUILD)/compiler/%.o: compiler/%.c | $(BUILD)/compiler
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/compiler/%.o: $(BUILD)/%.c | $(BUILD)/compiler
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(LIBRARY): | $(BUILD)/parser.h

# The runtime is plain C99 at a plain -O2: its instruction sets are chosen inside of it.
RUNTIME  := dispatch kernels
$(BUILD)/librnnrt.a: $(RUNTIME:%=$(BUILD)/runtime/%.o)
	rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/runtime/%.o: runtime/%.c | $(BUILD)/runtime
	$(CC) -std=c99 $(WARN) $(CFLAGS) $(SANITIZE) -Iruntime -MMD -MP -c -o $@ $<

$(BUILD)/compiler $(BUILD)/runtime $(BUILD)/tests:
	mkdir -p $@

-include $(wildcard $(BUILD)/*/*.d)
