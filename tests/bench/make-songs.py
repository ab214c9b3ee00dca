#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Songs of known tempo and key that instruments play: make-songs.py write DIR [SEED], make-songs.py score <JSON

write makes standard MIDI files, five styles at eight tempos each, in keys by chance, played a little unevenly as people
do; a synthesizer with sampled instruments makes sound of them.  Their names say what they are: "rock 122 Eb minor".
score reads what lib-search --json says of tracks of these titles, and prints how much of it is right: tempo within 4 %
when octaves are allowed, and within 0.5 %; keys as MIREX counts them (same 1, fifth 0.5, relative 0.3, parallel 0.2).
"""
import json
import os
import random
import struct
import sys

TONICS = "C Db D Eb E F F# G Ab A Bb B".split()
TICKS = 480  # in a beat
SECONDS = 60
STYLES = {  # tempos
    "rock": (76, 92, 104, 118, 127, 140, 156, 174),
    "swing": (88, 108, 120, 136, 148, 164, 182, 200),
    "house": (110, 118, 121, 124, 126, 128, 132, 138),
    "drum and bass": (160, 165, 168, 170, 172, 174, 176, 180),
    "strings": (60, 66, 72, 80, 88, 96, 108, 120),
}
# degrees of the scale that a bar's chord is built on
TURNS = {"rock": (0, 4, 5, 3), "swing": (1, 4, 0, 0), "house": (0, 5, 3, 4), "drum and bass": (0, 5, 2, 6),
         "strings": (0, 3, 4, 0)}
KICK, SNARE, CLAP, HAT, OPEN, RIDE = 36, 38, 39, 42, 46, 51


class Song:
    def __init__(self, style, tempo, tonic, minor, rng):
        self.style, self.tempo, self.tonic, self.minor, self.rng = style, tempo, tonic, minor, rng
        self.scale = (0, 2, 3, 5, 7, 8, 10) if minor else (0, 2, 4, 5, 7, 9, 11)
        self.events = []

    def note(self, channel, pitch, beat, length, loud):
        """Nobody plays to the millisecond, nor every note as loudly."""
        late = self.rng.gauss(0, 0.004) * self.tempo / 60
        at = max(0, round((beat + late) * TICKS))
        self.events.append((at, 1, bytes((0x90 | channel, pitch, min(127, max(20, loud + self.rng.randrange(-8, 9)))))))
        self.events.append((at + round(length * TICKS), 0, bytes((0x80 | channel, pitch, 0))))

    def pitch(self, degree, octave):
        return 12 * octave + TONICS.index(self.tonic) + self.scale[degree % 7] + 12 * (degree // 7)

    def chord(self, channel, degree, octave, beat, length, loud):
        for third in (0, 2, 4):
            pitch = self.pitch(degree + third, octave)
            if self.minor and degree == 4 and third == 2:
                pitch += 1  # the dominant's leading note
            self.note(channel, pitch, beat, length, loud)

    def drums(self, at, beats, loud, drum):
        for beat in beats:
            self.note(9, drum, at + beat, 0.1, loud)

    def rock(self, at, degree):
        self.drums(at, (0, 2, 2.5), 110, KICK)
        self.drums(at, (1, 3), 105, SNARE)
        self.drums(at, [n / 2 for n in range(8)], 80, HAT)
        for n in range(8):
            self.note(1, self.pitch(degree, 3), at + n / 2, 0.45, 95)
        for beat in (0, 1.5, 2, 3):
            self.chord(0, degree, 4, at + beat, 0.5, 80)

    def swing(self, at, degree):
        self.drums(at, (0, 1, 1.67, 2, 3, 3.67), 90, RIDE)
        self.drums(at, (1, 3), 70, 44)
        for n, step in enumerate((0, 2, 4, self.rng.choice((1, 5, 6)))):
            self.note(1, self.pitch(degree + step, 3), at + n, 0.9, 95)
        for beat in self.rng.choice(((0.67, 2.67), (1, 2.67), (0, 1.67))):
            self.chord(0, degree, 5, at + beat, 0.4, 75)

    def house(self, at, degree):
        self.drums(at, range(4), 120, KICK)
        self.drums(at, (1, 3), 95, CLAP)
        self.drums(at, (0.5, 1.5, 2.5, 3.5), 90, OPEN)
        for beat in (0.5, 1, 1.75, 2.5, 3.25):
            self.note(1, self.pitch(degree, 3), at + beat, 0.3, 100)
        self.chord(0, degree, 5, at, 3.9, 70)

    def drum_and_bass(self, at, degree):
        self.drums(at, (0, 2.5), 120, KICK)
        self.drums(at, (1, 3), 115, SNARE)
        self.drums(at, (1.75, 2.25), 60, SNARE)
        self.drums(at, [n / 2 for n in range(8)], 75, HAT)
        self.note(1, self.pitch(degree, 2), at, 1.4, 110)
        self.note(1, self.pitch(degree, 2), at + 1.5, 2.2, 110)
        self.chord(0, degree, 5, at, 3.9, 60)

    def strings(self, at, degree):
        self.chord(0, degree, 4, at, 3.9, 70)
        self.note(1, self.pitch(degree, 3), at, 3.9, 75)
        steps = self.rng.choice(((0, 2, 4, 2), (4, 3, 2, 0), (2, 4, 7, 4)))
        for n, step in enumerate(steps):
            self.note(2, self.pitch(degree + step, 5), at + n, 0.9, 90)
            self.note(3, self.pitch(degree + step - 2, 4), at + n, 0.45, 65)
            self.note(3, self.pitch(degree + step, 4), at + n + 0.5, 0.45, 60)

    def bytes(self):
        bars = round(SECONDS * self.tempo / 60 / 4)
        turn = TURNS[self.style]
        for bar in range(bars):
            getattr(self, self.style.replace(" ", "_"))(4 * bar, turn[bar % 4] if bar < bars - 1 else 0)
        programs = {"rock": (27, 33), "swing": (0, 32), "house": (89, 38), "drum and bass": (90, 39),
                    "strings": (48, 43, 40, 45)}[self.style]
        track = b"\0\xff\x51\x03" + round(60000000 / self.tempo).to_bytes(3, "big")
        for channel, program in enumerate(programs):
            track += bytes((0, 0xC0 | channel, program))
        last = 0
        for at, _, event in sorted(self.events):
            track += length_of(at - last) + event
            last = at
        track += b"\0\xff\x2f\0"
        return struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS) + struct.pack(">4sI", b"MTrk", len(track)) + track


def length_of(n):
    out = bytes((n & 127,))
    while n := n >> 7:
        out = bytes((n & 127 | 128,)) + out
    return out


def write(folder, seed):
    rng = random.Random(seed)
    for style, tempos in STYLES.items():
        for tempo in tempos:
            tonic, minor = rng.choice(TONICS), rng.random() < 0.5
            name = "%s %d %s %s.mid" % (style, tempo, tonic, "minor" if minor else "major")
            with open(os.path.join(folder, name), "wb") as f:
                f.write(Song(style, tempo, tonic, minor, rng).bytes())


def mirex(heard, tonic, minor):
    """Keys as tracks have them: "Ebm", "F#"."""
    is_minor = heard.endswith("m")
    same = {"C#": "Db", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb"}
    name = heard.rstrip("m")
    apart = (TONICS.index(same.get(name, name)) - TONICS.index(tonic)) % 12
    if is_minor == minor:
        return {0: 1, 7: 0.5, 5: 0.5}.get(apart, 0)
    if apart == (3 if minor else 9):
        return 0.3
    return 0.2 if apart == 0 else 0


def score():
    n = near = exact = keys = 0
    for line in sys.stdin:
        t = json.loads(line)
        style, tempo, tonic, mode = t["title"].rsplit(" ", 3)
        heard, n = float(t.get("bpm", 0)), n + 1
        ratios = [abs(heard / float(tempo) * octave - 1) for octave in (0.25, 1 / 3, 0.5, 2 / 3, 1, 1.5, 2, 3, 4)]
        octaves = [abs(heard / float(tempo) * octave - 1) for octave in (0.5, 1, 2)]
        near, exact = near + (min(octaves) <= 0.04), exact + (min(octaves) <= 0.005)
        right = mirex(t.get("key", "C"), tonic, mode == "minor")
        keys += right
        if min(octaves) > 0.005 or right < 1:
            print("  %s: heard %g %s%s" % (t["title"], heard, t.get("key"), ", another beat" if min(ratios) <= 0.005 < min(octaves)
                                           else ""), file=sys.stderr)
    print("tempo: %d rendered songs, %.1f %% within 4 %% with octaves, %.1f %% within 0.5 %%" % (n, 100 * near / n, 100 * exact / n))
    print("key: %d rendered songs, MIREX %.1f" % (n, 100 * keys / n))


if sys.argv[1] == "write":
    write(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
else:
    score()
