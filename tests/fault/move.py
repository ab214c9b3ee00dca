#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kill lib-import --mode=move --commit at its system calls: at any moment each file is at its source, or safe.

    move.py [--limit N] [--build DIR] [--until-caught] [-v]

A case is: a library that holds one of the files already, with a blob that has gone bad; a folder of music with that
file and others; the command, killed by strace before its Nth call of one kind; then for every file either the source is
there, untouched, or a row of the catalogue whose blob has the bytes.  After that the lines that a user runs
again, and nothing may be left at the sources, to be removed, or in staging/, and the library must be the one of
the uninterrupted run.  The last line counts: "cases=N injected=N failures=N".  Status 1 where a case failed.
"""
import argparse, collections, hashlib, os, re, shutil, sqlite3, subprocess, sys, tempfile, time

CHANGES = {"write", "pwrite64", "fsync", "fdatasync", "syncfs", "ftruncate", "renameat", "renameat2", "linkat", "mkdirat",
           "unlinkat", "fchmodat", "fcntl"}


class Failure(Exception):
    pass


class Scene:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # fsync costs nothing there
        self.dir = tempfile.mkdtemp(prefix="fonoteca-move-", dir=memory or os.environ.get("BATS_TEST_TMPDIR"))
        self.lib, self.base, self.music, self.kept = (os.path.join(self.dir, n) for n in
                                                      ("library", "base", "music", "kept"))
        self.env = dict(os.environ, HOME=self.dir, FONOTECA_LIBRARY=self.lib, LC_ALL="C.UTF-8")
        self.command = ["lib-import", "-q", "-j1", "--mode=move", "--commit", self.music]
        fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "audio")
        os.makedirs(os.path.join(self.kept, "more"))
        self.hashes = {}
        for name in ("roygbiv.tta", "more/teardrop.wma", "more/under-pressure.flac", "plain.aac"):
            path = os.path.join(self.kept, name)
            shutil.copy(os.path.join(fixtures, os.path.basename(name)), path)
            os.utime(path, (time.time() - 3600,) * 2)
            with open(path, "rb") as f:
                self.hashes[name] = hashlib.sha256(f.read()).digest()

    def run(self, *argv, trace=()):
        return subprocess.run([*trace, os.path.join(self.build, argv[0]), *argv[1:]], env=self.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)

    def must(self, *argv, status=(0,)):
        p = self.run(*argv)
        if p.returncode not in status:
            raise Failure("%s: status %d: %s" % (" ".join(argv), p.returncode, p.stderr.decode(errors="replace")))
        return p.stdout.decode().strip()

    def query(self, sql):
        db = sqlite3.connect("file:%s/library.db?mode=rw" % self.lib, uri=True)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def prepare(self):
        """The library that has a bad twin."""
        self.must("lib-commit", "-q", self.must("lib-import", "-q", os.path.join(self.kept, "roygbiv.tta")))
        blob = self.blob(self.hashes["roygbiv.tta"], "tta")
        os.chmod(blob, 0o644)
        with open(blob, "r+b") as f:
            f.seek(1000)
            f.write(b"X")
        os.chmod(blob, 0o444)
        os.rename(self.lib, self.base)

    def fresh(self):
        for folder, source in ((self.lib, self.base), (self.music, self.kept)):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)

    def blob(self, sha, suffix):
        return "%s/blobs/%s/%s.%s" % (self.lib, sha.hex()[:2], sha.hex(), suffix)

    @staticmethod
    def holds(path, sha):
        if not os.path.exists(path):
            return False
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).digest() == sha

    def nothing_lost(self):
        rows = dict(self.query("SELECT b.sha256, b.suffix FROM blob b JOIN file f ON f.blob_id = b.id"
                               " WHERE f.state = 'ok'"))
        for name, sha in self.hashes.items():
            source = os.path.join(self.music, name)
            if os.path.lexists(source):
                if not self.holds(source, sha):
                    raise Failure("changed: " + name)
            elif sha not in rows or not self.holds(self.blob(sha, rows[sha]), sha):
                raise Failure("lost: " + name)

    def finish(self):
        for (session,) in self.query("SELECT id FROM session WHERE state IN ('staged', 'committing') ORDER BY id"):
            self.must("lib-commit", "-q", "s%d" % session)
        self.must(*self.command)
        self.must("lib-commit", "-q", status=(1,))  # no session: only what an earlier one has left
        self.must("lib-sweep", "-q", "--older-than=0", "stage")

    def state(self):
        files = sorted(n for _, _, names in os.walk(self.music) for n in names)
        blobs = sorted((n, os.stat(os.path.join(d, n)).st_mode & 0o7777)
                       for d, _, names in os.walk(os.path.join(self.lib, "blobs")) for n in names)
        for name, _ in blobs:
            if not self.holds(self.blob(bytes.fromhex(name[:64]), name[65:]), bytes.fromhex(name[:64])):
                raise Failure("not what its name says: " + name)
        return (files, blobs, os.listdir(os.path.join(self.lib, "staging")),
                self.query("SELECT count(*) FROM leaving"), self.query("SELECT count(*) FROM track"),
                self.query("SELECT state FROM session WHERE state NOT IN ('committed', 'expired')"))

    def points(self, limit):
        """Every kind of call at its first and last occurrence, then at a stride."""
        log = os.path.join(self.dir, "log")
        self.fresh()
        p = self.run(*self.command, trace=("strace", "-f", "-b", "execve", "-qq", "-o", log))
        if p.returncode != 0:
            raise Failure("the faultless run: " + p.stderr.decode(errors="replace"))
        threads = collections.defaultdict(collections.Counter)
        with open(log, errors="replace") as f:
            for line in f:
                m = re.match(r"(\d+) +([a-z_0-9]+)\(", line)
                if m and m.group(2) in CHANGES:
                    threads[m.group(1)][m.group(2)] += 1
        counts = collections.Counter()
        for calls in threads.values():
            for name, n in calls.items():
                counts[name] = max(counts[name], n)
        every = [(name, i) for name, n in sorted(counts.items()) for i in range(1, n + 1)]
        first = [(name, i) for name, i in every if i in (1, counts[name]) or name in ("unlinkat", "renameat2")]
        rest = [p for p in every if p not in set(first)]
        stride = max(1, -(-len(rest) // max(1, limit - len(first))))
        return sorted(first + rest[::stride])

    def case(self, name, n, end):
        self.fresh()
        p = self.run(*self.command, trace=("strace", "-f", "-b", "execve", "-qq", "-o", os.devnull, "-e", "trace=" + name,
                                           "-e", "inject=%s:signal=KILL:when=%d" % (name, n)))
        self.nothing_lost()
        self.finish()
        self.nothing_lost()
        if self.state() != end:
            raise Failure("the rerun did not end as the uninterrupted run: %r\n not %r" % (self.state(), end))
        return p.returncode in (-9, 137)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--limit", type=int, default=100)
    ap.add_argument("--build", default=os.environ.get("FONOTECA_BUILD", "build"))
    ap.add_argument("--until-caught", action="store_true", help="stop at the first failure")
    ap.add_argument("-v", action="store_true")
    args = ap.parse_args()
    s = Scene(args.build)
    cases = injected = failures = 0
    try:
        s.prepare()
        s.fresh()
        s.must(*s.command)
        s.finish()
        s.nothing_lost()
        end = s.state()
        if end[0]:
            raise Failure("the uninterrupted run leaves %r" % end[0])
        for name, n in s.points(args.limit):
            if args.until_caught and failures:
                break
            cases += 1
            try:
                happened = s.case(name, n, end)
                injected += happened
                if args.v or not happened:
                    print("%s %d: %s" % (name, n, "ok" if happened else "not reached"))
            except (Failure, subprocess.TimeoutExpired, sqlite3.Error) as why:
                failures += 1
                injected += 1
                print("FAILED at %s call %d: %s" % (name, n, why))
        print("cases=%d injected=%d failures=%d" % (cases, injected, failures))
    finally:
        shutil.rmtree(s.dir, ignore_errors=True)
    return 1 if failures or injected < 0.9 * cases or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
