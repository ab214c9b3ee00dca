#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Let a command run out of memory at one allocation after the other.

    no-memory.py SCENARIO [--sticky] [--limit N] [--build DIR] FAIL-ALLOC.so

As sweep.py; the fault is an allocation that fails (--sticky: and all after it), by fail-alloc.c.  The command must
end with an error that it can name, or do its work.
"""
import argparse, os, random, sys

import sweep
from scenarios import SCENARIOS
from scene import Failure, Scene, run


class Poor(Scene):
    def __init__(self, args):
        super().__init__(args.build)
        self.args = args
        self.file = os.path.join(self.dir, "count")

    def poor(self, n):
        if os.path.exists(self.file):
            os.unlink(self.file)
        env = dict(self.env, LD_PRELOAD=os.path.abspath(self.args.library), FAIL_COUNT=self.file, FAIL_ALLOC=str(n))
        if self.args.sticky:
            env["FAIL_STICKY"] = "1"
        return run(self.argv(self.command), env)

    def count(self):
        self.fresh()
        p = self.poor(0)
        if p.returncode != 0 or not os.path.exists(self.file):
            raise Failure("the run that counts: status %d" % p.returncode)
        with open(self.file) as f:
            return int(f.read())

    def case(self, n):
        self.fresh()
        p = self.poor(n)
        if p.returncode < 0:
            raise Failure("died of signal %d: %s" % (-p.returncode, p.stderr.decode(errors="replace")))
        if p.returncode == 0:
            self.invariants()
            self.acknowledged()
        elif not p.stderr:
            raise Failure("status %d without a word" % p.returncode)
        self.recovers()
        if os.path.exists(self.file):
            with open(self.file) as f:
                return int(f.read()) >= n
        return True


def main():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=SCENARIOS)
    ap.add_argument("library")
    ap.add_argument("--sticky", action="store_true")
    args = ap.parse_args()
    tally, s = sweep.Tally(args), Poor(args)
    try:
        s.prepare(args.scenario)
        s.golden()
        n = s.count()
        step = max(1, n // args.limit)
        points = list(range(1 + args.seed % step, n + 1, step))
        if args.time:
            random.Random(args.seed).shuffle(points)
        for i in points:
            if not tally.goes_on():
                break
            tally.take("allocation %d of %d fails" % (i, n), s.case, i)
        print("points=%d" % n)
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
