/* SPDX-License-Identifier: MIT */
/* Objects out of an array of any length: a scanner that knows no more of JSON than where an object ends. */
#include <string.h>

#include "exchange/history/priv.h"

static bool
is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
get(struct cutter *c, struct stream *in, struct err *e)
{
	int byte = c->pushed != 0 ? c->pushed : stream_getc(in, e);

	if (c->pushed == 0 && byte == '\n')
		c->line++;
	c->pushed = 0;
	return byte;
}

static char
top(const struct cutter *c)
{
	return c->depth > 0 ? c->stack[c->depth - 1] : '\0';
}

/* Would an object that begins here be wanted? */
static bool
wants(const struct cutter *c)
{
	return top(c) == 'r' || (c->depth == 0 && c->array == NULL);
}

static bool
is_wanted_array(const struct cutter *c)
{
	if (c->array == NULL)
		return c->depth == 0;
	return c->key_len < KEY_MAX && strlen(c->array) == c->key_len &&
	    memcmp(c->array, c->key, c->key_len) == 0;
}

/* After something broken: to a line that begins as an object does, or to the end of the array. */
static int
find_next(struct cutter *c, struct stream *in, struct err *e)
{
	bool fresh = false;
	int byte;

	while ((byte = get(c, in, e)) >= 0) {
		if (byte == '\n')
			fresh = true;
		else if (fresh && (byte == '{' || byte == ']')) {
			c->pushed = byte;
			break;
		} else if (!is_blank(byte) && byte != ',')
			fresh = false;
	}
	return byte == -2 ? -1 : 2;
}

/* The string whose quote was just read, whose text outside of what is wanted may name an array: 1, 0 broken,
 * -1. */
static int
string(struct cutter *c, struct stream *in, bool keep, bool *full, struct err *e)
{
	bool escaped = false;
	int byte;

	c->key_len = 0;
	while ((byte = get(c, in, e)) >= 0) {
		if (keep && !*full)
			buf_putc(&c->object, (char)byte);
		if (byte == '\n') {
			c->pushed = 0;
			return 0;
		}
		if (escaped)
			escaped = false;
		else if (byte == '\\')
			escaped = true;
		else if (byte == '"')
			return 1;
		if (!keep && c->key_len < KEY_MAX)
			c->key[c->key_len++] = (char)byte;
		*full |= c->object.len >= HISTORY_ROW_MAX;
	}
	return byte == -2 ? -1 : 0;
}

/* The object whose brace was just read. */
static int
object(struct cutter *c, struct stream *in, const char **why, struct err *e)
{
	int depth = 1, byte;
	char nest[DEPTH_MAX] = { '{' };
	bool key = true, full = false; /* a key must come; it is too long */

	buf_clear(&c->object);
	buf_putc(&c->object, '{');
	while (depth > 0) {
		byte = get(c, in, e);
		if (byte == -2)
			return -1;
		if (byte == -1) {
			*why = "the file ends within it";
			c->ended = true;
			return 2;
		}
		if (byte == '{' && key) { /* the one before was not closed */
			*why = "it is not whole";
			c->pushed = byte;
			return 2;
		}
		if (!full)
			buf_putc(&c->object, (char)byte);
		full |= c->object.len >= HISTORY_ROW_MAX;
		if (byte == '"') {
			int ok = string(c, in, true, &full, e);

			if (ok <= 0) {
				*why = "a string in it does not end";
				if (ok == 0) { /* where the line ended another object may begin */
					c->pushed = '\n';
					return find_next(c, in, e);
				}
				return -1;
			}
			key = false;
		} else if (byte == '{' || byte == '[') {
			if (depth == DEPTH_MAX) {
				*why = "it is nested too deeply";
				return find_next(c, in, e);
			}
			nest[depth++] = (char)byte;
			key = byte == '{';
		} else if (byte == '}' || byte == ']') {
			if (nest[--depth] != (byte == '}' ? '{' : '[')) {
				*why = "it is not whole";
				return find_next(c, in, e);
			}
			key = false;
		} else if (byte == ',') {
			key = nest[depth - 1] == '{';
		}
	}
	if (full) {
		*why = "it is longer than a megabyte";
		return 2;
	}
	return buf_ok(&c->object, e) == ERR_NONE ? 1 : -1;
}

/* Anything else among the objects. */
static int
something_else(struct cutter *c, struct stream *in, const char **why, struct err *e)
{
	int byte;

	while ((byte = get(c, in, e)) >= 0)
		if (byte == ',' || byte == ']' || byte == '\n') {
			c->pushed = byte == '\n' ? 0 : byte;
			break;
		}
	*why = "it is no object";
	return byte == -2 ? -1 : 2;
}

int
cut_next(struct cutter *c, struct stream *in, const char **why, struct err *e)
{
	bool full = false;
	int byte;

	while ((byte = get(c, in, e)) >= 0) {
		if (is_blank(byte) || byte == ',' || byte == ':')
			continue;
		if (wants(c) && byte != ']' && byte != '[') {
			c->objects++;
			c->began = c->line;
			return byte == '{' ? object(c, in, why, e) : something_else(c, in, why, e);
		}
		if (byte == '"') {
			if (string(c, in, false, &full, e) < 0)
				return -1;
		} else if (byte == '{' || byte == '[') {
			if (c->depth == DEPTH_MAX) {
				err_set(e, ERR_FORMAT, "it is nested too deeply");
				return -1;
			}
			c->stack[c->depth] = byte == '[' && is_wanted_array(c) ? 'r' : (char)byte;
			c->depth++;
		} else if ((byte == '}' || byte == ']') && c->depth > 0) {
			c->depth--;
		}
	}
	if (byte == -2)
		return -1;
	if (c->depth == 0 || c->ended)
		return 0;
	c->ended = true;
	c->began = c->line;
	*why = "the file ends before its array does";
	return 2;
}
