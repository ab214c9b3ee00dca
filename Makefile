# Fonoteca - GNU make, no configure step.
#
#   make                 build everything into build/
#   make demo            install what is missing, build, and show the main line on real music
#   make check           install the test packages and run every test
#   make check SAN=1     the same under ASan and UBSan
#
# V=1 shows the commands, WERROR=1 makes warnings errors, B=DIR builds elsewhere.

, := ,
VERSION := $(shell cat VERSION)
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/fonoteca
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/fonoteca
B       ?= build$(if $(SAN),-san)

CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DFONOTECA_SAN)
ALL_CPPFLAGS = -Ilib -I$(B)/gen -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DLIBEXECDIR='"$(LIBEXECDIR)"' $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 $(WARN) -Wstrict-prototypes $(SANFLAGS) $(CFLAGS)
# a struct and a function may share a name, as in C
ALL_CXXFLAGS = -std=c++17 $(filter-out -Wshadow,$(WARN)) $(SANFLAGS) $(CXXFLAGS)
Q := $(if $(V),,@)

# The layers, lowest first: each may include those before it, see HACKING.
CORE     := base text digest worker store exchange intake
core_c   := $(foreach l,$(CORE),$(wildcard lib/$(l)/*.c lib/$(l)/*/*.c))
media_c  := $(wildcard lib/media/*.c)
media_cc := $(wildcard lib/media/*.cc)
COMMANDS := $(patsubst cmd/%.c,%,$(wildcard cmd/lib-*.c))
WORKER   := $(B)/libexec/media-worker
programs := $(COMMANDS:%=$(B)/%) $(if $(wildcard cmd/media-worker.c),$(WORKER))

# What each program needs beside the core library, named so that it gets just that.
SQLITE := -lsqlite3
TEXT   := -lutf8proc
DIGEST := -lnettle
TAGLIB_CFLAGS = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags taglib))
TAGLIB_LIBS   = $(shell pkg-config --libs taglib_c taglib) -lstdc++
lib-import_LIBS   := $(SQLITE) $(TEXT) $(DIGEST) -pthread
lib-commit_LIBS   := $(SQLITE) $(TEXT) $(DIGEST)
lib-search_LIBS   := $(SQLITE) $(TEXT)
lib-playlist_LIBS := $(SQLITE) $(TEXT)
lib-sweep_LIBS    := $(SQLITE) $(TEXT) $(DIGEST)
worker_LIBS        = $(TAGLIB_LIBS) -lseccomp

all: $(B)/libfonoteca.a $(programs)

core_o   := $(core_c:%.c=$(B)/%.o)
media_o  := $(media_c:%.c=$(B)/%.o) $(media_cc:%.cc=$(B)/%.o)

$(B)/libfonoteca.a: $(core_o)
	@echo "  AR   $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(CC) $(ALL_CPPFLAGS) $($(*D)_CFLAGS) $(ALL_CFLAGS) -MD -MP -c -o $@ $<

$(B)/%.o: %.cc Makefile VERSION
	@mkdir -p $(@D)
	@echo "  CXX  $<"
	$(Q)$(CXX) $(ALL_CPPFLAGS) $($(*D)_CFLAGS) $(ALL_CXXFLAGS) -MD -MP -c -o $@ $<

lib/media_CFLAGS = $(TAGLIB_CFLAGS)

# The migrations, embedded: one C array of { version, name, sql }.
migrations := $(sort $(wildcard lib/store/schema/[0-9]*.sql))
$(B)/gen/store/schema.inc: lib/store/schema/embed.sh $(migrations)
	@mkdir -p $(@D)
	@echo "  GEN  $@"
	$(Q)sh lib/store/schema/embed.sh $(migrations) > $@.tmp && mv $@.tmp $@
$(B)/lib/store/migrate.o: $(B)/gen/store/schema.inc

$(COMMANDS:%=$(B)/%): $(B)/%: $(B)/cmd/%.o $(B)/libfonoteca.a
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(B)/libfonoteca.a $($*_LIBS) $(LDLIBS)

$(WORKER): $(B)/cmd/media-worker.o $(media_o) $(B)/libfonoteca.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $(B)/cmd/media-worker.o $(media_o) $(B)/libfonoteca.a $(worker_LIBS) $(LDLIBS)

# Unit tests: tests/unit/NAME.c becomes build/unit/NAME, linked with everything but TagLib.
unit_c := $(wildcard tests/unit/*.c)
units  := $(unit_c:tests/unit/%.c=$(B)/unit/%)
$(units): $(B)/unit/%: $(B)/tests/unit/%.o $(B)/libfonoteca.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(if $(filter media-%,$*),$(media_o)) $(B)/libfonoteca.a \
	    $(SQLITE) $(TEXT) $(DIGEST) $(if $(filter media-%,$*),$(worker_LIBS)) -pthread $(LDLIBS)
$(filter $(B)/unit/media-%,$(units)): $(media_o)
unit: $(units) all
	$(Q)for t in $(units); do $$t || exit 1; done

clean:
	rm -rf build build-san

.PHONY: all unit clean
.DELETE_ON_ERROR:

-include $(shell find $(B) -name '*.d' 2>/dev/null)
