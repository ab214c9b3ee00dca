/* SPDX-License-Identifier: MIT */
/* Archives of histories. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/file.h"
#include "cmd/lib-import/heard.h"
#include "pack/zip.h"

enum err_code
take_archive(struct run *r, const char *name, int fd, struct err *e)
{
	struct err wrong = { 0 };
	struct zip *z = NULL;
	struct buf member = { 0 }, full = { 0 };
	size_t dir = (size_t)(path_base(name) - name);
	int64_t before = r->histories;
	bool go_on = true;

	if (zip_open(&z, fd, name, &wrong) != ERR_NONE)
		goto out;
	while (go_on && e->code == ERR_NONE) {
		struct stream *s = NULL;
		bool known;
		int step = zip_next(z, &member, &s, &go_on, &wrong);

		if (step == 0)
			break;
		buf_clear(&full);
		buf_printf(&full, "%s: %s", name, member.len > 0 ? member.data : "");
		if (buf_ok(&full, e) == ERR_NONE && step > 0 &&
		    take_stream(r, full.data, full.data + dir, s, &known, e) != ERR_NONE && !known) {
			if (e->code != ERR_NOMATCH)
				file_failed(r, full.data, e);
			*e = (struct err){ 0 };
		}
		stream_close(s);
		if (step < 0)
			file_failed(r, name, &wrong);
	}
	if (r->histories == before && e->code == ERR_NONE)
		err_set(&wrong, ERR_FORMAT, "none of its members is a history that is known here");
out:
	if (wrong.code != ERR_NONE && e->code == ERR_NONE)
		file_failed(r, name, &wrong);
	zip_close(z);
	buf_free(&member);
	buf_free(&full);
	return e->code;
}

int
keep_bytes(struct stream *s, struct err *e)
{
	FILE *f = tmpfile();
	int c = 0, fd = -1;

	while (f != NULL && (c = stream_getc(s, e)) >= 0 && putc(c, f) != EOF)
		continue;
	if (f == NULL || ferror(f) || fflush(f) != 0)
		err_sys(e, errno, "cannot keep an archive from standard input");
	else if (c != -2 && (fd = dup(fileno(f))) < 0)
		err_sys(e, errno, "cannot keep an archive from standard input");
	if (f != NULL)
		fclose(f);
	return fd;
}
