# What tests/mutate/mutate.py makes in its copy of the tree: the Makefile's own rules, but tests of the compiler are
# linked to a shared library, so that they need not be linked again for every fault.
CFLAGS := -O1 -fPIC
include Makefile
WARN :=                      # a fault may leave something unused

$(BUILD)/librnnc.so: $(LIBRARY)
	$(Q)$(CC) -shared -o $@ $^ $(LIBS)
SHARED := $(filter-out $(RUNTIME_UNITS),$(UNITS))
$(SHARED): $(BUILD)/tests/%: tests/unit/%.c | $(BUILD)/tests $(BUILD)/librnnc.so
	$(Q)$(COMPILE) -o $@ $< -L$(BUILD) -lrnnc $(CHECK) $(LIBS)
$(BUILD)/tests/cases: $(wildcard tests/*.c tests/*.h) | $(BUILD)/tests $(BUILD)/librnnc.so
	$(Q)$(COMPILE) -o $@ $(filter %.c,$^) -L$(BUILD) -lrnnc $(CHECK) $(LIBS)
$(BUILD)/scalar.a: $(wildcard runtime/*)
	$(Q)mkdir -p $(BUILD)/scalar && cd $(BUILD)/scalar && $(CC) -O0 -DRT_ONLY_SCALAR -c ../../runtime/dispatch.c ../../runtime/kernels.c
	$(Q)rm -f $@ && $(AR) rcs $@ $(BUILD)/scalar/dispatch.o $(BUILD)/scalar/kernels.o
