# SPDX-License-Identifier: MIT
# Fonoteca - GNU make, no configure step.  `make help` lists what it does.
#
#   V=1 shows the commands   WERROR=1 makes warnings errors   SAN=1 builds with ASan and UBSan
#   B=DIR builds elsewhere   CC=clang CXX=clang++             NODEPS=1 installs no packages

, := ,
VERSION := $(shell cat VERSION)
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/fonoteca
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/fonoteca
DOCDIR  ?= $(PREFIX)/share/doc/fonoteca
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
B       ?= build$(if $(SAN),-san)

CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DFONOTECA_SAN)
ALL_CPPFLAGS = -Ilib -I. -I$(B)/gen -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(CPPFLAGS)
# the same bytes wherever it is built
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=.
ALL_CFLAGS   = -std=c11 $(WARN) -Wstrict-prototypes $(SANFLAGS) $(REPRODUCIBLE) $(CFLAGS)
# a struct and a function may share a name, as in C
ALL_CXXFLAGS = -std=c++17 $(filter-out -Wshadow,$(WARN)) $(SANFLAGS) $(REPRODUCIBLE) $(CXXFLAGS)
Q := $(if $(V),,@)

# The layers, lowest first: each may include those before it, see HACKING.
CORE     := base text digest pack worker store exchange intake
core_c   := $(foreach l,$(CORE),$(sort $(wildcard lib/$(l)/*.c lib/$(l)/*/*.c)))
media_c  := $(sort $(wildcard lib/media/*.c lib/media/*/*.c))
media_cc := $(sort $(wildcard lib/media/*.cc lib/media/*/*.cc))
sound_c  := $(sort $(wildcard lib/sound/*.c))
WORKER   := $(B)/libexec/media-worker

# lib-analyze and its worker are built where the libraries that decode are found, and nothing else needs them.
SOUND_NEEDS := libavformat libavcodec libavutil libswresample libebur128 libchromaprint
SOUND_LACKS := $(if $(NO_SOUND),$(SOUND_NEEDS),$(shell for p in $(SOUND_NEEDS); do \
    m=0; [ $$p != libavutil ] || m=57.24; pkg-config --atleast-version=$$m $$p || echo $$p; done))
SOUND    := $(if $(SOUND_LACKS),,$(B)/libexec/sound-worker)
COMMANDS := $(filter-out $(if $(SOUND),,lib-analyze),$(patsubst cmd/%.c,%,$(wildcard cmd/lib-*.c)))
WORKERS  := $(WORKER) $(SOUND)
programs := $(COMMANDS:%=$(B)/%) $(WORKERS)

# What each program needs beside the core library, named so that it gets just that.
SQLITE := -lsqlite3
TEXT   := -lutf8proc
DIGEST := -lnettle
JSON   := -ljansson
PACK   := -lz
REGEX  := -lpcre2-8
XML    := -lexpat
TAGLIB_CFLAGS = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags taglib))
TAGLIB_LIBS   = $(shell pkg-config --libs taglib_c taglib) -lstdc++
lib-import_LIBS   := $(SQLITE) $(TEXT) $(DIGEST) $(JSON) $(PACK) -pthread
lib-commit_LIBS   := $(SQLITE) $(TEXT) $(DIGEST) -lm
lib-search_LIBS   := $(SQLITE) $(TEXT) $(REGEX)
lib-playlist_LIBS := $(SQLITE) $(TEXT) $(REGEX) $(JSON) $(XML) $(DIGEST) -lm -pthread
lib-analyze_LIBS  := $(SQLITE) $(TEXT) $(REGEX) -lm -pthread
lib-sweep_LIBS    := $(SQLITE) $(TEXT) $(DIGEST) $(PACK) -pthread
sound_LIBS         = $(shell pkg-config --libs $(SOUND_NEEDS)) -lseccomp -lm
worker_LIBS        = $(TAGLIB_LIBS) $(DIGEST) -larchive -lseccomp -lm

all: $(B)/libfonoteca.a $(programs) $(if $(SOUND),,left-out)

left-out:
	@echo '  lib-analyze is left out: $(if $(NO_SOUND),NO_SOUND is set,not found: $(SOUND_LACKS) (`make deps-analyze` installs what it needs))'

core_o   := $(core_c:%.c=$(B)/%.o)
sound_o  := $(sound_c:%.c=$(B)/%.o)
media_o  := $(media_c:%.c=$(B)/%.o) $(media_cc:%.cc=$(B)/%.o)

# Compilers, flags and folders of this build: when they change, everything is built again.
FLAGS = $(filter-out -Werror $(REPRODUCIBLE),$(CC) $(CXX) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_CXXFLAGS) $(LDFLAGS) $(LDLIBS))
$(B)/gen/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || { sh share/deps.sh headers '$(CC)' '$(CXX)' && \
	    printf '%s\n' '$(subst ','\'',$(FLAGS))' > $@; }

# Only this file knows where the media worker is installed.
$(B)/gen/libexecdir: FORCE
	@mkdir -p $(@D)
	@echo '$(LIBEXECDIR)' | cmp -s - $@ || echo '$(LIBEXECDIR)' > $@
$(B)/lib/worker/spawn.o: $(B)/gen/libexecdir
$(B)/lib/worker/spawn.o: private ALL_CPPFLAGS += -DLIBEXECDIR='"$(LIBEXECDIR)"'

$(B)/libfonoteca.a: $(core_o)
	@echo "  AR   $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c Makefile $(B)/gen/flags
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(CC) $(ALL_CPPFLAGS) $($(*D)_CFLAGS) $(ALL_CFLAGS) -MD -MP -c -o $@ $<

$(B)/%.o: %.cc Makefile $(B)/gen/flags
	@mkdir -p $(@D)
	@echo "  CXX  $<"
	$(Q)$(CXX) $(ALL_CPPFLAGS) $($(*D)_CFLAGS) $(ALL_CXXFLAGS) -MD -MP -c -o $@ $<

lib/media_CFLAGS = $(TAGLIB_CFLAGS)
lib/media/tag_CFLAGS = $(TAGLIB_CFLAGS)
lib/sound_CFLAGS = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags $(SOUND_NEEDS)))

# What computes for hours may take longer to be compiled.
$(sound_o): private ALL_CFLAGS += $(if $(filter -O2,$(CFLAGS)),-O3)

# The migrations, embedded: one C array of { version, name, sql }.
migrations := $(sort $(wildcard lib/store/schema/[0-9]*.sql))
$(B)/gen/store/schema.inc: lib/store/schema/embed.sh $(migrations)
	@mkdir -p $(@D)
	@echo "  GEN  $@"
	$(Q)sh lib/store/schema/embed.sh $(migrations) > $@.tmp && mv $@.tmp $@
$(B)/lib/store/migrate.o: $(B)/gen/store/schema.inc

# A command that is more than one file has the others in a folder of its name.
$(foreach c,$(COMMANDS),$(eval $(B)/$c: $(patsubst %.c,$(B)/%.o,$(wildcard cmd/$c/*.c))))
$(COMMANDS:%=$(B)/%): $(B)/%: $(B)/cmd/%.o $(B)/libfonoteca.a
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(B)/libfonoteca.a $($*_LIBS) $(LDLIBS)

$(WORKER): $(B)/cmd/media-worker.o $(media_o) $(B)/libfonoteca.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $(B)/cmd/media-worker.o $(media_o) $(B)/libfonoteca.a $(worker_LIBS) $(LDLIBS)

# Of the media layer it has what shuts it in.
$(B)/libexec/sound-worker: $(B)/cmd/sound-worker.o $(sound_o) $(B)/lib/media/sandbox.o $(B)/libfonoteca.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(sound_LIBS) $(LDLIBS)

# Unit tests: tests/unit/NAME.c becomes build/unit/NAME; only media-NAME gets the media layer, sound-NAME the sound layer.
unit_c := $(filter-out $(if $(SOUND),,tests/unit/sound-%),$(wildcard tests/unit/*.c))
units  := $(unit_c:tests/unit/%.c=$(B)/unit/%)
$(units): $(B)/unit/%: $(B)/tests/unit/%.o $(B)/libfonoteca.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(if $(filter media-%,$*),$(media_o)) $(if $(filter sound-%,$*),$(sound_o) $(B)/lib/media/sandbox.o) $(B)/libfonoteca.a \
	    $(SQLITE) $(TEXT) $(DIGEST) $(JSON) $(XML) $(PACK) $(REGEX) $(if $(filter media-%,$*),$(worker_LIBS)) $(if $(filter sound-%,$*),$(sound_LIBS)) -pthread -lm $(LDLIBS)
$(filter $(B)/unit/media-%,$(units)): $(media_o)
$(filter $(B)/unit/sound-%,$(units)): $(sound_o) $(B)/lib/media/sandbox.o
unit-build: $(units)
unit: unit-build all
	$(Q)for t in $(units); do $$t || exit 1; done

# Fuzzing: tests/fuzz/NAME.c with clang's libFuzzer, FUZZ_TIME seconds each, starting from the test music.
fuzz_c := $(filter-out $(if $(SOUND),,tests/fuzz/sound.c),$(wildcard tests/fuzz/*.c))
FUZZ_FLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz: deps deps-lint
	$(Q)$(MAKE) --no-print-directory B=build-fuzz CC=clang CXX=clang++ CFLAGS='$(FUZZ_FLAGS)' CXXFLAGS='$(FUZZ_FLAGS)' fuzz-build
	$(Q)printf '%s\n' $(fuzz_c:tests/fuzz/%.c=%) | xargs -P "$$(nproc)" -I NAME sh tests/fuzz/run.sh build-fuzz NAME \
	    $(if $(FUZZ_RUNS),-seed=1 -runs=$(FUZZ_RUNS),-max_total_time=$(or $(FUZZ_TIME),60))
fuzz-build: $(fuzz_c:tests/fuzz/%.c=$(B)/fuzz/%)
$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(media_o) $(B)/libfonoteca.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	$(Q)$(CXX) -fsanitize=fuzzer,address,undefined -o $@ $< $(media_o) $(if $(filter sound,$*),$(sound_o)) $(B)/libfonoteca.a \
	    $(SQLITE) $(TEXT) $(DIGEST) $(JSON) $(XML) $(PACK) $(REGEX) $(worker_LIBS) $(if $(filter sound,$*),$(sound_LIBS)) -pthread $(LDLIBS)
$(B)/fuzz/sound: $(sound_o)

# Packages: `deps` to build and run, `deps-check` to test, `deps-lint` to format and lint, `deps-bench` to compare,
# `deps-package` to make a Debian package, `deps-analyze` for lib-analyze.
deps deps-check deps-lint deps-bench deps-package deps-analyze:
	$(Q)$(if $(NODEPS),:,sh share/deps.sh $(@:deps-%=%))

# Everything below installs what it needs first, so it calls make again: only then do the tools exist.
demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)FONOTECA_BUILD='$(abspath $(B))' MUSIC='$(MUSIC)' sh share/demo.sh

check: deps deps-check
	$(Q)$(MAKE) --no-print-directory all unit-build
	$(Q)FONOTECA_BUILD='$(abspath $(B))' FONOTECA_SAN='$(SAN)' CC='$(CC)' bash tests/run $(TESTS)

# Every fault test in full size, for TORTURE_TIME seconds together.
torture: deps deps-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)FONOTECA_BUILD='$(abspath $(B))' CC='$(CC)' bash tests/fault/torture.sh $(or $(TORTURE_TIME),3600)

bench: deps
	$(Q)$(MAKE) --no-print-directory all $(B)/unit/seed-library $(B)/unit/seed-sounds $(if $(SOUND),$(B)/unit/sound-score)
	$(Q)FONOTECA_BUILD='$(abspath $(B))' bash tests/bench/run.sh

# Installing.
mans    := $(filter-out $(if $(SOUND),,man/lib-analyze.1),$(wildcard man/*.[1-9]))
docs    := $(wildcard README INSTALL NEWS HACKING SECURITY CONTRIBUTING LICENSE)
data    := $(wildcard share/examples/*)
D       := $(DESTDIR)
installed = $(COMMANDS:%=$(BINDIR)/%) $(WORKERS:$(B)/libexec/%=$(LIBEXECDIR)/%) \
    $(foreach m,$(notdir $(mans)),$(MANDIR)/man$(lastword $(subst ., ,$m))/$m) \
    $(COMMANDS:%=$(BASHDIR)/%) $(ZSHDIR)/_fonoteca $(COMMANDS:%=$(FISHDIR)/%.fish) \
    $(data:share/%=$(DATADIR)/%) $(docs:%=$(DOCDIR)/%)

install: all
	$(Q)install -d $(foreach d,$(BINDIR) $(LIBEXECDIR) $(BASHDIR) $(ZSHDIR) $(FISHDIR) $(DATADIR)/examples $(DOCDIR) \
	    $(sort $(foreach m,$(mans),$(MANDIR)/man$(lastword $(subst ., ,$m)))),'$(D)$d')
	$(Q)install -m 755 $(COMMANDS:%=$(B)/%) '$(D)$(BINDIR)'
	$(Q)install -m 755 $(WORKERS) '$(D)$(LIBEXECDIR)'
	$(Q)for m in $(notdir $(mans)); do f='$(D)$(MANDIR)'/man$${m##*.}/$$m; \
	    sed 's/@VERSION@/$(VERSION)/g' man/$$m > "$$f" && chmod 644 "$$f" || exit 1; done
	$(Q)install -m 644 completions/fonoteca.bash '$(D)$(BASHDIR)/lib-import'
	$(Q)for c in $(filter-out lib-import,$(COMMANDS)); do ln -sf lib-import '$(D)$(BASHDIR)'/$$c || exit 1; done
	$(Q)install -m 644 completions/_fonoteca '$(D)$(ZSHDIR)/_fonoteca'
	$(Q)for c in $(COMMANDS); do install -m 644 completions/fonoteca.fish '$(D)$(FISHDIR)'/$$c.fish || exit 1; done
	$(Q)for f in $(data); do m=644; [ ! -x $$f ] || m=755; install -m $$m $$f '$(D)$(DATADIR)/examples' || exit 1; done
	$(Q)install -m 644 $(docs) '$(D)$(DOCDIR)'

# Takes away what install put there, and the folders that are ours alone.
uninstall:
	$(Q)rm -f $(foreach f,$(installed),'$(D)$f')
	$(Q)for d in '$(D)$(LIBEXECDIR)' '$(D)$(DATADIR)/examples' '$(D)$(DATADIR)' '$(D)$(DOCDIR)'; do \
	    [ ! -d "$$d" ] || rmdir "$$d" || exit 1; done

# Releasing: the tracked files as fonoteca-VERSION.tar.gz, dated by the last commit, and the proof that they are enough.
DATE = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct))
dist:
	$(Q)mkdir -p dist
	$(Q)git ls-files -z | LC_ALL=C sort -z | tar -cf - --null -T - --transform 's|^|fonoteca-$(VERSION)/|S' --format=gnu --mode=u+w,go-w \
	    --owner=0 --group=0 --numeric-owner --mtime=@$(DATE) | gzip -9n > dist/fonoteca-$(VERSION).tar.gz
	@echo "  TAR  dist/fonoteca-$(VERSION).tar.gz"
distcheck: deps deps-check dist
	$(Q)$(MAKE) --no-print-directory all
	$(Q)sh tests/distcheck.sh dist/fonoteca-$(VERSION).tar.gz '$(abspath $(B))'

# A Debian package, built from the release archive in dist/deb and looked at by lintian.
deb: deps deps-package dist
	$(Q)sh share/package.sh dist/fonoteca-$(VERSION).tar.gz dist/deb

# The picture in README: a real session, drawn.
tour: all
	$(Q)FONOTECA_BUILD='$(abspath $(B))' python3 share/tour/make-tour.py share/tour/tour.svg

# The manual pages as one page for a browser.
html: $(B)/fonoteca.html
$(B)/fonoteca.html: $(mans) share/html.sh VERSION
	@mkdir -p $(@D)
	$(Q)sh share/html.sh '$(VERSION)' $(mans) > $@
	@echo "  HTML $@"

# Style: the C in the house style, the shell scripts and the manual pages without complaints.
CLANG_FORMAT ?= $(shell command -v clang-format-14 || echo clang-format)
c_files   = $(shell find cmd lib tests -name '*.[ch]' -o -name '*.cc')
sh_files  = $(shell grep -lrE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env bash' .ci lib share tests --exclude=*.bats)
format:
	$(Q)$(CLANG_FORMAT) -i $(c_files)
lint: deps-lint
	$(Q)$(CLANG_FORMAT) --dry-run --Werror $(c_files)
	$(Q)shellcheck -x $(sh_files) completions/fonoteca.bash
	$(Q)mandoc -Tlint -Wwarning $(mans)

clean:
	rm -rf build build-* dist

help:
	@echo 'make                 build everything into build/'
	@echo 'make demo            install what is missing, build, show the main line on real music (MUSIC=DIR: on yours)'
	@echo 'make check           install the test packages, run every test (TESTS="tests/lib-import.bats" some)'
	@echo 'make check SAN=1     the same under ASan and UBSan'
	@echo 'make install         into PREFIX (/usr/local) below DESTDIR; make uninstall takes it away'
	@echo 'make bench           speed beside cp, find, mpd, beets ... (BENCH_MUSIC=DIR: on yours; deps-bench: also mpd, beets)'
	@echo 'make torture         kills, failures, power cuts at every point, for TORTURE_TIME (3600) seconds'
	@echo 'make fuzz            feed broken files and records to the parsers for FUZZ_TIME (60) seconds each, with clang'
	@echo 'make deps            install the packages to build with; deps-check: to test; deps-lint; deps-bench;'
	@echo '                     deps-analyze: what lib-analyze needs, which is left out without (NO_SOUND=1: though it is there)'
	@echo 'make format lint     C style; clang-format, shellcheck and mandoc without complaints'
	@echo 'make dist distcheck  the release archive; and build, test, install, uninstall it in a folder of its own'
	@echo 'make deb             a Debian package, into dist/deb'
	@echo 'make html            the manual pages as one page, build/fonoteca.html'
	@echo 'make tour            draw the session that README shows, share/tour/tour.svg'
	@echo 'make clean           remove what was built'
	@echo
	@sed -n 's/^#   //p' Makefile

FORCE:
.PHONY: all unit unit-build fuzz fuzz-build deps deps-check deps-lint deps-bench deps-package deps-analyze left-out demo check torture bench install \
    uninstall dist distcheck deb html tour format lint \
    clean help FORCE
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
