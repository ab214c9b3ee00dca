# SPDX-License-Identifier: MIT
"""A disk that remembers what was written to it, in which order, and what was flushed when.

One file, served over /dev/fuse, for a loop device to lie on: what the kernel's file system does to its block device
comes here as writes and flushes.  Nothing needs to be installed, and no module loaded.
"""
import ctypes, os, stat, struct, threading

IN, OUT = struct.Struct("<IIQQIIIHH"), struct.Struct("<IiQ")
ATTR = struct.Struct("<QQQQQQIIIIIIIIII")
INIT = struct.Struct("<IIIIHHIIHHI28x")
GETATTR, OPEN, READ, WRITE, RELEASE, FSYNC, FLUSH, START, INTERRUPT, DESTROY = 3, 14, 15, 16, 18, 20, 25, 26, 36, 38
FORGET, BATCH_FORGET = 2, 42
BIG_WRITES, MAX_PAGES, DIRECT_IO = 1 << 5, 1 << 22, 1
MOST = 1 << 20  # bytes in a write
EIO, ENOSYS = 5, 38

libc = ctypes.CDLL(None, use_errno=True)


class Recorder:
    """`path`, a file that exists, shows the bytes of `image`; log has (offset, bytes) for a write, None for a flush."""

    def __init__(self, path, image):
        self.path, self.image = path, bytearray(image)
        self.fails = lambda what, n: False  # asked of each: "write" or "flush", and the how manieth it is
        self.begin()
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        options = "fd=%d,rootmode=%o,user_id=0,group_id=0" % (self.fd, stat.S_IFREG)
        if libc.mount(b"fonoteca-recorder", os.fsencode(path), b"fuse", 0, options.encode()) != 0:
            error = ctypes.get_errno()
            os.close(self.fd)
            raise OSError(error, "mounting fuse: " + os.strerror(error))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def begin(self):
        """What comes from here on is recorded; the bytes as they are now."""
        self.log, self.flushes, self.writes = [], 0, 0
        return bytes(self.image)

    def close(self):
        libc.umount2(os.fsencode(self.path), 2)  # MNT_DETACH; the kernel ends our reading with ENODEV
        self.thread.join(10)
        os.close(self.fd)

    def serve(self):
        while True:
            try:
                request = os.read(self.fd, MOST + 4096)
            except InterruptedError:
                continue
            except OSError:  # unmounted
                return
            _, what, unique, *_ = IN.unpack_from(request)
            if what in (FORGET, BATCH_FORGET, INTERRUPT):
                continue
            error, answer = self.answer(what, memoryview(request)[IN.size:])
            try:
                os.write(self.fd, OUT.pack(OUT.size + len(answer), -error, unique) + answer)
            except OSError:  # who asked is gone
                pass

    def answer(self, what, body):
        """(errno, the bytes of the reply)"""
        if what == START:
            return 0, INIT.pack(7, 31, MOST, BIG_WRITES | MAX_PAGES, 16, 12, MOST, 1, MOST >> 12, 0, 0)
        if what == GETATTR:
            size = len(self.image)
            return 0, struct.pack("<QII", 3600, 0, 0) + ATTR.pack(
                1, size, size >> 9, 0, 0, 0, 0, 0, 0, stat.S_IFREG | 0o600, 1, 0, 0, 0, 4096, 0)
        if what == OPEN:
            return 0, struct.pack("<QII", 0, DIRECT_IO, 0)
        if what == READ:
            _, offset, size = struct.unpack_from("<QQI", body)
            return 0, bytes(self.image[offset:offset + size])
        if what == WRITE:
            _, offset, size = struct.unpack_from("<QQI", body)
            return self.write(offset, bytes(body[40:40 + size]))
        if what == FSYNC:
            return self.flush()
        return (0 if what in (RELEASE, FLUSH, DESTROY) else ENOSYS), b""

    def write(self, offset, data):
        self.writes += 1
        if self.fails("write", self.writes):
            return EIO, b""
        self.image[offset:offset + len(data)] = data
        self.log.append((offset, data))
        return 0, struct.pack("<II", len(data), 0)

    def flush(self):
        self.flushes += 1
        if self.fails("flush", self.flushes):
            return EIO, b""
        self.log.append(None)
        return 0, b""
