#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A library to search in, as a table for seed-library: make-tracks.py ROWS [SEED]

Albums of made-up artists: words as frequent as words are (the n-th in 1/(n + 4) of the places, so that "the" is in
15 of 100 tracks and "love" in 5), common ones first, in Latin script, and one artist in eight in kana and han, Greek
or Cyrillic.  Where FONOTECA_CORPUS names a folder with tracks.tsv.gz (title, artist, album, year, genre,
duration_ms, bpm, key) names come from there.
"""
import gzip
import os
import random
import sys

COMMON = """the of and you my a in i me to love night on it time for is life heart all no one live go be man down
world blue baby good home day song light river dream little girl rain never over dance back fire moon sun black
white golden winter summer morning road city train mirror bridge island thunder shadow stone silver away wild sweet
radio paper glass garden window ocean storm lonely""".split()
SYLLABLES = "ka lo mi ren ta vor shi ne dal qui mo sa bel tur fin go ra ly zen po har vi des cor na ju".split()
GREEK = "κα λο μι ρε τα σα νε δα πο φι αγ ια μου χα".split()
CYRILLIC = "ка ло ми ре та во ши не да мо са бе ту го ра зе по ха ви".split()
KANA = "あいうえおかきくけこさしすせそたちつてとなにのはひふへほまみむもやゆよらりるれろわん愛夢花空海心恋風月星夜春雨人君"
GENRES = "pop rock jazz folk metal electronic ambient classical soul country reggae blues punk house techno".split()
KEYS = "C G D A E B F Bb Eb Am Em Dm Bm F#m C#m".split()
HEAD = "title artist album year genre duration_ms bpm key rating track format codec path".split()


class Names:
    """Words, and names of words, of one script."""

    def __init__(self, rng, syllables, first, joined=False):
        self.rng, self.joined = rng, joined
        self.words = list(first)
        while len(self.words) < 60000:
            self.words.append("".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))))

    def name(self, most):
        n = self.rng.randint(1, most)
        most = len(self.words)
        words = [self.words[int(4 * (most / 4 + 1) ** self.rng.random() - 4) % most] for _ in range(n)]
        return "".join(words) if self.joined else " ".join(words).capitalize()


def made_up(rng):
    latin = Names(rng, SYLLABLES, COMMON)
    others = [Names(rng, KANA, KANA, True), Names(rng, GREEK, ["αγάπη"]), Names(rng, CYRILLIC, ["любовь"])]
    artists = [(latin if rng.random() < 0.88 else rng.choice(others)) for _ in range(60000)]
    artists = [(names.name(3), names) for names in artists]
    while True:
        artist, names = artists[int(len(artists) ** (0.4 + 0.6 * rng.random())) - 1]
        yield artist, names.name(4), [names.name(5) for _ in range(rng.randint(1, 14))]


def of_corpus(rng, path):
    with gzip.open(path, "rt", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f][1:]
    while True:
        one, other = rng.choice(rows), rng.choice(rows)
        album = other[2] if rng.random() < 0.4 else one[2]
        yield one[1], album, [rng.choice(rows)[0] for _ in range(rng.randint(1, 14))]


def main():
    rows = int(sys.argv[1])
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    corpus = os.path.join(os.environ.get("FONOTECA_CORPUS", ""), "tracks.tsv.gz")
    albums = of_corpus(rng, corpus) if os.path.exists(corpus) else made_up(rng)
    out = ["\t".join(HEAD)]
    done = 0
    while done < rows:
        artist, album, titles = next(albums)
        year, genre = str(2025 - int(65 * rng.random() ** 2)), GENRES[int(len(GENRES) ** rng.random()) - 1]
        kind = "flac\tflac" if rng.random() < 0.3 else "mpeg\tmp3"
        for number, title in enumerate(titles[:rows - done], 1):
            done += 1
            out.append("\t".join((title, artist, album, year, genre, str(int(rng.gauss(230000, 60000)) % 3600000),
                                  "%.1f" % rng.uniform(60, 190) if rng.random() < 0.8 else "",
                                  rng.choice(KEYS) if rng.random() < 0.5 else "",
                                  str(rng.randint(1, 5) * 20) if rng.random() < 0.1 else "", str(number), kind,
                                  "/music/%s/%s/%07d.%s" % (artist[:20].replace("/", "_"), album[:20].replace("/", "_"),
                                                            done, kind[:4]))))
        if len(out) > 10000:
            print("\n".join(out))
            out.clear()
    if out:
        print("\n".join(out))


if __name__ == "__main__":
    main()
