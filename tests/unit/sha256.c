/* SPDX-License-Identifier: MIT */
/* sha256: known answers of FIPS 180-4 and of lengths around the block size */
#include "digest/sha256.h"

#include <fcntl.h>

#include "base/out.h"
#include "unit.h"

static void
is(const uint8_t hash[SHA256_BYTES], const char *hex)
{
	struct buf b = { 0 };

	out_hex(&b, hash, SHA256_BYTES);
	CHECK(strcmp(b.data, hex) == 0);
	buf_free(&b);
}

static void
of_text(const char *text, const char *hex)
{
	struct sha256 h;
	uint8_t hash[SHA256_BYTES];

	sha256_begin(&h);
	sha256_add(&h, text, strlen(text));
	sha256_end(&h, hash);
	is(hash, hex);
}

static void
of_pieces(void)
{
	static const char million[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	struct sha256 h;
	uint8_t hash[SHA256_BYTES];
	char as[1000];
	size_t left = 1000000;

	memset(as, 'a', sizeof as);
	sha256_begin(&h);
	for (size_t n = 1; left > 0; n = n % 997 + 1) {
		size_t piece = n < left ? n : left;

		sha256_add(&h, as, piece);
		left -= piece;
	}
	sha256_end(&h, hash);
	is(hash, million);
}

static void
of_files(void)
{
	char dir[4096], path[4200];
	struct err e = { 0 };
	uint8_t hash[SHA256_BYTES];
	int64_t size = -1;
	int fd;

	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/f", dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK(sha256_file(fd, hash, &size, &e) == ERR_NONE);
	CHECK(size == 0);
	is(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (int i = 0; i < 1000; i++) {
		char as[1000];

		memset(as, 'a', sizeof as);
		CHECK(write(fd, as, sizeof as) == sizeof as);
	}
	CHECK(lseek(fd, 5, SEEK_SET) == 5);
	CHECK(sha256_file(fd, hash, &size, &e) == ERR_NONE);
	CHECK(size == 1000000);
	CHECK(lseek(fd, 0, SEEK_CUR) == 5);
	is(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	close(fd);
	CHECK(sha256_file(fd, hash, &size, &e) == ERR_IO);
}

int
main(void)
{
	of_text("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	of_text("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	of_pieces();
	of_files();
	return unit_end("sha256");
}
