#!/usr/bin/env python3
"""Cut the power at a system call: what was not made durable is gone, and nothing that counts was.

    powercut.py create|import|resume|commit|recommit|batches [--limit N] [--build DIR] [--preload LIBRARY.so]

As sweep.py, but the library lies on a small ext4 of its own (a loop device).  A case kills the command before
its Nth call and shuts the file system down without a flush (FS_IOC_SHUTDOWN), mounts it again, which replays
the journal, and then looks at the invariants, runs the line again and compares the end.  The last case lets
the command end: what it acknowledged must be there without a rerun.  `batches` is an import of 600 files, three
batches, cut around each of their syncs: what came before must be there.  --preload plants a bug of plant.c, which
must be caught.  Needs root; status 77 with the reason elsewhere.
"""
import argparse, fcntl, os, random, shutil, struct, subprocess, sys

import sweep
from scene import Failure, run

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, u32)
NOLOGFLUSH = struct.pack("I", 2)
SIZE = 48 << 20
BATCH = 256  # files, as in lib/intake/batch.h
SYNCS = ("syncfs", "fsync", "fdatasync")
MAKE_MUSIC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "make-music.py")


class NotHere(Exception):
    pass


def tool(*argv):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode != 0:
        raise NotHere("%s: %s" % (" ".join(argv), p.stdout.decode(errors="replace").strip()))


class Disk(sweep.Sweep):
    """A scene whose library is on a file system of its own."""

    def __init__(self, args, size=SIZE):
        super().__init__(args)
        self.disk = os.path.join(self.dir, "disk")
        self.blank = os.path.join(self.dir, "blank.img")
        self.image = os.path.join(self.dir, "disk.img")
        os.mkdir(self.disk)
        self.lib = os.path.join(self.disk, "library")
        self.env["FONOTECA_LIBRARY"] = self.lib
        self.mounted = False
        self.disks = 0
        with open(self.image, "wb") as f:
            f.truncate(size)
        tool("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    def mount(self):
        tool("mount", "-o", "loop,commit=600", self.image, self.disk)  # nothing is flushed by a timer
        self.mounted = True

    def umount(self):
        if self.mounted:
            tool("umount", self.disk)
        self.mounted = False

    def close(self):
        try:
            self.umount()
        finally:
            super().close()

    def prepare(self, scenario):
        super().prepare(scenario)
        if scenario == "create":
            self.keep()

    def keep(self):
        self.umount()
        shutil.copyfile(self.image, self.blank)
        self.mount()

    def fresh(self):
        self.umount()
        os.unlink(self.image)
        self.disks += 1  # a loop device may hold on to the last one for a moment
        self.image = os.path.join(self.dir, "disk%d.img" % self.disks)
        shutil.copyfile(self.blank, self.image)
        self.mount()

    def cut(self):
        fd = os.open(self.disk, os.O_RDONLY)
        fcntl.ioctl(fd, FS_IOC_SHUTDOWN, NOLOGFLUSH)
        os.close(fd)
        self.umount()
        self.mount()

    def case(self, fault, name, n):
        self.fresh()
        happened = True
        if name is None:
            p = run(self.argv(self.command), self.planted())
            if p.returncode != 0:
                raise Failure("%s: status %d" % (self.command[0], p.returncode))
        else:
            happened = self.inject(fault, name, n)[0]
        self.cut()
        self.invariants()
        if name is None:
            self.acknowledged()
        if self.args.scenario == "batches" and name == "syncfs" and self.staged_items() < BATCH * (n - 1):
            raise Failure("of %d batches only %d items are there" % (n - 1, self.staged_items()))
        self.recovers()
        return happened


def main():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=["create", "import", "resume", "commit", "recommit", "batches"])
    ap.set_defaults(fault="kill", sticky=False, target="main", all=False, sites=True, limit=60)
    args = ap.parse_args()
    if os.geteuid() != 0:
        print("only root may mount a file system")
        return 77
    tally, s = sweep.Tally(args), None
    try:
        s = Disk(args)
        if args.scenario == "batches":
            args.sites = False
            shutil.rmtree(s.music)
            tool("python3", MAKE_MUSIC, s.music, "600", "1000")
        s.prepare("import" if args.scenario == "batches" else args.scenario)
        s.golden()
        s.fresh()
        s.trace()
        if args.scenario == "batches":
            s.counts = {name: n for name, n in s.counts.items() if name in SYNCS}
        points = s.points(args.limit)[0]
        if args.time:
            random.Random(args.seed).shuffle(points)
        for fault, name, n in ([] if args.only else [("kill", None, 0)]) + points:
            if not tally.goes_on():
                break
            tally.take("power cut at %s call %d" % (name or "the end,", n), s.case, fault, name, n)
    except NotHere as why:
        print(why)
        return 77
    finally:
        if s is not None:
            s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
