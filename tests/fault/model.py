#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Sequences of commands that nobody thought of, against a small model of what the library must contain.

    model.py [--limit SEQUENCES] [--steps N] [--time SECONDS] [--seed N] [--build DIR]

Hypothesis draws the commands: imports in their modes, commits, rejections, edits of tracks and their undoing, tags
written into files, files that change their track, what was removed taken in again, playlists, histories taken in and
forgotten, every task of lib-sweep, damage and its repair, copies of the catalogue, their restoring, and catalogues that
are lost and made anew.  Every third or so is killed at a system call and then run again, as a user would.  After every step the
library holds what the model says, and what the fault tests call invariants.  Without Hypothesis status 77.
The steps of a sequence that failed are printed; --seed repeats it.
"""
import argparse, collections, copy, hashlib, json, os, shutil, subprocess, sys, time

try:
    import hypothesis
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException
    from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
except ImportError:
    print("python3-hypothesis is not installed")
    sys.exit(77)

from scenarios import SCENARIOS
from scene import Failure, Scene, run

MAKE_MUSIC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "make-music.py")
FILES, HISTORIES, PLAYS = 8, 3, 12
CALLS = ["pwrite64", "fdatasync", "fsync", "openat", "renameat,renameat2", "linkat", "unlinkat", "ftruncate", "mkdirat"]
KILL = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(CALLS), st.integers(1, 30)))
ANY = st.integers(0, 1 << 20)  # which of those there are
args = scene = None
ran = collections.Counter()
counts = {"cases": 0, "steps": 0, "killed": 0}


#: files: the numbers of those whose bytes it has; -1 - n of one that got other tags here
Track = collections.namedtuple("Track", "title comment files")


class Model:
    """What the library must contain."""

    def __init__(self):
        self.tracks = {}  # id: Track
        self.removed = set()  # ids
        self.gone = set()  # files of removed tracks that came back without them
        self.playlists = {}  # name: ids
        self.plays = {}  # import: the number of its history

    def live(self):
        return sorted(set(self.tracks) - self.removed)

    def out(self):
        """Files whose bytes were taken out by hand, or got other tags here."""
        return self.gone | {f if f >= 0 else -1 - f for i, t in self.tracks.items() for f in t.files
                            if i in self.removed or f < 0}

    def here(self):
        return {f for i in self.live() for f in self.tracks[i].files if f >= 0}


class Pool(Scene):
    """The scratch folder, and the files that all sequences import."""

    def __init__(self, build):
        super().__init__(build)
        shutil.rmtree(self.music)
        subprocess.run([sys.executable, MAKE_MUSIC, self.music, str(FILES), "1000", "1"], check=True)
        self.scenario = SCENARIOS["import"]
        self.files = sorted(os.path.join(f, n) for f, _, names in os.walk(self.music) for n in names)
        self.hashes = []
        for path in self.files:
            with open(path, "rb") as f:
                self.hashes.append(hashlib.sha256(f.read()).hexdigest())
        for n in range(HISTORIES):
            with open(self.history(n), "w") as f:
                for i in range(PLAYS):
                    f.write('{"start":%d,"artist":"Nobody","title":"Piece %d"}\n' % (1600000000 + 1000 * i + n * 100, i % 5))

    def history(self, n):
        return os.path.join(self.dir, "history-%d" % n)

    def title(self, n):
        return os.path.basename(self.files[n]).split(" ", 1)[1].rsplit(".", 1)[0]


def step(**drawn):
    """A rule, until time is over."""
    def of(f):
        def guarded(self, **kw):
            if time.monotonic() < Sequence.until:
                f(self, **kw)
        guarded.__name__ = f.__name__
        return rule(**drawn)(guarded)
    return of


class Sequence(RuleBasedStateMachine):
    failed, until = None, 0

    def __init__(self):
        super().__init__()
        self.s, self.model = scene, Model()
        self.sessions = {}  # id: (files, folder, mode, whether what was removed comes in again)
        self.undone = []  # models before each of the latest edits
        self.copies = []  # (path, model)
        self.folders, self.went_back = 0, False
        Sequence.steps = []  # of the latest
        if time.monotonic() > Sequence.until:
            return
        shutil.rmtree(self.s.lib, ignore_errors=True)
        self.s.must("lib-import", "-q", "--history", "/dev/null", status=(3,))
        counts["cases"] += 1

    def do(self, kill, *command, done=None, status=(0,)):
        """Run it; where it is killed run it again, unless an event of kind `done` tells that it is done."""
        self.steps.append("%s%s" % (" ".join(command), " killed at %s %d" % kill if kill else ""))
        counts["steps"] += 1
        ran[" ".join(w for w in command if w.startswith(("lib-", "--")) or w.isalpha() and w.islower())[:40]] += 1
        last = self.events(done)
        if kill:
            p = run(["strace", "-f", "-b", "execve", "-qq", "-o", os.devnull, "-e", "trace=" + kill[0], "-e",
                     "inject=%s:signal=KILL:when=%d" % kill] + self.s.argv(command), self.s.env)
            if p.returncode in status:
                return p.stdout.decode()
            if p.returncode != -9 and p.returncode != 137:
                raise Failure("%s: status %d: %s" % (command, p.returncode, p.stderr.decode(errors="replace")))
            counts["killed"] += 1
            self.s.invariants()
            if done and self.events(done) > last:
                return ""
        return self.s.must(*command, status=status)

    def events(self, kind):
        return self.s.query("SELECT ifnull(max(id), 0) FROM event WHERE kind = ?", kind)[0][0] if kind else 0

    def edited(self):
        self.undone.append(copy.deepcopy(self.model))

    def one(self, which, of):
        return sorted(of)[which % len(of)]

    # -- sessions ----------------------------------------------------------
    @initialize(files=st.sets(st.integers(0, FILES - 1), max_size=5))
    def begin(self, files):
        """Most sequences begin with some music."""
        if files and time.monotonic() < Sequence.until:
            self.bring(None, files, "hardlink", False)
            self.settle(None, *self.sessions)

    @step(kill=KILL, files=st.sets(st.integers(0, FILES - 1), min_size=1, max_size=4),
          mode=st.sampled_from(["copy", "hardlink", "move"]), again=st.booleans())
    def import_(self, kill, files, mode, again):
        self.bring(kill, files, mode, again)

    def bring(self, kill, files, mode, again):
        self.folders += 1
        folder = os.path.join(self.s.dir, "in", "%d-%d" % (counts["cases"], self.folders))
        os.makedirs(folder)
        for n in files:
            shutil.copy(self.s.files[n], os.path.join(folder, os.path.basename(self.s.files[n])))
        said = self.do(kill, "lib-import", "-q", "-j2", *["--again"] * again, "--mode=" + mode, folder)
        self.sessions[said.strip()] = (files, folder, mode, again)

    @precondition(lambda self: self.sessions)
    @step(kill=KILL, which=ANY)
    def commit(self, kill, which):
        self.settle(kill, self.one(which, self.sessions))

    def settle(self, kill, session):
        files, folder, mode, again = self.sessions.pop(session)
        self.do(kill, "lib-commit", "-q", session)
        if kill and mode == "move":  # what it had still to remove
            self.s.must("lib-commit", "-q", status=(0, 1))
        stay = set() if again else files & self.model.out() - self.model.here()
        self.take_in(files - stay - self.model.here())
        left = {n for n in files if os.path.exists(os.path.join(folder, os.path.basename(self.s.files[n])))}
        if left != (stay if mode == "move" else files):
            raise Failure("of the sources %s are left" % left)
        self.undone = []

    def take_in(self, new):
        """Each file of `new` is there once, on a track of its own or, where that is its place, on one that is there."""
        titles = {t["id"]: (t["title"], t.get("comment")) for t in self.tracks()}
        for track, files in self.files().items():
            known = self.model.tracks.get(track)
            came = set(files) & new
            if known is None:
                if len(files) != 1 or len(came) != 1 or titles.get(track) != (self.s.title(files[0]), None):
                    raise Failure("track %d is of no file that was to come in: %r" % (track, files))
                self.model.tracks[track] = Track(*titles[track], tuple(files))
            elif track in self.model.removed:  # it comes back as it was
                if set(files) != came or not came or titles.get(track) != known[:2]:
                    raise Failure("track %d came back as %r of %r" % (track, titles.get(track), files))
                self.model.gone |= {f if f >= 0 else -1 - f for f in known.files} - came
                self.model.tracks[track] = known._replace(files=tuple(files))
                self.model.removed.discard(track)
            elif came:
                self.model.tracks[track] = known._replace(files=known.files + tuple(came))
            new = new - came
        if new:
            raise Failure("committed, and not there: %s" % new)

    @precondition(lambda self: self.sessions)
    @step(kill=KILL, which=ANY)
    def reject(self, kill, which):
        session = self.one(which, self.sessions)
        self.sessions.pop(session)
        self.do(kill, "lib-commit", "-q", "--reject", session, done="reject")
        self.undone = []

    # -- edits -------------------------------------------------------------
    @precondition(lambda self: self.model.live())
    @step(kill=KILL, which=ANY, field=st.sampled_from(["title", "comment"]), value=st.integers(1, 1 << 30))
    def amend(self, kill, which, field, value):
        track = self.one(which, self.model.live())
        self.edited()
        self.do(kill, "lib-commit", "-q", "--amend", str(track), "%s=New %d" % (field, value))
        self.model.tracks[track] = self.model.tracks[track]._replace(**{field: "New %d" % value})

    @precondition(lambda self: self.model.live())
    @step(kill=KILL, which=ANY)
    def remove(self, kill, which):
        track = self.one(which, self.model.live())
        self.edited()
        self.do(kill, "lib-commit", "-q", "--remove", str(track), done="remove")
        self.model.removed.add(track)

    @precondition(lambda self: self.model.removed)
    @step(kill=KILL, which=ANY)
    def restore(self, kill, which):
        track = self.one(which, self.model.removed)
        files = set(self.model.tracks[track].files)
        if not files or files & self.model.here():  # it gave them away, or they are there
            return
        self.edited()
        self.do(kill, "lib-commit", "-q", "--restore", str(track), done="restore")
        self.model.removed.discard(track)

    def to_write(self):
        return [i for i in self.model.live() if self.model.tracks[i].title.startswith("New")
                and len(self.model.tracks[i].files) == 1 and self.model.tracks[i].files[0] >= 0]

    @precondition(lambda self: self.to_write())
    @step(kill=KILL, which=ANY)
    def write_tags(self, kill, which):
        track = self.one(which, self.to_write())
        self.edited()
        self.do(kill, "lib-commit", "-q", "--write-tags", str(track))
        n, = self.model.tracks[track].files
        self.model.tracks[track] = self.model.tracks[track]._replace(files=(-1 - n,))

    @precondition(lambda self: len(self.model.live()) > 1)
    @step(kill=KILL, a=ANY, b=ANY)
    def attach(self, kill, a, b):
        a = self.one(a, self.model.live())
        b = self.one(b, set(self.model.live()) - {a})
        self.edited()
        self.do(kill, "lib-commit", "-q", "--attach", str(a), str(b), done="attach")
        tracks = self.model.tracks
        tracks[b] = tracks[b]._replace(files=tracks[b].files + tracks[a].files)
        tracks[a] = tracks[a]._replace(files=())
        self.model.removed.add(a)
        for name, ids in self.model.playlists.items():
            self.model.playlists[name] = [b if i == a else i for i in ids]

    def to_detach(self):
        """(track, file): of the tracks that have another."""
        return [(i, f) for i in self.model.live() for f in self.model.tracks[i].files
                if f >= 0 and len(self.model.tracks[i].files) > 1]

    @precondition(lambda self: self.to_detach())
    @step(kill=KILL, which=ANY)
    def detach(self, kill, which):
        track, n = self.one(which, self.to_detach())
        self.edited()
        self.do(kill, "lib-commit", "-q", "--detach", self.s.hashes[n], done="detach")
        old = self.model.tracks[track]
        new, = set(self.files()) - set(self.model.live())
        self.model.tracks[new] = old._replace(files=(n,))
        self.model.tracks[track] = old._replace(files=tuple(f for f in old.files if f != n))

    @precondition(lambda self: self.undone)
    @step(kill=KILL)
    def undo(self, kill):
        self.do(kill, "lib-commit", "-q", "--undo", done="undo")
        plays, self.model = self.model.plays, self.undone.pop()
        self.model.plays = plays

    # -- playlists ---------------------------------------------------------
    @precondition(lambda self: self.model.live())
    @step(kill=KILL, name=st.sampled_from(["Party", "Night"]), tracks=st.lists(ANY, min_size=1, max_size=3))
    def playlist_add(self, kill, name, tracks):
        ids = [self.one(t, self.model.live()) for t in tracks]
        if name not in self.model.playlists:
            self.edited()
            self.do(None, "lib-playlist", "-q", "create", name, done="playlist-create")
            self.model.playlists[name] = []
        self.edited()
        self.do(kill, "lib-playlist", "-q", "add", name, *map(str, ids), done="playlist-add")
        self.model.playlists[name] = self.model.playlists[name] + ids

    @precondition(lambda self: any(len(p) > 1 for p in self.model.playlists.values()))
    @step(kill=KILL, which=ANY, a=ANY, b=ANY)
    def playlist_move(self, kill, which, a, b):
        name = self.one(which, [n for n, p in self.model.playlists.items() if len(p) > 1])
        ids = list(self.model.playlists[name])
        a, b = a % len(ids), b % len(ids)
        if a == b:
            return
        self.edited()
        self.do(kill, "lib-playlist", "-q", "move", name, str(a + 1), str(b + 1), done="playlist-move")
        ids.insert(b, ids.pop(a))
        self.model.playlists[name] = ids

    @precondition(lambda self: self.model.playlists)
    @step(kill=KILL, which=ANY)
    def playlist_delete(self, kill, which):
        name = self.one(which, self.model.playlists)
        self.edited()
        self.do(kill, "lib-playlist", "-q", "delete", name, done="playlist-delete")
        del self.model.playlists[name]

    # -- plays -------------------------------------------------------------
    @step(kill=KILL, n=st.integers(0, HISTORIES - 1))
    def history(self, kill, n):
        self.do(kill, "lib-import", "-q", "--history", self.s.history(n))
        if n not in self.model.plays.values():
            new, = self.s.query("SELECT max(id) FROM play_import")
            self.model.plays[new[0]] = n

    @precondition(lambda self: self.model.plays)
    @step(kill=KILL, which=ANY)
    def forget(self, kill, which):
        import_ = self.one(which, self.model.plays)
        self.do(kill, "lib-import", "-q", "--history", "--forget", "h%d" % import_, done="history-forget")
        del self.model.plays[import_]

    # -- lib-sweep ---------------------------------------------------------
    @step(kill=KILL, task=st.sampled_from([(), ("stage",), ("stuck",), ("orphans",), ("trash",), ("optimize",), ("repair",),
                                           ("schedules",), ("--all", "verify")]))
    def sweep(self, kill, task):
        kept = self.went_back and task in ((), ("orphans",), ("repair",))  # blobs that the copy does not name: 3, and they stay
        self.do(kill, "lib-sweep", "-q", *task, status=(0, 3) if kept else (0,))

    @precondition(lambda self: not self.sessions)
    @step(kill=KILL)
    def backup(self, kill):
        folder = os.path.join(self.s.lib, "backup")
        self.do(kill, "lib-sweep", "-q", "backup")
        path = os.path.join(folder, max(n for n in os.listdir(folder) if n.endswith(".gz")))
        self.copies = [c for c in self.copies if c[0] != path] + [(path, copy.deepcopy(self.model))]  # in one second

    @precondition(lambda self: self.copies and not self.sessions)
    @step(kill=KILL, which=ANY)
    def go_back(self, kill, which):
        path, model = self.copies[which % len(self.copies)]
        if not os.path.exists(path):  # rotated
            return
        self.do(kill, "lib-sweep", "-q", "--force", "restore", path)
        self.model, self.undone, self.went_back = copy.deepcopy(model), [], True

    @precondition(lambda self: self.files())
    @step(kill=KILL, which=ANY, how=st.sampled_from(["gone", "other", "short"]), search=st.booleans())
    def damage(self, kill, which, how, search):
        """Bytes are lost, noticed, and brought again from another place."""
        sha, suffix = self.one(which, self.s.query("SELECT sha256, suffix FROM blob WHERE id IN (SELECT blob_id FROM"
                                                   " file WHERE state = 'ok')"))
        path, aside = self.s.blob(sha, suffix), os.path.join(self.s.dir, "in", "aside")
        os.makedirs(aside, exist_ok=True)
        shutil.copy(path, os.path.join(aside, "copy"))
        os.unlink(path)  # it may be another's inode
        if how != "gone":
            with open(os.path.join(aside, "copy"), "rb") as f, open(path, "wb") as to:
                data = f.read()
                to.write(data[:-1] + (bytes([data[-1] ^ 1]) if how == "other" else b""))
        self.do(None, "lib-sweep", "-q", "--all", "verify", status=(3,))
        self.s.invariants()
        self.do(kill, "lib-sweep", "-q", "--from", aside, "repair", status=(0, 3) if self.went_back else (0,))

    @precondition(lambda self: not self.sessions and not self.went_back)
    @step(kill=KILL)
    def lose(self, kill):
        """The catalogue is lost after it was copied: nothing of it is."""
        self.do(None, "lib-sweep", "-q", "backup")
        for name in os.listdir(self.s.lib):
            if name.startswith("library.db"):
                os.unlink(os.path.join(self.s.lib, name))
        self.do(kill, "lib-sweep", "-q", "rebuild")
        self.undone, self.copies = [], []

    def unnamed(self):
        """Files that went out of the catalogue with going back, and whose blobs are still there; None: and others."""
        named = {sha for sha, in self.s.query(
            "SELECT sha256 FROM removed UNION SELECT sha256 FROM blob b JOIN file f ON f.blob_id = b.id WHERE"
            " f.state <> 'removed' UNION SELECT sha256 FROM blob WHERE id IN (SELECT blob_id FROM cover)")}
        blobs = {n.split(".")[0] for _, _, names in os.walk(os.path.join(self.s.lib, "blobs")) for n in names}
        left = {sha for sha in blobs if bytes.fromhex(sha) not in named}
        return {self.s.hashes.index(sha) for sha in left} if left <= set(self.s.hashes) else None

    @precondition(lambda self: not self.sessions and self.went_back)
    @step(kill=KILL)
    def rebuild(self, kill):
        """What the copy did not know of comes in again."""
        new = self.unnamed()
        if new is not None:
            self.do(kill, "lib-sweep", "-q", "rebuild")
            self.take_in(new)
            self.undone = []

    # -- what must hold ----------------------------------------------------
    def files(self):
        """The numbers of the files of each track; -1: of no file that was imported."""
        out = collections.defaultdict(list)
        for track, sha in self.s.query("SELECT track_id, lower(hex(sha256)) FROM file f JOIN blob b ON b.id = f.blob_id"
                                       " WHERE state = 'ok'"):
            out[track].append(self.s.hashes.index(sha) if sha in self.s.hashes else -1)
        return {track: sorted(files) for track, files in out.items()}

    def tracks(self):
        p = self.s.may_fail("lib-search", "-q", "--json")
        if p.returncode not in (0, 1):
            raise Failure("lib-search: status %d: %s" % (p.returncode, p.stderr.decode(errors="replace")))
        return [t for t in map(json.loads, p.stdout.splitlines()) if t["type"] == "track"]

    def check_invariants(self, settings=None):
        """Called by Hypothesis after every step."""
        if time.monotonic() > Sequence.until:
            return
        m = self.model
        self.same("tracks", {t["id"]: (t["title"], t.get("comment")) for t in self.tracks()},
                  {i: (m.tracks[i].title, m.tracks[i].comment) for i in m.live()})
        self.same("files", self.files(), {i: sorted(max(f, -1) for f in m.tracks[i].files) for i in m.live()})
        self.same("plays", self.s.query("SELECT start FROM play ORDER BY 1"),
                  sorted((1600000000 + 1000 * i + n * 100,) for n in m.plays.values() for i in range(PLAYS)))
        listed = [json.loads(l)["name"] for l in self.s.may_fail("lib-playlist", "list", "--json").stdout.splitlines()]
        self.same("playlists", sorted(listed), sorted(m.playlists))
        for name, ids in m.playlists.items():
            shown = [int(i) for i in self.s.may_fail("lib-playlist", "show", name, "--ids").stdout.split()]
            self.same("playlist " + name, shown, [i for i in ids if i not in m.removed])
        self.s.invariants()

    @staticmethod
    def same(what, is_, should):
        if is_ != should:
            raise Failure("%s: %r\n not %r" % (what, is_, should))

    def teardown(self):
        why = sys.exc_info()[1]
        if Sequence.failed is None and isinstance(why, Exception) and not isinstance(why, HypothesisException):
            Sequence.failed = "%s: %s\nafter\n    %s" % (type(why).__name__, why, "\n    ".join(Sequence.steps))
        shutil.rmtree(os.path.join(self.s.dir, "in"), ignore_errors=True)


def sequences(n, seed):
    settings = hypothesis.settings(max_examples=n, stateful_step_count=args.steps, deadline=None, database=None,
                                   phases=[hypothesis.Phase.generate], print_blob=False,
                                   suppress_health_check=list(hypothesis.HealthCheck))
    run_state_machine_as_test(hypothesis.seed(seed)(Sequence), settings=settings)


def main():
    global args, scene
    ap = argparse.ArgumentParser()
    ap.add_argument("--limit", type=int, default=12)
    ap.add_argument("--steps", type=int, default=14)
    ap.add_argument("--time", type=float)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--build", default=os.environ.get("FONOTECA_BUILD", "build"))
    args = ap.parse_args()
    scene = Pool(args.build)
    Sequence.until, seed, failures = time.monotonic() + (args.time or 1e9), args.seed, 0
    try:
        while counts["cases"] < args.limit and time.monotonic() < Sequence.until:
            sequences(min(50, args.limit - counts["cases"]), seed)
            seed += 1
    except Exception as why:  # noqa: whatever it was that failed
        # the first failure: Hypothesis tries it again, and a kill may strike elsewhere then
        print("FAILED --seed %d: %s" % (seed, Sequence.failed or "%s: %s" % (type(why).__name__, why)))
        failures = 1
    finally:
        scene.close()
    for what, n in sorted(ran.items()):
        print("%5d %s" % (n, what))
    print("steps=%d killed=%d" % (counts["steps"], counts["killed"]))
    print("cases=%d injected=%d failures=%d" % (counts["cases"], counts["cases"], failures))
    return failures


if __name__ == "__main__":
    sys.exit(main())
