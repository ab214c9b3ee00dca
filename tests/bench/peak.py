#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Peak memory: peak.py COMMAND..., prints "MAIN CHILDREN": kB of the process, and of the largest child"""
import os
import subprocess
import sys
import time


def high(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children") as f:
                found += f.read().split()
        except OSError:
            pass
    return found


def main():
    p = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    top = below = 0
    while p.poll() is None:
        top = max(top, high(p.pid))
        try:
            below = max([below] + [high(c) for c in children(p.pid)])
        except OSError:
            pass
        time.sleep(0.01)
    print(top, below)
    return p.returncode


if __name__ == "__main__":
    sys.exit(main())
