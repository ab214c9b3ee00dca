#!/usr/bin/env python3
"""Cut the power at a system call: what was not made durable is gone, and nothing that counts was.

    powercut.py import|commit|create [--limit N] [--build DIR] [--no-sync LIBRARY.so]

As sweep.py, but the library lies on a small ext4 of its own (a loop device).  A case kills the command before
its Nth call and shuts the file system down without a flush (FS_IOC_SHUTDOWN), mounts it again, which replays
the journal, and then looks at the invariants, runs the line again and compares the end.  The last case lets
the command end: what it acknowledged must be there without a rerun.  --no-sync preloads a library that turns
every sync into nothing: the control, which must be caught.  Needs root; status 77 with the reason elsewhere.
"""
import argparse, fcntl, os, shutil, sqlite3, struct, subprocess, sys
import sweep

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, u32)
NOLOGFLUSH = struct.pack("I", 2)
SIZE = 48 << 20


class NotHere(Exception):
    pass


def tool(*argv):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode != 0:
        raise NotHere("%s: %s" % (" ".join(argv), p.stdout.decode(errors="replace").strip()))


class Powered(sweep.Bench):
    def __init__(self, args):
        super().__init__(args)
        self.disk = os.path.join(self.dir, "disk")
        self.blank = os.path.join(self.dir, "blank.img")
        self.image = os.path.join(self.dir, "disk.img")
        os.mkdir(self.disk)
        self.lib = os.path.join(self.disk, "library")
        self.env["FONOTECA_LIBRARY"] = self.lib
        if args.no_sync:
            self.env["LD_PRELOAD"] = os.path.abspath(args.no_sync)
        self.mounted = False
        self.disks = 0
        with open(self.image, "wb") as f:
            f.truncate(SIZE)
        tool("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    def mount(self):
        tool("mount", "-o", "loop,commit=600", self.image, self.disk)  # nothing is flushed by a timer
        self.mounted = True

    def umount(self):
        if self.mounted:
            tool("umount", self.disk)
        self.mounted = False

    def close(self):
        try:
            self.umount()
        finally:
            super().close()

    def prepare(self, scenario):
        super().prepare(scenario)
        self.umount()
        shutil.copyfile(self.image, self.blank)
        self.mount()

    def fresh(self):
        self.umount()
        os.unlink(self.image)
        self.disks += 1  # a loop device may hold on to the last one for a moment
        self.image = os.path.join(self.dir, "disk%d.img" % self.disks)
        shutil.copyfile(self.blank, self.image)
        self.mount()

    def cut(self):
        fd = os.open(self.disk, os.O_RDONLY)
        fcntl.ioctl(fd, FS_IOC_SHUTDOWN, NOLOGFLUSH)
        os.close(fd)
        self.umount()
        self.mount()

    def staged_items(self):
        db = sqlite3.connect("file:%s/library.db?mode=ro" % self.lib, uri=True)
        n = db.execute("SELECT count(*) FROM item WHERE state = 'staged'").fetchone()[0]
        db.close()
        return n

    def case(self, name, n, golden):
        self.fresh()
        happened = False
        if name is not None:
            happened, status, _ = self.inject(name, n)
        else:
            self.must(*self.command)
        self.cut()
        self.invariants()
        if name is None:
            happened = True
            if self.command[0] == "lib-commit" and self.state() != golden:
                raise sweep.Failure("an acknowledged commit is not there")
            if self.command[0] == "lib-import" and self.staged_items() == 0:
                raise sweep.Failure("an acknowledged import is not there")
        self.finish()
        self.invariants()
        if self.state() != golden:
            raise sweep.Failure("the rerun did not end as the uninterrupted run")
        return happened


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("scenario", choices=["create", "import", "commit"])
    ap.add_argument("--limit", type=int, default=60)
    ap.add_argument("--no-sync")
    ap.add_argument("--build", default=os.environ.get("FONOTECA_BUILD", "build"))
    ap.set_defaults(fault="kill", sticky=False, target="main", seed=0, only=None)
    args = ap.parse_args()
    if os.geteuid() != 0:
        print("only root may mount a file system")
        return 77
    bench = None
    cases = injected = failures = 0
    try:
        bench = Powered(args)
        bench.prepare(args.scenario)
        bench.fresh()
        bench.must(*bench.command)
        bench.finish()
        golden = bench.state()
        counts = bench.trace()
        if not args.no_sync:  # the moments between two calls that touch files are all alike
            counts = {n: c for n, c in counts.items() if n in sweep.IO_CALLS}
        points, _ = bench.points(counts)
        for name, n in points + [(None, 0)]:
            cases += 1
            try:
                injected += bench.case(name, n, golden)
            except (sweep.Failure, subprocess.TimeoutExpired, sqlite3.Error, OSError) as why:
                failures += 1
                injected += 1
                print("FAILED power cut at %s call %d: %s" % (name or "the end,", n, str(why)[:300]))
        print("cases=%d injected=%d failures=%d" % (cases, injected, failures))
    except NotHere as why:
        print(why)
        return 77
    finally:
        if bench is not None:
            bench.close()
    return 1 if failures or injected < 0.9 * cases else 0


if __name__ == "__main__":
    sys.exit(main())
