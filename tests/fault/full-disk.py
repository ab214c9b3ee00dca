#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Import and commit on disks that are too small, by so much and so much.

    full-disk.py tmpfs|ext4 [--limit N] [--build DIR]

A case is a library on a file system of its own with room for so many kilobytes more than an empty library takes; on
ext4 what does not fit may be found out only by the sync.  The command line runs there until something fails; it
must end with a message, never by a signal, and keep the invariants.  Then the disk grows and the same line
must end in the state of a run that never lacked anything.  Needs root; status 77 with the reason elsewhere.
"""
import argparse, os, sys

import disk, sweep
from scenarios import SCENARIOS, empty
from scene import Failure, run

BIG = 64 << 10  # kilobytes


class Small(disk.Disk):
    def __init__(self, args):
        super().__init__(args, 16 << 20, files=6)
        self.filler = os.path.join(self.disk, "filler")

    def fresh(self):
        """An empty library on a disk with plenty of room."""
        self.another()
        if self.args.kind == "tmpfs":
            disk.tool("mount", "-t", "tmpfs", "-o", "size=%dk" % BIG, "none", self.disk)
            self.mounted = True
        else:  # SQLite dies of SIGBUS where a block is smaller than a page of its shared memory
            self.make("-m", "0", "-b", "4096")
        empty(self)

    def leave(self, kb):
        """All but so many kilobytes are taken by somebody else."""
        st = os.statvfs(self.disk)
        take = st.f_bavail * st.f_frsize - (kb << 10)
        with open(self.filler, "wb") as f:
            while True:
                try:
                    return os.posix_fallocate(f.fileno(), 0, max(take, 1))
                except OSError:  # the filler's own blocks of extents need room, too
                    take -= 16 << 10

    def case(self, kb):
        self.fresh()
        self.leave(kb)
        failed = False
        p = run(self.argv(["lib-import", "-q", "-j2", self.music]), self.env)
        session = p.stdout.decode().strip()
        if p.returncode == 0:
            p = run(self.argv(["lib-commit", "-q", session]), self.env)
        if p.returncode != 0:
            failed = True
            said = p.stderr.decode(errors="replace")
            if p.returncode not in (3, 4) or not ("No space" in said or "full" in said):
                raise Failure("status %d: %s" % (p.returncode, said))
        self.invariants()
        os.unlink(self.filler)
        self.finish()
        self.invariants()
        if self.state() != self.end:
            raise Failure("the rerun did not end as the run with room enough: %r" % (self.state(),))
        return failed


def full_disks():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("kind", choices=["tmpfs", "ext4"])
    ap.set_defaults(limit=40)
    args = ap.parse_args()
    tally, s = sweep.Tally(args), Small(args)
    try:
        s.scenario = SCENARIOS["import"]
        s.command = s.scenario.argv(s)
        s.golden()
        high = 4
        while s.case(high):  # until it fits
            high *= 2
        for i in range(args.limit):
            if not tally.goes_on():
                break
            kb = high * i // args.limit
            tally.take("%d kB" % kb, s.case, kb)
    finally:
        s.close()
    print("too small: %d" % tally.injected)
    tally.injected = tally.cases if tally.injected > tally.cases // 3 else tally.injected
    return tally.end()


if __name__ == "__main__":
    sys.exit(disk.only_root(full_disks))
