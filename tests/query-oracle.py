#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random queries against an evaluator of its own, which looks at every track.

query-oracle.py LIB-SEARCH LIBRARY ROUNDS [SEED]

The evaluator knows what fonoteca-query(7) says, and of the library what --json prints: it folds, compares
and searches in its own way.  What differs from what lib-search finds is printed, and is a bug of one of the two.
"""
import json
import random
import re
import subprocess
import sys
import unicodedata

program, library, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
rnd = random.Random(seed)


def run(*arguments):
    p = subprocess.run([program, "-L", library, *arguments], capture_output=True, text=True)
    if p.returncode not in (0, 1) or (p.stderr and "nothing found" not in p.stderr):
        sys.exit(f"{arguments}: status {p.returncode}: {p.stderr}")
    return p.stdout


def fold(text):
    text = text.replace("ø", "o").replace("Ø", "O").replace("'", "").replace("’", "")
    text = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", text))


def distance(a, b):
    rows = {}
    for i in range(-1, len(a)):
        for j in range(-1, len(b)):
            if i < 0 or j < 0:
                rows[i, j] = max(i, j) + 1
                continue
            best = min(rows[i - 1, j - 1] + (a[i] != b[j]), rows[i - 1, j] + 1, rows[i, j - 1] + 1)
            if i and j and a[i] == b[j - 1] and a[i - 1] == b[j]:
                best = min(best, rows[i - 2, j - 2] + 1)
            rows[i, j] = best
    return rows[len(a) - 1, len(b) - 1]


tracks = [json.loads(line) for line in run("--json").splitlines()]
TEXT = ["title", "artist", "album", "genre", "composer", "comment", "mytag"]
ANYWHERE = ["title", "artist", "album", "genre", "composer", "year"]


def values(t, field):
    v = t.get("tags", {}).get(field) if field == "mytag" else t.get(field)
    return [] if v is None else [str(x) for x in v] if isinstance(v, list) else [str(v)]


def texts(t, field):
    return [v for f in (ANYWHERE if field is None else [field]) for v in values(t, f)]


def phrase_in(words, value, last=False):
    have = fold(value).split()
    for i in range(len(have) - len(words) + 1):
        part = have[i:i + len(words)]
        if part == words or (last and part[:-1] == words[:-1] and part[-1].startswith(words[-1])):
            return True
    return False


def near_in(words, value, most):
    have = fold(value).split()
    return any(all(w in have[i:i + most + 2] for w in words) for i in range(len(have)))


VOCABULARY = sorted({w for t in tracks for f in TEXT for v in values(t, f) for w in fold(v).split()})
SAMPLES = {f: sorted({v for t in tracks for v in values(t, f)}) for f in TEXT}


def some_value(field):
    return rnd.choice(SAMPLES[field]) if SAMPLES[field] else "none"


def word():
    return rnd.choice(VOCABULARY)


def slip(w):
    i = rnd.randrange(len(w))
    return rnd.choice([w[:i] + w[i + 1:], w[:i] + "x" + w[i:], w[:i] + "q" + w[i + 1:], w[:i] + w[i + 1:i + 2] + w[i] + w[i + 2:]])


def prefix(field):
    return "" if field is None else field + ":"


def words_term():
    f = rnd.choice([None] + TEXT)
    w = word()
    kind = rnd.randrange(6)
    if kind < 2:
        return f'{prefix(f)}"{w}"', lambda t: any(phrase_in([w], v) for v in texts(t, f))
    if kind == 2:
        p = w[:rnd.randint(1, len(w))]
        return f"{prefix(f)}{p}*", lambda t: any(phrase_in([p], v, True) for v in texts(t, f))
    if kind == 3:
        f = f or "title"
        words = fold(some_value(f)).split()[:3] or ["love"]
        return f'{f}:"{" ".join(words)}"', lambda t: any(phrase_in(words, v) for v in texts(t, f))
    if kind == 4:
        f = rnd.choice(["title", "album", "comment"])
        words = rnd.sample(VOCABULARY, 2) if rnd.random() < 0.3 else rnd.sample((fold(some_value(f)) + " love me").split(), 2)
        most = rnd.randrange(4)
        return f'{f}:"{" ".join(words)}"~{most}', lambda t: any(near_in(words, v, most) for v in texts(t, f))
    w = slip(w)
    if len(w) < 3 or not w.isalpha():
        w = "lvoe"
    n = rnd.randint(1, 2 if len(w) > 6 else 1)
    near = {v for v in VOCABULARY if distance(w, v) <= n and (not v.isdigit() or v == w) and (len(v) > 1 or v == w)}
    indexed = f in (None, "title", "artist", "album", "genre", "composer")
    if indexed and len(near) > 49:
        return words_term()
    return f"{prefix(f)}{w}~{n}", lambda t: any(
        (x in near if indexed else distance(w, x) <= n) for v in texts(t, f) for x in fold(v).split())


def whole_term():
    f = rnd.choice(TEXT)
    v = some_value(f)
    if '"' in v or "\\" in v:
        return words_term()
    kind = rnd.randrange(4)
    if kind == 0:
        return f'{f}:="{v}"', lambda t: v in texts(t, f)
    if kind == 1:
        return f'{f}:=~"{v.upper()}"', lambda t: any(fold(v) == fold(x) for x in texts(t, f))
    if kind == 2:
        return f'{f}!="{v}"', lambda t: not any(fold(v) == fold(x) for x in texts(t, f))
    k = fold(v)[:rnd.randint(1, 4)].strip()
    return f'({f} starts_with "{k}")', lambda t: any(fold(x).startswith(k) for x in texts(t, f))


END = chr(0x10ffff)


def order_term():
    f = rnd.choice(["title", "artist", "album", "genre", "composer", "comment"])
    lo, hi = (fold(some_value(f))[:rnd.randint(1, 3)].strip() or "a" for _ in range(2))
    if lo.isdigit() or not lo.isalnum() or not hi.isalnum():
        lo, hi = "b", "m"
    keys = lambda t: [fold(x) for x in texts(t, f) if fold(x)]
    kind = rnd.randrange(6)
    if kind == 0:
        return f"{f}:{lo}..{hi}", lambda t: any(lo <= k < hi + END for k in keys(t))
    if kind == 1:
        return f"{f}<{lo}", lambda t: any(k < lo for k in keys(t))
    if kind == 2:
        return f"{f}<={lo}", lambda t: any(k < lo + END for k in keys(t))
    if kind == 3:
        return f"{f}>{lo}", lambda t: any(k >= lo + END for k in keys(t))
    if kind == 4:
        return f"{f}>={lo}", lambda t: any(k >= lo for k in keys(t))
    return f"{f}:{{{lo} TO {hi}]", lambda t: any(lo + END <= k < hi + END for k in keys(t))


NUMBERS = {"year": (1950, 2020, 1), "bpm": (50, 190, 1), "track": (1, 12, 1), "duration_ms": (90000, 400000, 1000), "id": (1, 300, 1)}


def number_term():
    f = rnd.choice(list(NUMBERS))
    low, high, step = NUMBERS[f]
    a, b = sorted(rnd.randrange(low, high, step) for _ in range(2))
    get = lambda t: t.get(f)
    test = lambda check: lambda t: get(t) is not None and check(get(t))
    # of a length, a bound is a whole second
    span = 1000 if f == "duration_ms" else 0
    name = f
    if f == "duration_ms" and rnd.random() < 0.7:
        name = "length"
    put = lambda x: (f"{x // 60000}:{x // 1000 % 60:02}" if rnd.random() < 0.5 else f"{x // 1000}") if name == "length" else str(x)
    if span and name == "duration_ms":
        return f"duration_ms:{a}..{b}", test(lambda x: a <= x <= b)
    above = lambda x, y: x >= y + span if span else x > y
    most = lambda x, y: x < y + span if span else x <= y
    kind = rnd.randrange(8)
    if kind == 0:
        return f"{name}>{put(a)}", test(lambda x: above(x, a))
    if kind == 1:
        return f"{name} >= {put(a)}", test(lambda x: x >= a)
    if kind == 2:
        return f"{name}<{put(a)}", test(lambda x: x < a)
    if kind == 3:
        return f"{name}<={put(a)}", test(lambda x: most(x, a))
    if kind == 4:
        return f"{name}:{put(a)}..{put(b)}", test(lambda x: x >= a and most(x, b))
    if kind == 5:
        return f"{name}:{{{put(a)} TO {put(b)}}}", test(lambda x: above(x, a) and x < b)
    if kind == 6:
        return f"{name}:..{put(b)}", test(lambda x: most(x, b))
    same = (lambda x: a <= x < a + 1000) if span else (lambda x: a - 0.5 <= x < a + 0.5)
    if span:  # a plain number of seconds is rounded, 4:30 is the second that is shown
        return f"length:{a // 60000}:{a // 1000 % 60:02}", test(same)
    return rnd.choice([(f"{name}:{a}", test(same)), (f"{name}!={a}", lambda t: not test(same)(t))])


def first_day(a):
    """A date without a day, or a month, is from its first one on."""
    while len(a) > 4 and a.endswith("-01"):
        a = a[:-3]
    return a


def date_term():
    a, b = sorted(rnd.choice(["1960", "1977-05", "1999-12-31", "1999", "2001-02", "2015-06-01", "1963-01-01", "1963"]) for _ in range(2))
    test = lambda check: lambda t: "date" in t and check(t["date"])
    kind = rnd.randrange(5)
    if kind == 0:
        return f"date:{a}", test(lambda d: d.startswith(a))
    if kind == 1:
        return f"date:{a}..{b}", test(lambda d: first_day(a) <= d < b + ":")
    if kind == 2:
        return f"date<{a}", test(lambda d: d < first_day(a))
    if kind == 3:
        return f"date>{a}", test(lambda d: d >= a + ":")
    decade = rnd.choice([196, 197, 199, 201])
    return f"year:{decade}0s", lambda t: "year" in t and t["year"] // 10 == decade


PATTERNS = ["^l", "e$", "love", "^(the|a) ", r"\bme\b", "[0-9]", "o.*o", "^$", "^.{1,4}$", "ö", "(?-i)^L", "a|e|i"]


def pattern_term():
    f = rnd.choice(["title", "artist", "album", "genre", "composer", "comment", "mytag", "year"])
    p = rnd.choice(PATTERNS)
    flags = 0 if "(?-i)" in p else re.IGNORECASE
    compiled = re.compile(p.replace("(?-i)", "").replace("$", r"\Z"), flags)
    found = lambda t: any(compiled.search(v) for v in texts(t, f) or [""])
    return rnd.choice([f"{f}:/{p}/", f"({f} =~ \"{p}\")".replace("\\", "\\\\")]), found


def flag_term():
    f = rnd.choice(TEXT + ["bpm", "year", "date"])
    has = lambda t: bool(texts(t, f))
    return rnd.choice([
        (f"has:{f}", has), (f"missing:{f}", lambda t: not has(t)), (f"{f}:*", has),
        (f'{f}:""', lambda t: not has(t)), ("is:lossless", lambda t: t["codec"] == "flac"),
        ("*", lambda t: True), ("is:unplayed", lambda t: True),
    ])


def group_term():
    f = rnd.choice(TEXT)
    a, b = word(), word()
    one = lambda w: lambda t: any(phrase_in([w], v) for v in texts(t, f))
    return rnd.choice([
        (f'{f}:("{a}" OR "{b}")', lambda t: one(a)(t) or one(b)(t)),
        (f'{f}:("{a}" NOT "{b}")', lambda t: one(a)(t) and not one(b)(t)),
        (f'|({f} = "{a}", {f}:"{b}")', lambda t: any(fold(v) == a for v in texts(t, f)) or one(b)(t)),
    ])


def term():
    kinds = [words_term, words_term, words_term, whole_term, order_term, number_term, date_term, pattern_term, flag_term, group_term]
    return rnd.choice(kinds)()


def query(depth):
    if depth == 0 or rnd.random() < 0.25:
        return term()
    if rnd.random() < 0.25:
        q, f = query(depth - 1)
        return f"{rnd.choice(['NOT (', '-(', '!('])}{q})", lambda t: not f(t)
    parts = [query(depth - 1) for _ in range(rnd.randint(2, 3))]
    sign, combine = rnd.choice([(" AND ", all), (" ", all), (" OR ", any), (" , ", any), (" || ", any), (" && ", all)])
    return "(" + sign.join(q for q, _ in parts) + ")", lambda t: combine([f(t) for _, f in parts])


wrong = 0
for number in range(rounds):
    text, finds = query(rnd.randrange(4))
    if "(" not in text and ":" not in text:
        text = f"({text})"
    want = {t["id"] for t in tracks if finds(t)}
    got = run("-q", "--ids", "--", text).split()
    if len(got) != len(set(got)) or {int(i) for i in got} != want:
        wrong += 1
        print(f"{text}\n  finds {len(got)}, not {len(want)}: "
              f"too many {sorted({int(i) for i in got} - want)[:5]}, too few {sorted(want - {int(i) for i in got})[:5]}")
if rounds and len(tracks) < 50:
    sys.exit("the library is too small to say anything")
sys.exit(wrong != 0)
