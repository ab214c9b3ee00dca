#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A long history beside searches: history.py SCRATCH, run by tests/bench/run.sh

Takes BENCH_PLAYS (1,000,000) plays into a library that has half of the 30,000 songs heard, and searches all the while,
each search a whole cold process; then the same file again, what is listed and counted of plays, and the import
forgotten.  What is promised stands last: memory does not grow with the file, and searches never wait.
"""
import os
import subprocess
import sys
import time

from search import BENCH, BUILD, page, report, run, times

PLAYS = int(os.environ.get("BENCH_PLAYS", 1000000))
SONGS = 30000
IMPORT = [os.path.join(BUILD, "lib-import"), "-q", "--history"]
SEARCH = [os.path.join(BUILD, "lib-search"), "-q"]


def seed(library):
    """The tracks that make-plays.py tells of, every other one."""
    with subprocess.Popen([os.path.join(BUILD, "unit", "seed-library"), library], stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, text=True) as p:
        p.stdin.write("title\tartist\talbum\n")
        for t in range(0, SONGS, 2):
            p.stdin.write("Song number %d\tArtist %d\tAlbum %d\n" % (t, t // 12, t // 10))
    if p.returncode != 0:
        sys.exit("history.py: seed-library ended with %d" % p.returncode)


def high(pid):
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            return max([0] + [int(line.split()[1]) for line in f if line.startswith("VmHWM")])
    except OSError:
        return 0


def beside(command, search):
    """Seconds of the command, its peak in kB, and the milliseconds of the searches that ran meanwhile."""
    begun, most, took = time.monotonic(), 0, []
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while p.poll() is None:
        most = max(most, high(p.pid))
        took.append(run(search)[0])
        time.sleep(0.05)
    if p.returncode != 0:
        sys.exit("history.py: %s ended with %d" % (command[0], p.returncode))
    return time.monotonic() - begun, most, sorted(took)


def row(what, value, unit, limit=""):
    print("%-44s %10.1f %-4s %30s" % (what, value, unit, limit), flush=True)
    report("history: " + what, value=value, unit=unit)


def main():
    scratch = sys.argv[1]
    library, plays = os.path.join(scratch, "heard"), os.path.join(scratch, "plays.jsonl")
    os.environ["FONOTECA_LIBRARY"] = library
    with open(plays, "w", encoding="utf-8") as f:
        subprocess.run([sys.executable, os.path.join(BENCH, "make-plays.py"), str(PLAYS), str(SONGS)], stdout=f, check=True)
    seed(library)
    search = page("song number")
    alone = times([search], 21)[0]
    print("\nA history: %s plays of %s songs, half of which are in the library" % (format(PLAYS, ","), format(SONGS, ",")))
    took, kb, searches = beside(IMPORT + [plays], search)
    row("taken in", took, "s")
    row("plays a second", PLAYS / took, "")
    row("memory", kb / 1024, "MB", "at most 64")
    row("a search alone", alone, "ms")
    row("a search meanwhile, median of %d" % len(searches), searches[len(searches) // 2], "ms")
    row("... the longest", searches[-1], "ms", "never waits")
    for what, command in (("the same file again", IMPORT + [plays]), ("--plays, the last 50", SEARCH + ["--plays", "-l", "50"]),
                          ("--stats=plays", SEARCH + ["--stats=plays"]), ("sorted by plays", page("-s plays- song"))):
        row(what, times([command], 3)[0], "ms")
    row("database for a play", os.path.getsize(os.path.join(library, "library.db")) / PLAYS, "B")
    took, kb, searches = beside(IMPORT + ["--forget", "h1"], search)
    row("forgotten", took, "s")
    row("... memory", kb / 1024, "MB", "at most 64")
    row("... a search meanwhile, the longest", searches[-1], "ms", "never waits")


if __name__ == "__main__":
    main()
