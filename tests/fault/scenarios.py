# SPDX-License-Identifier: MIT
"""The commands that are cut, failed and starved: what comes before each, and what running it again means."""
import hashlib, json, os, shutil, sqlite3, subprocess, sys, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
OLDER = os.path.join(HERE, "..", "older.py")
VERSIONS = len([n for n in os.listdir(os.path.join(HERE, "..", "..", "lib", "store", "schema")) if n.endswith(".sql")])


PLAYS = 2600  # more than go into one transaction


class Scenario:
    """`before` brings the scene's library to where the command begins.  `edit` is the kind of the event that says that
    an edit is done, where the same line would be refused, or do it a second time.  `runs`: how often it takes until
    nothing is left to do.  A command that `reads` changes nothing, one that `moves` removes the music.  `then` is the
    line that a user types next, `check` is called with the scene once all is done, and tells what is wrong."""

    def __init__(self, before, command, edit=None, runs=1, reads=False, moves=False, then=None, check=None):
        self.before, self.command, self.edit, self.runs = before, command.split(), edit, runs
        self.reads, self.moves, self.then, self.check = reads, moves, then.split() if then else None, check

    def argv(self, s):
        return self.fill(s, self.command)

    @staticmethod
    def fill(s, line):
        words = {"MUSIC": s.music, "SESSION": s.session, "PLAYS": os.path.join(s.dir, "plays.jsonl"), "COPY": s.copy,
                 "METRICS": os.path.join(s.dir, "metrics.prom"), "MADE": s.made,
                 "RENDERED": os.path.join(s.made, "Party.flac")}
        return [words.get(word, word) for word in line]


def nothing(s):
    """No library yet."""


def empty(s):
    folder = os.path.join(s.dir, "empty")
    os.makedirs(folder, exist_ok=True)
    s.must("lib-import", "-q", folder)


def staged(s):
    empty(s)
    s.session = s.must("lib-import", "-q", "-j1", s.music).strip()


def half_imported(s):
    """The import died between two of its transactions."""
    empty(s)
    s.die(SCENARIOS["import"].argv(s), "renameat,renameat2", 3)


def half_committed(s):
    staged(s)
    s.die(SCENARIOS["commit"].argv(s), "linkat", 3)


def failed(s):
    """A staged file was away when the session was to be committed."""
    staged(s)
    folder = os.path.join(s.lib, "staging", s.session)
    name = os.path.join(folder, sorted(os.listdir(folder))[0])
    os.rename(name, s.dir + "/away")
    s.may_fail("lib-commit", "-q", s.session)
    os.rename(s.dir + "/away", name)


def committed(s):
    staged(s)
    s.must("lib-commit", "-q", s.session)


def another(s):
    """Committed, and one file more is staged."""
    committed(s)
    name = os.path.join(s.music, "roygbiv.tta")
    shutil.copy(os.path.join(s.fixtures, "roygbiv.tta"), name)
    s.session = s.must("lib-import", "-q", "-j1", s.music).strip()
    os.unlink(name)


def amended(s):
    committed(s)
    s.must("lib-commit", "-q", "--amend", "1", "2", "title=Same", "genre+=House")


def written(s):
    amended(s)
    s.must("lib-commit", "-q", "--write-tags", "1", "2")


def removed(s):
    """Its files are in trash/, or on their way there."""
    committed(s)
    s.must("lib-commit", "-q", "--remove", "1", "2")
    s.must("lib-sweep", "-q")


def attached(s):
    committed(s)
    s.must("lib-commit", "-q", "--attach", "1", "2")
    s.session = s.query("SELECT lower(hex(sha256)) FROM blob b JOIN file f ON f.blob_id = b.id WHERE track_id = 2"
                        " ORDER BY f.id")[0][0]


def listed(s):
    committed(s)
    s.must("lib-playlist", "-q", "create", "Party")
    s.must("lib-playlist", "-q", "add", "Party", "4", "3", "2")


def converted(s):
    """A tree of another format, of which a track has other tags by now."""
    listed(s)
    s.must("lib-playlist", "-q", "export", "Party", "--copy", s.made, "--convert", "wav")
    s.must("lib-commit", "-q", "--amend", "3", "title=Another")


def rendered(s):
    """A file of it that was made in another way."""
    listed(s)
    os.makedirs(s.made, exist_ok=True)
    s.must("lib-playlist", "-q", "render", "Party", os.path.join(s.made, "Party.flac"))


def with_history(s):
    """A history of plays, of which some are the library's and some are told twice."""
    committed(s)
    (artist, title), = s.query("SELECT artist, title FROM track WHERE artist <> '' ORDER BY id LIMIT 1")
    with open(os.path.join(s.dir, "plays.jsonl"), "w") as f:
        for i in range(PLAYS):
            own = i % 10 == 0
            f.write(json.dumps({"listened_at": 1600000000 + 60 * (i - i % 100 // 99), "track_metadata": {
                "artist_name": artist if own else "Somebody", "track_name": title if own else "Piece %d" % (i % 40)}})
                + "\n")


def remembered(s):
    """A history that was taken in, and another source's account of some of it."""
    with_history(s)
    s.must(*SCENARIOS["history"].argv(s))
    (artist, title), = s.query("SELECT artist, title FROM track WHERE artist <> '' ORDER BY id LIMIT 1")
    with open(os.path.join(s.dir, "plays.csv"), "w") as f:
        f.write("uts,artist,album,track\n")
        for i in range(0, PLAYS, 10):
            f.write('%d,"%s",,"%s"\n' % (1600000003 + 60 * i, artist, title))
    s.must("lib-import", "-q", "--history", os.path.join(s.dir, "plays.csv"))


def orphaned(s):
    """A blob that nothing names."""
    committed(s)
    stray = os.path.join(s.fixtures, "untagged.wav")
    with open(stray, "rb") as f:
        sha = hashlib.sha256(f.read()).hexdigest()
    shutil.copy(stray, "%s/blobs/%s/%s.wav" % (s.lib, sha[:2], sha))


def dead(s):
    """An import that died, and a commit."""
    committed(s)
    for name, command, call in (("roygbiv.tta", "import", "renameat,renameat2"), ("untagged.wav", "commit", "linkat")):
        folder = os.path.join(s.dir, "later-" + command)
        os.makedirs(folder, exist_ok=True)
        for i in range(2):
            shutil.copy(os.path.join(s.fixtures, name), os.path.join(folder, "%d-%s" % (i, name)))
            with open(os.path.join(folder, "%d-%s" % (i, name)), "ab") as f:
                f.write(b"\0" * i)
        line = ["lib-import", "-q", "-j1", folder]
        if command == "commit":
            line = ["lib-commit", "-q", s.must(*line).strip()]
        s.die(line, call, 1)


def copied(s):
    """A copy of the catalogue, and an edit since."""
    committed(s)
    s.must("lib-sweep", "-q", "backup")
    folder = os.path.join(s.lib, "backup")
    s.copy = os.path.join(folder, sorted(n for n in os.listdir(folder) if n.endswith(".gz"))[-1])
    s.must("lib-commit", "-q", "--amend", "1", "title=Later")


def damaged(s):
    """One blob is gone and one has other bytes; their sources are there."""
    amended(s)
    folder = os.path.join(s.lib, "blobs")
    blobs = sorted(os.path.join(f, n) for f, _, names in os.walk(folder) for n in names if n.endswith((".mp3", ".flac", ".ogg")))
    os.unlink(blobs[0])
    os.chmod(blobs[1], 0o600)
    with open(blobs[1], "r+b") as f:
        f.write(b"x")
    s.must("lib-sweep", "-q", "-j1", "verify", status=(3,))


def due(s):
    """Two files could not be read at their import, and are to be tried again by now."""
    staged(s)
    db = sqlite3.connect(os.path.join(s.lib, "library.db"))
    for item, sha, suffix in db.execute("SELECT id, sha256, suffix FROM item ORDER BY id LIMIT 2").fetchall():
        os.unlink(os.path.join(s.lib, "staging", s.session, "%s.%s" % (sha.hex(), suffix)))
        db.execute("UPDATE item SET state = 'failed', sha256 = NULL, suffix = NULL, record = NULL, audio = NULL,"
                   " staged_ns = NULL, code = 'IO', reason = 'cannot be read', attempts = 3, due = 1, failed = 1"
                   " WHERE id = ?", (item,))
    db.commit()
    db.close()


TURNS = 3


def scheduled(s):
    """Exports whose turn has come, each to a file of its own."""
    listed(s)
    for n in range(TURNS):
        subprocess.run(s.argv(["lib-playlist", "-q", "--output", "%s/turn-%d.m3u8" % (s.dir, n), "schedule", "Party",
                               "--at", "2020-10-01T07:00Z", "--do", "export"]),
                       env=dict(s.env, FONOTECA_NOW="1600000000"), stdout=subprocess.DEVNULL, check=True)


def each_turn_once(s):
    """A turn was taken once, whoever died, and what it wrote is whole: else what is wrong."""
    rows = s.query("SELECT turn IS NULL, runs FROM schedule")
    if rows != [(1, 1)] * TURNS:
        return "turns and runs: %r" % rows
    for n in range(TURNS):
        path = "%s/turn-%d.m3u8" % (s.dir, n)
        if os.path.exists(path):
            with open(path) as f:
                text = f.read()
            os.unlink(path)
            if not text.startswith("#EXTM3U") or text.count("#EXTINF") != 3:
                return "half of a playlist: " + text
    return None


def inside(s):
    """A picture and a member of an archive are lost, and nowhere else than inside what they came in."""
    archive = os.path.join(s.music, "more.zip")
    with zipfile.ZipFile(archive, "w") as z:
        for name in ("roads.wv", "first-love.aiff"):
            z.write(os.path.join(s.fixtures, name), name)
    committed(s)
    lost = s.query("SELECT sha256, suffix FROM blob WHERE id IN (SELECT blob_id FROM cover) UNION"
                   " SELECT sha256, suffix FROM blob b JOIN file f ON f.blob_id = b.id WHERE source LIKE '%more.zip%'")
    for sha, suffix in lost:
        os.unlink(s.blob(sha, suffix))
    s.must("lib-sweep", "-q", "-j1", "verify", status=(3,))


def littered(s):
    """Something for every task of lib-sweep."""
    another(s)
    s.must("lib-commit", "-q", "--remove", "1", "2")
    s.must("lib-sweep", "-q", "orphans")
    s.must("lib-commit", "-q", "--amend", "3", "title=Same")
    s.must("lib-commit", "-q", "--write-tags", "3")
    stray = os.path.join(s.fixtures, "untagged.wav")
    with open(stray, "rb") as f:
        sha = hashlib.sha256(f.read()).hexdigest()
    shutil.copy(stray, "%s/blobs/%s/%s.wav" % (s.lib, sha[:2], sha))
    # or its own copy would keep a removed track's cover in trash/, depending on when it was made
    s.must("lib-sweep", "-q", "backup")


def lost(s):
    """The blobs are all that is left."""
    committed(s)
    for name in os.listdir(s.lib):
        if name.startswith("library.db"):
            os.unlink(os.path.join(s.lib, name))
    s.session = None  # a new one takes them in


def lost_copy(s):
    """The catalogue is gone, and the copy in backup/ knows half of the blobs."""
    removed_from = os.path.join(s.dir, "aside")
    os.makedirs(removed_from, exist_ok=True)
    more = os.path.join(s.music, "more")
    shutil.move(more, removed_from)
    committed(s)
    s.must("lib-sweep", "-q", "backup")
    shutil.move(os.path.join(removed_from, "more"), more)
    s.session = s.must("lib-import", "-q", "-j1", s.music).strip()
    s.must("lib-commit", "-q", s.session)
    for name in os.listdir(s.lib):
        if name.startswith("library.db"):
            os.unlink(os.path.join(s.lib, name))
    s.session = None


def heard(s):
    """Half of the library was heard."""
    committed(s)
    s.must("lib-analyze", "-q", "--only", "bpm,check", "id:1..2")


def unheard(s):
    """A session waits for its commit, and some of the library was heard."""
    another(s)
    s.must("lib-analyze", "-q", "--only", "fingerprint", "id:1..2")


def old(s):
    """A library as version 1 had it."""
    committed(s)
    subprocess.run([sys.executable, OLDER, s.lib, "1"], check=True)


SCENARIOS = {
    "create": Scenario(nothing, "lib-import -q -j1 MUSIC"),
    "import": Scenario(empty, "lib-import -q -j1 MUSIC"),
    "resume": Scenario(half_imported, "lib-import -q -j1 MUSIC"),
    "import-commit": Scenario(empty, "lib-import -q -j1 --commit MUSIC"),
    "move": Scenario(empty, "lib-import -q -j1 --mode=move --commit MUSIC", moves=True),
    "commit": Scenario(staged, "lib-commit -q SESSION"),
    "recommit": Scenario(half_committed, "lib-commit -q SESSION"),
    "retry": Scenario(failed, "lib-commit -q --retry SESSION"),
    "reject": Scenario(another, "lib-commit -q --reject SESSION", edit="reject"),
    "show": Scenario(another, "lib-commit -q --show SESSION", reads=True),
    "amend": Scenario(committed, "lib-commit -q --amend 1 2 3 title=Same genre+=House album=Other rating=9 studio=Hansa"),
    "remove": Scenario(committed, "lib-commit -q --remove 1 2"),
    "restore": Scenario(removed, "lib-commit -q --restore 1 2"),
    "attach": Scenario(committed, "lib-commit -q --attach 1 2", edit="attach"),
    "detach": Scenario(attached, "lib-commit -q --detach SESSION", edit="detach"),
    "write-tags": Scenario(amended, "lib-commit -q --write-tags 1 2"),
    "undo": Scenario(removed, "lib-commit -q --undo", edit="undo"),
    "undo-amend": Scenario(amended, "lib-commit -q --undo", edit="undo"),
    "undo-write-tags": Scenario(written, "lib-commit -q --undo", edit="undo"),
    "save": Scenario(committed, "lib-search -q --save=mine love"),
    "search": Scenario(committed, "lib-search -q --json love", reads=True),
    "playlist-add": Scenario(listed, "lib-playlist -q add Party 1 2", edit="playlist-add"),
    "playlist-move": Scenario(listed, "lib-playlist -q move Party 1 3", edit="playlist-move"),
    "playlist-delete": Scenario(listed, "lib-playlist -q delete Party", edit="playlist-delete"),
    "schedule": Scenario(listed, "lib-playlist -q schedule Party --at 2035-01-01T07:00Z --every day --do play", edit="schedule"),
    "convert": Scenario(listed, "lib-playlist -q export Party --copy MADE --convert opus:32 -j2"),
    "convert-anew": Scenario(converted, "lib-playlist -q export Party --copy MADE --convert opus:32 -j2"),
    "render": Scenario(rendered, "lib-playlist -q render Party RENDERED --force --crossfade=0.2"),
    "history": Scenario(with_history, "lib-import -q --history PLAYS"),
    "sweep": Scenario(littered, "lib-sweep -q --older-than=0 --grace=0", runs=3),
    "forget": Scenario(remembered, "lib-import -q --history --forget h1", edit="history-forget"),
    "stage": Scenario(another, "lib-sweep -q --older-than=0 stage"),
    "stuck": Scenario(dead, "lib-sweep -q stuck"),
    "orphans": Scenario(orphaned, "lib-sweep -q --grace=0 orphans trash", runs=3),
    "trash": Scenario(removed, "lib-sweep -q --grace=0 trash", runs=2),
    "optimize": Scenario(amended, "lib-sweep -q optimize"),
    "verify": Scenario(committed, "lib-sweep -q -j1 verify"),
    "backup": Scenario(copied, "lib-sweep -q --keep=1 backup"),
    "restore-copy": Scenario(copied, "lib-sweep -q --force restore COPY"),
    "repair": Scenario(damaged, "lib-sweep -q repair"),
    "repair-inside": Scenario(inside, "lib-sweep -q repair"),
    "sweep-retry": Scenario(due, "lib-sweep -q retry", runs=2, then="lib-commit -q SESSION"),
    "sweep-schedules": Scenario(scheduled, "lib-sweep -q schedules", runs=2, check=each_turn_once),
    "metrics": Scenario(committed, "lib-sweep -q metrics METRICS"),
    "rebuild": Scenario(lost, "lib-sweep -q -j1 rebuild"),
    "rebuild-copy": Scenario(lost_copy, "lib-sweep -q -j1 rebuild"),
    "analyze": Scenario(heard, "lib-analyze -q -j1"),
    "analyze-staged": Scenario(unheard, "lib-analyze -q -j1 --staged --only fingerprint", runs=2),
    "migrate": Scenario(old, "lib-sweep -q orphans"),
}
