#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What costs what: commands.py SCRATCH, run by tests/bench/run.sh for BENCH_PART=commands

Each command in a library of BENCH_FILES (20,000) files, and in one of BENCH_TRACKS (1,000,000) tracks that
seed-library makes (or in BENCH_LIBRARY=DIR, which it changes) into which the same files come: seconds of user +
system with all children, and the most memory of one process, in MB.  Blobs of the large library are holes of
the right size.
"""
import os
import sqlite3
import subprocess
import sys
import time

from peak import children, high

BENCH = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ["FONOTECA_BUILD"]
FILES = int(os.environ.get("BENCH_FILES", 20000))
BYTES = int(os.environ.get("BENCH_BYTES", 60000))
TRACKS = int(os.environ.get("BENCH_TRACKS", 1000000))

# what, command, standard input; @ is the scratch folder
ROWS = [
    ("import, first", "lib-import -q @/music", None),
    ("what a commit would do", "lib-commit -q --all -n", None),
    ("commit", "lib-commit -q --all", None),
    ("import, nothing new", "lib-import -q @/music", None),
    ("amend 1,000 tracks", "lib-commit -q --amend - genre=Bench", "ids"),
    ("undo that", "lib-commit -q --undo", None),
    ("playlist: add 10,000", "lib-playlist -q add Bench --query year:1950.. -l 10000", None),
    ("playlist: show", "lib-playlist -q show Bench", None),
    ("playlist: sort", "lib-playlist -q sort Bench title", None),
    ("playlist: remove one", "lib-playlist -q remove Bench 2", None),
    ("playlist: export as m3u8", "lib-playlist -q export Bench -o @/list.m3u8", None),
    ("playlist: import that", "lib-playlist -q import @/list.m3u8 --name Again", None),
    ("playlist: a tree, dry run", "lib-playlist -q -n export Bench --link @/tree", None),
    ("sweep: health", "lib-sweep -q health", None),
    ("sweep: metrics", "lib-sweep -q metrics @/metrics", None),
    ("sweep: orphans", "lib-sweep -q orphans", None),
    ("sweep: backup", "lib-sweep -q backup", None),
    ("sweep, all that is due", "lib-sweep -q", None),
    ("duplicates by sound", "lib-analyze -q --duplicates", None),
]


def run(line, place, feed):
    """Seconds of processor time, and MB."""
    command = line.replace("@", place).split()
    command[0] = os.path.join(BUILD, command[0])
    with open(feed if feed else os.devnull, "rb") as stdin:
        p = subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while True:
        try:
            most = max([most, high(p.pid)] + [high(c) for c in children(p.pid)])
        except OSError:
            pass
        pid, _, usage = os.wait4(p.pid, os.WNOHANG)
        if pid:
            return usage.ru_utime + usage.ru_stime, most / 1024
        time.sleep(0.002)


def seed(library):
    """A million tracks, and holes for blobs."""
    table = subprocess.Popen([sys.executable, os.path.join(BENCH, "make-tracks.py"), str(TRACKS), "1"],
                             stdout=subprocess.PIPE)
    subprocess.run([os.path.join(BUILD, "unit", "seed-library"), library], stdin=table.stdout, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    table.wait()
    with sqlite3.connect(os.path.join(library, "library.db")) as db:
        for sha256, size, suffix in db.execute("SELECT sha256, size, suffix FROM blob ORDER BY sha256"):
            name = sha256.hex()
            path = os.path.join(library, "blobs", name[:2], f"{name}.{suffix}")
            fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o444)
            os.ftruncate(fd, size)
            os.close(fd)


def measure(library, place):
    os.environ["FONOTECA_LIBRARY"] = library
    found = []
    for what, line, feed in ROWS:
        if feed:
            feed = os.path.join(place, feed)
            with open(feed, "wb") as f:
                subprocess.run([os.path.join(BUILD, "lib-search"), "-q", "--ids", "-l", "1000", "the"], stdout=f)
        if line.startswith("lib-playlist -q add"):
            subprocess.run([os.path.join(BUILD, "lib-playlist"), "-q", "create", "Bench"])
        found.append((what, line.replace("@/", ""), *run(line, place, feed)))
    return found


def main():
    place = sys.argv[1]
    music = os.path.join(place, "music")
    os.mkdir(music)
    subprocess.run([sys.executable, os.path.join(BENCH, "make-music.py"), music, str(FILES), str(BYTES)], check=True)
    small = measure(os.path.join(place, "small"), place)
    large = os.environ.get("BENCH_LIBRARY")
    if not large:
        large = os.path.join(place, "large")
        seed(large)
    print("%-27s %-59s %18s %18s" % ("", "", format(FILES, ",") + " files", format(TRACKS, ",") + " tracks"))
    for (what, line, seconds, mb), (_, _, more, most) in zip(small, measure(large, place)):
        print("%-27s %-59s %8.2f s %5.0f MB %8.2f s %5.0f MB" % (what, line, seconds, mb, more, most))


if __name__ == "__main__":
    main()
