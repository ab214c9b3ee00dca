# SPDX-License-Identifier: MIT
"""A library on a small file system of its own, which can be full, lose its power, or be looked at from below."""
import fcntl, os, shutil, struct, subprocess

import sweep

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, u32)
NOLOGFLUSH = struct.pack("I", 2)


class NotHere(Exception):
    """What this machine cannot do."""


def tool(*argv):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode != 0:
        said = p.stdout.decode(errors="replace").strip().splitlines()
        raise NotHere("%s: %s" % (" ".join(argv), said[0] if said else "status %d" % p.returncode))


def only_root(program):
    """Run program(); its status, or 77 with the reason where a disk cannot be had."""
    if os.geteuid() != 0:
        print("only root may mount a file system")
        return 77
    try:
        return program()
    except NotHere as why:
        print(why)
        return 77


class Disk(sweep.Sweep):
    """A scene whose library is on a file system of its own: ext4 on a file."""

    def __init__(self, args, size, **kw):
        super().__init__(args, **kw)
        self.disk = os.path.join(self.dir, "disk")
        self.blank = os.path.join(self.dir, "blank.img")
        self.image = os.path.join(self.dir, "disk.img")
        self.size, self.mounted, self.disks = size, False, 0
        os.mkdir(self.disk)
        self.lib = os.path.join(self.disk, "library")
        self.env["FONOTECA_LIBRARY"] = self.lib

    def make(self, *options):
        """A new and empty one, mounted."""
        with open(self.image, "wb") as f:
            f.truncate(self.size)
        tool("mkfs.ext4", "-q", "-F", *options, self.image)
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

    def another(self):
        """A name for an image: a loop device may hold on to the last one for a moment."""
        self.umount()
        if os.path.exists(self.image):
            os.unlink(self.image)
        self.disks += 1
        self.image = os.path.join(self.dir, "disk%d.img" % self.disks)

    def keep(self):
        self.umount()
        shutil.copyfile(self.image, self.blank)
        self.mount()

    def fresh(self):
        self.another()
        shutil.copyfile(self.blank, self.image)
        self.mount()
        self.sources()

    def cut(self):
        """The power goes, and comes back."""
        fd = os.open(self.disk, os.O_RDONLY)
        fcntl.ioctl(fd, FS_IOC_SHUTDOWN, NOLOGFLUSH)
        os.close(fd)
        self.umount()
        self.mount()
