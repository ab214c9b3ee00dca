#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What mpd's database update takes: mpd-update.py MUSIC SCRATCH, two lines of microseconds

The first is the update of an empty database (with the start of mpd), the second that of the unchanged tree.
"""
import os
import socket
import subprocess
import sys
import time


def main():
    music, scratch = (os.path.abspath(p) for p in sys.argv[1:3])
    os.makedirs(scratch, exist_ok=True)
    sock = os.path.join(scratch, "socket")
    for name in ("db", "socket", "state"):
        if os.path.exists(os.path.join(scratch, name)):
            os.unlink(os.path.join(scratch, name))
    conf = os.path.join(scratch, "mpd.conf")
    with open(conf, "w") as f:
        f.write(f'music_directory "{music}"\ndb_file "{scratch}/db"\nbind_to_address "{sock}"\n'
                f'log_file "{scratch}/log"\nauto_update "no"\naudio_output {{\ntype "null"\nname "null"\n}}\n')
    start = time.monotonic()
    mpd = subprocess.Popen(["mpd", "--no-daemon", conf], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    try:
        link = connect(sock, mpd)
        wait(link)
        print(int((time.monotonic() - start) * 1e6))
        start = time.monotonic()
        ask(link, "update")
        wait(link)
        print(int((time.monotonic() - start) * 1e6))
        if "songs: 0\n" in ask(link, "stats"):
            sys.exit("mpd found nothing")
    finally:
        mpd.kill()
        mpd.wait()


def connect(path, mpd):
    while mpd.poll() is None:
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            link = s.makefile("rw", encoding="utf-8")
            link.readline()
            return link
        except OSError:
            time.sleep(0.005)
    sys.exit("mpd did not start")


def ask(link, command):
    link.write(command + "\n")
    link.flush()
    answer = ""
    while not answer.endswith("OK\n"):
        line = link.readline()
        if not line or line.startswith("ACK"):
            sys.exit("mpd: " + (line or "gone"))
        answer += line
    return answer


def wait(link):
    while "updating_db:" in ask(link, "status"):
        time.sleep(0.005)


if __name__ == "__main__":
    main()
