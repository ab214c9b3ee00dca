#!/usr/bin/env python3
"""Eight processes at once on one library, killed now and then: it stays whole, and nobody is kept from working.

    crowd.py [--time SECONDS] [--processes N] [--calm] [--seed N] [--build DIR]

Each process runs one command after the other, by chance: imports and commits of folders of its own and of one that all
share, searches, and lib-sweep; every so often one of them gets SIGKILL (--calm: none).  A command may be told
that the session or the library is busy; a search never.  In the end every folder is imported and committed once more:
the invariants hold, every file is in the catalogue once, and lib-sweep leaves nothing in staging.
"""
import argparse, os, random, shutil, signal, subprocess, sys, threading, time

import sweep
from scenarios import SCENARIOS
from scene import Failure, Scene, CAUGHT

MAKE_MUSIC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "make-music.py")
FOLDERS, FILES = 6, 24


class Crowd(Scene):
    def __init__(self, args):
        super().__init__(args.build)
        self.args = args
        self.lock = threading.Lock()
        self.running, self.bad, self.done, self.killed = {}, [], 0, 0
        shutil.rmtree(self.music)
        for i in range(FOLDERS):
            folder = os.path.join(self.music, "folder %d" % i)
            subprocess.run([sys.executable, MAKE_MUSIC, folder, str(FILES), "2000", str(i + 1)], check=True)
        self.folders = sorted(os.listdir(self.music))

    def pick(self, rng, number):
        """A command, and the statuses that it may end with."""
        folder = os.path.join(self.music, self.folders[rng.choice([number % (FOLDERS - 1), FOLDERS - 1])])
        what = rng.random()
        if what < 0.35:
            return ["lib-import", "-q", "-j2", "--wait=20", folder], (0, 75)
        if what < 0.65:
            staged = self.some_sessions()
            if staged:  # 4: another process has rejected, expired or not finished it
                return ["lib-commit", "-q", "--wait=20", "--retry", "s%d" % rng.choice(staged)], (0, 4, 75)
        if what < 0.85:
            return ["lib-search", "-q", "--json", rng.choice(["love", "the", "ri", "genre:rock", "love -night"])], (0, 1)
        return ["lib-sweep", "-q", "--wait=20", *rng.choice([(), ("stage",), ("stuck",), ("orphans",), ("trash",)])], \
            (0, 1, 3, 75)

    def some_sessions(self):
        try:
            return self.sessions("staged") + self.sessions("committing") + self.sessions("failed")
        except CAUGHT:
            return []

    def member(self, number):
        rng = random.Random(self.args.seed * 100 + number)
        while time.monotonic() < self.until and not self.bad:
            command, allowed = self.pick(rng, number)
            p = subprocess.Popen(self.argv(command), env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE)
            with self.lock:
                self.running[number] = p
            try:
                said = p.communicate(timeout=120)[1].decode(errors="replace")
            except subprocess.TimeoutExpired:
                p.kill()
                p.communicate()
                self.bad.append("%s: does not end" % " ".join(command))
            with self.lock:
                del self.running[number]
                self.done += 1
            if p.returncode == -signal.SIGKILL:
                continue
            if p.returncode not in allowed:
                self.bad.append("%s: status %d: %s" % (" ".join(command), p.returncode, said))

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
        self.must("lib-import", "-q", os.path.join(self.music, self.folders[0]))
        self.until = time.monotonic() + self.args.time
        threads = [threading.Thread(target=self.member, args=(i,)) for i in range(self.args.processes)]
        threads.append(threading.Thread(target=self.reaper))
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if self.bad:
            raise Failure("; ".join(self.bad[:3]))

    def aftermath(self):
        self.invariants()
        for folder in self.folders:
            self.command = ["lib-import", "-q"]
            session = self.must("lib-import", "-q", os.path.join(self.music, folder)).strip()
            self.commit(session)
        self.must("lib-sweep", "-q", "stuck")
        for session in self.some_sessions():
            self.commit("s%d" % session)
        self.must("lib-sweep", "-q", "--older-than=0", "stage")
        self.invariants()
        tracks = self.query("SELECT count(*), count(DISTINCT blob_id) FROM file WHERE state = 'ok'")[0]
        if tracks != (FOLDERS * FILES, FOLDERS * FILES):
            raise Failure("%d files of %d blobs instead of %d" % (*tracks, FOLDERS * FILES))
        found = len(self.must("lib-search", "--ids").split())
        if found != FOLDERS * FILES:
            raise Failure("%d tracks are found instead of %d" % (found, FOLDERS * FILES))
        left = os.listdir(os.path.join(self.lib, "staging"))
        if left:
            raise Failure("staging/ still holds %s" % " ".join(left))


def main():
    ap = sweep.options(argparse.ArgumentParser())
    ap.add_argument("--processes", type=int, default=8)
    ap.add_argument("--calm", action="store_true")
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
    print("killed=%d" % s.killed)
    print("cases=%d injected=%d failures=%d" % (s.done, s.done, failures))
    return 1 if failures or s.done < args.processes or not (args.calm or s.killed) else 0


if __name__ == "__main__":
    sys.exit(main())
