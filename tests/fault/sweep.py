#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kill or fail a command at its system calls, one after the other, and see that nothing is lost.

    sweep.py SCENARIO [--fault kill|ERRNO,ERRNO...] [--sticky] [--pairs N] [--target main|worker]
             [--only CALL] [--all] [--limit N] [--time SECONDS] [--build DIR] [--seed N] [-v]

The scenarios are those of scenarios.py: imports, commits, edits of the catalogue and of playlists, lib-sweep, a
migration.  A case is: the scenario's library as it was; the command with one fault injected by strace
before its Nth call of one kind (--sticky: in every one from the Nth on); the invariants; the same line again without
faults; the invariants; and the end state must be the one of the uninterrupted run.  Where the command ended with
status 0 in spite of the fault, what it promises must be there before the rerun.

--pairs N: the command dies at N points of its own, and at each of them the run that recovers is swept.  strace counts
per thread; `-b execve` keeps the media worker out of the main program's sweep, and the worker's sweep runs strace
around the worker alone.  Several errnos take turns, unless --limit has room for all of them at every point.

Every place in the program that makes a call (strace -k tells them apart) is visited once, then the rest at a stride,
so that about --limit cases run, and after --time none is begun but the first three.  The last line counts: "cases=N injected=N failures=N".
Status 1 where a case failed, or where fewer faults were injected than cases ran.
"""
import argparse, collections, os, random, re, shutil, signal, sys, time

from scenarios import SCENARIOS
from scene import CAUGHT, Failure, Scene, run

IO_CALLS = {"write", "pwrite64", "openat", "fsync", "fdatasync", "syncfs", "ftruncate", "renameat", "renameat2",
            "rename", "linkat", "link", "mkdirat", "mkdir", "unlinkat", "unlink", "read", "pread64", "fchmod",
            "fchmodat", "copy_file_range", "sync_file_range", "fallocate", "getdents64", "newfstatat", "fstat",
            "fcntl", "close", "sendmsg", "recvmsg", "poll", "clone3"}
CHANGES = {"write", "pwrite64", "openat", "fsync", "fdatasync", "syncfs", "ftruncate", "renameat", "renameat2", "linkat",
           "mkdirat", "mkdir", "unlinkat", "unlink", "fchmodat", "fallocate", "fcntl", "sendmsg", "getdents64"}
NOT_HERE = {"execve", "exit_group", "exit", "vfork", "clone", "rt_sigreturn"}


class Sweep(Scene):
    fine = (0,)  # what the faultless run ends with

    def __init__(self, args, **kw):
        super().__init__(args.build, **kw)
        self.args = args
        self.only_killed = getattr(args, "fault", "kill") == "kill"
        self.counts = self.sites = None

    def planted(self):
        """Only the command that is cut has the planted bug, not what looks at the end."""
        return dict(self.env, LD_PRELOAD=os.path.abspath(self.args.preload)) if self.args.preload else self.env

    def tracing(self, expression, log, env):
        """(argv, env) of the command under strace, or of the command whose worker runs under it."""
        if self.args.target == "worker":
            which = "FONOTECA_SOUND_WORKER" if self.command[0] == "lib-analyze" else "FONOTECA_WORKER"
            return self.argv(self.command), dict(env, **{which: self.wrapper(which, expression, log)})
        return ["strace", "-f", "-b", "execve", "-qq", "-o", log] + expression.split() + self.argv(self.command), env

    def wrapper(self, which, expression, log):
        """A program that stands for the worker and is traced in its first life only."""
        name = "sound-worker" if "SOUND" in which else "media-worker"
        worker = os.environ.get(which) or os.path.join(self.build, "libexec", name)
        path = os.path.join(self.dir, "worker.sh")
        with open(path, "w") as f:
            f.write("#!/bin/sh\nmkdir '%s.lives' 2>/dev/null || exec '%s' \"$@\"\n"
                    "exec strace -D -qq -o '%s' %s '%s' \"$@\"\n" % (log, worker, log, expression, worker))
        os.chmod(path, 0o755)
        return path

    def under_strace(self, expression):
        """Run the command; (status, stderr, the log's lines)."""
        log = os.path.join(self.dir, "log")
        for left in (log, log + ".lives"):
            if os.path.isdir(left):
                os.rmdir(left)
            elif os.path.exists(left):
                os.unlink(left)
        argv, env = self.tracing(expression, log, self.planted())
        p = run(argv, env)
        lines = []
        if os.path.exists(log):
            with open(log, errors="replace") as f:
                lines = f.readlines()
        return p.returncode, p.stderr.decode(errors="replace"), lines

    # -- where ------------------------------------------------------------
    def trace(self):
        """What the faultless command calls: highest count of each name in one thread, first call at each place."""
        status, stderr, lines = self.under_strace("-k" if self.args.sites else "")
        if status not in self.fine and self.args.sites:  # a strace without it
            self.args.sites = False
            self.fresh()
            return self.trace()
        if status not in self.fine:
            raise Failure("the faultless run: status %d: %s" % (status, stderr))
        threads = collections.defaultdict(collections.Counter)
        call, stack, seen, sites = None, [], set(), set()
        for line in lines + ["0 end(\n"]:
            if line.startswith(" > "):
                if self.build in line:  # the libraries' own frames make no difference
                    stack.append(re.sub(r"^.*/", "", line))
                continue
            m = re.match(r"(?:(\d+) +)?([a-z_0-9]+)\(", line)
            if not m:
                continue
            if call and stack and (call[0], *stack) not in seen:
                seen.add((call[0], *stack))
                sites.add(call)
            thread, name = m.groups()
            threads[thread][name] += 1
            call, stack = (name, threads[thread][name]), []
        counts = collections.Counter()
        for calls in threads.values():
            for name, n in calls.items():
                counts[name] = max(counts[name], n)
        for name in NOT_HERE | {"end"}:
            counts.pop(name, None)
        self.counts, self.sites = counts, {s for s in sites if s[0] in counts}

    def wanted(self, name, fault):
        if self.args.only not in (None, name):
            return False
        if fault == "kill":  # between two calls that change something one moment is as good as another
            return self.args.all or self.args.target == "worker" or name in CHANGES
        if self.args.sticky and name in ("fcntl", "poll"):  # waiting for locks that never come takes its time
            return False
        return name in IO_CALLS

    def points(self, limit):
        """[(fault, call, n)], and how many there are in all; every place first, then at a stride."""
        faults = [f for f in self.args.fault.split(",") if f != "EINTR" or not self.args.sticky]  # that has no end
        every = [(f, name, i) for f in faults for name, c in sorted(self.counts.items()) if self.wanted(name, f)
                 for i in range(1, c + 1)]
        if len(every) <= limit:
            return every, len(every)
        first = sorted(self.sites | {(n, i) for n, c in self.counts.items() for i in (1, c)})
        first = [(n, i) for n, i in first if any(self.wanted(n, f) for f in faults)]
        rng = random.Random(self.args.seed)
        if len(first) > limit:  # the sites of different seeds differ
            first = rng.sample(first, limit)
        turns, out = [], []
        for k, (name, i) in enumerate(first):
            fault = [f for f in faults if self.wanted(name, f)]
            turns.append((fault[(k + self.args.seed) % len(fault)], name, i))
        rest = [p for p in every if p not in set(turns)]
        room = limit - len(turns)
        if room > 0:
            step = -(-len(rest) // room)
            out = rest[self.args.seed % step::step]
        return sorted(set(turns + out), key=lambda p: p[1:]), len(every)

    # -- what -------------------------------------------------------------
    def inject(self, fault, name, n):
        """Run the command with the fault; how often it was injected, status, stderr."""
        what = "signal=KILL" if fault == "kill" else "error=" + fault
        when = "%d%s" % (n, "+" if self.args.sticky and fault != "kill" else "")
        status, stderr, lines = self.under_strace("-e trace=%s -e inject=%s:%s:when=%s" % (name, name, what, when))
        if fault == "kill":
            return int(any("killed by SIGKILL" in l for l in lines)), status, stderr
        hit = [l.split()[0] for l in lines if "(INJECTED)" in l]
        if not self.args.sticky and self.args.target == "main" and len(hit) > len(set(hit)):
            raise Failure("more than one fault was injected in one thread")
        return len(hit), status, stderr

    def case(self, fault, name, n):
        self.fresh()
        times, status, stderr = self.inject(fault, name, n)
        if fault != "kill":
            if status < 0 or status in (128 + signal.SIGSEGV, 128 + signal.SIGABRT):
                raise Failure("died of a signal, status %d: %s" % (status, stderr))
            if status == 0 and "error" in stderr:
                raise Failure("status 0 after an error: " + stderr)
            if status == 0:
                self.invariants()
                self.acknowledged()
        self.recovers()
        return times > 0


class Tally:
    """Counts cases, prints failures, knows when to stop."""

    def __init__(self, args):
        self.args = args
        self.cases = self.injected = self.failures = 0
        self.until = time.monotonic() + args.time if args.time else None

    def goes_on(self):
        late = self.until is not None and time.monotonic() > self.until and self.cases >= 3
        return not late and not (self.args.until_caught and self.failures)

    def take(self, what, case, *args):
        self.cases += 1
        began = time.monotonic()
        try:
            happened = case(*args)
            self.injected += happened
            if self.args.v or not happened:
                print("%s: %s, %.1f s" % (what, "ok" if happened else "not reached", time.monotonic() - began))
        except CAUGHT as why:
            self.failures += 1
            self.injected += 1
            print("FAILED %s: %s" % (what, str(why)[:600]))
        sys.stdout.flush()

    def end(self):
        print("cases=%d injected=%d failures=%d" % (self.cases, self.injected, self.failures))
        # a few calls come by chance (a futex that was not contended this time)
        return 1 if self.failures or self.injected < 0.9 * self.cases - 1 or not self.cases else 0


def options(ap):
    ap.add_argument("--limit", type=int, default=100)
    ap.add_argument("--time", type=float, help="seconds; no case is begun after that")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--only", help="the name of one system call")
    ap.add_argument("--preload", metavar="LIBRARY.so", help="plant a bug of plant.c, which must be caught")
    ap.add_argument("--until-caught", action="store_true", help="stop at the first failure")
    ap.add_argument("--build", default=os.environ.get("FONOTECA_BUILD", "build"))
    ap.add_argument("-v", action="store_true")
    return ap


def sweep(s, tally, limit, prefix=""):
    s.fresh()
    s.trace()
    points, every = s.points(limit)
    if s.args.time:
        random.Random(s.args.seed).shuffle(points)
    for fault, name, n in points:
        if not tally.goes_on():
            break
        tally.take("%s%s at %s call %d" % (prefix, fault, name, n), s.case, fault, name, n)
    return every


def sweep_pairs(s, tally):
    """The command dies at one of some points; then the run after that is swept."""
    fault, s.args.fault = s.args.fault, "kill"
    s.fresh()
    s.trace()
    first, every = s.points(s.args.pairs)
    first = random.Random(s.args.seed).sample(first, min(s.args.pairs, len(first)))
    s.args.fault, began, points = fault, os.path.join(s.dir, "began"), 0
    if os.path.exists(s.base):
        os.rename(s.base, began)
    for _, name, n in first:
        shutil.rmtree(s.base, ignore_errors=True)
        if os.path.exists(began):
            shutil.copytree(began, s.base)
        s.fresh()
        s.args.sites = False  # they are the same
        s.inject("kill", name, n)
        if s.done():  # there is nothing to do again
            continue
        s.keep()
        points += sweep(s, tally, max(1, s.args.limit // len(first)), "killed at %s call %d, then " % (name, n))
    return points


def main():
    ap = options(argparse.ArgumentParser())
    ap.add_argument("scenario", choices=SCENARIOS)
    ap.add_argument("--fault", default="kill")
    ap.add_argument("--sticky", action="store_true")
    ap.add_argument("--pairs", type=int, default=0)
    ap.add_argument("--target", choices=["main", "worker"], default="main")
    ap.add_argument("--all", action="store_true", help="kill at every call, also at those that change nothing")
    args = ap.parse_args()
    args.sites = args.target == "main" and not args.sticky and not args.pairs
    tally = Tally(args)
    s = Sweep(args)
    try:
        s.prepare(args.scenario)
        s.golden()
        every = sweep_pairs(s, tally) if args.pairs else sweep(s, tally, args.limit)
        print("points=%d sites=%d" % (every, len(s.sites)))
    except Failure as why:  # before the first case
        print("FAILED: %s" % why)
        tally.failures += 1
    finally:
        s.close()
    return tally.end()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
