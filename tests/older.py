#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turn a library into one as an older version had it, with all that it holds: older.py LIBRARY VERSION"""
import glob, os, sqlite3, sys

lib, version = sys.argv[1], int(sys.argv[2])
schema = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib", "store", "schema")
now = sqlite3.connect("%s/library.db" % lib)
now.execute("PRAGMA wal_checkpoint(TRUNCATE)")
now.close()
os.rename("%s/library.db" % lib, "%s/newer" % lib)
for suffix in ("-wal", "-shm"):
    if os.path.exists("%s/library.db%s" % (lib, suffix)):
        os.remove("%s/library.db%s" % (lib, suffix))
db = sqlite3.connect("%s/library.db" % lib)
for step in sorted(glob.glob("%s/[0-9]*.sql" % schema))[:version]:
    with open(step, encoding="utf-8") as f:
        db.executescript(f.read())
db.execute("ATTACH ? AS newer", ("%s/newer" % lib,))
tables = [r[0] for r in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'fts%'"
                                   " AND name <> 'sqlite_sequence'")]
shadows = [r[0] for r in db.execute("SELECT name FROM main.sqlite_schema WHERE name LIKE 'fts%' AND name <> 'fts'")]
triggers = db.execute("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'").fetchall()
for name, _ in triggers:  # what they would do has been done
    db.execute("DROP TRIGGER main.%s" % name)
for t in tables + shadows:
    columns = ", ".join('"%s"' % r[1] for r in db.execute("SELECT * FROM main.pragma_table_info(?)", (t,)))
    db.execute("DELETE FROM main.%s" % t)
    db.execute("INSERT INTO main.%s (%s) SELECT %s FROM newer.%s" % (t, columns, columns, t))
for _, sql in triggers:
    db.execute(sql)
db.execute("DELETE FROM main.sqlite_sequence")
db.execute("INSERT INTO main.sqlite_sequence SELECT name, seq + 5 FROM newer.sqlite_sequence")
db.commit()
db.execute("PRAGMA main.application_id = 0x466f6e6f")
db.execute("PRAGMA main.user_version = %d" % version)
db.commit()
db.execute("DETACH newer")
db.execute("PRAGMA journal_mode = WAL")
db.close()
os.remove("%s/newer" % lib)
