#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Searches of a large library: search.py SCRATCH, run by tests/bench/run.sh

Builds a library of BENCH_TRACKS (1,000,000) tracks through the store layer, with build/unit/seed-library, from the
table that make-tracks.py makes (or takes an existing one, BENCH_LIBRARY=DIR); then each query is a whole cold process, first page (--limit 50),
BENCH_RUNS (21)
times over several words by turns.  Prints medians and the 99th of a hundred beside sqlite3 LIKE over the same tables
and beet ls over BENCH_BEETS (10,000) of the tracks where beets is installed, and what is promised last.
"""
import fcntl
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ["FONOTECA_BUILD"]
SEARCH = os.path.join(BUILD, "lib-search")
TRACKS = int(os.environ.get("BENCH_TRACKS", 1000000))
RUNS = int(os.environ.get("BENCH_RUNS", 21))
BEETS = int(os.environ.get("BENCH_BEETS", 10000))

# kind, milliseconds promised, queries, what LIKE is asked for the same, what beets is asked
PAGE = ["-q", "--limit", "50"]
KINDS = [
    ("common words", 20, ["the", "love", "night", "you"], "title LIKE '%love%' OR artist LIKE '%love%'", ["love"]),
    ("two words", 20, ["night love", "the river"], "title LIKE '%night%' AND title LIKE '%love%'", ["night", "love"]),
    ("six common words", 20, ["the love of and you my", "the and of a in to"], None, None),
    ("rare words", 5, None, "title LIKE '%@%' OR artist LIKE '%@%'", None),
    ("one letter", 20, ["l", "t", "m"], None, None),
    ("a phrase", 20, ['"love of"', '"the night"'], "title LIKE '%the night%'", None),
    ("a field", 20, ["artist:love", "title:the"], "artist LIKE '%love%'", ["artist:love"]),
    ("kana and han", 20, ["愛", "夢", "花空"], "title LIKE '%愛%'", None),
    ("a misspelt word", 20, ["lvoe", "nigth"], None, None),
    ("words and year", 20, ["love year:1990..1999", "the year:2001"], None, ["love", "year:1990..1999"]),
    ("words and genre", 20, ["love genre:rock", "the genre:punk"], None, None),
    ("words and bpm", 20, ["love bpm:120..122", "the bpm:300.."], None, None),
    ("words and duration", 20, ["love duration:3:00..3:10", "love duration:58:00.."], None, None),
    ("words and rating", 20, ["love rating:80..", "love rating:90..95"], None, None),
    ("words and added, plays", 20, ["love added:1w", "love added:2020", "love plays:40.."], None, None),
    ("filters alone", 20, ["bpm:120..122", "rating:80..", "duration:58:00..", "plays:45.."], "duration_ms > 3480000", None),
    ("common word by added", 20, ["-s added- the", "-s added love"], "title LIKE '%love%' ORDER BY added DESC", None),
    ("common word by year", 20, ["-s year- the", "-s year love"], "title LIKE '%love%' ORDER BY year DESC", None),
    ("common word by artist", 20, ["-s artist the", "-s artist artist:the"], None, None),
    ("common word by album", 20, ["-s album the", "-s album album:the"], None, None),
    ("common word by title", 20, ["-s title the", "-s title title:the"], None, None),
    ("common word by plays", 20, ["-s plays- the", "-s plays- love"], None, None),
    ("everything by plays, bpm", 400, ["-s plays-", "-s bpm"], None, None),
    ("everything by a file's field", 400, ["-s format", "-s source", "-s bitrate-"], "1 ORDER BY year DESC", None),
    ("everything by other fields", 400, ["-s genre", "-s albumartist", "-s track"], None, None),
    ("everything by two fields", 400, ["-s year-,title", "-s genre,artist", "-s added-,album"], None, None),
    ("count of a common word", 400, ["--count the"], "title LIKE '%the%'", None),
    ("negation", 400, ["-- -love"], "title NOT LIKE '%love%'", None),
    ("a regular expression", 400, ["title::^love"], None, ["title::^love"]),
    ("facets", 400, ["--facet genre", "--facet year", "--facet artists"], "1 GROUP BY year", None),
    ("facets of many values", 400, ["--facet title", "--facet duration", "--facet artist"], "1 GROUP BY title", None),
    ("facets of paths, of a tag", 400, ["--facet source", "--facet label"], None, None),
    ("what files are, counted", 400, ["--count is:lossless", "--count -- -format:flac", "--count path:/music/love"], None, None),
    ("statistics", 400, ["--stats"], None, None),
    ("albums, artists of all", 400, ["--limit 50 --albums", "--limit 50 --artists"], "1 GROUP BY release_id", None),
    ("albums, artists of a word", 400, ["--limit 50 --albums love", "--limit 50 --artists love"], None, None),
    ("similar tracks", 400, ["--limit 50 --similar 4711", "--limit 50 --similar 815 love"], None, None),
    ("all ids", 2000, ["--ids"], "1", None),
]


def run(command):
    """Milliseconds of a whole process, and those of them that it was at work (user + system)."""
    null = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    actions = [(os.POSIX_SPAWN_DUP2, null, n) for n in range(3)]
    used = os.wait4(os.posix_spawnp(command[0], command, os.environ, file_actions=actions), 0)[2]
    os.close(null)
    return (time.perf_counter() - start) * 1000, (used.ru_utime + used.ru_stime) * 1000


def times(commands, runs):
    """Median, the 99th of a hundred, and the median of the time at work, which a busy machine says less of."""
    for command in commands:
        run(command)  # warm
    took = [run(commands[i % len(commands)]) for i in range(runs)]
    wall = sorted(t[0] for t in took)
    return statistics.median(wall), wall[min(len(wall) - 1, int(0.99 * len(wall)))], statistics.median(t[1] for t in took)


def page(query):
    words = query.split(" ") if not query.startswith('"') else [query]
    whole = any(w in ("--count", "--facet", "--stats", "--ids", "--albums", "--artists") for w in words)
    return [SEARCH, "-q"] + words if whole else [SEARCH] + PAGE + words


def peak(command):
    """The most kB that a process had: it is held at its last write, into a pipe that is full."""
    out, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while True:
            os.write(into, b"\0" * 4096)
    except BlockingIOError:
        fcntl.fcntl(into, fcntl.F_SETFL, 0)
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=into, stderr=subprocess.DEVNULL)
    most = 0
    try:
        for _ in range(200):
            with open(f"/proc/{p.pid}/status", encoding="utf-8") as f:
                most = max([most] + [int(line.split()[1]) for line in f if line.startswith("VmHWM")])
            time.sleep(0.01)
    except OSError:
        pass
    p.kill()
    p.wait()
    os.close(out)
    os.close(into)
    return most


def seed(library, rows, start):
    """Seconds, and those of each 100,000.  The table is there before the clock runs."""
    with tempfile.TemporaryFile() as table:
        subprocess.run([sys.executable, os.path.join(BENCH, "make-tracks.py"), str(rows), str(start)], stdout=table,
                       check=True)
        table.seek(0)
        begun = time.monotonic()
        made = subprocess.run([os.path.join(BUILD, "unit", "seed-library"), library], stdin=table,
                              stdout=subprocess.PIPE, check=True, text=True)
        return time.monotonic() - begun, [float(line.split()[1]) for line in made.stdout.splitlines()]


def play(database):
    """Every seventeenth recording was heard."""
    db = sqlite3.connect(database)
    db.execute("INSERT INTO heard SELECT id, 1 + id * 7919 % 50, 1600000000 + id FROM recording WHERE id % 17 = 0")
    db.commit()
    db.close()


def sweep():
    subprocess.run([os.path.join(BUILD, "lib-sweep"), "-q", "optimize"], check=True, stdout=subprocess.DEVNULL)


def report(what, **more):
    path = os.environ.get("BENCH_JSON")
    if path:
        with open(path, "a", encoding="utf-8") as f:
            f.write(json.dumps(dict({"v": 1, "type": "bench", "what": what}, **more), ensure_ascii=False) + "\n")


def a_rare_word(database):
    """An artist of a few tracks."""
    db = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    row = db.execute("SELECT artist_key FROM track WHERE artist_key NOT LIKE '% %' AND artist_key GLOB '[a-z]*'"
                     " AND length(artist_key) > 5 GROUP BY artist_key HAVING count(*) BETWEEN 2 AND 60 LIMIT 1").fetchone()
    db.close()
    return row[0] if row else "zzz"


def beets_library(scratch, database):
    """A library of beets with some of the tracks; the command, or None.  Debian keeps it in a folder of its own."""
    beet = shutil.which("beet")
    if beet is None:
        return None
    with open(beet, encoding="utf-8") as f:
        python = f.readline()[2:].split()
    config = os.path.join(scratch, "beets.yaml")
    with open(config, "w", encoding="utf-8") as f:
        f.write("directory: %s\nlibrary: %s/beets.db\n" % (scratch, scratch))
    code = ("import sqlite3, sys\nsys.path.append('/usr/share/beets')\nfrom beets.library import Item, Library\n"
            "lib = Library(sys.argv[1] + '/beets.db', sys.argv[1])\ndb = sqlite3.connect(sys.argv[2])\n"
            "with lib.transaction():\n"
            "    for t, a, b, y in db.execute('SELECT t.title, t.artist, r.album, t.year FROM track t JOIN release r"
            " ON r.id = t.release_id LIMIT %d'):\n"
            "        lib.add(Item(title=t or '', artist=a or '', album=b or '', year=y or 0))\n") % BEETS
    made = subprocess.run(python + ["-c", code, scratch, database], check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    return [beet, "-c", config, "ls"] if made.returncode == 0 else None


def like(database, condition):
    return ["sqlite3", "-readonly", database, "SELECT id FROM track WHERE %s LIMIT 50" % condition]


def cell(figures):
    return "%8.1f %7.1f" % figures[:2] if figures else "%8s %7s" % ("-", "-")


def build(library, database):
    took, each = seed(library, TRACKS, 1)
    play(database)
    sweep()
    size = os.path.getsize(database) / TRACKS
    print("\nSearch: %s tracks, through the store layer (seed-library); %.0f s" % (format(TRACKS, ","), took))
    if each:
        print("%-44s %s" % ("seconds for each 100,000", " ".join("%.1f" % s for s in each)))
    print("%-44s %10.0f %35s" % ("bytes of the database for a track", size, "at most 1000"))
    report("bytes a track", bytes=size, limit=1000)
    report("seconds for each 100,000", seconds=each)


def upkeep(scratch, library):
    """A thousand into nothing, and into the million."""
    alone, _ = seed(os.path.join(scratch, "thousand"), 1000, 2)
    took, _ = seed(library, 1000, 2)
    print("%-44s %10.2f s; into an empty library %.2f s" % ("1,000 tracks more", took, alone))
    report("1,000 tracks more", ms=took * 1000, alone_ms=alone * 1000)
    sweep()


def main():
    scratch = sys.argv[1]
    library = os.environ.get("BENCH_LIBRARY") or os.path.join(scratch, "search")
    database = os.path.join(library, "library.db")
    os.environ["FONOTECA_LIBRARY"] = library
    if os.path.exists(database):
        print("\nSearch: the library in %s" % library)
    else:
        build(library, database)
        upkeep(scratch, library)
    beets = beets_library(scratch, database)
    rare = a_rare_word(database)
    true = times([["/bin/true"]], RUNS)[0]
    print("milliseconds of whole processes, median and p99; at work: median of user + system; /bin/true %.1f;\nbeet ls has"
          " %s of the tracks: for as many as here it would take %.0f times as long%s\n%-26s %16s %8s %16s %16s %8s" % (
              true, format(min(BEETS, TRACKS), ","), max(1, TRACKS / BEETS),
              "" if beets else ": skipped, no beet here (make deps-bench)", "", "lib-search  p99", "at work",
              "LIKE    p99", "beet ls    p99", "at most"))
    for kind, promised, queries, condition, asked in KINDS:
        ours = times([page(q) for q in queries or [rare]], RUNS)
        theirs = condition and shutil.which("sqlite3") and times([like(database, condition.replace("@", rare))], 5)
        others = asked and beets and times([beets + asked], 3)
        print("%-26s %s %8.1f %s %s %8d" % (kind, cell(ours), ours[2], cell(theirs), cell(others), promised), flush=True)
        report("search: " + kind, ms=ours[0], p99=ours[1], cpu_ms=ours[2], like_ms=theirs[0] if theirs else None,
               beet_ms=others[0] if others else None, limit_ms=promised)
    for what, command in (("a search", page("the")), ("the same in an order", page("-s title the")),
                          ("albums of all", page("--albums")), ("artists of all", page("--artists"))):
        kb = peak(command)
        print("%-44s %10.1f MB %33s" % ("memory of " + what, kb / 1024, "at most 32"))
        report("memory of " + what, kb=kb, limit_kb=32 * 1024)


if __name__ == "__main__":
    main()
