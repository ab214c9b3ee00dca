/* SPDX-License-Identifier: MIT */
#include "media/archive/members.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"
#include "media/format/bytes.h"
#include "media/archive/cp437.h"

enum { INPUT = 64 << 10, HEADER = 512, RETRIES = 16 };

/* Where libarchive reads from. */
struct input {
	int fd;
	int64_t at, size;
	int error; /* errno of a failed read */
	char bytes[INPUT];
};

enum family { NO_ARCHIVE, ZIP, TAR, PACKED_TAR, SEVEN_ZIP };

/* libarchive converts names to the locale's character set; C.UTF-8 keeps them as they are. */
static locale_t names;

void
members_prepare(void)
{
	if (names == (locale_t)0)
		names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static la_ssize_t
input_read(struct archive *a, void *context, const void **bytes)
{
	struct input *in = context;
	ssize_t n;

	do
		n = pread(in->fd, in->bytes, sizeof in->bytes, in->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		in->error = errno;
		archive_set_error(a, errno, "cannot be read");
		return -1;
	}
	in->at += n;
	*bytes = in->bytes;
	return n;
}

static la_int64_t
input_skip(struct archive *a, void *context, la_int64_t n)
{
	struct input *in = context;
	int64_t left = in->size > in->at ? in->size - in->at : 0;

	(void)a;
	if (n > left)
		n = left;
	in->at += n;
	return n;
}

static la_int64_t
input_seek(struct archive *a, void *context, la_int64_t offset, int whence)
{
	struct input *in = context;
	int64_t base = whence == SEEK_CUR ? in->at : whence == SEEK_END ? in->size : 0;

	(void)a;
	if (offset > INT64_MAX - base || base + offset < 0)
		return ARCHIVE_FATAL;
	in->at = base + offset;
	return in->at;
}

/* A tar file's first header, which even the oldest have: the sum of its bytes, in octal. */
static bool
is_tar_header(const unsigned char *h)
{
	long sum = 0, want = 0;
	size_t at = 148;

	if (h[0] == '\0')
		return false;
	while (at < 155 && h[at] == ' ')
		at++;
	if (at == 155 || h[at] < '0' || h[at] > '7')
		return false;
	for (; at < 156 && h[at] >= '0' && h[at] <= '7'; at++)
		want = want << 3 | (h[at] - '0');
	for (size_t i = 0; i < HEADER; i++)
		sum += i >= 148 && i < 156 ? ' ' : h[i];
	return sum == want;
}

static enum family
family_of(int fd)
{
	static const struct {
		const char *magic;
		size_t len;
		enum family family;
	} kinds[] = {
		{ "PK\3\4", 4, ZIP },
		{ "PK\5\6", 4, ZIP }, /* an empty one */
		{ "7z\xbc\xaf\x27\x1c", 6, SEVEN_ZIP },
		{ "\x1f\x8b\x08", 3, PACKED_TAR },
		{ "BZh", 3, PACKED_TAR },
		{ "\xfd"
		  "7zXZ",
		    6, PACKED_TAR },
		{ "\x28\xb5\x2f\xfd", 4, PACKED_TAR },
	};
	unsigned char h[HEADER];
	size_t len = bytes_at(fd, 0, h, sizeof h);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (len >= kinds[i].len && memcmp(h, kinds[i].magic, kinds[i].len) == 0)
			return kinds[i].family;
	return len == HEADER && is_tar_header(h) ? TAR : NO_ARCHIVE;
}

/* What libarchive would leave to another program, because it was built without the library, is not asked
 * for. */
static void
support(struct archive *a, enum family family)
{
	switch (family) {
	case ZIP:
		archive_read_support_format_zip(a);
		return;
	case SEVEN_ZIP:
		archive_read_support_format_7zip(a);
		return;
	case PACKED_TAR:
		if (archive_zlib_version() != NULL)
			archive_read_support_filter_gzip(a);
		if (archive_bzlib_version() != NULL)
			archive_read_support_filter_bzip2(a);
		if (archive_liblzma_version() != NULL)
			archive_read_support_filter_xz(a);
		if (archive_libzstd_version() != NULL)
			archive_read_support_filter_zstd(a);
		break;
	case TAR:
	case NO_ARCHIVE:
		break;
	}
	archive_read_support_format_tar(a);
}

static struct archive *
open_input(struct input *in, int fd, enum family family, struct err *e)
{
	struct archive *a = archive_read_new();
	struct stat st;

	in->fd = fd;
	if (a == NULL) {
		err_memory(e);
		return NULL;
	}
	if (fstat(fd, &st) == 0)
		in->size = st.st_size;
	support(a, family);
	archive_read_set_read_callback(a, input_read);
	archive_read_set_skip_callback(a, input_skip);
	archive_read_set_seek_callback(a, input_seek);
	archive_read_set_callback_data(a, in);
	(void)archive_read_open1(a); /* the first header tells whether it is one */
	return a;
}

/* Does a tar file come out of it? */
static bool
is_packed_tar(int fd)
{
	struct input *in = calloc(1, sizeof *in);
	struct err e = { 0 };
	struct archive *a = in == NULL ? NULL : open_input(in, fd, PACKED_TAR, &e);
	struct archive_entry *entry;
	int rc = a == NULL ? ARCHIVE_FATAL : archive_read_next_header(a, &entry);
	bool is = rc == ARCHIVE_OK || rc == ARCHIVE_WARN;

	if (a != NULL && rc == ARCHIVE_FATAL && archive_errno(a) == ENOMEM)
		is = true; /* nobody can tell: the reading says so */
	archive_read_free(a);
	free(in);
	return is;
}

bool
members_sniff(int fd, struct record *r)
{
	enum family family = family_of(fd);
	const char *codec = family == ZIP ? "zip" : family == SEVEN_ZIP ? "7z" : "tar";

	if (family == NO_ARCHIVE || (family == PACKED_TAR && !is_packed_tar(fd)))
		return false;
	snprintf(r->format, sizeof r->format, "archive");
	snprintf(r->codec, sizeof r->codec, "%s", codec);
	snprintf(r->suffix, sizeof r->suffix, "%s", codec);
	return true;
}

static enum protocol_member_kind
kind_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) != NULL || archive_entry_filetype(entry) == AE_IFLNK)
		return MEMBER_LINK;
	switch (archive_entry_filetype(entry)) {
	case 0: /* some zip files do not tell */
	case AE_IFREG:
		return MEMBER_FILE;
	case AE_IFDIR:
		return MEMBER_FOLDER;
	default:
		return MEMBER_SPECIAL;
	}
}

/* What a reading walks through. */
struct reading {
	struct archive *a;
	struct input *in;
	members_piece *piece;
	void *context;
	char *chunk; /* PROTOCOL_PIECE_MAX bytes */
	bool zip;
};

static bool
tell_member(struct reading *r, struct archive_entry *entry, struct err *e)
{
	const char *name = archive_entry_pathname(entry);
	struct protocol_member m = { .mtime = 0, .kind = kind_of(entry) };
	struct buf b = { 0 };
	bool went_on = false;

	if (archive_entry_mtime_is_set(entry) && archive_entry_mtime(entry) > 0)
		m.mtime = archive_entry_mtime(entry);
	buf_add(&b, &m, sizeof m);
	if (name == NULL)
		name = archive_entry_pathname_utf8(entry);
	if (name != NULL && r->zip && !utf8_valid(name, strlen(name)))
		cp437_utf8(&b, name);
	else if (name != NULL)
		buf_puts(&b, name);
	if (b.len > PROTOCOL_PIECE_MAX)
		b.len = PROTOCOL_PIECE_MAX; /* no file system has such names anyway */
	if (buf_ok(&b, e) == ERR_NONE)
		went_on = r->piece(r->context, PROTOCOL_MEMBER, b.data, b.len);
	buf_free(&b);
	return went_on;
}

static const char *
reason(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text != NULL ? text : "for an unknown reason";
}

static bool
tell_end(struct reading *r, const char *why)
{
	return r->piece(r->context, PROTOCOL_END, why, strlen(why));
}

static bool
tell_damage(struct reading *r)
{
	char why[256];

	snprintf(why, sizeof why, "is damaged: %s", reason(r->a));
	return tell_end(r, why);
}

/* The bytes of a file; *rc is how libarchive is afterwards. */
static bool
tell_data(struct reading *r, struct archive_entry *entry, int *rc)
{
	int64_t got = 0;
	int retries = 0;

	if (archive_entry_is_data_encrypted(entry))
		return tell_end(r, "is encrypted");
	for (;;) {
		la_ssize_t n = archive_read_data(r->a, r->chunk, PROTOCOL_PIECE_MAX);

		if (n == 0)
			break;
		if (n == ARCHIVE_RETRY && retries++ < RETRIES)
			continue;
		if (n < 0) {
			*rc = (int)n;
			return tell_damage(r);
		}
		if (!r->piece(r->context, PROTOCOL_DATA, r->chunk, (size_t)n))
			return false;
		got += n;
	}
	if (archive_entry_size_is_set(entry) && got < archive_entry_size(entry))
		return tell_end(r, "is cut short");
	return tell_end(r, "");
}

/* Why it cannot be read any further. */
static enum err_code
give_up(const struct reading *r, struct err *e)
{
	if (r->in->error != 0)
		return err_sys(e, r->in->error, "cannot be read");
	if (archive_errno(r->a) == ENOMEM)
		return err_memory(e);
	/* libarchive must not be asked before it has chosen a format */
	if (archive_format(r->a) != 0 && archive_read_has_encrypted_entries(r->a) == 1)
		return err_set(e, ERR_FORMAT, "is encrypted");
	return err_set(e, ERR_FORMAT, "is damaged: %s", reason(r->a));
}

static enum err_code
read_all(struct reading *r, struct err *e)
{
	int rc = ARCHIVE_OK, retries = 0;

	while (rc != ARCHIVE_FATAL && e->code == ERR_NONE) {
		struct archive_entry *entry;

		rc = archive_read_next_header(r->a, &entry);
		if (rc == ARCHIVE_EOF)
			return ERR_NONE;
		if (rc < ARCHIVE_WARN || (rc == ARCHIVE_RETRY && retries++ == RETRIES))
			break;
		if (rc == ARCHIVE_RETRY)
			continue;
		if (!tell_member(r, entry, e))
			return e->code;
		if (kind_of(entry) == MEMBER_FILE && !tell_data(r, entry, &rc))
			return ERR_NONE;
	}
	return e->code == ERR_NONE ? give_up(r, e) : e->code;
}

enum err_code
members_read(int fd, members_piece *piece, void *context, struct err *e)
{
	enum family family = family_of(fd);
	struct reading r = { .piece = piece, .context = context, .zip = family == ZIP };
	locale_t before = names != (locale_t)0 ? uselocale(names) : (locale_t)0;

	r.in = calloc(1, sizeof *r.in);
	r.chunk = malloc(PROTOCOL_PIECE_MAX);
	if (family == NO_ARCHIVE)
		err_set(e, ERR_FORMAT, "is no archive any more");
	else if (r.in == NULL || r.chunk == NULL)
		err_memory(e);
	else if ((r.a = open_input(r.in, fd, family, e)) != NULL)
		(void)read_all(&r, e);
	archive_read_free(r.a);
	free(r.chunk);
	free(r.in);
	if (before != (locale_t)0)
		uselocale(before);
	return e->code;
}
