#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the demo's little pieces again: share/demo/make-music.py (needs ffmpeg and python3-mutagen).

Old tunes that belong to everybody and three of our own, a plucked string each, a few seconds
long, in three formats, with tags and a drawn cover.
"""
import array
import base64
import math
import os
import random
import struct
import subprocess
import zlib

from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TCON, TDRC, TIT2, TPE1, TPE2, TRCK, TXXX
from mutagen.mp3 import MP3
from mutagen.oggvorbis import OggVorbis

RATE = 22050
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "music")
NOTES = {n: i for i, n in enumerate("C C# D D# E F F# G G# A A# B".split())}

# (file, artist, album, album artist, track, title, date, genres, seconds a beat, tune)
PIECES = [
    ("Old Songs/01 Greensleeves (Alas, My Love).ogg", "Anonymous", "Old Songs", "Fonoteca Strings", 1,
     "Greensleeves (Alas, My Love)", "1580", ["Folk"], 0.27,
     "A4:1 C5:2 D5:1 E5:1.5 F5:.5 E5:1 D5:2 B4:1 G4:1.5 A4:.5 B4:1 C5:2 A4:1 A4:1.5 G#4:.5 A4:1 B4:2 G#4:1 E4:3"),
    ("Old Songs/02 Frère Jacques.ogg", "Anonymous", "Old Songs", "Fonoteca Strings", 2,
     "Frère Jacques", "1780", ["Folk", "Children's Music"], 0.3,
     "C4:1 D4:1 E4:1 C4:1 C4:1 D4:1 E4:1 C4:1 E4:1 F4:1 G4:2 E4:1 F4:1 G4:2"),
    ("Old Songs/03 Ode to Joy.mp3", "Ludwig van Beethoven", "Old Songs", "Fonoteca Strings", 3,
     "Ode to Joy", "1824-05-07", ["Classical"], 0.32,
     "E4:1 E4:1 F4:1 G4:1 G4:1 F4:1 E4:1 D4:1 C4:1 C4:1 D4:1 E4:1 E4:1.5 D4:.5 D4:2"),
    ("Old Songs/04 さくら.ogg", "日本古謡", "Old Songs", "Fonoteca Strings", 4,
     "さくら", "1860", ["Folk"], 0.42,
     "A4:1 A4:1 B4:2 A4:1 A4:1 B4:2 A4:1 B4:1 C5:1 B4:1 A4:1 B4:.5 A4:.5 F4:2"),
    ("Old Songs/05 Amazing Grace.mp3", "John Newton", "Old Songs", "Fonoteca Strings", 5,
     "Amazing Grace", "1779", ["Gospel"], 0.34,
     "G4:1 C5:2 E5:.5 C5:.5 E5:2 D5:1 C5:2 A4:1 G4:2 G4:1 C5:2 E5:.5 C5:.5 E5:2 D5:1 G5:3"),
    ("Small Hours/01 Love at the Prompt.flac", "The Pipes", "Small Hours", "The Pipes", 1,
     "Love at the Prompt", "2026", ["Electronic"], 0.22,
     "E4:1 G4:1 C5:2 B4:1 G4:1 A4:2 F4:1 A4:1 C5:1 E5:1 D5:2 B4:1 C5:3"),
    ("Small Hours/02 Standard Input.ogg", "The Pipes", "Small Hours", "The Pipes", 2,
     "Standard Input", "2026", ["Electronic", "Ambient"], 0.2,
     "D4:1 A4:1 D5:1 F5:1 E5:2 C5:1 A4:1 A#4:1 D5:1 F5:1 A5:1 G5:2 E5:2 D5:3"),
    ("Small Hours/03 Nobody's Love Song.ogg", "The Pipes feat. Null", "Small Hours", "The Pipes", 3,
     "Nobody's Love Song", "2026", ["Electronic"], 0.3,
     "C5:1.5 B4:.5 A4:1 G4:1 E4:1.5 F4:.5 G4:2 A4:1.5 G4:.5 F4:1 E4:1 D4:1 E4:1 C4:3"),
]


def pluck(frequency, seconds, rng):
    """A plucked string (Karplus and Strong)."""
    period = max(2, round(RATE / frequency))
    ring = [rng.uniform(-1, 1) for _ in range(period)]
    out = []
    for i in range(int(seconds * RATE)):
        a, b = ring[i % period], ring[(i + 1) % period]
        out.append(a)
        ring[i % period] = 0.996 * (a + b) / 2
    return out


def play(tune, beat, seed):
    rng = random.Random(seed)
    notes = [n.split(":") for n in tune.split()]
    total = sum(float(length) for _, length in notes) * beat + 0.6
    mix = [0.0] * int(total * RATE + 2)
    at = 0.0
    for name, length in notes:
        pitch = NOTES[name[:-1]] + 12 * (int(name[-1]) - 4)
        sound = pluck(261.626 * 2 ** (pitch / 12), float(length) * beat + 0.5, rng)
        start = int(at * RATE)
        for i, x in enumerate(sound):
            if start + i < len(mix):
                mix[start + i] += x
        at += float(length) * beat
    peak = max(map(abs, mix))
    return array.array("h", (int(26000 * x / peak) for x in mix)).tobytes()


def cover(hue):
    """A PNG of 96 x 96: rings in two colours."""
    rows = b""
    for y in range(96):
        rows += b"\0"
        for x in range(96):
            ring = int(math.hypot(x - 48, y - 48)) // 6 % 2
            rows += bytes(((hue * 37 + 90 * ring) % 256, (hue * 91 + 60 * ring) % 256, 120 + 80 * ring))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 96, 96, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def tag(path, piece, image):
    _, artist, album, albumartist, track, title, date, genres, _, _ = piece
    if path.endswith(".mp3"):
        t = ID3()
        for frame in (TIT2, title), (TPE1, artist), (TALB, album), (TPE2, albumartist), (TRCK, f"{track}/5"), (TDRC, date):
            t.add(frame[0](encoding=3, text=frame[1]))
        t.add(TCON(encoding=3, text=genres))
        t.add(TXXX(encoding=3, desc="made for", text="the demo"))
        t.add(APIC(encoding=3, mime="image/png", type=3, data=image))
        t.save(path)
        return
    f = FLAC(path) if path.endswith(".flac") else OggVorbis(path)
    f.update({"title": title, "artist": artist, "album": album, "albumartist": albumartist,
              "tracknumber": str(track), "date": date, "genre": genres, "made for": "the demo"})
    p = Picture()
    p.type, p.mime, p.data, p.width, p.height, p.depth = 3, "image/png", image, 96, 96, 24
    if path.endswith(".flac"):
        f.add_picture(p)
    else:
        f["metadata_block_picture"] = base64.b64encode(p.write()).decode()
    f.save()


def main():
    codecs = {"ogg": ["-c:a", "libvorbis", "-q:a", "0"], "mp3": ["-c:a", "libmp3lame", "-b:a", "32k"],
              "flac": ["-c:a", "flac", "-compression_level", "12", "-ar", "16000"]}
    for seed, piece in enumerate(PIECES):
        path = os.path.join(HERE, piece[0])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-",
                        "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact",
                        *codecs[path.rsplit(".")[-1]], path],
                       input=play(piece[9], piece[8], seed), check=True)
        tag(path, piece, cover(len(piece[2])))
        print(os.path.getsize(path), piece[0])


main()
