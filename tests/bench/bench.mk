# What `make bench` builds and runs, from the root folder: make -f tests/bench/bench.mk. README.md has the variables.

BUILD   ?= build
CC      ?= cc
CXX     ?= c++
# The tree whose build/rnnc and runtime/ are measured, and one to compare it with, in the same run.
TREE    ?= .
AGAINST ?=
ROUNDS  ?= 45
ONLY    ?=
WITH    ?=
VISIT   ?= 12
CPU     ?= -1
SHARED  ?= $(if $(RNNC_SHARED),$(RNNC_SHARED),../shared)

OUT     := $(BUILD)/bench
HERE    := tests/bench
COMPILE := $(CC) -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -D_XOPEN_SOURCE=700
NAMES   := $(shell awk '!/^\#/ && NF { print $$1 }' $(HERE)/networks.txt)
VAD_MODEL := $(TREE)/build/samples/vad/silero_vad_16k_op15.onnx
REALS   := $(notdir $(basename $(wildcard $(HERE)/real/*.c)))
comma   := ,
choose   = $(if $(ONLY),$(filter $(subst *,%,$(subst $(comma), ,$(ONLY))),$(1)),$(1))
choose_peer = $(if $(and $(call choose,$(1)),$(wildcard $(OUT)/libonnxruntime.so.1),$(wildcard $(VAD_MODEL))),$(1).onnxruntime)
CHOSEN  := $(call choose,$(NAMES))
Q       := $(if $(V),,@)

TORCH   ?= /usr/include/torch/csrc/api/include

# A peer is built if its library is there; the table says which are not.
THERE   := naive \
	$(if $(shell pkg-config --exists openblas && echo yes),openblas) \
	$(if $(wildcard $(OUT)/libonnxruntime.so.1),onnxruntime) \
	$(if $(wildcard /usr/include/dnnl.h /usr/local/include/dnnl.h),onednn) \
	$(if $(wildcard $(TORCH)/torch/torch.h),torch)
PEERS   := $(if $(WITH),$(filter $(subst $(comma), ,$(WITH)),$(THERE)),$(THERE))

# Large blocks of memory on huge pages, for whoever allocates them, where the system gives them to who asks.
.PHONY: run FORCE
run: $(OUT)/bench $(OUT)/reference.so $(PEERS:%=$(OUT)/%.so) $(CHOSEN:%=$(OUT)/%/rnnc.so) \
		$(patsubst %,$(OUT)/real/%.so,$(call choose,$(REALS)) $(call choose_peer,vad)) $(if $(AGAINST),$(CHOSEN:%=$(OUT)/%/against.so))
	@GLIBC_TUNABLES=glibc.malloc.hugetlb=1 $(OUT)/bench --networks=$(HERE)/networks.txt --folder=$(OUT) --rounds=$(ROUNDS) \
		--visit=$(VISIT) --cpu=$(CPU) --only='$(ONLY)' --with='$(WITH)' --against='$(AGAINST)' --tsv=$(OUT)/bench.tsv
	@awk -f $(HERE)/picture.awk $(OUT)/bench.tsv >$(OUT)/bench.svg
	@echo 'Written: $(OUT)/bench.tsv, $(OUT)/bench.svg'

# ---- the driver ----

DRIVER := bench times roofline report real_times networks
$(OUT)/%.o: $(HERE)/%.c $(HERE)/bench.h $(HERE)/measure.h $(HERE)/real.h | $(OUT)
	@echo '  $<'
	$(Q)$(COMPILE) -O2 -ffp-contract=fast -c -o $@ $<
$(OUT)/bench: $(DRIVER:%=$(OUT)/%.o)
	@echo '  link $@'
	$(Q)$(CC) -o $@ $^ -ldl -lm
$(OUT)/weights: $(OUT)/weights.o $(OUT)/networks.o
	@echo '  link $@'
	$(Q)$(CC) -o $@ $^ -lm

# ---- rnnc, for each network and tree ----

$(OUT)/rnnc-tree: FORCE | $(OUT)
	@echo '$(TREE)' | cmp -s - $@ || echo '$(TREE)' >$@
$(OUT)/against-tree: FORCE | $(OUT)
	@echo '$(AGAINST)' | cmp -s - $@ || echo '$(AGAINST)' >$@

define TREE_RULES
$(OUT)/$(1)-%.o: $(2)/runtime/%.c $(wildcard $(2)/runtime/*) $(OUT)/$(1)-tree
	@echo '  $$<'
	$(Q)$(CC) -std=c99 -O2 -fPIC -c -o $$@ $$<
$(OUT)/$(1)-runtime.a: $(OUT)/$(1)-dispatch.o $(OUT)/$(1)-kernels.o
	$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
$(OUT)/%/$(1).so: $(HERE)/model.sh $(HERE)/rnnc.c $(HERE)/bench.h $(HERE)/networks.txt $(wildcard $(HERE)/models/*) $(2)/build/rnnc $(OUT)/$(1)-runtime.a $(OUT)/weights
	@echo '  $$@'
	$(Q)sh $(HERE)/model.sh $$* $(OUT) $(2) $(1)
endef
$(eval $(call TREE_RULES,rnnc,$(TREE)))
$(if $(AGAINST),$(eval $(call TREE_RULES,against,$(AGAINST))))

$(OUT)/real/%.so: $(HERE)/real/%.c $(HERE)/real.sh $(HERE)/real.h $(TREE)/build/rnnc $(OUT)/rnnc-runtime.a $(wildcard $(TREE)/build/samples/vad/*.onnx)
	@echo '  $@'
	$(Q)sh $(HERE)/real.sh $* $(OUT) $(TREE) $(SHARED)

# ---- the others; -march=native, as whoever compares would build them. -ffast-math is kept from the linker, which would
# change how the whole process rounds the smallest numbers. ----

# The vectors' elementary functions, where the C library has them.
MVEC := $(if $(filter x86_64,$(shell uname -m)),-lmvec)
# A library of another version may not be to be had in this way.
SKIP = { rm -f $@; echo 'skipped: $@ cannot be built here' >&2; }

$(OUT)/naive.so: $(HERE)/naive.c $(HERE)/bench.h | $(OUT)
	@echo '  $@'
	$(Q)$(COMPILE) -O3 -march=native -ffast-math -fPIC -c -o $(OUT)/naive.o $<
	$(Q)$(CC) -shared -o $@ $(OUT)/naive.o $(MVEC) -lm
$(OUT)/reference.so: $(HERE)/naive.c $(HERE)/bench.h | $(OUT)
	@echo '  $@'
	$(Q)$(COMPILE) -O2 -DREAL=double -DEXP=exp -DTANH=tanh -DNAME='"reference"' -fPIC -shared -o $@ $< -lm
$(OUT)/openblas.so: $(HERE)/blas.c $(HERE)/bench.h | $(OUT)
	@echo '  $@'
	$(Q)$(COMPILE) -O3 -march=native -ffast-math -fPIC $$(pkg-config --cflags openblas) -c -o $(OUT)/openblas.o $<
	$(Q)$(CC) -shared -o $@ $(OUT)/openblas.o $$(pkg-config --libs openblas) $(MVEC) -lm || $(SKIP)
$(OUT)/onnxruntime.so: $(HERE)/onnxruntime.c $(HERE)/onnx.c $(HERE)/ort.c $(HERE)/onnx.h $(HERE)/ort.h $(HERE)/bench.h | $(OUT)
	@echo '  $@'
	$(Q)$(COMPILE) -O2 -fPIC -shared -o $@ $(filter %.c,$^) $(OUT)/libonnxruntime.so.1 -Wl,-rpath,'$$ORIGIN' -lm || $(SKIP)
$(OUT)/real/vad.onnxruntime.so: $(HERE)/vad_onnx.c $(HERE)/ort.c $(HERE)/ort.h $(HERE)/real.h $(VAD_MODEL) | $(OUT)
	@echo '  $@'
	$(Q)mkdir -p $(@D) && $(COMPILE) -O2 -fPIC -shared -DMODEL='"$(VAD_MODEL)"' -o $@ $(filter %.c,$^) $(OUT)/libonnxruntime.so.1 -Wl,-rpath,'$$ORIGIN/..' -lm
$(OUT)/onednn.so: $(HERE)/onednn.c $(HERE)/bench.h | $(OUT)
	@echo '  $@'
	$(Q)$(COMPILE) -O2 -fPIC -shared -o $@ $< -ldnnl || $(SKIP)
$(OUT)/torch.so: $(HERE)/torch.cpp $(HERE)/networks.c $(HERE)/bench.h | $(OUT)
	@echo '  $@'
	$(Q)$(COMPILE) -O2 -fPIC -c -o $(OUT)/torch-networks.o $(HERE)/networks.c
	$(Q)$(CXX) -std=c++17 -Wall -Wextra -O2 -fPIC -shared -isystem $(TORCH) -o $@ $< $(OUT)/torch-networks.o -ltorch -ltorch_cpu -lc10 || $(SKIP)

$(OUT):
	mkdir -p $@
