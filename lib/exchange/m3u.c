#include "exchange/m3u.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/out.h"

/* Text of one line: control bytes become blanks, what is not UTF-8 becomes U+FFFD. */
static void
line_text(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	while (len > 0) {
		size_t n = utf8_len(s, len);

		if (n == 0)
			buf_puts(out, "\xef\xbf\xbd");
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			buf_putc(out, ' ');
		else
			buf_add(out, s, n);
		n = n == 0 ? 1 : n;
		s += n;
		len -= n;
	}
}

static bool
is_blank_at_an_end(const char *s, size_t len)
{
	return len > 0 && (s[0] == ' ' || s[len - 1] == ' ');
}

/* Can path stand on a line and be read back as it is? */
static bool
is_plain(const char *path)
{
	size_t len = strlen(path);

	if (!utf8_valid(path, len) || is_blank_at_an_end(path, len))
		return false;
	for (const char *s = path; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static void
add_uri(struct buf *out, const char *path)
{
	buf_puts(out, "file://");
	for (const unsigned char *s = (const unsigned char *)path; *s != '\0'; s++) {
		if (*s < 0x80 && (isalnum(*s) || strchr("/-._~", *s) != NULL))
			buf_putc(out, (char)*s);
		else
			buf_printf(out, "%%%02X", *s);
	}
}

/* The length of the common folders of two absolute paths, without the slash behind them. */
static size_t
common_folders(const char *dir, const char *path)
{
	size_t i = 0, last = 0;

	for (;; i++) {
		bool dir_ends = dir[i] == '/' || dir[i] == '\0';

		if (dir_ends && path[i] == '/')
			last = i;
		if (dir[i] == '\0' || dir[i] != path[i])
			return last;
	}
}

static void
add_relative(struct buf *out, const char *dir, const char *path)
{
	size_t same = common_folders(dir, path), start = out->len;
	const char *rest = path + same + 1;

	for (const char *s = dir + same; *s != '\0'; s++)
		if (*s == '/' && s[1] != '\0')
			buf_puts(out, "../");
	if (out->len == start && (rest[0] == '#' || strchr(rest, ':') != NULL))
		buf_puts(out, "./");
	buf_puts(out, rest);
}

void
m3u_begin(struct buf *out, const char *name)
{
	buf_puts(out, "#EXTM3U\n");
	if (name != NULL) {
		buf_puts(out, "#PLAYLIST:");
		line_text(out, name);
		buf_putc(out, '\n');
	}
}

/* "Artist - Title", or what is known of it. */
static void
add_label(struct buf *out, const struct m3u_entry *entry)
{
	if (entry->artist != NULL && entry->title != NULL) {
		line_text(out, entry->artist);
		buf_puts(out, " - ");
	}
	if (entry->title != NULL)
		line_text(out, entry->title);
	else if (entry->path != NULL)
		line_text(out, path_base(entry->path));
}

static void
add_time(struct buf *out, const char *what, int64_t ms)
{
	buf_printf(
	    out, "#EXTVLCOPT:%s-time=%lld.%03lld\n", what, (long long)(ms / 1000), (long long)(ms % 1000));
}

void
m3u_add(struct buf *out, const struct m3u_entry *entry, const char *relative_to)
{
	const char *path = entry->path;

	if (path == NULL)
		buf_puts(out, "# missing: ");
	else if (entry->duration_ms > 0)
		buf_printf(out, "#EXTINF:%lld,", (long long)((entry->duration_ms + 500) / 1000));
	else
		buf_puts(out, "#EXTINF:-1,");
	add_label(out, entry);
	buf_putc(out, '\n');
	if (path == NULL)
		return;
	if (entry->is_part) {
		add_time(out, "start", entry->start_ms);
		if (entry->duration_ms > 0)
			add_time(out, "stop", entry->start_ms + entry->duration_ms);
	}
	if (!is_plain(path))
		add_uri(out, path);
	else if (relative_to != NULL)
		add_relative(out, relative_to, path);
	else
		buf_puts(out, path);
	buf_putc(out, '\n');
}
