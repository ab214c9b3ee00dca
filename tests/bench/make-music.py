#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Music to measure with: make-music.py DIR FILES BYTES [SEED]

FILES files of about BYTES each, in folders of 12: mp3, Ogg Vorbis and FLAC by turns, tagged, every one with
bytes and audio of its own; another SEED makes other albums.  What is costly, the body of each format, is made
once; each file has its own tags and a piece of audio of its own at one end.  Checksums are right.
"""
import hashlib
import os
import random
import struct
import sys

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "share", "demo", "music", "Old Songs")
WORDS = """love night river stone light winter summer song dream road city rain fire ocean heart golden silver
black white morning evening train window mirror garden bridge island thunder shadow paper glass""".split()


def table(poly, bits):
    """Of a CRC, the highest bit first."""
    out = []
    for n in range(256):
        n <<= bits - 8
        for _ in range(8):
            n = (n << 1 ^ (poly if n >> bits - 1 else 0)) & (1 << bits) - 1
        out.append(n)
    return out


def crc(tab, bits, data):
    value, shift, mask = 0, bits - 8, (1 << bits) - 1
    for byte in data:
        value = value << 8 & mask ^ tab[value >> shift ^ byte]
    return value


CRC8, CRC16, CRC32 = table(0x07, 8), table(0x8005, 16), table(0x04C11DB7, 32)


def vorbis_comment(tags):
    out = struct.pack("<I", 8) + b"fonoteca" + struct.pack("<I", len(tags))
    for key, text in tags:
        line = f"{key}={text}".encode()
        out += struct.pack("<I", len(line)) + line
    return out


class Mp3:
    """The frames of a tune again and again, the first one of its own."""
    suffix = "mp3"
    frame_ids = {"TITLE": b"TIT2", "ARTIST": b"TPE1", "ALBUM": b"TALB", "TRACKNUMBER": b"TRCK", "DATE": b"TDRC",
                 "GENRE": b"TCON"}
    rates = {2: (22050, 24000, 16000), 3: (44100, 48000, 32000)}
    kbits = {2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
             3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)}

    def __init__(self, size):
        with open(os.path.join(DEMO, "03 Ode to Joy.mp3"), "rb") as f:
            data = f.read()
        start = 0
        if data.startswith(b"ID3"):
            a, b, c, d = data[6:10]
            start = 10 + (a << 21 | b << 14 | c << 7 | d)
        frames = [f for f in self.frames(data, start) if b"Info" not in f[:64] and b"Xing" not in f[:64]]
        self.first = frames[0]
        n = size // len(self.first)
        self.body = b"".join(frames[i % len(frames)] for i in range(n))

    def frames(self, data, at):
        while data[at:at + 1] == b"\xff":
            version, code, rate = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
            length = (144000 if version == 3 else 72000) * self.kbits[version][code] // self.rates[version][rate]
            length += data[at + 2] >> 1 & 1
            yield data[at:at + length]
            at += length

    def make(self, tags, rng):
        body = b""
        for key, text in tags:
            text = b"\3" + text.encode()
            n = len(text)
            body += self.frame_ids[key] + bytes([0, 0, n >> 7, n & 127]) + b"\0\0" + text
        body += b"\0" * 512
        n = len(body)
        keep = 4 + 32  # header and side information stay
        first = self.first[:keep] + rng.randbytes(len(self.first) - keep)
        return b"ID3\4\0\0" + bytes([0, n >> 14, n >> 7 & 127, n & 127]) + body + first + self.body


class Ogg:
    """The pages of a tune again and again, a short last one of its own."""
    suffix = "ogg"

    def __init__(self, size):
        with open(os.path.join(DEMO, "01 Greensleeves (Alas, My Love).ogg"), "rb") as f:
            data = f.read()
        pages = list(self.pages(data))
        head = b"".join(body for _, _, body in pages[:3])
        at = head.index(b"\5vorbis")
        laces = pages[1][1]
        first = 0  # the comment's length, which the setup follows
        for i, lace in enumerate(laces):
            first += lace
            if lace < 255:
                break
        begin = len(pages[0][2]) + first
        assert begin == at
        rest = b"".join(body for _, _, body in pages[1:])
        setup_size, seen = 0, 0
        for _, laces, _ in pages[1:]:
            for lace in laces:
                if seen == 1:
                    setup_size += lace
                seen += lace < 255
            if seen > 1:
                break
        self.identity = self.page(2, 0, 0, pages[0][1], pages[0][2])
        setup = rest[first:first + setup_size]
        self.setup = self.page(0, 0, 2, self.lace(len(setup)), setup)
        audio = [p for p in pages if p[0] > 0]
        out, granule, seq, length = [], 0, 3, 0
        while length < size:
            for g, laces, body in audio:
                out.append(self.page(0, granule + g, seq, laces, body))
                length += len(out[-1])
                seq += 1
                if length >= size:
                    break
            granule += g
        self.body, self.seq, self.granule = b"".join(out), seq, granule + 64

    @staticmethod
    def lace(n):
        return bytes([255] * (n // 255) + [n % 255])

    @staticmethod
    def pages(data):
        at = 0
        while data[at:at + 4] == b"OggS":
            n = data[at + 26]
            laces = data[at + 27:at + 27 + n]
            size = sum(laces)
            yield struct.unpack_from("<q", data, at + 6)[0], laces, data[at + 27 + n:at + 27 + n + size]
            at += 27 + n + size

    @staticmethod
    def page(flags, granule, seq, laces, body):
        head = b"OggS\0" + struct.pack("<BqII", flags, granule, 1, seq)
        tail = bytes([len(laces)]) + bytes(laces) + body
        return head + struct.pack("<I", crc(CRC32, 32, head + b"\0\0\0\0" + tail)) + tail

    def make(self, tags, rng):
        comment = b"\3vorbis" + vorbis_comment(tags) + b"\1"
        last = b"\0" + rng.randbytes(40)
        return b"".join((self.identity, self.page(0, 0, 1, self.lace(len(comment)), comment), self.setup, self.body,
                         self.page(4, self.granule, self.seq, [len(last)], last)))


class Flac:
    """Frames of samples as they are (verbatim), the first one of its own; one channel of 16 bits."""
    suffix = "flac"
    block = 576

    def __init__(self, size):
        rng = random.Random(2)
        self.count = max(1, size // (2 * self.block))
        self.pcm = b""
        frames = []
        for n in range(1, self.count):
            samples = rng.randbytes(2 * self.block)
            frames.append(self.frame(n, samples))
            self.pcm += self.little(samples)
        self.body = b"".join(frames)

    @staticmethod
    def little(samples):
        out = bytearray(samples)
        out[::2], out[1::2] = samples[1::2], samples[::2]
        return bytes(out)

    def frame(self, number, samples):
        head = b"\xff\xf8" + bytes([0x29, 0x08]) + chr(number).encode()  # 576 samples, 44100 Hz, mono, 16 bits
        head += bytes([crc(CRC8, 8, head)]) + b"\2" + samples  # a verbatim subframe
        return head + struct.pack(">H", crc(CRC16, 16, head))

    def make(self, tags, rng):
        samples = rng.randbytes(2 * self.block)
        first = self.frame(0, samples)
        md5 = hashlib.md5(self.little(samples))
        md5.update(self.pcm)
        info = struct.pack(">HH", self.block, self.block) + b"\0" * 6
        info += struct.pack(">Q", 44100 << 44 | 0 << 41 | 15 << 36 | self.count * self.block) + md5.digest()
        comment = vorbis_comment(tags)
        return b"".join((b"fLaC\0", struct.pack(">I", len(info))[1:], info, b"\4", struct.pack(">I", len(comment))[1:],
                         comment, b"\x81", struct.pack(">I", 512)[1:], b"\0" * 512, first, self.body))


def main():
    folder, files, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    rng = random.Random(seed)
    makers = [Mp3(size), Ogg(size), Flac(size)]
    for n in range(files):
        album, maker = n // 12 + 10000 * (seed - 1), makers[n % 3]
        artist = f"The {WORDS[album * 7 % len(WORDS)]} {WORDS[album * 3 % len(WORDS)]}s".title()
        name = f"Album {album:05d} {WORDS[album % len(WORDS)]}"
        title = " ".join(rng.sample(WORDS, 3)).title()
        tags = [("TITLE", title), ("ARTIST", artist), ("ALBUM", name), ("TRACKNUMBER", str(n % 12 + 1)),
                ("DATE", str(1960 + album % 60)), ("GENRE", ("Rock", "Jazz", "Electronic")[album % 3])]
        path = os.path.join(folder, artist, name)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, f"{n % 12 + 1:02d} {title}.{maker.suffix}"), "wb") as f:
            f.write(maker.make(tags, rng))


if __name__ == "__main__":
    main()
