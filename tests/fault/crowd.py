#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Eight processes at once on one library, killed now and then: it stays whole, and nobody is kept from working.

    crowd.py [--time SECONDS] [--processes N] [--calm] [--sweeps SHARE] [--seed N] [--build DIR] [--preload LIBRARY.so]

Each process runs one command after the other, by chance: imports and commits of folders of its own and of one that all
share, edits of tracks (amended, removed, restored, undone, written into their files) and of a playlist of its own,
a history of plays taken in and forgotten, searches, and every task of lib-sweep, by a clock that jumps (--sweeps: so much
of all that they run); every so often one of them gets SIGKILL (--calm: none).  All the while two searches stand still with half their answer read.  A command may be told that the session or the library is busy; a search never,
nor is it kept waiting, and nobody fails because somebody searches.

In the end every folder is imported and committed once more, and what was removed is restored: the invariants hold,
every file is in the catalogue once, every play is there once, what an amendment or a playlist's command had acknowledged is there, and lib-sweep leaves
nothing in staging.  Printed: how often each command ran, was killed, and found the library busy.
"""
import argparse, collections, json, os, random, shutil, signal, statistics, subprocess, sys, threading, time

import sweep
from scenarios import SCENARIOS
from scene import CAUGHT, Failure

MAKE_MUSIC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "make-music.py")
FOLDERS, FILES = 6, 24
PLAYS = 150  # of each process
DAY = 86400
BUSY = 75
QUERIES = ["love", "the", "ri", "genre:rock", "love -night", "year:1990..2000", "--sort=added- love", "--facet=artist"]


class Tracks:
    """What one process has done to tracks and to its playlist: what may be there in the end."""

    def __init__(self):
        self.comments = {}  # track: values, of which one must be there
        self.entries = (0, 0)  # at least, at most

    def amended(self, track, value, sure):
        self.comments[track] = ({value} if sure else self.comments.get(track, {None}) | {value})

    def added(self, n, sure):
        self.entries = (self.entries[0] + (n if sure else 0), self.entries[1] + n)


class Crowd(sweep.Sweep):
    def __init__(self, args):
        super().__init__(args)
        self.lock = threading.Lock()
        self.running, self.bad, self.done, self.killed = {}, [], 0, 0
        self.counts = collections.defaultdict(collections.Counter)
        self.latencies, self.effects = [], [Tracks() for _ in range(args.processes)]
        shutil.rmtree(self.music)
        for i in range(FOLDERS):
            folder = os.path.join(self.music, "folder %d" % i)
            subprocess.run([sys.executable, MAKE_MUSIC, folder, str(FILES), "2000", str(i + 1)], check=True)
        self.folders = sorted(os.listdir(self.music))
        for number in range(args.processes):
            with open(self.plays(number), "w") as f:
                for i in range(PLAYS):
                    f.write('{"start":%d,"artist":"Somebody","title":"Piece %d"}\n' % (
                        1600000000 + 1000 * i + number, i % 40))

    def plays(self, number):
        return os.path.join(self.dir, "plays of %d.jsonl" % number)

    def pick(self, rng, number):
        """(a name for it, a command, the statuses that it may end with, what to do with its end)."""
        folder = os.path.join(self.music, self.folders[rng.choice([number % (FOLDERS - 1), FOLDERS - 1])])
        if rng.random() < self.args.sweeps:
            return self.sweep(rng)
        what = rng.random()
        if what < 0.30:
            return "import", ["lib-import", "-q", "-j2", "--wait=20", folder], (0, BUSY), None
        if what < 0.53:
            staged = self.some_sessions()
            if staged:  # 4: another process has rejected, expired or not finished it
                return "commit", ["lib-commit", "-q", "--wait=20", "--retry", "s%d" % rng.choice(staged)], (0, 4, BUSY), None
        if what < 0.76:
            return self.edit(rng, number)
        if what < 0.82:
            return self.history(rng, number)
        return "search", ["lib-search", "-q", "--json", *rng.choice(QUERIES).split()], (0, 1), None

    def sweep(self, rng):
        if rng.random() < 0.2:  # 3 would be damage
            return "sweep verify", ["lib-sweep", "-q", "--wait=20", "--all", "verify"], (0, BUSY), None
        task = rng.choice([(), ("stage",), ("stuck",), ("retry",), ("orphans",), ("trash",), ("optimize",), ("repair",),
                           ("schedules",), ("health",), ("--keep=2", "backup"),
                           ("metrics", os.path.join(self.dir, "metrics.prom"))])
        name = ("sweep", *(w for w in task[:2] if w.isalpha()))
        return " ".join(name), ["lib-sweep", "-q", "--wait=20", *task], (0, 1, 3, BUSY), None

    def history(self, rng, number):
        """4: it is forgotten while it comes in; 3: there is none to forget."""
        line = ["lib-import", "-q", "--wait=20", "--history"]
        mine = self.some("SELECT id FROM play_import WHERE name = '%s'" % os.path.basename(self.plays(number)))
        if mine and rng.random() < 0.4:
            return "forget", line + ["--forget", "h%d" % mine[-1]], (0, 3, BUSY), None
        return "history", line + [self.plays(number)], (0, BUSY), None

    def clock(self, rng, kind):
        """What is done about ages goes by a clock that somebody sets, by less than the grace of trash/."""
        if not kind.startswith("sweep") or rng.random() < 0.5:
            return self.planted()
        return dict(self.planted(), FONOTECA_NOW=str(int(time.time()) + rng.choice([-4000, -1, 1, 20]) * DAY))

    def edit(self, rng, number):
        """4: there is no such track, it was removed or changed since; 3: one of two."""
        mine, what = self.effects[number], rng.random()
        track = rng.randrange(1 + number, FOLDERS * FILES + 1, self.args.processes)  # nobody else amends it
        commit = ["lib-commit", "-q", "--wait=20"]
        if what < 0.35:
            value = "%d of %d" % (rng.randrange(1 << 30), number)
            return "amend", commit + ["--amend", str(track), "comment=" + value], (0, 4, BUSY), \
                lambda sure: mine.amended(track, value, sure)
        if what < 0.5:
            return "remove", commit + ["--remove", str(track)], (0, 4, BUSY), None
        if what < 0.65:
            return "restore", commit + ["--restore", str(track)], (0, 4, BUSY), None
        if what < 0.75:
            return "write-tags", commit + ["--write-tags", str(track)], (0, 4, BUSY), None
        if what < 0.8:
            events = self.some("SELECT id FROM event WHERE kind IN ('remove', 'restore', 'write-tags') ORDER BY id DESC LIMIT 5")
            if events:
                return "undo", commit + ["--undo", "e%d" % rng.choice(events)], (0, 1, 4, BUSY), None
        if mine.entries == (0, 0):
            self.may_fail("lib-playlist", "-q", "create", "of %d" % number)
        return "playlist", ["lib-playlist", "-q", "--wait=20", "add", "of %d" % number, "1"], (0, 3, 4, BUSY), \
            lambda sure: mine.added(1, sure)

    def some(self, sql):
        try:
            return [row[0] for row in self.query(sql)]
        except CAUGHT:
            return []

    def some_sessions(self):
        return self.some("SELECT id FROM session WHERE state IN ('staged', 'committing', 'failed')")

    def member(self, number):
        rng = random.Random(self.args.seed * 100 + number)
        while time.monotonic() < self.until and not self.bad:
            kind, command, allowed, effect = self.pick(rng, number)
            began = time.monotonic()
            with self.lock:
                p = subprocess.Popen(self.argv(command), env=self.clock(rng, kind), stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                self.running[number] = p
            try:
                said = p.communicate(timeout=120)[1].decode(errors="replace")
            except subprocess.TimeoutExpired:
                p.kill()
                p.communicate()
                self.bad.append("%s: does not end" % " ".join(command))
            took = time.monotonic() - began
            with self.lock:
                del self.running[number]
                self.done += 1
                self.counts[kind][p.returncode] += 1
            if p.returncode == -signal.SIGKILL:
                if effect:
                    effect(False)
                continue
            if effect and p.returncode == 0:
                effect(True)
            if kind == "search":
                self.latencies.append(took)
            if p.returncode not in allowed or (p.returncode == 4 and ("busy" in said or "locked" in said)):
                self.bad.append("%s: status %d: %s" % (" ".join(command), p.returncode, said))

    def bystanders(self):
        """A search whose reader is asleep, and one that was stopped itself: their transactions may be open."""
        out = []
        for n in range(2):
            p = subprocess.Popen(self.argv(["lib-search", "-q", "--json", ""]), env=self.env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if n == 0:
                p.stdout.read(1)
            else:
                p.send_signal(signal.SIGSTOP)
            out.append(p)
        return out

    def reaper(self):
        rng = random.Random(self.args.seed)
        while time.monotonic() < self.until and not self.bad:
            time.sleep(rng.random() * 0.15)
            with self.lock:
                if self.running and not self.args.calm:
                    p = rng.choice(list(self.running.values()))
                    if p.poll() is None:
                        p.kill()
                        self.killed += 1

    def play(self):
        self.scenario = SCENARIOS["import"]
        self.commit(self.must("lib-import", "-q", os.path.join(self.music, self.folders[0])).strip())
        self.until = time.monotonic() + self.args.time
        threads = [threading.Thread(target=self.member, args=(i,)) for i in range(self.args.processes)]
        threads.append(threading.Thread(target=self.reaper))
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            asleep = self.bystanders()
            for t in threads:
                t.join(max(0.1, min(2, self.until - time.monotonic())) / len(threads))
            for p in asleep:
                p.kill()
                p.communicate()
        if self.bad:
            raise Failure("; ".join(self.bad[:3]))

    def promptly(self):
        """No search took longer than a process that is alone on a busy machine may."""
        alone = []
        for _ in range(10):
            began = time.monotonic()
            self.must("lib-search", "-q", "--json", "love")
            alone.append(time.monotonic() - began)
        alone, most = statistics.median(alone), max(self.latencies, default=0)
        print("searches=%d median=%.0f ms longest=%.0f ms, alone %.0f ms" % (
            len(self.latencies), 1000 * statistics.median(self.latencies or [0]), 1000 * most, 1000 * alone))
        if most > max(2, 50 * alone):
            raise Failure("a search took %.1f s" % most)

    def aftermath(self):
        self.invariants()
        for folder in self.folders:
            self.command = ["lib-import", "-q"]
            session = self.must("lib-import", "-q", os.path.join(self.music, folder)).strip()
            self.commit(session)
        self.must("lib-sweep", "-q", "stuck")
        for session in self.some_sessions():
            self.commit("s%d" % session)
        removed = [str(t) for t in self.some("SELECT id FROM track WHERE removed IS NOT NULL")]
        if removed:
            self.must("lib-commit", "-q", "--restore", *removed)
        self.must("lib-sweep", "-q", "--older-than=0", "stage")
        self.invariants()
        tracks = self.query("SELECT count(*), count(DISTINCT blob_id), count(DISTINCT track_id) FROM file"
                            " WHERE state = 'ok' AND preferred = 1")[0]
        if tracks != (FOLDERS * FILES,) * 3:
            raise Failure("%d files, %d blobs, %d tracks instead of %d" % (*tracks, FOLDERS * FILES))
        found = len(self.must("lib-search", "--ids").split())
        if found != FOLDERS * FILES:
            raise Failure("%d tracks are found instead of %d" % (found, FOLDERS * FILES))
        left = os.listdir(os.path.join(self.lib, "staging"))
        if left:
            raise Failure("staging/ still holds %s" % " ".join(left))
        self.history_is_whole()
        self.acknowledgements()
        self.promptly()

    def history_is_whole(self):
        for number in range(self.args.processes):
            self.must("lib-import", "-q", "--history", "--again", self.plays(number))
        plays = self.query("SELECT count(*), count(DISTINCT start) FROM play")[0]
        if plays != (PLAYS * self.args.processes,) * 2:
            raise Failure("%d plays, %d of them different, instead of %d" % (*plays, PLAYS * self.args.processes))
        if self.query("SELECT 1 FROM told WHERE plays <> (SELECT count(*) FROM play WHERE told_id = told.id)"):
            raise Failure("plays are not counted as they are")

    def acknowledgements(self):
        comments = {t["id"]: t.get("comment") for t in map(json.loads, self.must("lib-search", "--json").splitlines())}
        for number, mine in enumerate(self.effects):
            for track, values in mine.comments.items():
                if not any(str(v) in str(comments.get(track)) for v in values if v) and None not in values:
                    raise Failure("track %d has the comment %r, and not one of %r" % (track, comments.get(track), values))
            p = self.may_fail("lib-playlist", "show", "of %d" % number, "--ids")
            n, (least, most) = len(p.stdout.split()), mine.entries
            if not least <= n <= most:
                raise Failure("a playlist has %d entries instead of %d to %d" % (n, least, most))


def main():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("--processes", type=int, default=8)
    ap.add_argument("--calm", action="store_true")
    ap.add_argument("--sweeps", type=float, default=0.18, help="the share of lib-sweep, 0 to 1")
    ap.set_defaults(time=10)
    args = ap.parse_args()
    s = Crowd(args)
    failures = 0
    try:
        s.play()
        s.aftermath()
    except CAUGHT as why:
        print("FAILED: %s" % str(why)[:1000])
        failures = 1
    finally:
        s.close()
    for kind, ends in sorted(s.counts.items()):
        print("%-15s %5d, killed %d, busy %d" % (kind, sum(ends.values()), ends[-signal.SIGKILL], ends[BUSY]))
    print("killed=%d" % s.killed)
    print("cases=%d injected=%d failures=%d" % (s.done, s.done, failures))
    return 1 if failures or s.done < args.processes or not (args.calm or s.killed) else 0


if __name__ == "__main__":
    sys.exit(main())
