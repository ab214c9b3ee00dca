# SPDX-License-Identifier: MIT
"""What the fault tests have in common: a scratch library, the line that a user runs again, what must hold."""
import hashlib, json, os, shutil, sqlite3, subprocess, tempfile

from scenarios import SCENARIOS, VERSIONS

VOLATILE = {"id", "added", "modified", "session", "recording", "file", "owner", "source"}


class Failure(Exception):
    """Something that must hold does not."""


#: what a case may raise without ending the whole run
CAUGHT = (Failure, subprocess.TimeoutExpired, sqlite3.Error, OSError)


def run(argv, env, **kw):
    kw.setdefault("timeout", 120)
    return subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **kw)


def reset(base, copy):
    """Make folder `copy` equal to `base`; most of a library's folders are there already, and empty."""
    if not os.path.exists(base):
        shutil.rmtree(copy, ignore_errors=True)
        return
    for folder, folders, names in os.walk(copy, topdown=False):
        for name in names:
            os.unlink(os.path.join(folder, name))
        if not os.path.isdir(os.path.normpath(os.path.join(base, os.path.relpath(folder, copy)))):
            os.rmdir(folder)
    twins = {}
    for folder, _, names in os.walk(base):
        into = os.path.normpath(os.path.join(copy, os.path.relpath(folder, base)))
        if not os.path.isdir(into):
            os.mkdir(into)
            shutil.copystat(folder, into)
        for name in names:
            old, new = os.path.join(folder, name), os.path.join(into, name)
            inode = os.stat(old).st_ino
            if inode in twins:  # a staged file and its blob are one
                os.link(twins[inode], new)
            else:
                twins[inode] = shutil.copy2(old, new)


class Scene:
    """A scratch folder with the programs, the music and the library of one scenario."""

    moved = (0,)  # what a move ends with

    def __init__(self, build, files=4, place=None):
        self.build = os.path.abspath(build)
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # fsync costs nothing there
        self.dir = tempfile.mkdtemp(prefix="fonoteca-fault-", dir=place or memory or os.environ.get("BATS_TEST_TMPDIR"))
        self.music = os.path.join(self.dir, "music")
        self.base = os.path.join(self.dir, "base")
        self.lib = os.path.join(self.dir, "library")
        self.made = os.path.join(self.dir, "made")  # what is made outside of the library
        self.may_be_made = None
        self.only_killed = True  # a call that fails may leave out a cover, which is told, and made good by the next run
        self.scenario = self.session = self.copy = None
        self.command = []
        self.env = dict(os.environ, HOME=self.dir, FONOTECA_LIBRARY=self.lib, LC_ALL="C.UTF-8",
                        PATH=self.build + ":" + os.environ["PATH"], ASAN_OPTIONS="detect_leaks=0")
        for name in ("XDG_DATA_HOME", "LD_PRELOAD"):
            self.env.pop(name, None)
        fixtures = self.fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "audio")
        os.makedirs(os.path.join(self.music, "more"))
        picked = [n for n in sorted(os.listdir(fixtures)) if n.endswith((".mp3", ".flac", ".ogg"))][:files]
        for i, name in enumerate(picked):
            shutil.copy(os.path.join(fixtures, name), os.path.join(self.music, "more" if i % 2 else "", name))

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def argv(self, command):
        return [os.path.join(self.build, command[0])] + list(command[1:])

    def must(self, *command, status=(0,)):
        p = run(self.argv(command), self.env)
        if p.returncode not in status:
            raise Failure("%s: status %d: %s" % (" ".join(command), p.returncode, p.stderr.decode(errors="replace")))
        return p.stdout.decode()

    def may_fail(self, *command):
        return run(self.argv(command), self.env)

    # -- scenarios ------------------------------------------------------
    def prepare(self, scenario):
        """Bring the library to where self.command begins, and keep a copy of that."""
        shutil.rmtree(self.lib, ignore_errors=True)
        shutil.rmtree(self.base, ignore_errors=True)
        self.scenario = SCENARIOS[scenario]
        self.scenario.before(self)
        self.command = self.scenario.argv(self)
        self.keep()
        self.last = self.latest()
        if self.scenario.moves:
            shutil.copytree(self.music, self.music + ".kept")

    def die(self, command, call, n):
        """Let a command die inside, between two of its transactions."""
        p = run(["strace", "-f", "-b", "execve", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e",
                 "inject=%s:signal=KILL:when=%d" % (call, n)] + self.argv(command), self.env)
        if p.returncode == 0:
            raise Failure("%s was not killed at %s" % (command[0], call))

    def keep(self):
        if os.path.exists(self.lib):
            reset(self.lib, self.base)
        if os.path.exists(self.made):
            reset(self.made, self.made + ".base")

    def fresh(self):
        reset(self.base, self.lib)
        shutil.rmtree(self.made, ignore_errors=True)
        if os.path.exists(self.made + ".base"):
            reset(self.made + ".base", self.made)
        self.sources()

    def sources(self, gone=()):
        """The music as it was, but for some files, where the command removes it."""
        if self.scenario.moves:
            shutil.rmtree(self.music)
            shutil.copytree(self.music + ".kept", self.music)
            for path in gone:
                os.unlink(path)

    def finish(self):
        """The line that a user runs again, as the messages say; then lib-sweep clears what the crash left."""
        if "--history" in self.command:
            if not self.done():
                self.must(*self.command)
        elif self.scenario.moves:
            for session in self.sessions("staged") + self.sessions("committing"):
                self.must("lib-commit", "-q", "s%d" % session, status=self.moved)
            self.must(*self.command, status=self.moved)
            self.must("lib-commit", "-q", status=(1, *self.moved))  # no session: only what an earlier one has left
        elif self.command[0] == "lib-import":
            self.commit(self.import_again())
            for session in self.sessions("committing"):  # an import that died in its commit
                self.commit("s%d" % session)
        elif self.command[-1] == self.session and not self.scenario.edit:
            self.commit(self.session)
        elif not self.done():
            for _ in range(self.scenario.runs):
                self.must(*self.command)
        if self.scenario.then:
            self.must(*self.scenario.fill(self, self.scenario.then))
        self.must("lib-sweep", "-q", "--older-than=0", "stage")
        for _ in range(2 if os.listdir(os.path.join(self.lib, "trash")) and self.command[0] != "lib-sweep" else 0):
            self.must("lib-sweep", "-q", "--grace=0", "trash")  # what nobody owned gets a row, then it goes
        wrong = self.scenario.check and self.scenario.check(self)
        if wrong:
            raise Failure(wrong)

    def done(self):
        """An edit that is committed is not done again: the same line would be refused, or do it twice."""
        return self.scenario.edit is not None and self.latest() > self.last

    def latest(self):
        """The last event of the kind of our edit."""
        if not self.scenario.edit:
            return 0
        return self.query("SELECT ifnull(max(id), 0) FROM event WHERE kind = ?", self.scenario.edit)[0][0]

    def import_again(self):
        """Of a session that is not finished the rerun leaves alone what failed for good: that is for --retry."""
        p = self.may_fail(*self.command)
        session = p.stdout.decode().strip()
        if p.returncode not in (0, 3) or not session or (p.returncode == 3 and not self.failed_items()):
            raise Failure("the rerun: status %d: %s" % (p.returncode, p.stderr.decode(errors="replace")))
        if int(session[1:]) in self.failed_items():
            self.must("lib-import", "-q", "-j1", "--retry", session)
        return session

    def commit(self, session):
        if self.scenario.reads:
            self.must(*self.command)
        retry = ["--retry"] if int(session[1:]) in self.sessions("failed") else []
        self.must("lib-commit", "-q", *retry, session)

    # -- looking inside ---------------------------------------------------
    def query(self, sql, *args):
        if not os.path.exists(os.path.join(self.lib, "library.db")):
            return []
        db = sqlite3.connect("file:%s/library.db?mode=rw" % self.lib, uri=True)  # a hot journal is rolled back
        try:
            if db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'session'").fetchone()[0] == 0:
                return []
            return db.execute(sql, args).fetchall()
        finally:
            db.close()

    def sessions(self, state):
        return [row[0] for row in self.query("SELECT id FROM session WHERE state = ?", state)]

    def failed_items(self):
        """Sessions with items that only --retry reads again."""
        return [row[0] for row in self.query("SELECT DISTINCT i.session_id FROM item i JOIN session s ON"
                                             " s.id = i.session_id WHERE i.state = 'failed' AND"
                                             " s.state IN ('staging', 'staged')")]

    def staged_items(self):
        rows = self.query("SELECT count(*) FROM item WHERE state = 'staged'")
        return rows[0][0] if rows else 0

    def files_made(self):
        """The files outside of the library that have their names, with the hashes of their bytes."""
        files = set()
        for folder, _, names in os.walk(self.made):
            for name in names:
                if not name.startswith("."):  # what is not whole has such a name
                    with open(os.path.join(folder, name), "rb") as f:
                        files.add((os.path.relpath(os.path.join(folder, name), self.made),
                                   hashlib.sha256(f.read()).hexdigest()))
        return files

    def whole_made(self):
        """Those that are the same in every run; a playlist names only what was made."""
        return {(name, sha) for name, sha in self.files_made() if not name.endswith(".m3u8")}

    # -- what must hold -------------------------------------------------
    def invariants(self):
        if self.query("PRAGMA integrity_check") not in ([], [("ok",)]):
            raise Failure("integrity_check")
        if self.query("PRAGMA foreign_key_check"):
            raise Failure("foreign_key_check")
        version = self.query("PRAGMA user_version")
        if version not in ([], [(1,)], [(VERSIONS,)]):
            raise Failure("a library between two versions: %r" % version)
        for sha, suffix, size in self.query(
                "SELECT sha256, suffix, size FROM blob WHERE id IN (SELECT blob_id FROM file WHERE"
                " state = 'ok' UNION SELECT blob_id FROM cover) AND (NOT damaged OR id IN (SELECT blob_id FROM file))"):
            self.whole(self.blob(sha, suffix), sha, size)
        for sha, suffix, size, session in self.query(
                "WITH live AS (SELECT i.* FROM item i JOIN session s ON s.id = i.session_id WHERE i.state = 'staged' AND"
                " s.state NOT IN ('rejected', 'expired'))"
                " SELECT sha256, suffix, size, session_id FROM live UNION"
                " SELECT c.sha256, c.suffix, c.size, i.session_id FROM item_cover c JOIN live i ON i.id = c.item_id"):
            path = "%s/staging/s%d/%s.%s" % (self.lib, session, sha.hex(), suffix)
            if not os.path.exists(path):
                path = self.blob(sha, suffix)
            self.whole(path, sha, size)
        if self.may_be_made is not None and self.only_killed and not self.whole_made() <= self.may_be_made:
            raise Failure("made, but not whole: %r" % sorted(self.whole_made() - self.may_be_made))
        damaged = {sha.hex() for sha, in self.query("SELECT sha256 FROM blob b JOIN file f ON f.blob_id = b.id WHERE"
                                                    " f.state = 'damaged'")}
        for folder, _, names in os.walk(os.path.join(self.lib, "blobs")):
            for name in names:
                if name.split(".")[0] in damaged:
                    continue
                self.whole(os.path.join(folder, name), bytes.fromhex(name.split(".")[0]), None)

    def blob(self, sha, suffix):
        return "%s/blobs/%s/%s.%s" % (self.lib, sha.hex()[:2], sha.hex(), suffix)

    @staticmethod
    def whole(path, sha, size):
        if not os.path.exists(path):
            raise Failure("missing: " + path)
        with open(path, "rb") as f:
            data = f.read()
        if (size is not None and len(data) != size) or hashlib.sha256(data).digest() != sha:
            raise Failure("not what its name says: " + path)

    def state(self):
        """What the library holds, without what every run makes anew."""
        tracks = self.records("lib-search", "--json")
        playlists = self.records("lib-playlist", "list", "--json")
        entries = [self.must("lib-playlist", "show", json.loads(p)["name"], "--ids") for p in playlists]
        blobs = sorted(n for _, _, names in os.walk(os.path.join(self.lib, "blobs")) for n in names)
        return (sorted(tracks), blobs, self.sessions("committing") + self.sessions("failed"),
                sorted(n for _, _, names in os.walk(self.music) for n in names) if 3 not in self.moved else [],
                self.query("SELECT state FROM session WHERE 's' || id = ?", self.session), playlists, entries, self.records("lib-search", "--saved", "--json"),
                self.query("SELECT start, title, track_id, uncounted, dup_of IS NULL, raw FROM play p JOIN told o ON"
                           " o.id = told_id LEFT JOIN play_raw ON play_id = p.id ORDER BY start, title"),
                sorted(self.files_made()), self.query("SELECT * FROM heard ORDER BY 1"), self.query("SELECT count(*) FROM doc"), self.sounds(), self.query("SELECT name FROM trash ORDER BY name"),
                sorted(os.listdir(os.path.join(self.lib, "trash"))),
                self.query("SELECT kind, count(*) FROM event JOIN edit ON event_id = id GROUP BY kind ORDER BY 1"))

    def sounds(self):
        """What was heard, and what tracks know of it."""
        return [self.query("SELECT hex(hash), start_ms, length_ms, bpm_version, key_version, loudness_version, fingerprint_version,"
                           " features_version, check_version, error, duration_ms, bpm, key, lufs, peak, damage, hex(vector),"
                           " twin IS NULL, hex(print), hex(blocks) FROM sound LEFT JOIN sound_detail ON sound_id = id ORDER BY 1, 2"),
                self.query("SELECT id, sound_bpm, sound_key, sound_group IS NULL FROM track ORDER BY 1"),
                self.query("SELECT count(*) FROM print_word"), self.query("SELECT chunk, hex(v) FROM sound_near")]

    def records(self, *command):
        """The lines of a listing without what differs from run to run."""
        p = self.may_fail(*command)
        if p.returncode not in (0, 1):  # 1: none
            raise Failure("%s: status %d: %s" % (" ".join(command), p.returncode, p.stderr.decode(errors="replace")))
        return [json.dumps({k: v for k, v in json.loads(line).items() if k not in VOLATILE}, sort_keys=True)
                for line in p.stdout.splitlines()]

    def golden(self):
        """The state in which an uninterrupted run ends."""
        self.fresh()
        before = self.files_made()
        self.must(*self.command)
        self.finish()
        self.may_be_made = before | self.files_made()
        self.invariants()
        self.end = self.state()
        if not self.end[0]:
            raise Failure("the uninterrupted run leaves no track")

    def acknowledged(self):
        """The command ended with status 0: what it promises is there without a rerun."""
        if self.command[0] == "lib-import" and "--commit" not in self.command and "--history" not in self.command:
            if self.staged_items() < len(self.end[0]):
                raise Failure("status 0, and yet only %d items are staged" % self.staged_items())
        elif self.scenario.runs == 1 and not self.scenario.reads:
            self.ends(self.state(), "status 0, and yet it is not done")

    def recovers(self):
        """The invariants, now and after the rerun, which ends in the state of the uninterrupted run."""
        self.invariants()
        self.finish()
        self.invariants()
        self.ends(self.state(), "the rerun did not end as the uninterrupted run")

    def ends(self, state, otherwise):
        """Compare with the end of the uninterrupted run, and say only what differs."""
        for is_, should in zip(state, self.end):
            if is_ != should and isinstance(is_, list):
                is_, should = [x for x in is_ if x not in should] or is_, [x for x in should if x not in is_] or should
            if is_ != should:
                raise Failure("%s: %r\n not %r" % (otherwise, is_, should))
