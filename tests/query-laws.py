#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Laws that every query keeps, tried on random queries.

query-laws.py LIB-SEARCH LIBRARY ROUNDS [SEED]

Sets of ids: AND is what both find, OR what either does, NOT what the query does
not; --count, --sort, --limit and --facet find the same, also of words that are ranked, of names with and without
an article; the first n are the first n of all.
"""
import random
import subprocess
import sys

program, library = sys.argv[1], sys.argv[2]
rounds = int(sys.argv[3])
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
rnd = random.Random(seed)
WORDS = "love the a night day björk radiohead acdc r.e.m. 愛 の 99 live pop ke$ha don't".split()
NAMES = ["love", "loves", "radiohead", "the loves", "99", "day"]
known = {}
broken = 0


def run(*arguments):
    p = subprocess.run([program, "-L", library, "-q", *arguments], capture_output=True, text=True)
    if p.returncode not in (0, 1) or p.stderr:
        sys.exit(f"{arguments}: status {p.returncode}: {p.stderr}")
    return p.stdout.split()


def listed(query, *options):
    return run("--ids", *options, "--", query)


def ids(query):
    if query not in known:
        found = listed(query)
        if len(found) != len(set(found)):
            sys.exit(f"{query}: a track is listed twice")
        known[query] = frozenset(found)
    return known[query]


def term():
    word = rnd.choice(WORDS)
    year, bpm = rnd.randint(1955, 2020), rnd.randint(60, 180)
    field = rnd.choice(["title", "artist", "album", "genre", "composer", "tags"])
    return rnd.choice([
        f'"{word}"', f"{word[:2]}*", f"{field}:{word}", f"{field}:=~{word}", f"{field}!={word}",
        f"{field}:{word[:2]}*", f"year:{year}", f"year:{year}..{year + 9}", f"year>{year}", f"date<={year}",
        f"bpm<{bpm}", f"bpm:{bpm}..{bpm + 20}", f"length>{bpm}", f"has:{field}", f"missing:{field}",
        f"{field}:/{word[:1]}/", f"{word}~", f"{field}>={word[:1]}", f"{field}::^{word[:2]}",
        "is:lossless", "is:unrated", f"id:{bpm}..{year}",
    ])


def query(depth=2):
    if depth == 0 or rnd.random() < 0.4:
        return term()
    parts = [("NOT " if rnd.random() < 0.25 else "") + query(depth - 1) for _ in range(2)]
    return "(" + rnd.choice([" AND ", " OR "]).join(parts) + ")"


def law(what, got, want):
    global broken
    if got != want:
        broken += 1
        tell = [len(x) if hasattr(x, "__len__") else x for x in (got, want)]
        print(f"{what}: {tell[0]} tracks, not {tell[1]}; seed {seed}")


everything = ids("*")
for _ in range(rounds):
    x, y, z = query(), query(), query(1)
    X, Y, Z = ids(x), ids(y), ids(z)
    for q, want in ((f"{x} AND {y}", X & Y), (f"{y} {x}", X & Y), (f"{x} OR {y}", X | Y), (f"{y} , {x}", X | Y),
                    (f"NOT {x}", everything - X), (f"NOT NOT {x}", X), (f"{y} AND NOT {x}", Y - X),
                    (f"NOT ({x} OR {y})", everything - X - Y), (f"NOT {x} NOT {y}", everything - X - Y),
                    (f"NOT ({x} {y})", everything - (X & Y)), (f"NOT {x} OR NOT {y}", everything - (X & Y)),
                    (f"{x} {x}", X), (f"{x} OR {x}", X), (f"({x}) AND *", X), (f"{x} AND NOT {x}", frozenset()),
                    (f"{x} , NOT {x}", everything), (f"&({x}, {y})", X & Y), (f"|({x}, {y})", X | Y),
                    (f"{x} XOR {y}", X ^ Y), (f"({x} xor {y} xor {z})", X ^ Y ^ Z), (f"{x} OR {y} XOR {z}", X | (Y ^ Z)),
                    (f"{x} {z} OR {y}", (X & Z) | Y), (f"{x} ({z} OR {y})", X & (Z | Y))):
        law(q, ids(q), want)
    q = rnd.choice([f"{x} OR {y}", f"{x} {y}"])
    law(f"{q} sorted", frozenset(listed(q, "-s", "year-,title")), ids(q))
    law(f"--count {q}", run("--count", "--", q), [str(len(ids(q)))])
    year = rnd.randint(1955, 2020)
    f, a, b = rnd.choice(["title", "artist", "genre"]), rnd.choice(WORDS), rnd.choice(WORDS)
    law(f"{f}:({a} OR {b})", ids(f"{f}:({a} OR {b})"), ids(f"{f}:{a}") | ids(f"{f}:{b}"))
    law(f"{f}:({a} NOT {b})", ids(f"{f}:({a} NOT {b})"), ids(f"{f}:{a}") - ids(f"{f}:{b}"))
    law(f"{f}:/^/", ids(f"{f}:/^/"), everything)
    law(f"{f}::^$", ids(f"{f}::^$"), ids(f"missing:{f}"))
    law(f"{f}:a..m", ids(f"{f}:a..m"), ids(f"{f}:*") & ids(f"{f}:a..m"))
    law(f"year:{year}..", ids(f"year:{year}.."), ids(f"year>={year}"))
    law(f"year:..{year}", ids(f"year:..{year}"), ids(f"year<{year}") | ids(f"year:{year}"))
    # what is ranked, too, with the last word as a beginning
    q = rnd.choice([rnd.choice(WORDS), f"{rnd.choice(WORDS)} {rnd.choice(WORDS)}", f"{rnd.choice(WORDS)} OR {x}",
                    f"{x} {rnd.choice(WORDS)}", f"artist:{rnd.choice(WORDS)}",
                    f"the {rnd.choice(WORDS)}", f"artist:the {rnd.choice(NAMES)}", f"the {rnd.choice(NAMES)} year:{year}..",
                    f"{rnd.choice(NAMES)} and {rnd.choice(NAMES)}", f"the {rnd.choice(NAMES)} OR {x}"])
    whole = listed(q)
    law(f"a track twice: {q}", len(set(whole)), len(whole))
    for how in ("id", "year-,title", "artist", "plays-", "-s"):
        options = ["-s", how] if how != "-s" else ["-s", "added", "-l", "9999"]
        law(f"-s {how} {q}", frozenset(listed(q, *options)), frozenset(whole))
    law(f"--count {q}", run("--count", "--", q), [str(len(whole))])
    law(f"--facet owner {q}", sum(map(int, run("--facet", "owner", "--", q)[::2])), len(whole))
    for n in (1, 7, rnd.randint(1, 300)):
        law(f"-l {n} {q}", listed(q, "-l", str(n)), whole[:n])
        law(f"--offset {n} {q}", listed(q, "-l", "20", "--offset", str(n)), whole[n:n + 20])
sys.exit(broken != 0)
