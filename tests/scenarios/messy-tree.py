#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The music folder of somebody who has collected for twenty years: messy-tree.py DIR FILES

FILES whole pieces, most of them in albums, a tenth in one huge folder, with names in Latin-1, with newlines and
with endings that lie; and beside them what such folders hold: doubles, half-downloaded files, covers, a record
cut by a cue sheet, archives, and files that are no music at all.  Prints what a library must make of it, as
NAME=COUNT lines: tracks, doubles (the same bytes again), attached (another file of a track), cut (broken off, but
playable), failed.
"""
import importlib.util
import os
import random
import shutil
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
AUDIO = os.path.join(HERE, "..", "fixtures", "audio")
spec = importlib.util.spec_from_file_location("music", os.path.join(HERE, "..", "bench", "make-music.py"))
music = importlib.util.module_from_spec(spec)
spec.loader.exec_module(music)

base, files = os.fsencode(sys.argv[1]), int(sys.argv[2])
rng = random.Random(10)
makers = [music.Mp3(3000), music.Ogg(3000), music.Flac(3000)]
count = dict.fromkeys(("tracks", "doubles", "attached", "cut", "failed"), 0)


def put(name, data):
    path = os.path.join(base, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    return path


def piece(n, maker=None):
    """The bytes of piece N, twelve to an album."""
    album, maker = n // 12, maker or makers[n % 3]
    title = " ".join(rng.sample(music.WORDS, 3)).title()
    tags = [("TITLE", title), ("ARTIST", f"The {music.WORDS[album % 30]} Collectors".title()),
            ("ALBUM", f"Volume {album + 1}"), ("TRACKNUMBER", str(n % 12 + 1)), ("DATE", str(1970 + album % 50))]
    return album, f"{n % 12 + 1:02d} {title}", maker.suffix, maker.make(tags, rng)


def place(n, album, name, suffix):
    """Where it lies, and how it is called."""
    if n % 10 == 9:
        return b"Unsorted/%05d.%s" % (n, suffix.encode())
    folder = b"M\xfcnchen %d" % album if album % 7 == 3 else b"Volume %d" % (album + 1)
    if n % 40 == 11:
        name = name.replace(" ", "\n", 1)
    if n % 50 == 13:
        suffix = {"mp3": "flac", "ogg": "mp3", "flac": "txt"}[suffix]
    return b"Albums/" + folder + b"/" + name.encode() + b"." + suffix.encode()


paths = []
for n in range(files):
    album, name, suffix, data = piece(n)
    paths.append(put(place(n, album, name, suffix), data))
    count["tracks"] += 1
    if n % 24 == 0:
        put(os.path.relpath(os.path.dirname(paths[-1]), base) + b"/cover.jpg",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"%08d" % n + b"\xff\xd9")

# Every other format there is, as it came, and once more under another name.
for name in sorted(os.listdir(AUDIO)):
    if name != "README":
        with open(os.path.join(AUDIO, name), "rb") as f:
            data = f.read()
        put(b"Old laptop/" + name.encode(), data)
        put(b"Old laptop/copy of copy/" + name.encode(), data)
        count["tracks"] += 1
        count["doubles"] += 1
count["tracks"] -= 1  # hoppipolla is there as FLAC and as Opus
count["attached"] += 1

for n in range(0, files, 20):  # a folder that was copied twice
    folder, name = os.path.split(paths[n])
    shutil.copy2(paths[n], os.path.join(folder, b"copy-" + name))
    count["doubles"] += 1

for n in range(max(4, files // 100)):  # downloads that broke off
    _, name, suffix, data = piece(files + n, makers[2])
    put(b"Downloads/" + name.encode() + b"." + suffix.encode(), data[:len(data) * 3 // 4])
    put(b"Downloads/" + name.encode() + b".part", data[:60])
    count["tracks"] += 1
    count["cut"] += 1
    count["failed"] += 1
put(b"Downloads/empty.mp3", b"")
put(b"Downloads/page.mp3", b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 20)
put(b"Downloads/setup.exe", b"MZ" + rng.randbytes(4000))
put("Notizen/Einkäufe.txt".encode(), b"milk\n")
put(b"Albums/Thumbs.db", rng.randbytes(300))

maker = music.Flac(400000)  # a record as one file, and a sheet that says where its tracks begin
put(b"Rips/Live in Porto.flac", maker.make([("ALBUM", "Live in Porto"), ("ARTIST", "Os Canos")], rng))
put(b"Rips/Live in Porto.cue", 'PERFORMER "Os Canos"\r\nTITLE "Live in Porto"\r\nFILE "Live in Porto.wav" WAVE\r\n'
    '  TRACK 01 AUDIO\r\n    TITLE "Introdução"\r\n    INDEX 01 00:00:00\r\n'
    '  TRACK 02 AUDIO\r\n    TITLE "Canção"\r\n    INDEX 01 00:02:00\r\n'.encode("latin-1"))
count["tracks"] += 2

for n in range(2):  # what was bought and never unpacked
    with zipfile.ZipFile(os.path.join(base, b"Downloads/album %d.zip" % n).decode(), "w") as z:
        for m in range(4):
            _, name, suffix, data = piece(2 * files + 12 * n + m)
            z.writestr(f"{name}.{suffix}", data)
            count["tracks"] += 1

for name, value in count.items():
    print(f"{name}={value}")
