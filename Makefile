# Assay: one Makefile, no lists of files: a new .c under src/ or test/ is found by itself.
#   make            the optimised program at ./assay
#   make demo       installs what is missing, builds, runs a complete evaluation
#   make test       installs what is missing, builds with sanitizers, runs every test
#   make lint | fuzz | bench | install | clean
MODE ?= release
B := build/$(MODE)
PREFIX ?= /usr/local
CC := gcc

VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)
# libpq is loaded at run time (src/db/postgres.c); only its headers are needed here.
LIBS := libcurl sqlite3 yaml-0.1 libpcre2-8 libutf8proc libzstd zlib
MISSING = $(shell tools/install-deps --missing build)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wpointer-arith -Wvla -Wformat=2 -Wundef -Wcast-qual -Wswitch-enum
# Without contraction: a sum of products gives the same bits on every processor.
BASE := -std=gnu17 -D_GNU_SOURCE -Isrc -pthread -ffp-contract=off -MMD -MP $(WARN)
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -Wnull-dereference
CFLAGS_debug := -O1 -g -Werror -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
CFLAGS_thread := -O1 -g -Werror -fno-omit-frame-pointer -fsanitize=thread
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_debug := -fsanitize=address,undefined
LDFLAGS_thread := -fsanitize=thread
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS) libpq 2>/dev/null)
# libcurl is loaded when the first request is made (src/net/curl_api.h), not linked.
PKG_LIBS := $(shell pkg-config --libs $(filter-out libcurl,$(LIBS)) 2>/dev/null)
CFLAGS := $(BASE) $(CFLAGS_$(MODE)) $(PKG_CFLAGS) $(EXTRA_CFLAGS)
LDLIBS := $(PKG_LIBS) -lm

SRC := $(shell find src -name '*.c' | sort)
MAIN := src/cli/main.c
LIB := $(filter-out $(MAIN),$(SRC))
LIB_OBJ := $B/libassay.a
TESTS := $(sort $(wildcard test/unit/*.c))
FUZZ := $(sort $(wildcard test/fuzz/fuzz_*.c))
ASSETS := $(shell find share web sql -type f 2>/dev/null | sort)

all: assay

assay: check-deps
	@$(MAKE) --no-print-directory MODE=release build/release/assay
	@ln -sf build/release/assay assay

check-deps:
	@missing='$(MISSING)'; if [ -n "$$missing" ]; then \
	  echo "missing packages: $$missing" >&2; \
	  echo "install them with: tools/install-deps build" >&2; exit 1; fi

$B/libassay.a: $(LIB:%.c=$B/%.o) $B/assets.o
	@rm -f $@; ar rcs $@ $^

$B/assay: $B/$(MAIN:.c=.o) $(LIB_OBJ)
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -pthread -o $@ $^ $(LDLIBS)

$B/unit: $(TESTS:%.c=$B/%.o) $(LIB_OBJ)
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -pthread -o $@ $^ $(LDLIBS) -lcmocka

# Every fuzz target twice: with a fixed-round driver for `make test`, with libFuzzer for `make fuzz`.
$B/fuzz_%: $B/test/fuzz/fuzz_%.o $B/test/fuzz/driver.o $(LIB_OBJ)
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -pthread -o $@ $^ $(LDLIBS)

# Programs for measuring: the mock server, and the HTTP client alone.
$B/mock: $B/bench/mock.o
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -o $@ $^

$B/bench_%: $B/bench/bench_%.o $(LIB_OBJ)
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -pthread -o $@ $^ $(LDLIBS)

$B/bench_client: $B/bench/client.o $(LIB_OBJ)
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -pthread -o $@ $^ $(LDLIBS)

$B/tool_%: $B/test/tool/%.o $(LIB_OBJ)
	@echo "  LD $@"; $(CC) $(LDFLAGS_$(MODE)) -pthread -o $@ $^ $(LDLIBS)

$B/tool_fake_model: $B/test/tool/fake_answer.o

$B/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(CFLAGS) -c -o $@ $<

$B/src/cli/cmd_read.o: CFLAGS += -DASSAY_COMMIT='"$(VERSION)"'
$B/test/%.o: CFLAGS += -Itest

$B/assets.S: tools/embed $(ASSETS)
	@mkdir -p $(@D)
	@tools/embed $(ASSETS) > $@

$B/assets.o: $B/assets.S $(ASSETS)
	@$(CC) -c -o $@ $<

demo:
	@tools/install-deps build
	@$(MAKE) --no-print-directory -j$$(nproc) assay
	./assay demo

test:
	@tools/install-deps build test
	@tools/run-tests

check:
	tools/check-layers
	tools/check-style

unit: ; @$(MAKE) --no-print-directory MODE=debug build/debug/unit && build/debug/unit $(ONLY)

lint:
	@tools/install-deps lint
	@tools/lint $(LIB) $(MAIN)

fuzz:
	@tools/install-deps lint
	@tools/fuzz

bench:
	@tools/install-deps build bench
	@$(MAKE) --no-print-directory -j$$(nproc) assay
	@bench/run

install: assay
	install -D -m 755 build/release/assay $(DESTDIR)$(PREFIX)/bin/assay

clean:
	rm -rf build assay

-include $(shell find $B -name '*.d' 2>/dev/null)

.PHONY: all assay check-deps demo test check unit lint fuzz bench install clean
.SECONDARY:
