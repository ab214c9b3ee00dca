#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cut the power at a system call: what was not made durable is gone, and nothing that counts was.

    powercut.py SCENARIO|batches [--limit N] [--build DIR] [--preload LIBRARY.so]

As sweep.py, but the library lies on a small ext4 of its own (a loop device).  A case kills the command before
its Nth call and shuts the file system down without a flush (FS_IOC_SHUTDOWN), mounts it again, which replays
the journal, and then looks at the invariants, runs the line again and compares the end.  The last case lets
the command end: what it acknowledged must be there without a rerun.  `batches` is an import of 600 files, three
batches, cut around each of their syncs: what came before must be there.  --preload plants a bug of plant.c, which
must be caught.  Needs root; status 77 with the reason elsewhere.
"""
import argparse, os, random, shutil, subprocess, sys

import disk, sweep
from scenarios import SCENARIOS
from scene import Failure, run

SIZE = 48 << 20
BATCH = 256  # files, as in lib/intake/run/batch.h
SYNCS = ("syncfs", "fsync", "fdatasync")
MAKE_MUSIC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "make-music.py")


class Cut(disk.Disk):
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


def power_cuts():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=[*SCENARIOS, "batches"])
    ap.set_defaults(fault="kill", sticky=False, target="main", all=False, sites=True, limit=60)
    args = ap.parse_args()
    tally, s = sweep.Tally(args), Cut(args, SIZE)
    try:
        s.make()
        if args.scenario == "batches":
            args.sites = False
            shutil.rmtree(s.music)
            subprocess.run([sys.executable, MAKE_MUSIC, s.music, "600", "1000"], check=True)
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
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(disk.only_root(power_cuts))
