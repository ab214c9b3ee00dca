#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hostile.py LIBRARY SEED CASES: commands on catalogues that somebody made to hurt them.

Each case is a copy of LIBRARY whose library.db is altered with a seed of its own, and a few commands on it.  No
command may die by a signal, run for long, write outside the library, or make one of the files that a crafted schema
asks for.  Prints a line for each case that is wrong, and how many there were of each kind.
"""
import os, random, re, shutil, sqlite3, subprocess, sys, tempfile

LIBRARY, SEED, CASES = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
TIME = int(os.environ.get("HOSTILE_TIME", "20"))
BUILD = os.environ["FONOTECA_BUILD"]
AUDIO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "audio")

HOSTILE = [
    None, 0, 1, -1, 2**63 - 1, -(2**63), 1e308, float("inf"), 0.5, "", "x", "ok", "failed", "staged", "s1", "\0", "a\0b",
    "%s%n%s", "'; DROP TABLE track; --", "../../outside", "/etc/passwd", "\x1b[2J", "\ud7ff", "x" * 70000, "{}", "[]", "[",
    '{"step":1}', '["a","b"]', '[[[[[[[[[[[[[[[["a"]]]]]]]]]]]]]]]]', "@saved", b"", b"x", b"\xff" * 31, b"\xff" * 32,
    b"\0" * 33, b"\xff\xfe/..\n", b"/" + b"a" * 5000, b"\x80" * 70000,
]

COMMANDS = """
lib-search love
lib-search --json --limit 50
lib-search --sort added-,plays --limit 20 year:1900..2030
lib-search --show 1 2 3
lib-search --stats
lib-search --stats=plays
lib-search --facet genre
lib-search --albums --json
lib-search --events
lib-search --plays
lib-search --saved
lib-search @mine
lib-search --similar 1 --explain
lib-search --cover 1
lib-search --csv --limit 20
lib-search -f $artist/$title/$file/$source/$tags
lib-search belle~ is:dup
lib-search /^l/
lib-playlist list
lib-playlist --json show Evening
lib-playlist export Evening --as xspf
lib-playlist add Evening 1 2
lib-playlist sort Evening title-
lib-playlist dedupe Evening
lib-playlist create Other
lib-commit --list
lib-commit --show s2
lib-commit --dry-run s2
lib-commit s2
lib-commit --amend 1 title=x genre+=y
lib-commit --remove 2
lib-commit --restore 2
lib-commit --attach 3 4
lib-commit --undo
lib-commit --write-tags 1
lib-commit --reject s3
lib-import --status
lib-import --status s2
lib-import --retry s2
lib-import -q --set comment=x AUDIO
lib-import --resume s3
lib-sweep
lib-sweep --grace 0 --older-than 0 --force
lib-sweep verify
lib-sweep repair
lib-sweep backup
lib-sweep --json health
lib-sweep metrics -
"""
COMMANDS = [line.replace("AUDIO", AUDIO).split() for line in COMMANDS.strip().splitlines()]


def tables(db):
    return [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
                                     " AND name NOT LIKE 'fts_%' AND name NOT LIKE 'sqlite_%'")]


def loosened(db):
    """The schema without what keeps rows right; what it was, to be put back."""
    before = db.execute("SELECT rowid, type, name, sql FROM sqlite_schema").fetchall()
    db.execute("PRAGMA writable_schema = ON")
    for rowid, kind, name, sql in before:
        if kind == "table" and sql and sql.rstrip().endswith(("STRICT", "STRICT, WITHOUT ROWID")) and name != "library":
            loose = re.sub(r"--[^\n]*", "", sql)
            loose = loose.replace("STRICT, WITHOUT ROWID", "WITHOUT ROWID").replace(") STRICT", ")").replace(" NOT NULL", "")
            text, i = "", 0
            while i < len(loose):  # CHECK (...) goes
                if loose.startswith("CHECK (", i):
                    depth, i = 1, i + 7
                    while depth:
                        depth += {"(": 1, ")": -1}.get(loose[i], 0)
                        i += 1
                else:
                    text += loose[i]
                    i += 1
            text = re.sub(r",\s*\)", "\n)", text)
            db.execute("UPDATE sqlite_schema SET sql = ? WHERE rowid = ?", (text, rowid))
    db.execute("PRAGMA schema_version = 77777")
    db.commit()
    return before


def tighten(path, before):
    db = sqlite3.connect(path)
    db.execute("PRAGMA writable_schema = ON")
    for rowid, kind, name, sql in before:
        db.execute("UPDATE sqlite_schema SET sql = ? WHERE type = ? AND name = ? AND sql <> ?", (sql, kind, name, sql))
    db.execute("PRAGMA schema_version = 77778")
    db.commit()
    db.close()


def rows(path, rnd):
    """Values that no row of ours could have, under a schema that says so."""
    db = sqlite3.connect(path)
    before = loosened(db)
    db.close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA ignore_check_constraints = ON")
    names = tables(db)
    for n in range(rnd.choice((1, 3, 10, 40))):
        table = rnd.choice(names)
        columns = [r[1] for r in db.execute("SELECT * FROM pragma_table_info(?)", (table,))]
        column = rnd.choice(columns)
        where = rnd.choice(("1", "1", "(abs(random()) % 3) = 0"))
        try:
            db.execute('UPDATE OR IGNORE "%s" SET "%s" = ? WHERE %s' % (table, column, where), (rnd.choice(HOSTILE),))
        except (sqlite3.Error, OverflowError, UnicodeError):
            pass
    db.commit()
    db.close()
    if rnd.random() < 0.7:
        tighten(path, before)


def pages(path, rnd):
    """Bytes turned over, overwritten, cut off."""
    with open(path, "r+b") as f:
        size = f.seek(0, 2)
        for n in range(rnd.choice((1, 4, 30, 300))):
            f.seek(rnd.randrange(0 if rnd.random() < 0.05 else 100, size))
            f.write(rnd.choice((b"\xff", b"\0", b"\x80", bytes(rnd.randrange(256) for n in range(rnd.choice((1, 8, 200)))))))
        if rnd.random() < 0.1:
            f.truncate(rnd.randrange(size))


SCHEMA = [
    "CREATE TRIGGER evil AFTER INSERT ON event BEGIN SELECT load_extension('/tmp/x'); END",
    "CREATE TRIGGER evil AFTER INSERT ON event BEGIN SELECT writefile('OWNED', 'x'); END",
    "CREATE TRIGGER evil BEFORE UPDATE ON session BEGIN INSERT INTO event(at, actor, kind) SELECT 1, 1, fts3_tokenizer('x', x'00'); END",
    "CREATE TRIGGER evil AFTER INSERT ON track BEGIN WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) DELETE FROM track WHERE id IN (SELECT i FROM n); END",
    "CREATE TRIGGER evil AFTER INSERT ON event BEGIN WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) DELETE FROM track WHERE id IN (SELECT i FROM n); END",
    "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM track; DELETE FROM file; DELETE FROM blob; END",
    "DROP TABLE saved; CREATE VIEW saved AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS name, i AS query, 1 AS owner, 1 AS changed FROM n",
    "DROP TABLE genre; CREATE VIEW genre AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'x' AS name, 'x' AS key FROM n",
    "DROP TABLE genre; CREATE VIEW genre AS SELECT 1 AS id, load_extension('/tmp/x') AS name, 'x' AS key",
    "DROP TABLE task; CREATE TABLE task(name, started, finished, status, counts, succeeded); INSERT INTO task VALUES (NULL, 'x', x'00', 1e300, NULL, NULL)",
    "DROP TABLE session_root; CREATE TABLE session_root(x)",
    "DROP TABLE track",
    "DROP TABLE fts",
    "CREATE INDEX evil ON track(abs(-9223372036854775808 + id * 0))",
    "CREATE INDEX evil ON track(printf('%.*c', 2000000000, 'x')) WHERE 0",
    "ALTER TABLE track ADD COLUMN evil AS (load_extension('x'))",
    "ALTER TABLE event ADD COLUMN evil AS (hex(zeroblob(1000000000)))",
    "PRAGMA application_id = 1",
    "PRAGMA application_id = 0",
    "PRAGMA user_version = 99999",
    "PRAGMA user_version = 3",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -5",
    "UPDATE event SET data = zeroblob(300000000)",
    "UPDATE track SET title = printf('%.*c', 200000000, 'x')",
    "INSERT INTO saved VALUES ('mine', '[\"@mine\"]', 1, 1)",
    "DELETE FROM doc; INSERT INTO fts(fts) VALUES('delete-all')",
    "UPDATE packed SET data = zeroblob(3)",
    "UPDATE vocabulary SET words = x'ffffffffff'",
]


def schema(path, rnd):
    """A schema that is not ours."""
    db = sqlite3.connect(path)
    for n in range(rnd.choice((1, 1, 2))):
        sql = rnd.choice(SCHEMA)
        try:
            db.execute("PRAGMA foreign_keys = OFF")
            db.executescript(sql)
        except sqlite3.Error:
            pass
    db.close()
    return sql


KINDS = {"rows": rows, "pages": pages, "schema": schema}


def main():
    wrong, seen = 0, dict.fromkeys(KINDS, 0)
    work = tempfile.mkdtemp()
    library = os.path.join(work, "library")
    for case in range(CASES):
        rnd = random.Random(SEED * 1000003 + case)
        kind = rnd.choice(list(KINDS))
        seen[kind] += 1
        subprocess.run(["rm", "-rf", library], check=True)
        subprocess.run(["cp", "-a", LIBRARY, library], check=True)
        what = KINDS[kind](os.path.join(library, "library.db"), rnd)
        env = dict(os.environ, FONOTECA_LIBRARY=library, HOME=work, PATH=BUILD + ":" + os.environ["PATH"])
        for argv in rnd.sample(COMMANDS, int(os.environ.get("HOSTILE_COMMANDS", "5"))):
            try:
                p = subprocess.run(argv, env=env, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME)
                status, err = p.returncode, p.stderr
            except subprocess.TimeoutExpired:
                status, err = "not done after %d s" % TIME, b""
            if status not in (0, 1, 2, 3, 4, 75) or b"Sanitizer" in err:
                wrong += 1
                print("case %d (%s %s): %s: %s %s" % (case, kind, what or "", " ".join(argv), status,
                                                     err[-int(os.environ.get("HOSTILE_SHOW", "300")):].decode(errors="replace")), flush=True)
        if os.path.exists(os.path.join(work, "OWNED")):
            wrong += 1
            print("case %d: a schema wrote a file" % case)
    shutil.rmtree(work, ignore_errors=True)
    print("%d cases (%s), %d wrong" % (CASES, ", ".join("%d %s" % (n, k) for k, n in seen.items()), wrong))
    return wrong != 0


sys.exit(main())
