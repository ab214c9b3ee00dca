#!/usr/bin/env python3
"""Kill or fail a command at its system calls, one after the other, and see that nothing is lost.

    sweep.py SCENARIO [--fault kill|ENOSPC|EIO|EINTR|...] [--sticky] [--target main|worker]
             [--only CALL] [--limit N] [--build DIR] [--seed N] [-v]

Scenarios: create (import into no library), import, commit, resume; and the edits of lib-commit: amend, remove,
restore, undo (the last two bring files back from trash/).
A case is: a fresh copy of the scenario's library; the command with one fault injected by strace before its
Nth call of one kind; the invariants; the same line again without faults; the invariants; and the end state
must be the one of the uninterrupted run.  strace counts per thread; `-b execve` keeps the media worker out
of the main program's sweep, and the worker's sweep runs strace around the worker alone.

Every kind of call is visited at its first and last occurrence and then at a stride, so that at most --limit
cases run.  The last line counts them: "cases=N injected=N failures=N".  Status 1 where a case failed, or
where fewer faults were injected than cases ran.
"""
import argparse, collections, hashlib, json, os, re, shutil, signal, sqlite3, subprocess, sys, tempfile

VOLATILE = {"id", "added", "modified", "session", "recording", "file", "owner", "source"}
EDITS = {
    "amend": ["--amend", "1", "2", "3", "title=Same", "genre+=House", "album=Other", "rating=9", "studio=Hansa"],
    "remove": ["--remove", "1", "2"],
    "restore": ["--restore", "1", "2"],
    "undo": ["--undo", "e2"],
    "write-tags": ["--write-tags", "1", "2"],
}
IO_CALLS = {"write", "pwrite64", "openat", "fsync", "fdatasync", "syncfs", "ftruncate", "renameat", "renameat2",
            "rename", "linkat", "link", "mkdirat", "mkdir", "unlinkat", "unlink", "read", "pread64", "fchmod",
            "copy_file_range", "sync_file_range", "fallocate"}


class Failure(Exception):
    pass


def run(argv, env, **kw):
    return subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, **kw)


class Bench:
    """A scratch folder with the programs, the music and the libraries of one scenario."""

    def __init__(self, args):
        self.args = args
        self.build = os.path.abspath(args.build)
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # fsync costs nothing there
        self.dir = tempfile.mkdtemp(prefix="fonoteca-fault-", dir=memory or os.environ.get("BATS_TEST_TMPDIR"))
        self.music = os.path.join(self.dir, "music")
        self.base = os.path.join(self.dir, "base")
        self.lib = os.path.join(self.dir, "library")
        self.env = dict(os.environ, HOME=self.dir, FONOTECA_LIBRARY=self.lib, LC_ALL="C.UTF-8",
                        PATH=self.build + ":" + os.environ["PATH"], ASAN_OPTIONS="detect_leaks=0")
        self.env.pop("XDG_DATA_HOME", None)
        fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "audio")
        os.mkdir(self.music)
        os.mkdir(os.path.join(self.music, "more"))
        picked = [n for n in sorted(os.listdir(fixtures)) if n.endswith((".mp3", ".flac", ".ogg"))][:4]
        for i, name in enumerate(picked):
            shutil.copy(os.path.join(fixtures, name), os.path.join(self.music, "more" if i % 2 else "", name))

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def prog(self, name):
        return os.path.join(self.build, name)

    def must(self, *argv):
        p = run([self.prog(argv[0])] + list(argv[1:]), self.env)
        if p.returncode != 0:
            raise Failure("%s: status %d: %s" % (" ".join(argv), p.returncode, p.stderr.decode(errors="replace")))
        return p.stdout.decode()

    def import_commit(self):
        """The line that a user runs again; each time both commands, as the pipe does."""
        session = self.must("lib-import", "-j1", self.music)
        self.must("lib-commit", session.strip())

    # -- scenarios ------------------------------------------------------
    def prepare(self, scenario):
        shutil.rmtree(self.lib, ignore_errors=True)
        if scenario == "create":
            shutil.rmtree(self.base, ignore_errors=True)
            self.command = ["lib-import", "-q", "-j1", self.music]
            return
        empty = os.path.join(self.dir, "empty")
        os.makedirs(empty, exist_ok=True)
        self.must("lib-import", "-q", empty)  # makes the library
        self.command = ["lib-import", "-q", "-j1", self.music]
        if scenario == "commit":
            session = self.must("lib-import", "-q", "-j1", self.music).strip()
            self.command = ["lib-commit", "-q", session]
        if scenario == "resume":
            self.killed_import()
        if scenario in EDITS:
            self.must("lib-commit", "-q", self.must("lib-import", "-q", "-j1", self.music).strip())
            self.command = ["lib-commit", "-q"] + EDITS[scenario]
        if scenario in ("restore", "undo"):
            self.must("lib-commit", "-q", "--remove", "1", "2")
            self.must("lib-sweep", "-q")
        if scenario == "write-tags":
            self.must("lib-commit", "-q", "--amend", "1", "2", "title=Same", "genre+=House")
        shutil.copytree(self.lib, self.base, symlinks=True)

    def killed_import(self):
        """An import that died between two of its transactions."""
        p = run(["strace", "-f", "-b", "execve", "-qq", "-o", os.devnull, "-e", "trace=renameat,renameat2",
                 "-e", "inject=renameat,renameat2:signal=KILL:when=3", self.prog("lib-import"), "-q", "-j1",
                 self.music], self.env)
        if p.returncode == 0:
            raise Failure("the import of the resume scenario was not killed")

    def fresh(self):
        shutil.rmtree(self.lib, ignore_errors=True)
        if os.path.exists(self.base):
            shutil.copytree(self.base, self.lib, symlinks=True)

    # -- what must hold -------------------------------------------------
    def invariants(self):
        file = os.path.join(self.lib, "library.db")
        if not os.path.exists(file) or os.path.getsize(file) == 0:
            return
        db = sqlite3.connect("file:%s?mode=rw" % file, uri=True)  # a journal left hot is rolled back
        try:
            if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
                return
            if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise Failure("integrity_check")
            if db.execute("PRAGMA foreign_key_check").fetchall():
                raise Failure("foreign_key_check")
            live = db.execute("SELECT sha256, suffix, size FROM blob WHERE id IN (SELECT blob_id FROM file WHERE"
                              " state = 'ok' UNION SELECT blob_id FROM cover)").fetchall()
            staged = db.execute("SELECT i.sha256, i.suffix, i.size, i.session_id FROM item i JOIN session s ON"
                                " s.id = i.session_id WHERE i.state = 'staged' UNION SELECT c.sha256, c.suffix,"
                                " c.size, i.session_id FROM item_cover c JOIN item i ON i.id = c.item_id"
                                " WHERE i.state = 'staged'").fetchall()
        finally:
            db.close()
        for sha, suffix, size in live:
            self.whole(self.blob(sha, suffix), sha, size)
        for sha, suffix, size, session in staged:
            path = "%s/staging/s%d/%s.%s" % (self.lib, session, sha.hex(), suffix)
            if not os.path.exists(path):
                path = self.blob(sha, suffix)
            self.whole(path, sha, size)
        for folder, _, names in os.walk(os.path.join(self.lib, "blobs")):
            for name in names:
                self.whole(os.path.join(folder, name), bytes.fromhex(name.split(".")[0]), None)

    def blob(self, sha, suffix):
        return "%s/blobs/%s/%s.%s" % (self.lib, sha.hex()[:2], sha.hex(), suffix)

    def whole(self, path, sha, size):
        if not os.path.exists(path):
            raise Failure("missing: " + path)
        data = open(path, "rb").read()
        if (size is not None and len(data) != size) or hashlib.sha256(data).digest() != sha:
            raise Failure("not what its name says: " + path)

    def state(self):
        """What the library holds, without what every run makes anew."""
        tracks = []
        for line in self.must("lib-search", "--json").splitlines():
            t = json.loads(line)
            tracks.append(json.dumps({k: v for k, v in t.items() if k not in VOLATILE}, sort_keys=True))
        blobs = sorted(n for _, _, names in os.walk(os.path.join(self.lib, "blobs")) for n in names)
        db = sqlite3.connect("file:%s/library.db?mode=ro" % self.lib, uri=True)
        docs = db.execute("SELECT count(*) FROM doc").fetchone()
        trash = [n for n, in db.execute("SELECT name FROM trash ORDER BY name")], \
            sorted(os.listdir(os.path.join(self.lib, "trash")))
        edits = db.execute("SELECT kind, count(*) FROM event JOIN edit ON event_id = id GROUP BY kind ORDER BY 1").fetchall()
        db.close()
        return sorted(tracks), blobs, self.sessions("committing") + self.sessions("failed"), docs, trash, edits

    def sessions(self, state):
        db = sqlite3.connect("file:%s/library.db?mode=ro" % self.lib, uri=True)
        rows = db.execute("SELECT id FROM session WHERE state = ?", (state,)).fetchall()
        db.close()
        return rows

    def undone(self):
        """An undo that is committed is not done again: the same line then says so, with status 4."""
        db = sqlite3.connect("file:%s/library.db?mode=ro" % self.lib, uri=True)
        row = db.execute("SELECT undone FROM edit WHERE event_id = 2").fetchone()
        db.close()
        return row[0] is not None

    def finish(self):
        """The rerun, to the end; then lib-sweep clears what the crash left."""
        if self.args.scenario in EDITS:
            if self.args.scenario != "undo" or not self.undone():
                self.must(*self.command)
        elif self.command[0] == "lib-commit":
            retry = ["--retry"] if self.sessions("failed") else []  # as its message says
            self.must("lib-commit", "-q", *retry, self.command[-1])
        else:
            self.import_commit()
        self.must("lib-sweep", "-q", "--older-than=0", "stage")

    # -- faults -----------------------------------------------------------
    def wrapper(self, expression, marker):
        """A program that stands for the media worker and has the fault in its first life only."""
        worker = os.environ.get("FONOTECA_WORKER") or os.path.join(self.build, "libexec", "media-worker")
        path = os.path.join(self.dir, "worker.sh")
        with open(path, "w") as f:
            f.write("#!/bin/sh\nmkdir '%s.lives' 2>/dev/null || exec '%s' \"$@\"\n"
                    "exec strace -D -qq -o '%s' %s '%s' \"$@\"\n" % (marker, worker, marker, expression, worker))
        os.chmod(path, 0o755)
        return path

    def trace(self):
        """Calls of the faultless command: {name: highest count in one thread}."""
        self.fresh()
        log = os.path.join(self.dir, "trace")
        if self.args.target == "worker":
            env = dict(self.env, FONOTECA_WORKER=self.wrapper("", log))
            p = run([self.prog(self.command[0])] + self.command[1:], env)
            os.rmdir(log + ".lives")
        else:
            p = run(["strace", "-f", "-b", "execve", "-qq", "-o", log, self.prog(self.command[0])] + self.command[1:],
                    self.env)
        if p.returncode != 0:
            raise Failure("the faultless run: status %d: %s" % (p.returncode, p.stderr.decode(errors="replace")))
        threads = collections.defaultdict(collections.Counter)
        with open(log, errors="replace") as f:
            for line in f:
                m = re.match(r"(?:(\d+) +)?([a-z_0-9]+)\(", line)
                if m:
                    threads[m.group(1)][m.group(2)] += 1
        counts = collections.Counter()
        for calls in threads.values():
            for name, n in calls.items():
                counts[name] = max(counts[name], n)
        for name in ("execve", "exit_group", "exit", "vfork", "clone3", "clone", "rt_sigreturn"):
            counts.pop(name, None)
        return counts

    def points(self, counts):
        wanted = counts if self.args.fault == "kill" else {n: c for n, c in counts.items() if n in IO_CALLS}
        wanted = {n: c for n, c in wanted.items() if self.args.only in (None, n)}
        every = [(n, i) for n, c in sorted(wanted.items()) for i in range(1, c + 1)]
        first = [(n, i) for n, i in every if i in (1, 2, wanted[n])]
        rest = [p for p in every if p not in set(first)]
        room = max(0, self.args.limit - len(first))
        if room < len(rest):
            rest = rest[self.args.seed % max(1, len(rest) // max(1, room))::max(1, -(-len(rest) // max(1, room)))]
        return sorted(set(first + rest)), len(every)

    def inject(self, name, n):
        """Run the command with the fault; (was it injected, status, stderr)."""
        what = "signal=KILL" if self.args.fault == "kill" else "error=" + self.args.fault
        when = "%d%s" % (n, "+" if self.args.sticky else "")
        expression = "-e trace=%s -e inject=%s:%s:when=%s" % (name, name, what, when)
        marker = os.path.join(self.dir, "marker")
        for left in (marker, marker + ".lives"):
            shutil.rmtree(left, ignore_errors=True) if os.path.isdir(left) else os.path.exists(left) and os.unlink(left)
        argv = [self.prog(self.command[0])] + self.command[1:]
        if self.args.target == "worker":
            p = run(argv, dict(self.env, FONOTECA_WORKER=self.wrapper(expression, marker)))
        else:
            p = run(["strace", "-f", "-b", "execve", "-qq", "-o", marker] + expression.split() + argv, self.env)
        log = open(marker, errors="replace").read() if os.path.exists(marker) else ""
        happened = "killed by SIGKILL" in log if self.args.fault == "kill" else "(INJECTED)" in log
        return happened, p.returncode, p.stderr.decode(errors="replace")

    def case(self, name, n, golden):
        self.fresh()
        happened, status, stderr = self.inject(name, n)
        if self.args.fault != "kill":
            if status < 0:
                raise Failure("died of signal %d: %s" % (-status, stderr))
            if status == 0 and "error" in stderr:
                raise Failure("status 0 after an error: " + stderr)
        self.invariants()
        self.finish()
        self.invariants()
        if self.state() != golden:
            raise Failure("the rerun did not end as the uninterrupted run: %r\n not %r" % (self.state(), golden))
        return happened


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("scenario", choices=["create", "import", "commit", "resume"] + sorted(EDITS))
    ap.add_argument("--fault", default="kill")
    ap.add_argument("--sticky", action="store_true")
    ap.add_argument("--target", choices=["main", "worker"], default="main")
    ap.add_argument("--only", help="the name of one system call")
    ap.add_argument("--limit", type=int, default=100)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--build", default=os.environ.get("FONOTECA_BUILD", "build"))
    ap.add_argument("-v", action="store_true")
    args = ap.parse_args()
    bench = Bench(args)
    injected = failures = 0
    try:
        bench.prepare(args.scenario)
        bench.fresh()
        bench.must(*bench.command)
        bench.finish()
        golden = bench.state()
        points, every = bench.points(bench.trace())
        for name, n in points:
            try:
                happened = bench.case(name, n, golden)
                injected += happened
                if args.v or not happened:
                    print("%s %d: %s" % (name, n, "ok" if happened else "not reached"))
            except (Failure, subprocess.TimeoutExpired, sqlite3.Error) as why:
                failures += 1
                injected += 1
                print("FAILED %s at %s call %d: %s" % (args.fault, name, n, why))
        print("points=%d" % every)
        print("cases=%d injected=%d failures=%d" % (len(points), injected, failures))
    finally:
        bench.close()
    # a few calls come by chance (a futex that was not contended this time)
    return 1 if failures or injected < 0.9 * len(points) or not points else 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
