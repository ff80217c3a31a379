# Makefile fragment: builds the plug-in from your handlers and checks it. PREFIX is where `make install` of popek put its headers.
PREFIX        ?= /usr/local
HANDLERS      ?= handlers.c
POPEK_STATES  ?= 1000
handlers.so: $(HANDLERS)
	$(CC) -std=c11 -O2 -shared -fPIC -I$(PREFIX)/include -o $@ $^
check-handlers: handlers.so
	popek check $< --states $(POPEK_STATES) $(if $(wildcard popek.baseline),--baseline popek.baseline)
.PHONY: check-handlers
