/* SPDX-License-Identifier: MIT */
#include "media/format/tail.h"

#include <ctype.h>
#include <string.h>

#include "media/format/bytes.h"

/* More than this many, one behind the other, is somebody's joke. */
enum { TAGS_MAX = 16 };

/* Each of these: the length of its kind of tag at the end of the first `size` bytes, or 0. */

static int64_t
id3v1(int fd, int64_t size)
{
	char mark[4];

	if (size < 128 || bytes_at(fd, size - 128, mark, 3) != 3 || memcmp(mark, "TAG", 3) != 0)
		return 0;
	if (size >= 128 + 227 && bytes_at(fd, size - 128 - 227, mark, 4) == 4 && memcmp(mark, "TAG+", 4) == 0)
		return 128 + 227;
	return 128;
}

static int64_t
ape(int fd, int64_t size)
{
	unsigned char foot[32];
	int64_t len;

	if (size < 32 || bytes_at(fd, size - 32, foot, 32) != 32 || memcmp(foot, "APETAGEX", 8) != 0)
		return 0;
	len = le32(foot + 12);
	if (len < 32)
		return 0;
	return le32(foot + 20) & 0x80000000 ? len + 32 : len;
}

static int64_t
lyrics3(int fd, int64_t size)
{
	enum { OLD = 5100 + 11 }; /* the most that version 1 may hold, and its first mark */
	static char text[OLD];
	char foot[15];
	int64_t len = 0;
	size_t got;

	if (size < 15 || bytes_at(fd, size - 15, foot, 15) != 15)
		return 0;
	if (memcmp(foot + 6, "LYRICS200", 9) == 0) {
		for (int i = 0; i < 6; i++) {
			if (!isdigit((unsigned char)foot[i]))
				return 0;
			len = len * 10 + (foot[i] - '0');
		}
		return len + 15;
	}
	if (memcmp(foot + 6, "LYRICSEND", 9) != 0)
		return 0;
	size -= 9;
	len = size < OLD ? size : OLD;
	got = bytes_at(fd, size - len, text, (size_t)len);
	for (size_t i = got; i-- > 0;)
		if (got - i >= 11 && memcmp(text + i, "LYRICSBEGIN", 11) == 0)
			return (int64_t)(got - i) + 9;
	return 0;
}

static int64_t
id3v2(int fd, int64_t size)
{
	unsigned char foot[10];

	if (size < 20 || bytes_at(fd, size - 10, foot, 10) != 10 || memcmp(foot, "3DI", 3) != 0 ||
	    ((foot[6] | foot[7] | foot[8] | foot[9]) & 0x80))
		return 0;
	return 20 + ((int64_t)foot[6] << 21 | foot[7] << 14 | foot[8] << 7 | foot[9]);
}

int64_t
tail_begin(int fd, int64_t from, int64_t size)
{
	static int64_t (*const kinds[])(int, int64_t) = { id3v1, ape, lyrics3, id3v2 };

	for (int tags = 0; tags < TAGS_MAX; tags++) {
		int64_t len = 0;

		for (size_t i = 0; len == 0 && i < sizeof kinds / sizeof kinds[0]; i++) {
			len = kinds[i](fd, size);
			if (len > size - from) /* a length that reaches into what stands before it */
				len = 0;
		}
		if (len == 0)
			break;
		size -= len;
	}
	return size;
}
