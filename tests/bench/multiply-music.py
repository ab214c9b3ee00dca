#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""More of real music: multiply-music.py MUSIC DIR MB

Copies the Ogg Vorbis files of a folder into DIR again and again until they are MB megabytes; in each copy the
first letters of title and album are its number, so that its bytes, its track and its album are its own.
"""
import importlib.util
import os
import re
import struct
import sys

spec = importlib.util.spec_from_file_location("music", os.path.join(os.path.dirname(__file__), "make-music.py"))
music = importlib.util.module_from_spec(spec)
spec.loader.exec_module(music)


def retag(data, number):
    """The comment begins on the second page: alter that one without changing its length."""
    start = data.index(b"OggS", 4)
    n = data[start + 26]
    end = start + 27 + n + sum(data[start + 27:start + 27 + n])
    page = bytearray(data[start:end])
    for key in (b"title=", b"album="):
        m = re.search(re.escape(key) + rb"[ -~]{3}", bytes(page), re.I)
        if m:
            page[m.end() - 3:m.end()] = b"%03d" % number
    page[22:26] = b"\0\0\0\0"
    page[22:26] = struct.pack("<I", music.crc(music.CRC32, 32, page))
    return data[:start] + page + data[end:]


def main():
    source, folder, room = sys.argv[1], sys.argv[2], int(sys.argv[3]) << 20
    names = sorted(n for n in os.listdir(source) if n.endswith(".ogg"))
    number = 0
    while room > 0 and names:
        number += 1
        place = os.path.join(folder, "Copy %03d" % number)
        os.makedirs(place)
        for name in names:
            with open(os.path.join(source, name), "rb") as f:
                data = retag(f.read(), number)
            with open(os.path.join(place, name), "wb") as f:
                f.write(data)
            room -= len(data)


if __name__ == "__main__":
    main()
