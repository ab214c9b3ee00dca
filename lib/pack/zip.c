/* SPDX-License-Identifier: MIT */
#include "pack/zip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
	END_LEN = 22,
	END64_LEN = 56,
	LOCATOR_LEN = 20,
	ENTRY_LEN = 46,
	LOCAL_LEN = 30,
	COMMENT_MAX = 65535,
	STORED = 0,
	DEFLATED = 8,
	FLAG_ENCRYPTED = 1,
	CHUNK = 32768
};

struct zip {
	int fd;
	char *name;
	uint64_t size;    /* of the file */
	uint64_t at, end; /* of the directory: the next entry, and where it ends */
	uint64_t left;    /* entries that are still to come */
};

struct entry {
	uint64_t packed, size, offset;
	uint32_t crc;
	unsigned method, flags;
};

struct member {
	const struct zip *zip;
	char *name;
	struct entry of;
	uint64_t at;   /* the next packed byte */
	uint64_t rest; /* packed bytes that are still to come */
	uint64_t out;
	uLong crc;
	bool done;
	z_stream z;
	uint8_t chunk[CHUNK];
};

static unsigned
u16(const uint8_t *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static uint64_t
u64(const uint8_t *p)
{
	return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32;
}

static enum err_code
broken(const struct zip *z, struct err *e)
{
	return err_set(e, ERR_FORMAT, "%s is a zip archive whose directory is broken", z->name);
}

/* Exactly len bytes at a place of the file. */
static enum err_code
read_at(const struct zip *z, uint64_t at, void *bytes, size_t len, struct err *e)
{
	size_t done = 0;

	if (at > z->size || len > z->size - at)
		return broken(z, e);
	while (done < len) {
		ssize_t n = pread(z->fd, (char *)bytes + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "cannot read %s", z->name);
		if (n == 0)
			return err_set(e, ERR_CHANGED, "%s became shorter while it was read", z->name);
		done += (size_t)n;
	}
	return ERR_NONE;
}

bool
zip_is(const char *bytes, size_t len)
{
	return len >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

/* Large archives tell of their directory in a record of its own before the end. */
static enum err_code
read_end64(struct zip *z, uint64_t end, struct err *e)
{
	uint8_t p[END64_LEN];
	uint64_t at;

	if (end < LOCATOR_LEN || read_at(z, end - LOCATOR_LEN, p, LOCATOR_LEN, e) != ERR_NONE)
		return e->code;
	if (memcmp(p, "PK\6\7", 4) != 0)
		return ERR_NONE;
	at = u64(p + 8);
	if (read_at(z, at, p, END64_LEN, e) != ERR_NONE)
		return e->code;
	if (memcmp(p, "PK\6\6", 4) != 0)
		return broken(z, e);
	z->left = u64(p + 32);
	z->end = u64(p + 40);
	z->at = u64(p + 48);
	return ERR_NONE;
}

/* The directory's place stands at the end of the file, before a comment. */
static enum err_code
find_directory(struct zip *z, struct err *e)
{
	uint64_t tail = z->size < END_LEN + COMMENT_MAX ? z->size : END_LEN + COMMENT_MAX;
	uint8_t *bytes = malloc(tail + 1);
	uint64_t i;

	if (bytes == NULL)
		return err_memory(e);
	if (read_at(z, z->size - tail, bytes, tail, e) != ERR_NONE)
		goto out;
	for (i = tail >= END_LEN ? tail - END_LEN + 1 : 0; i > 0; i--)
		if (memcmp(bytes + i - 1, "PK\5\6", 4) == 0)
			break;
	if (i == 0) {
		err_set(e, ERR_FORMAT, "%s is a zip archive that was cut short: its directory is missing",
		    z->name);
		goto out;
	}
	z->left = u16(bytes + i - 1 + 10);
	z->end = u32(bytes + i - 1 + 12);
	z->at = u32(bytes + i - 1 + 16);
	if (read_end64(z, z->size - tail + i - 1, e) != ERR_NONE)
		goto out;
	if (z->at > z->size || z->end > z->size - z->at)
		broken(z, e);
	z->end += z->at;
out:
	free(bytes);
	return e->code;
}

enum err_code
zip_open(struct zip **out, int fd, const char *name, struct err *e)
{
	struct zip *z = calloc(1, sizeof *z);
	struct stat st;

	if (z == NULL || (z->name = strdup(name)) == NULL) {
		free(z);
		return err_memory(e);
	}
	z->fd = fd;
	if (fstat(fd, &st) != 0)
		err_sys(e, errno, "cannot read %s", name);
	else if (st.st_size > 0)
		z->size = (uint64_t)st.st_size;
	if (e->code != ERR_NONE || find_directory(z, e) != ERR_NONE) {
		zip_close(z);
		return e->code;
	}
	*out = z;
	return ERR_NONE;
}

void
zip_close(struct zip *z)
{
	if (z == NULL)
		return;
	free(z->name);
	free(z);
}

/* Sizes and places that need 64 bits stand in an extra field, in this order, those alone. */
static void
read_extra(const uint8_t *p, size_t len, struct entry *m)
{
	while (len >= 4) {
		size_t n = u16(p + 2);
		const uint8_t *v = p + 4;
		uint64_t *const wide[] = { &m->size, &m->packed, &m->offset };

		if (n > len - 4)
			return;
		for (size_t i = 0; u16(p) == 1 && i < 3; i++)
			if (*wide[i] == 0xffffffff && (size_t)(v - p) + 4 <= n) {
				*wide[i] = u64(v);
				v += 8;
			}
		len -= 4 + n;
		p += 4 + n;
	}
}

static enum err_code
read_entry(struct zip *z, struct entry *m, struct buf *name, struct err *e)
{
	uint8_t p[ENTRY_LEN], *extra;
	size_t nname, nextra, ncomment;
	char *room;

	if (z->end - z->at < ENTRY_LEN || read_at(z, z->at, p, ENTRY_LEN, e) != ERR_NONE)
		return e->code != ERR_NONE ? e->code : broken(z, e);
	nname = u16(p + 28);
	nextra = u16(p + 30);
	ncomment = u16(p + 32);
	if (memcmp(p, "PK\1\2", 4) != 0 || nname + nextra + ncomment > z->end - z->at - ENTRY_LEN)
		return broken(z, e);
	*m = (struct entry){ .flags = u16(p + 8),
		.method = u16(p + 10),
		.crc = u32(p + 16),
		.packed = u32(p + 20),
		.size = u32(p + 24),
		.offset = u32(p + 42) };
	buf_clear(name);
	room = buf_reserve(name, nname);
	extra = malloc(nextra + 1);
	if (room == NULL || extra == NULL)
		err_memory(e);
	else if (read_at(z, z->at + ENTRY_LEN, room, nname, e) == ERR_NONE &&
	    read_at(z, z->at + ENTRY_LEN + nname, extra, nextra, e) == ERR_NONE)
		read_extra(extra, nextra, m);
	free(extra);
	if (e->code != ERR_NONE)
		return e->code;
	name->len += nname;
	name->data[name->len] = '\0';
	z->at += ENTRY_LEN + nname + nextra + ncomment;
	return ERR_NONE;
}

/* -- one member ------------------------------------------------------------ */

static enum err_code
damaged(const struct member *m, struct err *e)
{
	return err_set(
	    e, ERR_FORMAT, "%s: %s is damaged: its bytes are not what was packed", m->zip->name, m->name);
}

static long
next_chunk(struct member *m, void *bytes, size_t len, struct err *e)
{
	size_t n = m->rest < len ? (size_t)m->rest : len;

	if (n > 0 && read_at(m->zip, m->at, bytes, n, e) != ERR_NONE)
		return -1;
	m->at += n;
	m->rest -= n;
	return (long)n;
}

static long
inflate_some(struct member *m, void *bytes, size_t len, struct err *e)
{
	m->z.next_out = bytes;
	m->z.avail_out = (uInt)len;
	while (m->z.avail_out == len && !m->done) {
		int rc;

		if (m->z.avail_in == 0) {
			long n = next_chunk(m, m->chunk, sizeof m->chunk, e);

			if (n < 0)
				return -1;
			m->z.next_in = m->chunk;
			m->z.avail_in = (uInt)n;
		}
		rc = inflate(&m->z, Z_NO_FLUSH);
		m->done = rc == Z_STREAM_END;
		if (rc != Z_OK && rc != Z_STREAM_END) {
			damaged(m, e);
			return -1;
		}
	}
	return (long)(len - m->z.avail_out);
}

static long
member_read(void *context, void *bytes, size_t len, struct err *e)
{
	struct member *m = context;
	long n = m->of.method == STORED ? next_chunk(m, bytes, len, e) : inflate_some(m, bytes, len, e);

	if (n < 0)
		return -1;
	m->crc = crc32(m->crc, bytes, (uInt)n);
	m->out += (uint64_t)n;
	if (m->out > m->of.size || (n == 0 && (m->out != m->of.size || m->crc != m->of.crc))) {
		damaged(m, e);
		return -1;
	}
	return n;
}

static void
member_close(void *context)
{
	struct member *m = context;

	if (m->of.method == DEFLATED)
		inflateEnd(&m->z);
	free(m->name);
	free(m);
}

/* The member's bytes lie behind a header of its own. */
static enum err_code
member_begin(struct member *m, struct err *e)
{
	const struct zip *z = m->zip;
	uint8_t p[LOCAL_LEN];

	if (read_at(z, m->of.offset, p, LOCAL_LEN, e) != ERR_NONE)
		return e->code;
	m->at = m->of.offset + LOCAL_LEN + u16(p + 26) + u16(p + 28);
	m->rest = m->of.packed;
	if (memcmp(p, "PK\3\4", 4) != 0 || m->at > z->size || m->rest > z->size - m->at)
		return broken(z, e);
	if (m->of.method == DEFLATED && inflateInit2(&m->z, -15) != Z_OK)
		return err_memory(e);
	return ERR_NONE;
}

static enum err_code
member_open(const struct zip *z, const struct entry *of, const char *name, struct stream **s, struct err *e)
{
	struct stream_source from = { .read = member_read, .close = member_close };
	struct member *m;

	if ((of->flags & FLAG_ENCRYPTED) != 0)
		return err_set(e, ERR_FORMAT, "%s: %s is encrypted", z->name, name);
	if (of->method != STORED && of->method != DEFLATED)
		return err_set(
		    e, ERR_FORMAT, "%s: %s is packed in a way that is not known here", z->name, name);
	m = calloc(1, sizeof *m);
	if (m == NULL || (m->name = strdup(name)) == NULL) {
		free(m);
		return err_memory(e);
	}
	m->zip = z;
	m->of = *of;
	if (member_begin(m, e) != ERR_NONE) {
		m->of.method = STORED; /* nothing to end */
		member_close(m);
		return e->code;
	}
	from.context = m;
	return stream_of(s, &from, name, e);
}

int
zip_next(struct zip *z, struct buf *name, struct stream **s, bool *go_on, struct err *e)
{
	struct entry m = { 0 };

	*go_on = false;
	do {
		if (z->left == 0 || z->at == z->end)
			return 0;
		z->left--;
		if (read_entry(z, &m, name, e) != ERR_NONE)
			return -1;
	} while (name->len == 0 || name->data[name->len - 1] == '/');
	*go_on = true;
	return member_open(z, &m, name->data, s, e) == ERR_NONE ? 1 : -1;
}
