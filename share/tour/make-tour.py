#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real session at a terminal as a picture: make-tour.py OUT.svg, run by `make tour`.

Runs the commands below one after the other in a terminal of COLUMNS columns, with the programs of
$FONOTECA_BUILD, a library of its own, the eight tunes of share/demo/music and a clock that stands still, and
draws what they print.  The same programs give the same picture.
"""
import html
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import fcntl
import unicodedata

COLUMNS, SIZE, LINE, WIDTH = 92, 14, 20, 8.4
HERE = os.path.dirname(os.path.abspath(__file__))
NOW = "1798761600"  # 2027-01-01

SESSION = [
    "lib-import music | lib-commit",
    "lib-search love",
    "lib-search the lvoe",
    "lib-search --format '$year  $artist: $title' -s year 'year:..1800'",
    "lib-search --facet genre",
    "lib-search --json greensleeves | jq -r .title",
    "lib-playlist create Evening",
    "lib-search -0 --ids love | lib-playlist add -0 Evening -",
    "lib-playlist show Evening",
    "lib-search --ids artist:anonymous | lib-commit --amend - genre=Bedtime",
    "lib-commit --undo",
    "lib-import music | lib-commit",
    "lib-sweep verify",
]

# What SGR numbers mean, for the eyes: classes of the style below.
SGR = {"1": "bold", "2": "dim", "31": "red", "32": "green", "33": "yellow", "34": "blue", "35": "purple", "36": "cyan"}

STYLE = """
.back{fill:#fdfcf9}text{font:%dpx ui-monospace,"DejaVu Sans Mono",monospace;fill:#222;white-space:pre}
.prompt{fill:#8a857a}.bold,.command{font-weight:bold}.dim{fill:#6a675f}.red{fill:#a5281b}.green{fill:#2f6f2f}
.yellow{fill:#8a6300}.blue{fill:#1f4f9c}.purple{fill:#7a3a86}.cyan{fill:#136b73}
@media(prefers-color-scheme:dark){.back{fill:#1b1b1a}text{fill:#dcd9d2}.prompt,.dim{fill:#98948a}.red{fill:#f0867a}
.green{fill:#8cc98c}.yellow{fill:#e0b85a}.blue{fill:#8ab4f0}.purple{fill:#cf9ad8}.cyan{fill:#7cc9d0}}
""" % SIZE


def run(command, env, folder):
    """What a command prints on a terminal, its lines without their ends."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe("bash", ["bash", "-c", command], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    out = b""
    while True:
        select.select([fd], [], [])
        try:
            got = os.read(fd, 65536)
        except OSError:
            got = b""
        if not got:
            break
        out += got
    os.waitpid(pid, 0)
    # progress is drawn over itself and wiped: what stays is what comes after the last return
    lines = out.decode().replace("\r\n", "\n").split("\n")
    return [re.sub(r"\x1b\[K", "", line.rsplit("\r", 1)[-1]) for line in lines if line]


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def draw_line(line, y):
    """Pieces of one colour each, placed by their column so that no font can shift them."""
    out, at, classes = [], 0, []
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        if piece.startswith("\x1b"):
            numbers = piece[2:-1].split(";")
            classes = [] if numbers in ([""], ["0"]) else classes + [SGR[n] for n in numbers if n in SGR]
        elif piece:
            what = f' class="{" ".join(classes)}"' if classes else ""
            out.append(f'<text x="{10 + at * WIDTH:.1f}" y="{y}"{what}>{html.escape(piece)}</text>')
            at += width(piece)
    return "".join(out)


def main():
    build = os.environ["FONOTECA_BUILD"]
    with tempfile.TemporaryDirectory() as home:
        shutil.copytree(os.path.join(HERE, "../demo/music"), os.path.join(home, "music"))
        env = {"HOME": home, "XDG_DATA_HOME": home, "FONOTECA_NOW": NOW, "TZ": "UTC", "LC_ALL": "C.UTF-8",
               "TERM": "xterm-256color", "PATH": build + ":" + os.environ["PATH"]}
        body, y = [], 28
        for command in SESSION:
            body.append(f'<text x="10" y="{y}" class="prompt">$</text><text x="{10 + 2 * WIDTH}" y="{y}"'
                        f' class="command">{html.escape(command)}</text>')
            y += LINE
            for line in run(command, env, home):
                body.append(draw_line(line.replace(home, "/home/you"), y))
                y += LINE
            y += LINE // 3
        subprocess.run(["chmod", "-R", "u+w", home], check=True)
    wide = int(20 + COLUMNS * WIDTH)
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {y}" width="{wide}" height="{y}">\n'
                f'<title>A session with Fonoteca</title>\n<style>{STYLE}</style>\n'
                f'<rect class="back" width="{wide}" height="{y}" rx="6"/>\n' + "\n".join(body) + "\n</svg>\n")


main()
