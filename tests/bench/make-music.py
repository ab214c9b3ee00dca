#!/usr/bin/env python3
"""make-music.py DIR FILES BYTES: WAV files of about BYTES each, every one different, tagged, in folders of 12."""
import os
import random
import struct
import sys

WORDS = """love night river stone light winter summer song dream road city rain fire ocean heart golden silver
black white morning evening train window mirror garden bridge island thunder shadow paper glass""".split()


def info(tags):
    body = b"INFO"
    for key, text in tags:
        data = text.encode() + b"\0"
        body += key + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"LIST" + struct.pack("<I", len(body)) + body


def main():
    folder, files, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(1)
    for n in range(files):
        album = n // 12
        artist = f"The {WORDS[album * 7 % len(WORDS)]} {WORDS[album * 3 % len(WORDS)]}s".title()
        name = f"Album {album:05d} {WORDS[album % len(WORDS)]}"
        title = " ".join(rng.sample(WORDS, 3)).title()
        tags = info([(b"INAM", title), (b"IART", artist), (b"IPRD", name), (b"ITRK", str(n % 12 + 1))])
        audio = rng.randbytes(size // 4 * 4)
        form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44100, 176400, 4, 16)
        body = b"WAVE" + form + tags + b"data" + struct.pack("<I", len(audio)) + audio
        path = os.path.join(folder, artist, name)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, f"{n % 12 + 1:02d} {title}.wav"), "wb") as f:
            f.write(b"RIFF" + struct.pack("<I", len(body)) + body)


main()
