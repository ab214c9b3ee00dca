/* SPDX-License-Identifier: MIT */
/* member - names of an archive's members, those that no archiver would write, too */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "intake/archive/member.h"
#include "intake/archive/unpack.h"
#include "unit.h"

static void
name(const char *bytes, size_t len, bool right)
{
	unit_checks++;
	if ((member_wrong(bytes, len) == NULL) == right)
		return;
	fprintf(stderr, "%.*s: %s\n", (int)len, bytes, right ? "refused" : "taken");
	unit_failures++;
}

static void
names(void)
{
	char deep[2 * UNPACK_DEPTH + 4] = "", wide[300];

#define NAME(bytes, right) name(bytes, sizeof bytes - 1, right)
	NAME("", false);
	NAME("a", true);
	NAME("a/b/c", true);
	NAME("./a//./b", true);
	NAME("a..b", true);
	NAME("...", true);
	NAME("..", false);
	NAME("../a", false);
	NAME("a/..", false);
	NAME("a/../b", false);
	NAME("a/b/../../../c", false);
	NAME("/a", false);
	NAME("//a", false);
	NAME("a\0b", false);
	NAME("a\0/../b", false);
	NAME("a\\..\\b", true); /* a name like any other here */
#undef NAME
	for (int i = 0; i < UNPACK_DEPTH; i++)
		strcat(deep, i > 0 ? "/d" : "d");
	name(deep, strlen(deep), true);
	strcat(deep, "/d");
	name(deep, strlen(deep), false);
	memset(wide, 'x', sizeof wide);
	name(wide, 255, true);
	name(wide, 256, false);
}

/* Makes name below the open folder: what was said against it, or NULL. */
static const char *
make(struct member_place *p, const char *path)
{
	const char *refused = NULL;
	struct err e = { 0 };
	int fd = member_create(p, path, &refused, &e);

	if (fd >= 0)
		close(fd);
	return e.code != ERR_NONE ? "an error" : refused;
}

static void
places(void)
{
	struct member_place p = { -1, -1, NULL };
	struct err e = { 0 };
	int64_t files = 0, bytes = 0;
	char dir[4096];
	int parent;

	unit_scratch(dir, sizeof dir);
	parent = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(parent >= 0 && mkdirat(parent, "tree", 0700) == 0 && mkdirat(parent, "outside", 0700) == 0);
	p.root = dir_open_at(parent, "tree", &e);
	CHECK(make(&p, "a/b/one") == NULL);
	CHECK(make(&p, "a/b/two") == NULL);
	CHECK(make(&p, "./a/./b//three") == NULL);
	CHECK(make(&p, "four") == NULL);
	CHECK(faccessat(p.root, "a/b/three", F_OK, 0) == 0);
	CHECK(make(&p, "a/b/one") != NULL);
	CHECK(make(&p, "four/five") != NULL);
	CHECK(make(&p, "a/b") != NULL);
	CHECK(make(&p, "a/b/") != NULL);
	CHECK(make(&p, "a/b/.") != NULL);
	/* a link that somebody planted is not followed */
	CHECK(symlinkat("../outside", p.root, "link") == 0);
	CHECK(make(&p, "link/escaped") != NULL);
	CHECK(symlinkat("../outside/escaped", p.root, "file") == 0);
	CHECK(make(&p, "file") != NULL);
	CHECK(faccessat(parent, "outside/escaped", F_OK, 0) != 0);
	member_place_free(&p);
	close(p.root);
	/* nor when all of it goes */
	CHECK(tree_remove_at(parent, "tree", true, &files, &bytes, &e) == ERR_NONE && files == 6);
	CHECK(tree_remove_at(parent, "tree", false, &files, &bytes, &e) == ERR_NONE && files == 12);
	CHECK(faccessat(parent, "tree", F_OK, 0) != 0);
	CHECK(faccessat(parent, "outside", F_OK, 0) == 0);
	close(parent);
}

static void
base(const char *path, bool one_folder, const char *want)
{
	char *got = unpack_base(path, one_folder);

	unit_checks++;
	if (got == NULL || strcmp(got, want) != 0) {
		fprintf(stderr, "%s: got %s, want %s\n", path, got, want);
		unit_failures++;
	}
	free(got);
}

int
main(void)
{
	names();
	places();
	base("Artist/Album.zip", false, "Artist/Album/");
	base("Artist/Album.zip", true, "Artist/");
	base("Album.tar.gz", false, "Album/");
	base("Album.TAR.xz", false, "Album/");
	base("Album.tgz", true, "");
	base(".zip", false, ".zip/");
	base("noext", false, "noext/");
	base("a.tar", false, "a/");
	base("Vol. 2.zip", false, "Vol. 2/");
	return unit_end("member");
}
