#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who stands still keeps nobody from working who need not wait: a command is stopped, and others run beside it.

    stopped.py SCENARIO [--reader] [--cold] [--limit N] [--time SECONDS] [--seed N] [--build DIR] [--preload LIBRARY.so]

A case: the command gets SIGSTOP before its Nth system call of one kind, wherever it is then, with whatever locks.
Now a search must answer, at once.  lib-sweep puts back what died, clears orphans and truncates the log, as far as it
may: status 75 where it has to wait; of a commit there is a second one of the same session, and it is done, or told
75.  Then the command goes on, must end as if nothing had been, and the library must be that of the undisturbed run.

--reader: it is a search that is stopped, at one of its calls, and the command must do its work.

The library is in use: another connection is open, and idle.  --cold: it is not.  Then who comes first makes the shared
memory of SQLite's log, or recovers it; if it is stopped in these milliseconds, all must wait for it, and are told 75.
"""
import argparse, contextlib, os, random, signal, sqlite3, subprocess, sys, time

import sweep
from scenarios import SCENARIOS
from scene import Failure, run

BUSY = 75
PROMPT = 2  # seconds; alone it takes milliseconds
SEARCH = ["lib-search", "-q", "--json", "love"]


class Stopped(sweep.Sweep):
    def __init__(self, args):
        super().__init__(args)
        self.fine = (0, 1) if args.reader else (0,)
        self.cold = (BUSY,) if args.cold else ()
        self.waited = self.longest = 0
        self.log = os.path.join(self.dir, "stopped")

    def finish(self):
        self.must("lib-sweep", "-q", "--force", "orphans")
        super().finish()

    def standing(self):
        """Who was stopped so far."""
        with open(self.log, errors="replace") as f:
            return [int(line.split()[0]) for line in f if "--- stopped by SIGSTOP ---" in line]

    def start(self, command, name, n):
        """The command under strace, and its process id, once it stands still; None where it ended before."""
        with open(self.log, "w"):
            pass
        p = subprocess.Popen(["strace", "-f", "-b", "execve", "-qq", "-o", self.log, "-e", "trace=" + name, "-e",
                              "inject=%s:signal=STOP:when=%d" % (name, n)] + self.argv(command), env=self.planted(),
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            over = p.poll() is not None
            stopped = self.standing()
            if stopped:
                return p, stopped[0]
            if over:
                return p, None
            time.sleep(0.002)
        p.kill()
        raise Failure("neither stopped nor ended")

    def goes_on(self, p, pid, allowed=(0,)):
        until = time.monotonic() + 60
        while p.poll() is None and time.monotonic() < until:
            for each in self.standing() if pid is not None else ():  # every thread and child counts for itself
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGCONT)
            time.sleep(0.005)
        if p.poll() is None:
            p.kill()
            raise Failure("after it was stopped it does not end")
        said = p.stderr.read().decode(errors="replace")
        p.stderr.close()
        if p.returncode not in allowed:
            raise Failure("after it was stopped: status %d: %s" % (p.returncode, said))

    @contextlib.contextmanager
    def in_use(self):
        """Another process has the library open and does nothing."""
        path = os.path.join(self.lib, "library.db")
        if self.args.cold or not os.path.exists(path):
            yield
            return
        db = sqlite3.connect("file:%s?mode=rw" % path, uri=True)
        try:
            db.execute("SELECT count(*) FROM session").fetchall()
            yield
        finally:
            db.close()

    def promptly(self):
        began = time.monotonic()
        p = self.may_fail(*SEARCH)
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        ready = self.args.scenario not in ("create", "migrate")  # else it may say that there is none, or an old one
        if p.returncode in self.cold:
            return
        if p.returncode not in ((0, 1) if ready else (0, 1, 4)):
            raise Failure("a search: status %d: %s" % (p.returncode, p.stderr.decode(errors="replace")))
        if took > PROMPT:
            raise Failure("a search took %.1f s" % took)

    def may_wait(self, *command):
        p = run(self.argv(command), self.planted())
        self.waited += p.returncode == BUSY
        if p.returncode not in (0, 1, BUSY) and self.args.scenario != "create":
            raise Failure("%s: status %d: %s" % (" ".join(command), p.returncode, p.stderr.decode(errors="replace")))
        return p.returncode

    def case(self, fault, name, n):
        self.fresh()
        with self.in_use():
            happened = (self.reader_stands if self.args.reader else self.command_stands)(name, n)
        self.recovers()
        return happened

    def command_stands(self, name, n):
        p, pid = self.start(self.command, name, n)
        second = None
        if pid is not None:
            try:
                self.promptly()
                if self.args.scenario in ("commit", "recommit"):
                    second = self.may_wait("lib-commit", "-q", "--wait=0", self.session)
                if self.args.scenario != "migrate":
                    self.may_wait("lib-sweep", "-q", "--wait=0", "--force", "stuck", "orphans", "optimize")
            except BaseException:
                self.goes_on(p, pid, range(-255, 256))
                raise
        self.goes_on(p, pid, (0, 4) if second == 0 else (0,))  # 4: the second was first
        return pid is not None

    def reader_stands(self, name, n):
        p, pid = self.start(SEARCH, name, n)
        try:
            status = self.may_fail(*self.command).returncode
            if status not in (0, *self.cold):
                raise Failure("while a search stands still: status %d" % status)
            self.may_wait("lib-sweep", "-q", "optimize")
        except BaseException:
            self.goes_on(p, pid, range(-255, 256))
            raise
        self.goes_on(p, pid, (0, 1))
        return pid is not None


def main():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=SCENARIOS)
    ap.add_argument("--reader", action="store_true", help="stop a search, not the command")
    ap.add_argument("--cold", action="store_true", help="nobody else has the library open")
    ap.set_defaults(fault="kill", sticky=False, target="main", all=False, sites=True)
    args = ap.parse_args()
    tally, s = sweep.Tally(args), Stopped(args)
    try:
        s.prepare(args.scenario)
        s.golden()
        s.fresh()
        command = s.command
        if args.reader:
            args.all, s.command = True, SEARCH
        with s.in_use():
            s.trace()
        s.command = command
        points, every = s.points(args.limit)
        random.Random(args.seed).shuffle(points)
        for fault, name, n in points:
            if not tally.goes_on():
                break
            tally.take("stopped at %s call %d" % (name, n), s.case, fault, name, n)
        print("points=%d busy=%d longest search=%.0f ms" % (every, s.waited, 1000 * s.longest))
    except Failure as why:
        print("FAILED: %s" % why)
        tally.failures += 1
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
