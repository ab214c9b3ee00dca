/* SPDX-License-Identifier: MIT */
/* base: statuses, JSON and escapes, the vocabulary, growing buffers */
#include "base/amount.h"
#include "base/err.h"
#include "base/field.h"
#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>

static char dir[4096];

static void
statuses_follow_the_one_table(void)
{
	struct err e = { 0 };

	CHECK(err_status(ERR_NONE) == 0);
	CHECK(err_status(ERR_NOMATCH) == 1);
	CHECK(err_status(ERR_USAGE) == 2);
	CHECK(err_status(ERR_PARTIAL) == 3);
	CHECK(err_status(ERR_BUSY) == 75);
	CHECK(err_worse(3, 1) == 3);
	CHECK(err_worse(3, 75) == 75);
	CHECK(err_worse(75, 4) == 4);
	CHECK(err_worse(2, 4) == 2);
	CHECK(err_sys(&e, ENOSPC, "cannot write %s", "x") == ERR_SPACE);
	CHECK(strcmp(e.msg, "cannot write x: No space left on device") == 0);
	CHECK(err_context(&e, "s%d", 3) == ERR_SPACE);
	CHECK(strncmp(e.msg, "s3: cannot write x", 18) == 0);
}

static const char *
escaped(const char *s, size_t len)
{
	static struct buf b;

	buf_clear(&b);
	out_escape(&b, s, len);
	return b.data;
}

static void
nothing_reaches_a_terminal_raw(void)
{
	CHECK(strcmp(escaped("a\tb\nc\\", 6), "a\\tb\\nc\\\\") == 0);
	CHECK(strcmp(escaped("\033[31m", 5), "\\x1b[31m") == 0);
	CHECK(strcmp(escaped("\xc2\x9b", 2), "\\xc2\\x9b") == 0); /* C1 */
	CHECK(strcmp(escaped("\xff\xfe", 2), "\\xff\\xfe") == 0);
	CHECK(strcmp(escaped("Bj\xc3\xb6rk", 6), "Bj\xc3\xb6rk") == 0);
	CHECK(strcmp(escaped("\xed\xa0\x80", 3), "\\xed\\xa0\\x80") == 0); /* a surrogate */
	CHECK(strcmp(escaped("\xc0\xaf", 2), "\\xc0\\xaf") == 0);          /* overlong */
}

static void
json_is_json(void)
{
	struct buf b = { 0 };

	json_open(&b, "track");
	json_text(&b, "title", "a\"b\\c\n\x01\xc2\x9b\xff");
	json_bytes(&b, "source", "\xff\x01", 2);
	json_bytes(&b, "path", "ok", 2);
	json_int(&b, "n", -7);
	json_double(&b, "gain", -7.03);
	json_double(&b, "third", 1.0 / 3.0);
	json_time(&b, "added", 1767225600);
	json_array_begin(&b, "genre");
	json_text(&b, NULL, "x");
	json_text(&b, NULL, "y");
	json_array_end(&b);
	json_object_begin(&b, "tags");
	json_text(&b, "a\"b\n", "z");
	json_object_end(&b);
	json_bool(&b, "yes", true);
	json_close(&b);
	CHECK(strcmp(b.data,
		  "{\"v\":1,\"type\":\"track\",\"title\":\"a\\\"b\\\\c\\n\\u0001\\u009b\xef\xbf\xbd\","
		  "\"source_b64\":\"/"
		  "wE=\",\"path\":\"ok\",\"n\":-7,\"gain\":-7.03,\"third\":0.3333333333333333,"
		  "\"added\":\"2026-01-01T00:00:00Z\",\"genre\":[\"x\",\"y\"],\"tags\":{\"a\\\"b\\n\":\"z\"},"
		  "\"yes\":true}") == 0);
	buf_free(&b);
}

static void
hex_and_base64(void)
{
	struct buf b = { 0 };
	uint8_t bytes[3];

	CHECK(hex_read(bytes, 3, "00fFa1"));
	CHECK(bytes[0] == 0 && bytes[1] == 255 && bytes[2] == 0xa1);
	CHECK(!hex_read(bytes, 3, "00fFg1"));
	CHECK(!hex_read(bytes, 3, "00f"));
	out_hex(&b, bytes, 3);
	CHECK(strcmp(b.data, "00ffa1") == 0);
	buf_clear(&b);
	out_base64(&b, "light w", 7);
	CHECK(strcmp(b.data, "bGlnaHQgdw==") == 0);
	buf_free(&b);
}

static void
fields_have_one_name_each(void)
{
	for (int f = 0; f < F_COUNT; f++) {
		CHECK(field_info((enum field)f)->name != NULL);
		CHECK(field_find(field_info((enum field)f)->name) == (enum field)f);
	}
	CHECK(field_find("length") == F_DURATION);
	CHECK(field_find("PATH") == F_SOURCE);
	CHECK(field_find("mbid") == F_MB_TRACKID);
	CHECK(field_find("nonsense") == F_NONE);
	CHECK(field_find_n("titles", 5) == F_TITLE);
	CHECK(field_nearest("tilte") == F_TITLE);
	CHECK(field_nearest("albumartst") == F_ALBUMARTIST);
	CHECK(field_nearest("http") == F_NONE);
}

static void
files_are_replaced_whole(void)
{
	struct err e = { 0 };
	struct buf b = { 0 };
	char path[8192];
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	CHECK(file_replace(fd, "a", "one", 3, 0600, &e) == ERR_NONE);
	CHECK(file_replace(fd, "a", "three", 5, 0600, &e) == ERR_NONE);
	CHECK(file_slurp(&b, fd, "a", 100, &e) == ERR_NONE);
	CHECK(b.len == 5 && strcmp(b.data, "three") == 0);
	buf_clear(&b);
	CHECK(file_slurp(&b, fd, "a", 4, &e) == ERR_FORMAT);
	CHECK(file_slurp(&b, fd, "none", 4, &e) == ERR_NOTFOUND);
	snprintf(path, sizeof path, "%s/sub/x", dir);
	CHECK(file_replace(AT_FDCWD, path, "x", 1, 0600, &e) == ERR_NOTFOUND);
	buf_free(&b);
	close(fd);
}

static void
buffers_grow(void)
{
	struct buf b = { 0 };
	char *s;

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	CHECK(b.len == 3890);
	CHECK(strncmp(b.data + 3886, "999,", 4) == 0);
	s = buf_detach(&b);
	CHECK(s != NULL && b.data == NULL);
	free(s);
	CHECK(buf_reserve(&b, (size_t)-1) == NULL);
	CHECK(b.failed);
	buf_puts(&b, "lost");
	CHECK(buf_detach(&b) == NULL);
}

static void
amounts_are_for_people(void)
{
	char text[AMOUNT_TEXT];

	CHECK(strcmp(amount_bytes(0, text), "0 bytes") == 0);
	CHECK(strcmp(amount_bytes(1, text), "1 byte") == 0);
	CHECK(strcmp(amount_bytes(999, text), "999 bytes") == 0);
	CHECK(strcmp(amount_bytes(1000, text), "1.0 kB") == 0);
	CHECK(strcmp(amount_bytes(99949, text), "99.9 kB") == 0);
	CHECK(strcmp(amount_bytes(99950, text), "100 kB") == 0);
	CHECK(strcmp(amount_bytes(999500, text), "1.0 MB") == 0);
	CHECK(strcmp(amount_bytes(INT64_MAX, text), "9223 PB") == 0);
	CHECK(strcmp(amount_span(119, text), "119 s") == 0);
	CHECK(strcmp(amount_span(120, text), "2 min") == 0);
	CHECK(strcmp(amount_span(2 * 3600, text), "2 h") == 0);
	CHECK(strcmp(amount_span(2 * 86400, text), "2 days") == 0);
}

int
main(void)
{
	unit_scratch(dir, sizeof dir);
	statuses_follow_the_one_table();
	nothing_reaches_a_terminal_raw();
	json_is_json();
	hex_and_base64();
	fields_have_one_name_each();
	files_are_replaced_whole();
	buffers_grow();
	amounts_are_for_people();
	return unit_end("base");
}
