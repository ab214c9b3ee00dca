#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The order of syncs, as the meanest file system would have it: what was not synced itself is not there.

    order.py [--build DIR] [--preload LIBRARY.so]

A journal like that of ext4 makes names durable that nobody asked for, so that a power cut there cannot show a
folder that was not synced.  This looks at the calls instead: whenever the catalogue's log is synced, every name
that appeared below the library, and the bytes behind it, must have been synced since: by fsync of the file and
of its folder, or by syncfs.  Runs an import that makes the library and its commit under strace; one obligation is
one case.  The last line: "cases=N injected=N failures=N".
"""
import argparse, os, re, sys

import sweep
from scene import Failure

CALLS = "openat,mkdirat,mkdir,write,pwrite64,renameat,renameat2,linkat,unlinkat,fsync,fdatasync,syncfs"
FD = r"(?:\d+|AT_FDCWD)<([^>]*)>"


class Model:
    """What a file system owes: names by folder, bytes by file."""

    def __init__(self, lib, tally):
        self.lib, self.tally = lib, tally
        self.names, self.dirty, self.file, self.owed = {}, set(), {}, set()

    def ours(self, path):
        name = os.path.basename(path)
        return path.startswith(self.lib + "/") and not name.startswith(("tmp-", "library.db", "lock"))

    def name(self, path, file):
        self.file[path] = file
        self.names.setdefault(os.path.dirname(path), set()).add(path)
        if self.ours(path):
            self.owed.add(path)

    def call(self, name, text):
        m = re.match(FD, text)
        path = m.group(1) if m else None
        if name in ("write", "pwrite64") and path:
            self.dirty.add(self.file.get(path, path))
        elif name == "openat" and "O_CREAT" in text:
            made = re.search(r"= \d+<([^>]*)>", text)
            if made and made.group(1) not in self.file:
                self.name(made.group(1), made.group(1))
        elif name in ("mkdirat", "mkdir"):
            rest = re.match(FD + r', "([^"]*)"', text) or re.match(r'()"([^"]*)"', text)
            self.name(os.path.normpath(os.path.join(*rest.groups())), None)
        elif name in ("renameat", "renameat2", "linkat"):
            a, b, c, d = re.match(FD + r', "([^"]*)", ' + FD + r', "([^"]*)"', text).groups()
            old = os.path.join(a, b)
            self.name(os.path.join(c, d), self.file.get(old, old))
            if name != "linkat":
                self.gone(old)
        elif name == "unlinkat":
            self.gone(os.path.join(*re.match(FD + r', "([^"]*)"', text).groups()))
        elif name == "syncfs":
            self.names, self.dirty = {}, set()
        elif name in ("fsync", "fdatasync"):
            self.names.pop(path, None)
            self.dirty.discard(self.file.get(path, path))
            if os.path.basename(path) in ("library.db-wal", "library.db"):
                self.settle()

    def gone(self, path):
        self.owed.discard(path)
        self.names.get(os.path.dirname(path), set()).discard(path)

    def settle(self):
        for path in sorted(self.owed):
            self.tally.take("%s when the catalogue was synced" % path[len(self.lib) + 1:], self.check, path)
        self.owed = set()

    def check(self, path):
        if path in self.names.get(os.path.dirname(path), ()):
            raise Failure("its folder was not synced")
        if self.file[path] in self.dirty:
            raise Failure("its bytes were not synced")
        return True


def calls(lines):
    """(name, the rest) of each call that succeeded, at the moment when it was done."""
    begun = {}
    for line in lines:
        m = re.match(r"(\d+) +(.*)", line)
        if not m:
            continue
        pid, text = m.groups()
        if text.endswith("<unfinished ...>"):
            begun[pid] = text[:-len("<unfinished ...>")]
            continue
        again = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if again:
            text = begun.pop(pid, "") + again.group(1)
        m = re.match(r"(\w+)\((.*)", text)
        if m and " = -1 " not in text:
            yield m.groups()


def main():
    args = sweep.options(argparse.ArgumentParser()).parse_args()
    args.target, args.fault, args.sites = "main", "kill", False
    tally = sweep.Tally(args)
    s = sweep.Sweep(args)
    try:
        s.prepare("create")
        for step in ("import", "commit"):
            status, stderr, lines = s.under_strace("-y -s 200 -e trace=" + CALLS)
            if status != 0:
                raise Failure("%s: status %d: %s" % (step, status, stderr))
            model = Model(os.path.realpath(s.lib), tally)
            for name, text in calls(lines):
                model.call(name, text)
            if model.owed and step == "commit":
                tally.take("the end", model.check, sorted(model.owed)[0])
            s.command = ["lib-commit", "-q", "s%d" % max(s.sessions("staged"), default=0)]
        s.invariants()
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
