# Builds popek, its tests and its reports. Two targets do everything on a fresh Debian 12: `make audit` and `make test`.

BUILD   ?= build
PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
# Of what libpopek is made of: good in shared objects, and what stands in the same file may still be inlined.
LIBRARY_CODE = -fPIC -fno-semantic-interposition
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion
# -D_GNU_SOURCE= : argp, open_memstream and getrusage beside ISO C.
CPPFLAGS += -D_GNU_SOURCE= -Iisa-model -I$(BUILD)/isa-model -Icli -Ivmm-model -I$(BUILD)/proofs -I$(BUILD)/include
LDLIBS   = -lz3 -ljansson -lcapstone -ldw -lelf -lmd -lpthread
FUZZ_SECONDS ?= 60
# What the decoders are measured with: the code of the solver's library.
DECODED_LIBRARY ?= $(firstword $(wildcard /usr/lib/*/libz3.so.4 /usr/lib/libz3.so.4))
# What the scanner is measured with: more than 20 MB of code where clang is installed.
SCANNED_LIBRARY ?= $(firstword $(wildcard /usr/lib/*/libLLVM-14.so.1) $(DECODED_LIBRARY))
CLANG   ?= clang

BUILD_PACKAGES = build-essential pkg-config flex bison libz3-dev libcunit1-dev libjansson-dev libcapstone-dev libelf-dev libdw-dev libmd-dev cvc4 libxml2-utils
MANUAL_PACKAGES = mandoc groff-base
LINT_PACKAGES  = clang clang-format clang-tidy cppcheck libclang-rt-14-dev

# One folder, one room of the architecture (docs/architecture.md).
ROOMS           = isa-model x86-tables classifier checker vmm-model vmm-model/x86 simulator hardware direct machine machine/devices scanner evidence reports course
# vmm-model/jrst1.c belongs to the monitor of another machine (examples/isa/jrst1.isa), for which it is proven.
LIBRARY_SOURCES = $(filter-out vmm-model/jrst1.c,$(foreach room,$(ROOMS),$(wildcard $(room)/*.c)))
CLI_SOURCES     = $(wildcard cli/*.c)
# These make a program of their own.
COMPARE_SCAN    = $(addprefix tests/scanner/,class_table.c capstone_filter.c compare_sweeps.c difference.c compare_scan.c)
TEST_SOURCES    = $(filter-out %/compare_capstone.c %/checker/mutants.c %/checker/mutant_judge.c %/checker/stack_core.c %/compare_names.c %/explanations.c $(COMPARE_SCAN) tests/bench/% tests/fuzz/%,$(wildcard tests/*.c tests/*/*.c))
TABLES          = $(sort $(wildcard x86-tables/*.isa) x86-tables/capstone_names.txt x86-tables/hardware_differences.txt)
# What emitted tables include, which `popek check --prove` writes for the compiler.
EMITTED_HEADERS = isa-model/emitted.h isa-model/emitted_handlers.h examples/handlers/opaque.c
# The style and the script of HTML reports.
PAGE            = reports/html/report.css reports/html/report.js
TEACHING        = examples/isa/third_generation.isa examples/isa/lra.isa examples/isa/third_generation/machine.isa
# Historic and current machines with known answers (docs/library.md), and the parts that they include.
LIBRARY_ISAS    = $(addprefix examples/isa/,$(addsuffix .isa,system360_67 pdp10_ka10 pdp11_45 vax vax_virtual mc68000 mc68010 mips32 armv7a riscv)) \
    $(wildcard $(addprefix examples/isa/,$(addsuffix /*.isa,vax m68k armv7a riscv)))
HEADERS         = $(foreach room,$(filter-out vmm-model%,$(ROOMS)) cli tests tests/x86-tables,$(wildcard $(room)/*.h))
GENERATED       = $(BUILD)/isa-model/lexer.c $(BUILD)/isa-model/parser.c

# The C of x86's steps, in parts: the bare machine executes it, and the tests compare it with the evaluator.
EMITTED_PARTS   = 4
EMITTED_OBJECTS = $(foreach part,$(shell seq 0 $(EMITTED_PARTS)),$(BUILD)/emitted/x86_$(part).o)
# The handlers of the monitor by form, and the names of those that are proven: direct execution has them handle traps.
HANDLER_TABLE   = $(BUILD)/emitted/x86_handlers.o
# Handlers that are made from the tables.
MADE_HANDLERS   = $(patsubst %,$(BUILD)/x86_handlers/%.c,$(shell sed '/^\#/d' vmm-model/x86/generated))
LIBRARY_OBJECTS = $(LIBRARY_SOURCES:%.c=$(BUILD)/%.o) $(GENERATED:.c=.o) $(EMITTED_OBJECTS) $(HANDLER_TABLE) $(MADE_HANDLERS:.c=.o) $(BUILD)/machine/proven_handlers.o
CLI_OBJECTS     = $(CLI_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/cli/embedded.o $(BUILD)/cli/embedded_text.o
TEST_OBJECTS    = $(TEST_SOURCES:%.c=$(BUILD)/%.o)
# The monitor is built against what `popek emit` makes of its machine.
MONITOR_OBJECTS = $(filter $(BUILD)/vmm-model/%,$(LIBRARY_OBJECTS))
MONITOR_USERS   = $(MONITOR_OBJECTS) $(filter $(BUILD)/simulator/% $(BUILD)/reports/%,$(LIBRARY_OBJECTS)) $(CLI_OBJECTS) $(TEST_OBJECTS) $(BUILD)/tests/bench/lockstep.o
# The Unicorn backend is under the GPL, and a plug-in for that reason. It is built where the header is; nothing else needs it.
PLUGIN_SOURCES  = $(wildcard hardware/unicorn/*.c) hardware/guest.c hardware/guest_backend.c hardware/guest_check.c hardware/worker.c hardware/window_memory.c
PLUGIN_OBJECTS  = $(PLUGIN_SOURCES:%.c=$(BUILD)/plugin/%.o)
PLUGINS         = $(if $(wildcard /usr/include/unicorn/unicorn.h),$(BUILD)/popek-unicorn.so)
MONITOR_INPUTS  = $(BUILD)/proofs/third_generation.h $(BUILD)/proofs/third_generation_step.c $(BUILD)/proofs/x86_virtual.h
# The same of the machine with JRST 1, under the same names, because the sources of the monitor are the same. It has a folder of its own.
JRST1_INPUTS    = $(BUILD)/jrst1/proofs/third_generation.h $(BUILD)/jrst1/proofs/third_generation_step.c

# What `make man` makes: a page for each subcommand, as cli/main.c lists them.
MANUAL_PAGES    = $(BUILD)/man/popek.1 $(patsubst %,$(BUILD)/man/popek%.1,$(shell sed -n 's/.*command_[a-z_]*, ".*(char\[\]){"popek \([a-z-]*\)"}.*/-\1/p' cli/main.c))

.PHONY: man all audit guests mach test test-all test-html rebase compare-decoders compare-scan compare-scan-many bench prove prove-replay prove-cache prove-record \
    prove-smoke prove-controls prove-mutants prove-x86 prove-all compare-mutants lint sanitize fuzz install clean
.DELETE_ON_ERROR:
.SECONDARY:
all: $(BUILD)/popek $(PLUGINS) guests

# --- what is needed -------------------------------------------------------------------------------------------------------------------------------
$(BUILD)/.packages: tools/packages.sh
	@tools/packages.sh $@ $(BUILD_PACKAGES)
$(BUILD)/.packages-lint: tools/packages.sh
	@tools/packages.sh $@ $(LINT_PACKAGES)

# --- the program ----------------------------------------------------------------------------------------------------------------------------------
$(BUILD)/popek: $(CLI_OBJECTS) $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# The archive is made anew, so that objects of files that are gone do not stay in it; `objects` changes when the list of them does.
$(BUILD)/libpopek.a: $(LIBRARY_OBJECTS) $(BUILD)/objects
	rm -f $@
	$(AR) rcs $@ $(LIBRARY_OBJECTS)
$(BUILD)/objects: always
	@mkdir -p $(@D)
	@echo '$(LIBRARY_OBJECTS)' | cmp -s - $@ || echo '$(LIBRARY_OBJECTS)' >$@
.PHONY: always

$(BUILD)/%.o: %.c | $(BUILD)/.packages $(BUILD)/isa-model/parser.h
	@mkdir -p $(@D)
	$(CC) -std=c11 $(CPPFLAGS) $(WARNINGS) $(CFLAGS) $(CODE) -MMD -MP -c -o $@ $<
# The emitted steps are not a part of what is exported.
PORTABLE_OBJECTS = $(filter-out $(EMITTED_OBJECTS),$(LIBRARY_OBJECTS))
$(PORTABLE_OBJECTS): private CODE = $(LIBRARY_CODE)
$(PORTABLE_OBJECTS): $(BUILD)/library-code
$(BUILD)/library-code: always
	@mkdir -p $(@D)
	@echo '$(LIBRARY_CODE)' | cmp -s - $@ || echo '$(LIBRARY_CODE)' >$@

$(BUILD)/plugin/%.o: %.c | $(BUILD)/.packages
	@mkdir -p $(@D)
	$(CC) -std=c11 $(CPPFLAGS) $(WARNINGS) $(CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
$(BUILD)/popek-unicorn.so: $(PLUGIN_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lunicorn

# Generated code is not ours to make free of warnings.
GENERATED_WARNINGS = -Wall -Wno-conversion -Wno-sign-conversion -Wno-unused-function -Wno-unused-but-set-variable -Wno-unknown-warning-option
$(BUILD)/isa-model/%.o: $(BUILD)/isa-model/%.c $(BUILD)/isa-model/parser.h | $(BUILD)/.packages
	$(CC) -std=c11 $(CPPFLAGS) $(GENERATED_WARNINGS) $(CFLAGS) $(CODE) -MMD -MP -c -o $@ $<
$(BUILD)/isa-model/lexer.c: isa-model/lexer.l | $(BUILD)/.packages
	@mkdir -p $(@D)
	flex -o $@ $<
$(BUILD)/isa-model/parser.c $(BUILD)/isa-model/parser.h &: isa-model/parser.y | $(BUILD)/.packages
	@mkdir -p $(@D)
	bison --defines=$(BUILD)/isa-model/parser.h -o $(BUILD)/isa-model/parser.c $<

# The classes of all forms under each profile, decided once; what is embedded of them is what `popek scan` and `popek decode` go by.
PROFILES     := $(shell sed -n 's/^profile \([a-z0-9_]*\).*/\1/p' x86-tables/*.isa)
CLASS_TABLES  = $(PROFILES:%=$(BUILD)/classes/x86.%)
$(BUILD)/tools/classes: $(BUILD)/tools/classes.o $(addprefix $(BUILD)/reports/,class_table.o closing.o) \
    $(filter-out $(BUILD)/isa-model/emit%,$(filter $(BUILD)/isa-model/% $(BUILD)/classifier/%,$(LIBRARY_OBJECTS)))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz3 -lmd
$(BUILD)/classes/x86.%: $(BUILD)/tools/classes $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$< x86-tables/x86.isa $* $@.new
	mv $@.new $@
# What direct execution does with each form.
KIND_TABLE    = $(BUILD)/classes/x86.kinds
$(BUILD)/tools/kinds: $(BUILD)/tools/kinds.o $(addprefix $(BUILD)/,direct/kinds.o direct/kind_table.o vmm-model/x86/dispatcher.o) \
    $(filter-out $(BUILD)/isa-model/emit%,$(filter $(BUILD)/isa-model/% $(BUILD)/x86-tables/% $(BUILD)/classifier/%,$(LIBRARY_OBJECTS)))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz3 -lmd -lcapstone
$(KIND_TABLE): $(BUILD)/tools/kinds $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$< x86-tables/x86.isa $@.new
	mv $@.new $@
EMBEDDED      = $(TABLES) $(TEACHING) $(LIBRARY_ISAS) $(PAGE) $(CLASS_TABLES) $(KIND_TABLE) $(EMITTED_HEADERS)
$(BUILD)/cli/embedded.s $(BUILD)/cli/embedded.c &: tools/embed.sh Makefile $(EMBEDDED)
	@mkdir -p $(@D)
	tools/embed.sh $(BUILD)/cli/embedded.s $(BUILD)/cli/embedded.c $(EMBEDDED)
$(BUILD)/cli/embedded_text.o: $(BUILD)/cli/embedded.s
	$(CC) -c -o $@ $<
$(BUILD)/cli/embedded.o: $(BUILD)/cli/embedded.c cli/embedded.h
	$(CC) -std=c11 $(CPPFLAGS) $(WARNINGS) $(CFLAGS) -c -o $@ $<

# --- manual pages, from the text of --help -------------------------------------------------------------------------------------------------------
man: $(BUILD)/man/popek.1
$(MANUAL_PAGES) &: $(BUILD)/popek tools/manual.sh tools/manual.awk
	tools/manual.sh $(BUILD)/popek $(BUILD)/man
$(BUILD)/.packages-manual: tools/packages.sh
	@tools/packages.sh $@ $(MANUAL_PACKAGES)

# The emitter by itself, because popek contains the monitor that is built against what is emitted.
$(BUILD)/emit: $(BUILD)/tools/emit.o $(filter $(BUILD)/isa-model/%,$(LIBRARY_OBJECTS))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(MONITOR_USERS): | $(MONITOR_INPUTS)
$(MONITOR_OBJECTS): $(MONITOR_INPUTS)
$(BUILD)/proofs/third_generation.h: $(BUILD)/emit $(TEACHING)
	@mkdir -p $(@D)
	$(BUILD)/emit examples/isa/third_generation.isa acsl $@
$(BUILD)/proofs/third_generation_step.c: $(BUILD)/emit $(TEACHING)
	@mkdir -p $(@D)
	$(BUILD)/emit examples/isa/third_generation.isa c $@
$(BUILD)/jrst1/proofs/third_generation.h: $(BUILD)/emit $(TEACHING) examples/isa/jrst1.isa
	@mkdir -p $(@D)
	$(BUILD)/emit examples/isa/jrst1.isa acsl $@ third_generation
$(BUILD)/jrst1/proofs/third_generation_step.c: $(BUILD)/emit $(TEACHING) examples/isa/jrst1.isa
	@mkdir -p $(@D)
	$(BUILD)/emit examples/isa/jrst1.isa c $@ third_generation

# What the handlers of the x86 monitor are written and proven against, and the table through which they are compared with the emitted steps.
$(BUILD)/proofs/x86_virtual.h: $(BUILD)/emit $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$(BUILD)/emit x86-tables/x86.isa handlers $@
$(BUILD)/emitted/x86_handlers.c: $(BUILD)/emit $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$(BUILD)/emit x86-tables/x86.isa handlers-table $@
$(BUILD)/emitted/x86_handlers.o: isa-model/emitted_handlers.h $(BUILD)/proofs/x86_virtual.h
$(MADE_HANDLERS): $(BUILD)/x86_handlers/%.c: $(BUILD)/emit $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$(BUILD)/emit x86-tables/x86.isa handler $@ $*
$(MADE_HANDLERS:.c=.o): $(BUILD)/proofs/x86_virtual.h vmm-model/x86/operations.h
$(MADE_HANDLERS:.c=.o): $(BUILD)/x86_handlers/%.o: $(BUILD)/x86_handlers/%.c
	$(CC) -std=c11 $(CPPFLAGS) $(CFLAGS) $(GENERATED_WARNINGS) -fPIC -fvisibility=hidden -c -o $@ $<
$(BUILD)/machine/proven_handlers.c: tools/proven_handlers.sh proofs/units $(wildcard vmm-model/x86/*.c) $(MADE_HANDLERS)
	@mkdir -p $(@D)
	tools/proven_handlers.sh proofs/units $(BUILD) $@
$(BUILD)/machine/proven_handlers.o: $(BUILD)/machine/proven_handlers.c machine/trap_handlers.h
	$(CC) -std=c11 -Imachine $(CPPFLAGS) $(WARNINGS) $(CFLAGS) -c -o $@ $<

$(EMITTED_OBJECTS:.o=.c): $(BUILD)/emitted/x86_%.c: $(BUILD)/emit $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$(BUILD)/emit x86-tables/x86.isa $*/$(EMITTED_PARTS) $@
$(BUILD)/emitted/%.o: $(BUILD)/emitted/%.c isa-model/emitted.h
	$(CC) -std=c11 $(CPPFLAGS) $(GENERATED_WARNINGS) -Wno-unused-variable -O1 -c -o $@ $<
# What checks handlers and the bare machine are built against the state of x86, and contain the reference step.
STATE_HEADER  = $(BUILD)/include/popek/x86.h
STATE_USERS   = $(BUILD)/tests/checker/mutants.o $(filter $(BUILD)/checker/% $(BUILD)/machine/% $(BUILD)/reports/check%,$(LIBRARY_OBJECTS)) $(BUILD)/cli/check.o $(BUILD)/cli/check_prove.o
$(STATE_USERS): | $(STATE_HEADER)
$(STATE_HEADER): $(BUILD)/emit $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$(BUILD)/emit x86-tables/x86.isa types $@

# Plug-ins for `popek check`: examples, and what the tests check.
HANDLER_EXAMPLES = $(BUILD)/handlers/reference.so $(BUILD)/handlers/broken.so $(BUILD)/handlers/emulator.so $(BUILD)/handlers/core.so
PLUGIN_CFLAGS    = -std=c11 -Iinclude -I$(BUILD)/include -Iisa-model $(WARNINGS) $(CFLAGS) -fPIC -fvisibility=hidden
$(BUILD)/handlers/%.so: examples/handlers/%.c $(STATE_HEADER) include/popek/handler.h
	@mkdir -p $(@D)
	$(CC) $(PLUGIN_CFLAGS) -shared -o $@ $<
# Its faults are there to be found by `popek check`, not by a sanitizer.
$(BUILD)/handlers/broken.so: PLUGIN_CFLAGS := $(filter-out -fsanitize% -fno-sanitize%,$(PLUGIN_CFLAGS))
$(BUILD)/handlers/emitted/%.o: $(BUILD)/emitted/%.c isa-model/emitted.h
	@mkdir -p $(@D)
	$(CC) -std=c11 $(CPPFLAGS) $(GENERATED_WARNINGS) -Wno-unused-variable -O1 -fPIC -fvisibility=hidden -c -o $@ $<
$(BUILD)/handlers/reference.so: examples/handlers/reference.c examples/handlers/opaque.c $(EMITTED_OBJECTS:$(BUILD)/emitted/%=$(BUILD)/handlers/emitted/%) $(STATE_HEADER) include/popek/handler.h
	$(CC) $(PLUGIN_CFLAGS) -shared -o $@ $(filter %.c %.o,$^)
# The proven handlers of the x86 core, with the table through which they are compared.
$(BUILD)/handlers/core.so: examples/handlers/opaque.c $(wildcard vmm-model/x86/*.c) $(HANDLER_TABLE:.o=.c) $(MADE_HANDLERS) $(BUILD)/proofs/x86_virtual.h $(STATE_HEADER)
	@mkdir -p $(@D)
	$(CC) -std=c11 $(CPPFLAGS) $(CFLAGS) $(GENERATED_WARNINGS) -Wno-unused-variable -fPIC -shared -o $@ $(filter %.c,$^)
# Every mutant of every form as one plug-in.
MUTANT_OBJECTS = $(foreach part,$(shell seq 0 $(EMITTED_PARTS)),$(BUILD)/handler-mutants/x86_$(part).o)
$(BUILD)/handler-mutants/x86_%.c: $(BUILD)/emit $(filter %.isa,$(TABLES))
	@mkdir -p $(@D)
	$(BUILD)/emit x86-tables/x86.isa mutants-$*/$(EMITTED_PARTS) $@
$(BUILD)/handler-mutants/%.o: $(BUILD)/handler-mutants/%.c isa-model/emitted.h # -O0: it is compiled longer than it runs
	$(CC) -std=c11 $(CPPFLAGS) $(GENERATED_WARNINGS) -Wno-unused-variable -O0 -fPIC -fvisibility=hidden -c -o $@ $<
$(BUILD)/handler-mutants/mutants.so: examples/handlers/reference.c examples/handlers/opaque.c $(MUTANT_OBJECTS) $(STATE_HEADER) include/popek/handler.h
	$(CC) $(PLUGIN_CFLAGS) -shared -o $@ $(filter %.c %.o,$^)
$(BUILD)/tests/checker/mutants: $(BUILD)/tests/checker/mutants.o $(BUILD)/tests/checker/mutant_judge.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
handlers: $(HANDLER_EXAMPLES)
.PHONY: handlers

# --- what it says about x86 -----------------------------------------------------------------------------------------------------------------------
# Exit code 1 means findings, and x86 has them.
audit: $(BUILD)/popek
	@mkdir -p $(BUILD)/audit
	@$(BUILD)/popek classify x86 --profile ring_compression --format json -o $(BUILD)/audit/x86.json || [ $$? -eq 1 ]
	@$(BUILD)/popek classify x86 --profile ring_compression -o $(BUILD)/audit/x86.txt || [ $$? -eq 1 ]
	@cat $(BUILD)/audit/x86.txt
	@echo
	@echo "The report is in $(BUILD)/audit/x86.txt and x86.json."

# --- guests ---------------------------------------------------------------------------------------------------------------------------------------
GUEST_SOURCES = $(filter-out %/common.s %/monitor_entry.s,$(wildcard examples/guests/x86/*.s examples/guests/x86/hostile/*.s))
GUESTS        = $(GUEST_SOURCES:examples/guests/x86/%.s=$(BUILD)/guests/%.elf)
# The same with their sites labelled, and with an entry point for the monitor (docs/annotate.md). Exit code 1: sites without a label, made by macros.
ANNOTATED     = $(GUEST_SOURCES:examples/guests/x86/%.s=$(BUILD)/guests/annotated/%.elf)
guests: $(GUESTS) $(ANNOTATED)
$(BUILD)/guests/annotated/common.s: examples/guests/x86/common.s $(BUILD)/popek
	@mkdir -p $(@D)
	$(BUILD)/popek annotate --32 --profile direct_execution_gated $< -o $@
$(BUILD)/guests/annotated/monitor_entry.o: examples/guests/x86/monitor_entry.s
	@mkdir -p $(@D)
	as --32 -o $@ $<
# It includes the other, annotated.
$(BUILD)/guests/annotated/compute_long.elf: $(BUILD)/guests/annotated/compute.elf
$(BUILD)/guests/annotated/%.elf: examples/guests/x86/%.s $(BUILD)/guests/annotated/common.s $(BUILD)/guests/annotated/monitor_entry.o
	@mkdir -p $(@D)
	cd $(BUILD)/guests/annotated && $(abspath $(BUILD))/popek annotate --32 --profile direct_execution_gated $(abspath $<) -o $*.s 2>$*.txt || [ $$? -eq 1 ]
	as --32 -I $(BUILD)/guests/annotated -o $(@:.elf=.o) $(@:.elf=.s)
	ld -m elf_i386 -Ttext=0x100000 -e start -o $@ $(@:.elf=.o) $(BUILD)/guests/annotated/monitor_entry.o
$(BUILD)/guests/%.elf: examples/guests/x86/%.s examples/guests/x86/common.s
	@mkdir -p $(@D)
	as --32 -g -I examples/guests/x86 -o $(@:.elf=.o) $<
	ld -m elf_i386 -Ttext=0x100000 -e start -o $@ $(@:.elf=.o)

# A kernel that nobody here wrote: fetched from Debian; skipped without a network.
mach: $(BUILD)/popek
	@tools/mach.sh $(BUILD)/popek $(BUILD)/mach

# --- installing, packages --------------------------------------------------------------------------------------------------------------------------
include tools/package/manifest.mk

# --- tests ----------------------------------------------------------------------------------------------------------------------------------------
$(BUILD)/tests/run: $(TEST_OBJECTS) $(HANDLER_TABLE) $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcunit
# All that the suites run or look into.
TESTED = $(BUILD)/popek $(BUILD)/tests/run $(BUILD)/tests/bench/handlers $(BUILD)/tests/compare_scan $(GUESTS) $(ANNOTATED) $(PLUGINS) $(HANDLER_EXAMPLES) $(BUILD)/proofs/why3.conf $(JRST1_INPUTS) \
    $(if $(findstring -fsanitize,$(CFLAGS)),,$(INSTALLED))
test: $(TESTED) $(BUILD)/.packages-manual compare-decoders compare-scan
	@$(BUILD)/tests/run $(BUILD)/popek
# The matcher against Capstone; fails when a disagreement is not explained in x86-tables/disagreements.txt.
$(BUILD)/tests/compare_capstone: $(addprefix $(BUILD)/tests/x86-tables/,compare_capstone.o compare_names.o explanations.o) $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
compare-decoders: $(BUILD)/tests/compare_capstone
	@$< x86-tables/x86.isa x86-tables/disagreements.txt x86-tables/capstone_names.txt \
	    >$(BUILD)/tests/disagreements.txt || { grep UNEXPLAINED $(BUILD)/tests/disagreements.txt; exit 1; }
	@tail -1 $(BUILD)/tests/disagreements.txt
# The scanner against Capstone; fails when a site that only one of them finds is not explained by a row about the instruction where they parted. A
# handful of binaries in `make test`.
COMPARED_BINARIES ?= $(wildcard /bin/bash /bin/ls /usr/lib/*/libc.so.6 /usr/lib/*/libcrypto.so.3)
MANY_BINARIES ?= $(shell find /usr/bin /usr/sbin /usr/lib -type f -size -4M \( -perm -100 -o -name '*.so*' \) 2>/dev/null | LC_ALL=C sort | \
    while read -r f; do [ "$$(head -c 4 "$$f" 2>/dev/null | tail -c 3)" = ELF ] && echo "$$f"; done | awk 'NR % 3 == 0' | head -600)
$(BUILD)/tests/compare_scan: $(COMPARE_SCAN:%.c=$(BUILD)/%.o) $(addprefix $(BUILD)/tests/x86-tables/,compare_names.o explanations.o) $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
compare-scan: $(BUILD)/tests/compare_scan
	@$< x86-tables/x86.isa x86-tables/capstone_names.txt x86-tables/disagreements.txt $(COMPARED_BINARIES) >$(BUILD)/tests/compare_scan.txt
	@tail -1 $(BUILD)/tests/compare_scan.txt
compare-scan-many: $(BUILD)/tests/compare_scan
	@$< x86-tables/x86.isa x86-tables/capstone_names.txt x86-tables/disagreements.txt $(MANY_BINARIES)
# The same of libraries that are rich in VEX and EVEX, which are fetched from Debian and unpacked, not installed.
compare-scan-vectors: $(BUILD)/tests/compare_scan
	@tools/vector_libraries.sh $(BUILD)/vector-libraries >$(BUILD)/vector-libraries.txt || { [ $$? -eq 77 ] && exit 0; exit 1; }; \
	    $< x86-tables/x86.isa x86-tables/capstone_names.txt x86-tables/disagreements.txt $$(cat $(BUILD)/vector-libraries.txt)
# The sites of ten programs and libraries beside those of objdump and a list by hand (docs/scan.md).
OBJDUMP_BINARIES ?= $(wildcard /bin/bash /bin/ls /usr/bin/as /usr/bin/gcc-12 /usr/bin/perl /usr/bin/openssl /usr/lib/*/ld-linux-x86-64.so.2 /usr/lib/*/libc.so.6 \
    /usr/lib/*/libstdc++.so.6 /usr/lib/*/libm.so.6)
compare-objdump: $(BUILD)/popek
	@tests/scanner/compare_objdump.sh $(BUILD)/popek "" $(OBJDUMP_BINARIES)
.PHONY: compare-scan-vectors compare-objdump
# Every truncation of small binaries, and 100,000 mutations of each; `make test` has some thousand.
damage: $(BUILD)/popek $(BUILD)/tests/run
	@POPEK_MUTATIONS=100000 $(BUILD)/tests/run $(BUILD)/popek scan_hostile
# Kernels and boot loaders of Debian (docs/kernels.md); does nothing without a network.
kernels: $(BUILD)/popek
	@tools/kernels.sh $(BUILD)/popek $(BUILD)/kernels
# 10,000 runs of each backend that is here, after which nothing may be left; `make test` has fewer of the slow ones.
soak: $(TESTED)
	@POPEK_SOAK=1 $(BUILD)/tests/run $(BUILD)/popek backends
.PHONY: soak
# As `make test`, with every query of x86 decided by the second solver instead of a sample.
test-all: $(TESTED)
	@POPEK_TEST_ALL=1 $(BUILD)/tests/run $(BUILD)/popek
# Reports in Chromium; not a part of `make test`, which does not ask for a browser.
HTML_PACKAGES = chromium jq
$(BUILD)/.packages-html: tools/packages.sh
	@tools/packages.sh $@ $(HTML_PACKAGES)
test-html: $(BUILD)/popek | $(BUILD)/.packages-html
	@tests/reports/html_browser.sh $(BUILD)/popek
# Writes the expected messages of the language errors and the kept reports anew and shows what changed.
rebase: $(TESTED)
	@tests/isa-model/rebase.sh $(BUILD)/popek
	@tests/reports/rebase.sh $(BUILD)/popek
	@POPEK_REBASE=1 $(BUILD)/tests/run $(BUILD)/popek documents
	@git --no-pager diff --stat -- README.md docs tests/docs

$(BUILD)/tests/bench/measure: $(BUILD)/tests/bench/measure.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(BUILD)/tests/bench/lockstep: $(BUILD)/tests/bench/lockstep.o $(BUILD)/tests/simulator/random_program.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/bench/decode: $(BUILD)/tests/bench/decode.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lelf
$(BUILD)/tests/bench/scan: $(addprefix $(BUILD)/tests/,bench/scan.o scanner/class_table.o scanner/capstone_filter.o x86-tables/compare_names.o) \
    $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/bench/hardware: $(BUILD)/tests/bench/hardware.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# The mutation score of the checker (docs/mutants.md): MUTANTS="NAME..." for some instructions, empty for all system forms, of which those that are in
# $(BUILD)/mutants.txt are not run again. `make mutants-table` writes docs/mutants.md from that file.
MUTANTS ?=
MUTANTS_TABLE = tests/checker/mutants_table.sh tests/checker/survivors.txt
mutants: $(BUILD)/tests/checker/mutants $(BUILD)/emit $(if $(MUTANTS),,$(BUILD)/handler-mutants/mutants.so)
	@$(if $(MUTANTS),tests/checker/mutants.sh $(BUILD) $(MUTANTS),$< x86-tables/x86.isa $(BUILD)/handler-mutants/mutants.so $(BUILD)/x86.paths $(BUILD)/mutants.txt && $(MUTANTS_TABLE) $(BUILD)/mutants.txt)
mutants-table:
	$(MUTANTS_TABLE) $(BUILD)/mutants.txt >docs/mutants.md
# Faults of the past (tests/checker/corpus.txt), one plug-in each; CORPUS=WORD for some.
CORPUS ?=
corpus: $(BUILD)/popek $(BUILD)/emit
	@tests/checker/corpus.sh $(BUILD) tests/checker/corpus.txt $(CORPUS)
# The proven handlers against the reference: CORE_STATES random states for each form and mode (docs/checker.md).
CORE_STATES ?= 20000
check-core: $(BUILD)/popek $(BUILD)/handlers/core.so
	@$(BUILD)/popek check $(BUILD)/handlers/core.so --all-forms --states $(CORE_STATES) --statistics -o $(BUILD)/check-core.txt; code=$$?; \
	    tail -n 3 $(BUILD)/check-core.txt; exit $$code
.PHONY: mutants mutants-table corpus check-core
$(BUILD)/tests/bench/emitted: $(BUILD)/tests/bench/emitted.o $(BUILD)/tests/isa-model/emitted_states.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/bench/direct: $(BUILD)/tests/bench/direct.o $(BUILD)/tests/direct/tables.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/bench/guest: $(BUILD)/tests/bench/guest.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/bench/handlers: $(addprefix $(BUILD)/tests/,bench/handlers.o vmm-model/handler_search.o vmm-model/handler_states.o isa-model/emitted_states.o) \
    $(HANDLER_TABLE) $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
bench: $(BUILD)/handlers/reference.so $(BUILD)/tests/bench/handlers $(BUILD)/tests/bench/guest $(GUESTS) $(BUILD)/tests/bench/direct $(BUILD)/tests/bench/emitted $(BUILD)/popek $(BUILD)/tests/bench/measure $(BUILD)/tests/bench/decode $(BUILD)/tests/bench/lockstep $(BUILD)/tests/bench/hardware $(BUILD)/tests/bench/scan $(PLUGINS)
	@$(BUILD)/tests/bench/measure "x86, 32-bit protected mode" $(BUILD)/popek classify x86 --profile ring_compression --mode protected --statistics
	@$(BUILD)/tests/bench/measure "x86, all modes" $(BUILD)/popek classify x86 --profile ring_compression --statistics
	@$(BUILD)/tests/bench/measure "third generation machine" $(BUILD)/popek classify examples/isa/third_generation.isa --statistics
	@$(BUILD)/tests/bench/lockstep examples/isa/third_generation.isa
	@$(BUILD)/tests/bench/emitted x86-tables/x86.isa
	@$(BUILD)/tests/bench/handlers x86-tables/x86.isa
	@$(BUILD)/tests/bench/measure "popek check, 6 million states of CLTS" $(BUILD)/popek check $(BUILD)/handlers/reference.so --instruction CLTS --states 1000000 --statistics -o /dev/null
	@$(BUILD)/tests/bench/scan x86-tables/x86.isa x86-tables/capstone_names.txt $(SCANNED_LIBRARY)
	@$(BUILD)/tests/bench/decode x86-tables/x86.isa $(DECODED_LIBRARY)
	@POPEK_PLUGINS=$(BUILD) $(BUILD)/tests/bench/hardware x86-tables/x86.isa
	@$(BUILD)/tests/bench/direct x86-tables/x86.isa || [ $$? -eq 77 ]
	@POPEK_PLUGINS=$(BUILD) $(BUILD)/tests/bench/guest x86-tables/x86.isa $(KIND_TABLE) $(BUILD)/guests/compute_long.elf

# Ten million states for each handler, on all processors: 90 minutes of processor time. Part 1/4, 2/4 ... of the handlers: HANDLER_PARTS="1/4 2/4".
HANDLER_STATES ?= 10000000
HANDLER_PARTS  ?= $(shell n=$$(nproc); seq 1 $$n | sed "s|$$|/$$n|")
bench-handlers: $(BUILD)/tests/bench/handlers
	@printf '%s\n' $(HANDLER_PARTS) | xargs -P $$(nproc) -I '{}' $(BUILD)/tests/bench/handlers x86-tables/x86.isa $(HANDLER_STATES) '{}'
.PHONY: bench-handlers

# One thread against two, beside what the machine gives two threads at this moment; part of `make bench`.
bench-jobs: $(BUILD)/tests/bench/scan
	@POPEK_ONLY_JOBS=1 $(BUILD)/tests/bench/scan x86-tables/x86.isa x86-tables/capstone_names.txt $(SCANNED_LIBRARY)
	@POPEK_ONLY_JOBS=1 $(BUILD)/tests/bench/scan x86-tables/x86.isa x86-tables/capstone_names.txt $(DECODED_LIBRARY)
.PHONY: bench-jobs

SANITIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
sanitize:
	$(MAKE) -j$$(nproc) BUILD=build-sanitize CFLAGS="$(SANITIZE)" test

# --- proofs ---------------------------------------------------------------------------------------------------------------------------------------
# `make prove` proves everything anew; `make prove-replay` takes the committed ledger of a unit whose inputs have not changed, and the committed
# verdicts of single goals for the others. Both fail unless every goal is proven. Everything that Frama-C reads of the machine is generated from its description.
PROOF_PACKAGES = frama-c-base why3 cvc4 z3 jq
PROOF_INPUTS   = $(BUILD)/proofs/why3.conf $(MONITOR_INPUTS) $(JRST1_INPUTS) $(MADE_HANDLERS)
$(BUILD)/.packages-proofs: tools/packages.sh
	@tools/packages.sh $@ $(PROOF_PACKAGES)
$(BUILD)/proofs/why3.conf: | $(BUILD)/.packages-proofs
	@mkdir -p $(@D)
	@why3 config detect -C $@ >$(BUILD)/proofs/why3.log 2>&1
# The third generation machine and the theorems for any machine (docs/theorem.md); of x86, the ledger. `make prove-x86` is the other way round.
prove: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) scratch-teaching
prove-x86: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) scratch-x86
# Every unit anew, then all smoke tests.
prove-all: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) scratch
	@proofs/all.sh $(BUILD) smoke
prove-replay: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) replay
# As prove-replay, through the verdicts of single goals for every unit.
prove-cache: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) cache
# After a change: proves what has no verdict yet, and keeps verdicts, ledgers and the table in docs/.
# `make prove-all`, then proofs/record.sh, keeps all anew.
prove-record: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) update
	@proofs/record.sh $(BUILD)
prove-smoke: $(PROOF_INPUTS)
	@proofs/all.sh $(BUILD) smoke
# Negative controls: units that must turn the judge red, and faults put into the monitor, each of which must make a proof fail.
prove-controls: $(PROOF_INPUTS)
	@proofs/controls.sh $(BUILD)
prove-mutants: $(PROOF_INPUTS)
	@proofs/mutants.sh $(BUILD) all
# The faults in x86 handlers once more, by the comparison of states.
compare-mutants: $(BUILD)/tests/bench/handlers
	@seq $$(nproc) | xargs -P $$(nproc) -I '{}' env PART="{}/$$(nproc)" tests/vmm-model/handler_mutants.sh $(BUILD) all

# --- lint -----------------------------------------------------------------------------------------------------------------------------------------
LINT_SOURCES = $(filter-out vmm-model/%,$(LIBRARY_SOURCES)) $(CLI_SOURCES) $(TEST_SOURCES) $(COMPARE_SCAN) tests/x86-tables/explanations.c tools/classes.c $(wildcard tests/x86-tables/compare_*.c tests/fuzz/*.c tests/bench/*.c)
TIDY = xargs -P $$(nproc) -n 12
lint: $(BUILD)/.packages-lint $(BUILD)/isa-model/parser.h $(MONITOR_INPUTS) $(JRST1_INPUTS) $(STATE_HEADER)
	clang-format --dry-run --Werror $(LINT_SOURCES) $(HEADERS)
	$(MAKE) -j$$(nproc) BUILD=build-gcc CC=gcc CFLAGS="-O2 -Werror" build-gcc/popek build-gcc/tests/run
	$(MAKE) -j$$(nproc) BUILD=build-clang CC=$(CLANG) CFLAGS="-O2 -Werror" build-clang/popek build-clang/tests/run
	# The monitor for the machine with JRST 1 is proven and linked into nothing.
	for source in vmm-model/*.c; do for compiler in gcc $(CLANG); do \
	    $$compiler -std=c11 $(WARNINGS) -Werror -I$(BUILD)/jrst1/proofs -Ivmm-model -fsyntax-only $$source || exit 1; done; done
	cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,performance,portability --std=c11 --suppress=missingIncludeSystem \
	    $(filter -I%,$(CPPFLAGS)) $(LINT_SOURCES)
	printf '%s\n' $(filter-out vmm-model/%,$(LIBRARY_SOURCES)) $(CLI_SOURCES) | $(TIDY) sh -c 'clang-tidy --quiet "$$@" -- -std=c11 $(CPPFLAGS)' tidy
	# The analyzer does not know that CHECK returns what it checked, so it follows paths in the tests that cannot be.
	printf '%s\n' $(TEST_SOURCES) $(wildcard tests/fuzz/*.c tests/bench/*.c) | $(TIDY) sh -c 'clang-tidy --quiet --checks="-clang-analyzer-core.*" "$$@" -- -std=c11 $(CPPFLAGS)' tidy

# --- fuzzing --------------------------------------------------------------------------------------------------------------------------------------
FUZZ = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
fuzz: $(BUILD)/.packages-lint
	$(MAKE) BUILD=build-fuzz CC=$(CLANG) CFLAGS="$(FUZZ)" build-fuzz/fuzz_isa build-fuzz/fuzz_scan
	mkdir -p build-fuzz/corpus build-fuzz/binaries
	build-fuzz/fuzz_isa -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
	    -dict=tests/fuzz/isa.dict -artifact_prefix=build-fuzz/ build-fuzz/corpus tests/isa-model/errors examples/isa
	printf '.text\n.globl f\n.type f,@function\nf: pushf\nsgdt (%%rax)\nret\n' | as -g -o build-fuzz/binaries/seed.o -
	ld -e f -o build-fuzz/binaries/seed build-fuzz/binaries/seed.o
	$(AR) rc build-fuzz/binaries/seed.a build-fuzz/binaries/seed.o
	printf '.text\nf: cli; nop; nop; ret\n.section .popek.sites,""\n.quad f\n.byte 3,0,1,0,2,64\n.long 17\n.asciz "CLI"\n' | as -o build-fuzz/binaries/sites.o -
	cp examples/x86/entry.s build-fuzz/binaries/
	build-fuzz/fuzz_scan -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
	    -artifact_prefix=build-fuzz/ build-fuzz/binaries
	$(MAKE) damage
$(BUILD)/fuzz_scan: $(BUILD)/tests/fuzz/fuzz_scan.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/fuzz_isa: $(BUILD)/tests/fuzz/fuzz_isa.o $(BUILD)/libpopek.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

clean:
	rm -rf build build-*

-include $(PLUGIN_OBJECTS:.o=.d) $(filter-out $(BUILD)/emitted/%,$(LIBRARY_OBJECTS:.o=.d)) $(CLI_OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(COMPARE_SCAN:%.c=$(BUILD)/%.d) $(wildcard $(BUILD)/tests/fuzz/*.d $(BUILD)/tools/*.d $(BUILD)/tests/bench/*.d $(BUILD)/tests/checker/*.d)
