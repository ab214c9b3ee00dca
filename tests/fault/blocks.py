#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a disk may do to the writes between two flushes: all that the kernel wrote is recorded and replayed in part.

    blocks.py SCENARIO [--errors] [--limit N] [--time SECONDS] [--seed N] [--build DIR] [--preload LIBRARY.so]

The scenario's library lies on ext4, on a loop device, on a file of recorder.py.  The command runs once, and
every write and flush of its block device is recorded until it ends.  A case is a disk after a power cut: all writes before
one of the flushes, and of those between it and the next none, all, the first few, or some by chance, whole or sector by
sector (512 bytes) only in part.  The journal is replayed; then the invariants, the same line again, the invariants, and
the end must be that of the uninterrupted run.  After the last flush the command has acknowledged its work: every disk
from there on must have it without a rerun.

--errors: the disk itself fails, one write or flush or all from then on, with EIO, as the kernel then sees it: pages
are dropped, the journal is given up.  The command runs on that; the disk is mounted again, well.

Needs root, /dev/fuse and a loop device; status 77 with the reason elsewhere.
"""
import argparse, os, random, subprocess, sys

import disk, sweep
from disk import NotHere
from recorder import Recorder
from scenarios import SCENARIOS
from scene import Failure, run

SIZE = 32 << 20
SECTOR = 512


class Blocks(disk.Disk):
    def __init__(self, args):
        super().__init__(args, SIZE)
        self.recorded = os.path.join(self.dir, "recorded")
        with open(self.recorded, "w"):
            pass
        self.log, self.begin = [], b""

    def run_recorded(self, fails=None):
        """Run the command on the disk as it was, recorded; its status, and the recorder."""
        self.umount()
        with open(self.blank, "rb") as f:
            image = f.read()
        try:
            recorder = Recorder(self.recorded, image)
        except OSError as why:
            raise NotHere("no block recorder: %s" % why)
        kept, self.image = self.image, self.recorded
        try:
            self.mount()
            self.begin = recorder.begin()
            recorder.fails = fails or recorder.fails
            status = run(self.argv(self.command), self.planted()).returncode
            self.log, recorder.log = recorder.log, []  # what unmounting writes is no longer of interest
            return status, recorder
        finally:
            self.umount()
            self.image = kept
            recorder.close()

    def record(self):
        """self.epochs: the writes before each flush, and after the last."""
        status, _ = self.run_recorded()
        if status != 0:
            raise Failure("the run that is recorded: status %d" % status)
        self.epochs = [[]]
        for entry in self.log:
            if entry is None:
                self.epochs.append([])
            else:
                self.epochs[-1].append(entry)

    def write_image(self, image):
        self.another()
        with open(self.image, "wb") as f:
            f.truncate(len(image))
            for at in range(0, len(image), 1 << 16):  # what is empty stays a hole
                piece = image[at:at + (1 << 16)]
                if piece.count(0) != len(piece):
                    f.seek(at)
                    f.write(piece)

    def mount_as_at_boot(self):
        """ext4 is at a loss itself where half of its superblock was written: then it is checked first."""
        try:
            self.mount()
        except NotHere:
            subprocess.run(["e2fsck", "-f", "-y", self.image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                self.mount()
            except NotHere as why:
                raise Failure(str(why))

    # -- cases ----------------------------------------------------------
    @staticmethod
    def torn(data, rng):
        """(offset, bytes) of the sectors of a write that reached the disk."""
        return [(at, data[at:at + SECTOR]) for at in range(0, len(data), SECTOR) if rng.random() < 0.5]

    def survivors(self, epoch, how, rng):
        writes = self.epochs[epoch]
        if how == "none":
            return []
        if how == "first":
            return writes[:rng.randrange(len(writes) + 1)]
        if how == "some":
            writes = [w for w in writes if rng.random() < 0.5]
        out = []
        for offset, data in writes:
            if how == "some" and rng.random() < 0.3:
                out += [(offset + at, piece) for at, piece in self.torn(data, rng)]
            else:
                out.append((offset, data))
        return out

    def case(self, epoch, how, seed):
        image = bytearray(self.begin)
        rng = random.Random("%d %d %s" % (seed, epoch, how))
        for writes in self.epochs[:epoch] + [self.survivors(epoch, how, rng)]:
            for offset, data in writes:
                image[offset:offset + len(data)] = data
        self.write_image(image)
        self.mount_as_at_boot()
        self.invariants()
        if epoch == len(self.epochs) - 1:
            self.acknowledged()
        self.recovers()
        return True

    def case_of_errors(self, what, n, sticky):
        status, recorder = self.run_recorded(lambda w, i: w == what and (i >= n if sticky else i == n))
        self.write_image(recorder.image)
        self.mount_as_at_boot()
        self.invariants()
        if status == 0:
            self.acknowledged()
        self.recovers()
        return (recorder.writes if what == "write" else recorder.flushes) >= n


def images(s, tally):
    s.record()
    last, n = len(s.epochs) - 1, 0
    print("writes=%d flushes=%d" % (sum(map(len, s.epochs)), last))
    while tally.cases < s.args.limit and tally.goes_on():
        how = ("none", "all", "first", "some", "some", "some")[n % 6]
        # nothing of what came after a flush is all of what came before it
        epochs = [last] if how == "none" else [e for e in range(last + 1) if s.epochs[e]]
        seed, n = s.args.seed + n, n + 1
        random.Random(seed).shuffle(epochs)
        for epoch in epochs[:s.args.limit - tally.cases]:
            if not tally.goes_on():
                break
            tally.take("flush %d of %d, then %s of %d writes, seed %d" % (epoch, last, how, len(s.epochs[epoch]), seed),
                       s.case, epoch, how, seed)


def errors(s, tally):
    _, recorder = s.run_recorded()
    points = [(what, n, sticky) for what, count in (("write", recorder.writes), ("flush", recorder.flushes))
              for n in range(1, count + 1) for sticky in (False, True)]
    random.Random(s.args.seed).shuffle(points)
    for what, n, sticky in points[:s.args.limit]:
        if not tally.goes_on():
            break
        tally.take("%s %d fails%s" % (what, n, " and all after it" if sticky else ""), s.case_of_errors, what, n, sticky)


def blocks():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=[name for name, s in SCENARIOS.items() if not s.moves])  # the music is elsewhere
    ap.add_argument("--errors", action="store_true")
    args = ap.parse_args()
    args.target = "main"
    for device in ("/dev/fuse", "/dev/loop-control"):
        if not os.path.exists(device):
            raise NotHere("no block recorder: there is no " + device)
    tally, s = sweep.Tally(args), Blocks(args)
    try:
        s.make()
        s.prepare(args.scenario)
        s.golden()
        (errors if args.errors else images)(s, tally)
    except Failure as why:
        print("FAILED: %s" % why)
        tally.failures += 1
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(disk.only_root(blocks))
