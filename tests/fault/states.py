#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the meanest file system may leave after a power cut: it keeps what was synced, and of the rest what it likes.

    states.py SCENARIO [--limit N] [--time SECONDS] [--seed N] [--build DIR] [--preload LIBRARY.so]

The command runs once under strace, media worker and all, and a model follows its calls: fsync of a file keeps its bytes,
and nothing else; fsync of a folder keeps its names; syncfs keeps everything.  A case is a moment, and what a file
system may show after it: of the writes and names since, none, all, all names and no bytes, all bytes and no
names, or some by chance, writes torn into sectors; a rename to another folder never loses both names.  That
library is made, for real; then the invariants, the same line again, the invariants, and the end of the uninterrupted run.
After the command's end what it acknowledged must be there without a rerun.

No journal of a real file system helps here, and no root is needed.  The model itself is checked: all that was
done must make the library that is there.
"""
import argparse, os, random, re, shutil, sys

import sweep
from order import calls
from scenarios import SCENARIOS
from scene import Failure, run

CALLS = ("openat,open,mkdirat,mkdir,write,pwrite64,lseek,ftruncate,fallocate,copy_file_range,renameat,renameat2,rename,"
         "linkat,link,unlinkat,unlink,rmdir,fsync,fdatasync,syncfs")
SYNCS = ("fsync", "fdatasync", "syncfs")
SECTOR = 512
HEX = r"((?:\\x[0-9a-f]{2})*)"
FORGOTTEN = ("library.db-shm", "lock")  # made again


def unhex(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Node:
    """A file, with its bytes, or a folder, with its names: as they are, as they were synced, and what came since."""

    def __init__(self, folder, durable=None):
        self.folder = folder
        self.now = {} if folder else bytearray(durable or b"")
        self.kept = {} if folder else bytes(durable or b"")
        self.since = []

    def sync(self):
        self.kept = dict(self.now) if self.folder else bytes(self.now)
        self.since = []

    def write(self, at, data):
        self.since.append((at, data))
        put(self.now, at, data)

    def truncate(self, size):
        self.since.append((size, None))
        put(self.now, size, None)


def put(content, at, data):
    """Write data at an offset, or, where it is None, cut or fill up to there."""
    if data is None:
        del content[at:]
    content.extend(bytes(max(0, at - len(content))))
    if data is not None:
        content[at:at + len(data)] = data


class Model:
    def __init__(self, base, lib, outside):
        self.outside, self.gone = outside, set()  # sources: their bytes, and which were removed
        self.top, self.lib, self.place, self.step = Node(True), lib, {}, 0
        self.inodes, self.descriptors = {}, {}
        if os.path.exists(base):
            self.top.now["library"] = self.read(base)
        self.top.sync()

    def read(self, folder):
        node = Node(True)
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                node.now[name] = self.read(path)
            elif name not in FORGOTTEN:
                key = os.stat(path).st_ino
                if key not in self.inodes:
                    with open(path, "rb") as f:
                        self.inodes[key] = Node(False, f.read())
                node.now[name] = self.inodes[key]
        node.sync()
        return node

    def find(self, path):
        """The node at a path, or None; the folder that the library is in has a node, too."""
        if path == os.path.dirname(self.lib):
            return self.top
        if path != self.lib and not path.startswith(self.lib + "/"):
            return None
        node = self.top
        for name in ("library" + path[len(self.lib):]).split("/"):
            node = node.now.get(name) if node is not None and node.folder else None
        return node

    def folder(self, path):
        return self.find(os.path.dirname(path))

    def name(self, path, node, after=None):
        """Give a name, or, with None, take it; the step, for what must not be kept without it."""
        folder, name = self.folder(path), "library" if path == self.lib else os.path.basename(path)
        if folder is None or name in FORGOTTEN or (folder is self.top and path != self.lib):
            return None
        self.step += 1
        folder.since.append((self.step, name, node, after))
        if node is None:
            folder.now.pop(name, None)
        else:
            folder.now[name] = node
        return self.step

    def call(self, call, paths, data, numbers):
        if call in ("openat", "open"):
            path, flags = paths[0], data
            if "O_CREAT" in flags and self.find(path) is None and self.folder(path):
                self.name(path, Node(False))
            self.place[path] = 0
            self.descriptors["/proc/self/fd/%d" % numbers[-1]] = path
            if "O_TRUNC" in flags and self.find(path) is not None:
                self.find(path).truncate(0)
        elif call in ("mkdirat", "mkdir"):
            if self.folder(paths[0]):
                self.name(paths[0], Node(True))
        elif call in ("renameat", "renameat2", "rename", "linkat", "link"):
            paths = [self.descriptors.get(p, p) for p in paths]
            node = self.find(paths[0])
            if self.folder(paths[1]) is not None:
                if node is None:  # from outside, where it has been for long
                    node = Node(False, self.outside[paths[0]])
                step = self.name(paths[1], node)
                if not call.startswith("link"):
                    self.name(paths[0], None, step)
        elif call in ("unlinkat", "unlink", "rmdir"):
            self.name(paths[0], None)
            if paths[0] in self.outside:
                self.gone.add(paths[0])
        elif call == "syncfs":
            self.every(self.top, set())
        else:
            self.on_file(call, paths, data, numbers)

    def on_file(self, call, paths, data, numbers):
        node, path = self.find(paths[0]), paths[0]
        if node is None:
            return
        if call in ("fsync", "fdatasync"):
            node.sync()
        elif call == "pwrite64":
            node.write(numbers[-2], data)
        elif call == "write":
            node.write(self.place.get(path, 0), data)
            self.place[path] = self.place.get(path, 0) + len(data)
        elif call == "lseek":
            self.place[path] = numbers[-1]
        elif call == "ftruncate":
            node.truncate(numbers[-2])
        else:
            raise Failure("the model does not know " + call)

    def every(self, node, seen):
        if id(node) not in seen:
            seen.add(id(node))
            node.sync()
            for child in node.now.values() if node.folder else ():
                self.every(child, seen)

    # -- what is left ----------------------------------------------------
    def leave(self, how, rng, root):
        """Make folder root: the library as it may be found."""
        folders, waiting = [], [self.top]
        while waiting:
            node = waiting.pop()
            folders.append(node)
            known = list(node.now.values()) + list(node.kept.values()) + [n for _, _, n, _ in node.since if n]
            waiting += [n for n in known if n.folder and all(n is not f for f in folders + waiting)]
        steps = sorted(((step, f, name, node, after) for f in folders for step, name, node, after in f.since),
                       key=lambda s: s[0])
        pending, chosen = {s[0] for s in steps}, set()
        names = {id(f): dict(f.kept) for f in folders}
        for step, folder, name, node, after in steps:
            if how in ("none", "bytes") or (how == "some" and rng.random() < 0.5):
                continue
            if after in pending and after not in chosen:
                continue
            chosen.add(step)
            if node is None:
                names[id(folder)].pop(name, None)
            else:
                names[id(folder)][name] = node
        library = names[id(self.top)].get("library")
        if library is not None:
            self.make(library, root, names, how, rng, {})

    def make(self, folder, path, names, how, rng, made):
        os.makedirs(path, exist_ok=True)
        for name, node in sorted(names[id(folder)].items()):
            into = os.path.join(path, name)
            if node.folder:
                self.make(node, into, names, how, rng, made)
            elif id(node) in made:
                os.link(made[id(node)], into)
            else:
                with open(into, "wb") as f:
                    f.write(self.content(node, how, rng))
                if "/blobs/" in into or "/staging/" in into:
                    os.chmod(into, 0o444)
                made[id(node)] = into

    @staticmethod
    def content(node, how, rng):
        if how in ("none", "names"):
            return node.kept
        if how in ("all", "bytes"):
            return bytes(node.now)
        content = bytearray(node.kept)
        luck = rng.choice((0, 0.5, 0.5, 1))
        for at, data in node.since:
            if rng.random() >= luck:
                continue
            if data is None or rng.random() < 0.7:
                put(content, at, data)
            else:
                for i in range(0, len(data), SECTOR):
                    if rng.random() < 0.5:
                        put(content, at + i, data[i:i + SECTOR])
        return bytes(content)


def parse(call, rest, cwd):
    """(paths, bytes or flags, numbers) of a call."""
    said = [unhex(a or b) for a, b in re.findall(r"<%s>|\"%s\"" % (HEX, HEX), rest.rpartition(" = ")[0])]
    bare = re.sub(r"<%s>(?:\(deleted\))?|\"%s\"" % (HEX, HEX), "", rest)
    numbers = [int(n) for n in re.findall(r"(?<![\w<])-?\d+\b", bare)]
    if call in ("write", "pwrite64"):
        return [os.fsdecode(said[0])], said[1][:numbers[-1]], numbers
    names = [os.fsdecode(s) for s in said]
    if call.endswith("at") or call.endswith("at2"):  # folder, name
        names = [os.path.normpath(os.path.join(a, b)) for a, b in zip(names[::2], names[1::2])]
    elif call not in ("fsync", "fdatasync", "syncfs", "lseek", "ftruncate", "fallocate", "copy_file_range"):
        names = [os.path.normpath(os.path.join(cwd, n)) for n in names]
    return names, bare, numbers


class States(sweep.Sweep):
    moved = (0, 3)  # sources that were made anew count as changed, and stay

    def __init__(self, args):
        super().__init__(args)
        self.outside = {}

    def under_strace(self, expression):
        log = os.path.join(self.dir, "log")
        argv = ["strace", "-f", "-qq", "-o", log, "-y", "-xx", "-s", str(1 << 24), "-e", "trace=" + expression]
        p = run(argv + self.argv(self.command), self.planted())
        with open(log, errors="replace") as f:
            lines = f.readlines()
        os.unlink(log)
        return p.returncode, p.stderr.decode(errors="replace"), lines

    def record(self):
        self.fresh()
        for folder, _, names in os.walk(self.music):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    self.outside[os.path.join(os.path.realpath(folder), name)] = f.read()
        status, stderr, lines = self.under_strace(CALLS)
        if status != 0:
            raise Failure("the run that is recorded: status %d: %s" % (status, stderr))
        self.steps = [(call, *parse(call, rest, os.getcwd())) for call, rest in calls(lines)
                      if "(deleted)" not in rest]
        lib = os.path.realpath(self.lib)
        self.steps = [s for s in self.steps if any(p == os.path.dirname(lib) or (p + "/").startswith(lib + "/") or
                                                   p in self.outside for p in s[1])]
        done, left = os.path.join(self.dir, "done"), {}
        self.model(len(self.steps)).leave("all", None, done)
        for root in (done, self.lib):
            left[root] = {}
            for folder, _, names in os.walk(root):
                for name in set(names) - set(FORGOTTEN):
                    with open(os.path.join(folder, name), "rb") as f:
                        left[root][os.path.relpath(os.path.join(folder, name), root)] = f.read()
        shutil.rmtree(done)
        if left[done] != left[self.lib]:
            wrong = sorted(n for n in set(left[done]) | set(left[self.lib]) if left[done].get(n) != left[self.lib].get(n))
            raise Failure("the model does not follow the command: %s" % " ".join(wrong[:5]))

    def model(self, n):
        model = Model(self.base, os.path.realpath(self.lib), self.outside)
        for step in self.steps[:n]:
            model.call(*step)
        return model

    def case(self, n, how, seed):
        shutil.rmtree(self.lib, ignore_errors=True)
        model = self.model(n)
        model.leave(how, random.Random("%d %d %s" % (seed, n, how)), self.lib)
        self.sources(model.gone)  # the worst of it: what was removed is gone
        self.invariants()
        if n == len(self.steps):
            self.acknowledged()
        self.recovers()
        return True


def main():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=SCENARIOS)
    args = ap.parse_args()
    tally, s = sweep.Tally(args), States(args)
    try:
        s.prepare(args.scenario)
        s.golden()
        s.record()
        end = len(s.steps)
        syncs = [n for n, step in enumerate(s.steps) if step[0] in SYNCS] + [end]
        print("calls=%d syncs=%d" % (end, len(syncs) - 1))
        for how in ("none", "names", "bytes"):
            tally.take("the end, %s kept of what was not synced" % how, s.case, end, how, args.seed)
        turn = 0
        while tally.cases < args.limit and tally.goes_on():
            rng = random.Random(args.seed + turn)
            how = ("some", "none", "some", "names", "some", "bytes")[turn % 6]
            moments = syncs if turn % 2 == 0 else rng.sample(range(end), min(end, len(syncs)))
            for n in rng.sample(moments, min(len(moments), args.limit - tally.cases)):
                if not tally.goes_on():
                    break
                tally.take("after call %d of %d (%s), %s kept of what was not synced, seed %d" % (
                    n, end, s.steps[n][0] if n < end else "the end", how, args.seed + turn), s.case, n, how, args.seed + turn)
            turn += 1
    except Failure as why:
        print("FAILED: %s" % why)
        tally.failures += 1
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
