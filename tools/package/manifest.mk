# What is installed, and how libpopek, completion and packages are made. Read by the Makefile.

VERSION     := $(shell sed -n 's/^\#define POPEK_VERSION "\(.*\)"$$/\1/p' cli/cli.h)
# Raised when a function of tests/package/abi.txt goes or changes its meaning: programs built against another number are then not run with this one.
ABI         := 0
# The part of the library that others may build on. Each header stands for itself and includes the others by their place beside it.
PUBLIC_HEADERS = $(addprefix isa-model/,term.h isa.h evaluate.h emit.h emitted.h) classifier/classifier.h \
    $(addprefix x86-tables/,matcher.h listing.h coverage.h) scanner/scanner.h reports/reports.h direct/direct.h
HANDLER_HEADERS = include/popek/handler.h include/popek/handler_test.h $(STATE_HEADER)
PACKAGE      = $(BUILD)/package
SONAME       = libpopek.so.$(ABI)
SHARED       = $(PACKAGE)/libpopek.so.$(VERSION)

# Where things go; the names are those of the GNU coding standards.
bindir       = $(PREFIX)/bin
libdir       = $(PREFIX)/lib
pluginsdir   = $(PREFIX)/lib/popek
includedir   = $(PREFIX)/include
datadir      = $(PREFIX)/share/popek
mandir       = $(PREFIX)/share/man
bashdir      = $(PREFIX)/share/bash-completion/completions
zshdir       = $(PREFIX)/share/zsh/site-functions
fishdir      = $(PREFIX)/share/fish/vendor_completions.d

# --- the library ----------------------------------------------------------------------------------------------------------------------------------
# The objects that the exported functions need, as one, in which only those functions can be seen.
$(PACKAGE)/exports: $(BUILD)/libpopek.a $(PUBLIC_HEADERS) tools/package/exports.sh
	@mkdir -p $(@D)
	tools/package/exports.sh $(CC) $(BUILD)/libpopek.a $(PUBLIC_HEADERS) >$@
$(PACKAGE)/libpopek.o: $(PACKAGE)/exports
	sed 's/^/-u /' $< >$(PACKAGE)/wanted
	$(LD) -r -o $@ @$(PACKAGE)/wanted $(BUILD)/libpopek.a
	$(OBJCOPY) --keep-global-symbols=$< $@
$(PACKAGE)/libpopek.a: $(PACKAGE)/libpopek.o
	rm -f $@
	$(AR) rcs $@ $<
$(PACKAGE)/libpopek.map: $(PACKAGE)/exports
	{ echo 'POPEK_$(ABI) {'; echo 'global:'; sed 's/$$/;/' $<; echo 'local: *;'; echo '};'; } >$@
$(SHARED): $(PACKAGE)/libpopek.o $(PACKAGE)/libpopek.map
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=$(PACKAGE)/libpopek.map -Wl,-z,defs -Wl,--as-needed -o $@ $< $(LDLIBS)
OBJCOPY     ?= objcopy
# What a program that is linked with the archive needs as well: as the linker found it for the shared object.
$(PACKAGE)/popek.pc: $(SHARED) tools/package/pkg-config.sh $(BUILD)/package.prefix
	tools/package/pkg-config.sh $(PREFIX) $(libdir) $(VERSION) $(SHARED) $(LDLIBS) >$@
$(BUILD)/package.prefix: always
	@mkdir -p $(@D)
	@echo '$(PREFIX) $(libdir)' | cmp -s - $@ || echo '$(PREFIX) $(libdir)' >$@

# --- completion -----------------------------------------------------------------------------------------------------------------------------------
COMPLETION   = $(addprefix $(BUILD)/completion/,popek.bash _popek popek.fish)
$(COMPLETION) &: $(BUILD)/popek tools/completion/options.sh $(wildcard tools/completion/*.awk)
	@mkdir -p $(BUILD)/completion
	tools/completion/options.sh $(BUILD)/popek >$(BUILD)/completion/options
	awk -f tools/completion/kinds.awk -f tools/completion/bash.awk $(BUILD)/completion/options >$(BUILD)/completion/popek.bash
	awk -f tools/completion/kinds.awk -f tools/completion/zsh.awk $(BUILD)/completion/options >$(BUILD)/completion/_popek
	awk -f tools/completion/kinds.awk -f tools/completion/fish.awk $(BUILD)/completion/options >$(BUILD)/completion/popek.fish
completion: $(COMPLETION)
# All three shells complete, pressed Tab in; `make test` has those that are there.
COMPLETION_PACKAGES = zsh fish
$(BUILD)/.packages-completion: tools/packages.sh
	@tools/packages.sh $@ $(COMPLETION_PACKAGES)
test-completion: $(BUILD)/tests/run $(INSTALLED) | $(BUILD)/.packages-completion
	@POPEK_SHELLS=1 $(BUILD)/tests/run $(BUILD)/popek package

# --- installing -----------------------------------------------------------------------------------------------------------------------------------
INSTALLED = $(BUILD)/popek $(PLUGINS) $(STATE_HEADER) $(PACKAGE)/libpopek.a $(SHARED) $(PACKAGE)/popek.pc $(COMPLETION) $(MANUAL_PAGES)
install: $(INSTALLED)
	install -D -m 755 $(BUILD)/popek $(DESTDIR)$(bindir)/popek
	$(if $(PLUGINS),install -D -m 755 $(PLUGINS) $(DESTDIR)$(pluginsdir)/popek-unicorn.so)
	install -D -m 644 $(PACKAGE)/libpopek.a $(DESTDIR)$(libdir)/libpopek.a
	install -D -m 755 $(SHARED) $(DESTDIR)$(libdir)/libpopek.so.$(VERSION)
	ln -sf libpopek.so.$(VERSION) $(DESTDIR)$(libdir)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(libdir)/libpopek.so
	install -D -m 644 $(PACKAGE)/popek.pc $(DESTDIR)$(libdir)/pkgconfig/popek.pc
	for header in $(PUBLIC_HEADERS); do install -D -m 644 $$header $(DESTDIR)$(includedir)/popek/$$header || exit 1; done
	install -D -m 644 -t $(DESTDIR)$(includedir)/popek $(HANDLER_HEADERS)
	install -D -m 644 -t $(DESTDIR)$(datadir)/x86-tables $(TABLES)
	cd examples && find isa guests x86 handlers library -type f -exec install -D -m 644 '{}' '$(DESTDIR)$(datadir)/examples/{}' ';'
	install -D -m 644 $(BUILD)/completion/popek.bash $(DESTDIR)$(bashdir)/popek
	install -D -m 644 $(BUILD)/completion/_popek $(DESTDIR)$(zshdir)/_popek
	install -D -m 644 $(BUILD)/completion/popek.fish $(DESTDIR)$(fishdir)/popek.fish
	for page in $(BUILD)/man/*.1; do [ ! -f "$$page" ] || install -D -m 644 "$$page" "$(DESTDIR)$(mandir)/man1/$${page##*/}" || exit 1; done
# What `install` of this version has put there, and nothing else.
uninstall:
	rm -f $(DESTDIR)$(bindir)/popek $(DESTDIR)$(libdir)/libpopek.a $(addprefix $(DESTDIR)$(libdir)/,libpopek.so $(SONAME) libpopek.so.$(VERSION))
	rm -f $(DESTDIR)$(libdir)/pkgconfig/popek.pc $(DESTDIR)$(bashdir)/popek $(DESTDIR)$(zshdir)/_popek $(DESTDIR)$(fishdir)/popek.fish
	rm -f $(DESTDIR)$(mandir)/man1/popek.1 $(DESTDIR)$(mandir)/man1/popek-*.1
	rm -rf $(DESTDIR)$(pluginsdir) $(DESTDIR)$(includedir)/popek $(DESTDIR)$(datadir)

# --- to hand on -----------------------------------------------------------------------------------------------------------------------------------
dist:
	@tools/package/dist.sh popek-$(VERSION) $(BUILD)/popek-$(VERSION).tar.gz
deb: $(INSTALLED)
	@tools/package/deb.sh $(BUILD) $(VERSION) $(ABI)
# In a root with nothing but Debian's base system; as root, with a network.
test-deb: deb
	@tests/package/clean_root.sh $(BUILD) $(VERSION)
# The two commands of README.md in such a root, and how long they take.
test-fresh: dist
	@tests/package/fresh_root.sh $(BUILD) $(BUILD)/popek-$(VERSION).tar.gz popek-$(VERSION)
.PHONY: completion test-completion uninstall dist deb test-deb test-fresh
