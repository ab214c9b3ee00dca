/* SPDX-License-Identifier: MIT */
/* session: states, counts, items, and what becomes of staging/ */
#include "store/session/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/session/stage.h"
#include "store/sql.h"
#include "unit.h"

static char dir[4096];

static const char *
below(const char *name)
{
	static char path[8192];

	snprintf(path, sizeof path, "%s/lib/%s", dir, name);
	return path;
}

static struct db *
open_library(void)
{
	struct err e = { 0 };
	struct db *db = NULL;
	char path[4200];

	snprintf(path, sizeof path, "%s/lib", dir);
	CHECK(db_open(&db, path, DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	if (db == NULL)
		exit(1);
	return db;
}

static void
ids(void)
{
	static const char *const wrong[] = { "", "s", "0", "s0", "p3", "3x", "-3", "9999999999999999999" };
	struct err e = { 0 };
	int64_t id = 0;

	CHECK(session_parse("s3", &id, &e) == ERR_NONE && id == 3);
	CHECK(session_parse("12", &id, &e) == ERR_NONE && id == 12);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(session_parse(wrong[i], &id, &e) == ERR_USAGE);
	CHECK(id == 12);
}

static void
states(struct db *db)
{
	struct db *other = open_library();
	struct err e = { 0 };
	struct session s = { 0 };
	char *roots[] = { "/music/a\nb", "/more" };
	int64_t id = 0, *list = NULL;
	size_t n = 0;

	CHECK(session_create(db, roots, 2, "{}", &id, &e) == ERR_NONE);
	CHECK(id == 1);
	CHECK(access(below("staging/s1"), F_OK) == 0);
	CHECK(db_lock_session(other, id, &e) == ERR_BUSY);
	CHECK(strstr(e.msg, "session s1 is in use by ") != NULL);
	CHECK(session_load(db, id, &s, &e) == ERR_NONE);
	CHECK(strcmp(s.state, "staging") == 0);
	CHECK(strcmp(s.roots, "/music/a\\nb") == 0);
	CHECK(session_load(db, 9, &s, &e) == ERR_NOTFOUND);
	CHECK(s.id == 1);
	CHECK(session_move(db, id, "staged", "committing", &e) == ERR_STATE);
	CHECK(strcmp(e.msg, "session s1 is staging") == 0);
	CHECK(session_move(db, id, "staging", "staged", &e) == ERR_NONE);
	CHECK(session_move(db, id, "staging", "staged", &e) == ERR_STATE);
	CHECK(session_list(db, "staging failed", &list, &n, &e) == ERR_NONE && n == 0);
	free(list);
	CHECK(session_list(db, "failed staged", &list, &n, &e) == ERR_NONE && n == 1 && list[0] == 1);
	free(list);
	CHECK(session_move(db, id, "staged", "committing", &e) == ERR_NONE);
	CHECK(session_reject(db, id, &e) == ERR_STATE);
	CHECK(session_move(db, id, "committing", "failed", &e) == ERR_NONE);
	CHECK(session_retry(db, id, &e) == ERR_NONE);
	CHECK(session_retry(db, id, &e) == ERR_STATE);
	/* the other process may only mark it; who works on it clears up */
	CHECK(session_reject(other, id, &e) == ERR_NONE);
	CHECK(access(below("staging/s1"), F_OK) == 0);
	CHECK(session_clear_staging(db, id, NULL, NULL, &e) == ERR_NONE);
	CHECK(access(below("staging/s1"), F_OK) != 0);
	CHECK(session_load(db, id, &s, &e) == ERR_NONE && strcmp(s.state, "rejected") == 0);
	session_free(&s);
	db_unlock_session(db, id);
	db_close(other);
}

static void
items(struct db *db)
{
	struct err e = { 0 };
	struct item it = { 0 };
	struct session s = { 0 };
	char *roots[] = { "/music" };
	int64_t id = 0, after = 0;
	int seen = 0;

	CHECK(session_create(db, roots, 1, "{}", &id, &e) == ERR_NONE && id == 2);
	CHECK(
	    sql_exec(db,
		"INSERT INTO item(session_id, state, path, size, sha256, suffix, record) VALUES"
		" (1, 'failed', x'61', 1, NULL, NULL, NULL),"
		" (2, 'staged', x'62ff', 10, zeroblob(32), 'mp3', x'00'),"
		" (1, 'staged', x'63', 1, NULL, NULL, NULL),"
		" (2, 'staged', x'64', 20, zeroblob(32), 'flac', x'0000');"
		"INSERT INTO item(session_id, state, path, code, reason) VALUES(2, 'failed', x'65', 'DENIED',"
		" 'no')",
		&e) == ERR_NONE);
	while (item_next(db, id, after, &it, &e) == 1) {
		after = it.id;
		CHECK(it.session == 2);
		if (++seen == 1) {
			CHECK(strcmp(it.path, "b\xff") == 0 && it.has_sha256);
			CHECK(strcmp(it.suffix, "mp3") == 0 && it.record_len == 1);
		} else if (seen == 3) {
			CHECK(!it.has_sha256 && it.record == NULL && strcmp(it.code, "DENIED") == 0);
		}
	}
	CHECK(seen == 3 && e.code == ERR_NONE);
	CHECK(item_next(db, 77, 0, &it, &e) == 0);
	item_free(&it);
	CHECK(session_load(db, id, &s, &e) == ERR_NONE);
	CHECK(s.staged == 2 && s.failed == 1 && s.bytes == 30);
	session_free(&s);
}

static void
touch(const char *name)
{
	int fd = open(below(name), O_WRONLY | O_CREAT, 0600);

	CHECK(fd >= 0);
	close(fd);
}

static void
clears_only_its_own(struct db *db)
{
	static const char hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct err e = { 0 };
	char name[200];
	int64_t removed = 0, bytes = 0;

	snprintf(name, sizeof name, "staging/s2/%s.mp3", hash);
	touch(name);
	snprintf(name, sizeof name, "staging/s2/tmp-%s.mp3", hash);
	touch(name);
	touch("staging/s2/tmp-0123456789abcdef");
	touch("staging/s2/notes.txt");
	CHECK(symlink("/", below("staging/s2/tmp-link")) == 0);
	CHECK(session_clear_staging(db, 2, &removed, &bytes, &e) == ERR_NONE);
	CHECK(removed == 4);
	CHECK(access(below("staging/s2/notes.txt"), F_OK) == 0);
	CHECK(unlink(below("staging/s2/notes.txt")) == 0);
	CHECK(session_clear_staging(db, 2, &removed, &bytes, &e) == ERR_NONE);
	CHECK(removed == 0 && access(below("staging/s2"), F_OK) != 0);
}

/* Another file may have taken the path since. */
static void
links_are_of_what_is_open(struct stage *s)
{
	int fd = open(below("opened"), O_RDWR | O_CREAT, 0640);
	char tmp[STAGE_TMP], name[BLOB_NAME], path[BLOB_NAME + 16], moved[sizeof dir + 16];
	uint8_t hash[32] = { 7 };
	int64_t ctime_ns = 0;
	struct stat source, linked;
	struct err e = { 0 };

	snprintf(moved, sizeof moved, "%s/lib/moved", dir);
	CHECK(fd >= 0 && write(fd, "abc", 3) == 3 && fstat(fd, &source) == 0);
	CHECK(rename(below("opened"), moved) == 0);
	CHECK(close(open(below("opened"), O_RDWR | O_CREAT, 0640)) == 0);
	CHECK(stage_link(s, fd, tmp, &e) == 0);
	CHECK(stage_keep(s, tmp, hash, "mp3", 3, true, &ctime_ns, &e) == ERR_NONE);
	blob_name(name, hash, "mp3");
	snprintf(path, sizeof path, "staging/s2/%s", name);
	CHECK(stat(below(path), &linked) == 0 && linked.st_ino == source.st_ino && linked.st_nlink == 2);
	CHECK((linked.st_mode & 0777) == (source.st_mode & 0777));
	CHECK(unlink(below(path)) == 0 && unlink(moved) == 0);
	CHECK(stage_link(s, fd, tmp, &e) == ENOENT);
	CHECK(unlink(below("opened")) == 0);
	close(fd);
}

static void
stages_bytes(struct db *db)
{
	struct err e = { 0 };
	struct stage *s = NULL;
	uint8_t hash[32] = { 1 };
	char names[20][BLOB_NAME], tmp[STAGE_TMP];
	int64_t ctime_ns = 0;
	struct stat st;
	int fd;

	CHECK(stage_make(db, 2, &e) == ERR_NONE && stage_open(&s, db, 2, &e) == ERR_NONE);
	for (int i = 0; i < 20; i++) {
		hash[1] = (uint8_t)i;
		CHECK(stage_bytes(s, "abc", 3, hash, "jpg", &ctime_ns, &e) == ERR_NONE && ctime_ns != 0);
		CHECK(stage_bytes(s, "abc", 3, hash, "jpg", &ctime_ns, &e) == ERR_NONE && ctime_ns == 0);
		blob_name(names[i], hash, "jpg");
	}
	CHECK(stage_sync(s, names, 3, &e) == ERR_NONE);
	CHECK(stage_sync(s, names, 20, &e) == ERR_NONE);
	fd = stage_file(s, tmp, &e);
	CHECK(fd >= 0 && write(fd, "abc", 3) == 3);
	close(fd);
	CHECK(stage_keep(s, tmp, hash, "jpg", 3, false, &ctime_ns, &e) == ERR_NONE);
	links_are_of_what_is_open(s);
	CHECK(access(below("staging/s2"), F_OK) == 0);
	CHECK(stat(below("staging/s2"), &st) == 0 && (st.st_mode & 0777) == 0700);
	stage_close(s);
}

int
main(void)
{
	struct db *db;

	unit_scratch(dir, sizeof dir);
	db = open_library();
	ids();
	states(db);
	items(db);
	clears_only_its_own(db);
	stages_bytes(db);
	db_close(db);
	return unit_end("session");
}
