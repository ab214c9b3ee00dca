#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compare what `lib-search --json` says with what mutagen reads: second-opinion.py MUSIC TRACKS.

Every audio file below MUSIC must be a track's source (or hold the bytes of one), with the same title, artist,
album, track number, date, genres and duration.  Prints what was compared; status 1 where something differs."""
import hashlib, json, os, sys
import mutagen

SUFFIXES = (".ogg", ".oga", ".opus", ".flac", ".mp3", ".m4a")
PLAIN = {"title": "title", "artist": "artist", "album": "album", "date": "date", "genre": "genre", "tracknumber": "track"}


def expected(path):
    f = mutagen.File(path, easy=True)
    want = {ours: list(f[theirs]) for theirs, ours in PLAIN.items() if f.get(theirs)}
    if "track" in want:
        want["track"] = [str(int(want["track"][0].split("/")[0]))] if want["track"][0].split("/")[0].isdigit() else []
    return want, f.info.length * 1000


def main(music, tracks):
    by_sha = {}
    for line in open(tracks):
        t = json.loads(line)
        by_sha[t["sha256"]] = t
    files = values = 0
    wrong = []
    for folder, _, names in os.walk(music):
        for name in sorted(names):
            if not name.lower().endswith(SUFFIXES):
                continue
            path = os.path.join(folder, name)
            t = by_sha.get(hashlib.sha256(open(path, "rb").read()).hexdigest())
            if t is None:
                wrong.append("%s: is not in the library" % path)
                continue
            files += 1
            want, length = expected(path)
            for field, texts in want.items():
                got = t.get(field)
                got = [str(g) for g in got] if isinstance(got, list) else [] if got is None else [str(got)]
                joined = ", ".join(texts) if field == "artist" else None
                values += 1
                if [g.strip() for g in got] != [x.strip() for x in texts] and got != [joined]:
                    wrong.append("%s: %s is %r, mutagen says %r" % (path, field, got, texts))
            values += 1
            if abs(t.get("duration_ms", 0) - length) > 60:
                wrong.append("%s: %s ms, mutagen says %.0f" % (path, t.get("duration_ms"), length))
    print("%d files, %d values compared, %d differ" % (files, values, len(wrong)))
    print("\n".join(wrong))
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
