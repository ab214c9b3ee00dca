/* SPDX-License-Identifier: MIT */
/* Looking codes up. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "store/packed/column.h"
#include "store/sql.h"

enum { CHUNKS_MAX = 1 << 20 };

/* What stands for a blob that is not there. */
static uint8_t zeros[8 * PACKED_CHUNK];

static enum err_code
read_chunks(struct packed *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT chunk FROM packed_chunk", e);

	if (st == NULL)
		return e->code;
	while (sql_step(p->db, st, e) > 0) {
		int64_t chunk = sqlite3_column_int64(st, 0);

		if (chunk >= 0 && chunk < p->chunks)
			p->packed[chunk] = 1;
	}
	sql_done(st);
	return e->code;
}

enum err_code
packed_open(struct packed *p, struct db *db, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT max(doc) FROM doc", e);

	*p = (struct packed){ .db = db };
	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) > 0 && sqlite3_column_type(st, 0) != SQLITE_NULL)
		p->chunks = (sqlite3_column_int64(st, 0) >> PACKED_SHIFT) + 1;
	if (p->chunks < 0 || p->chunks > CHUNKS_MAX) /* nobody's library: do without */
		p->chunks = 0;
	sql_done(st);
	if (e->code != ERR_NONE)
		return e->code;
	p->packed = calloc((size_t)p->chunks + 1, 1);
	if (p->packed == NULL)
		return err_memory(e);
	if (read_chunks(p, e) != ERR_NONE)
		packed_close(p);
	return e->code;
}

void
packed_close(struct packed *p)
{
	for (int i = 0; i < PACKED_COLUMNS; i++) {
		for (int64_t k = 0; p->column[i] != NULL && k < p->chunks; k++)
			if (p->column[i][k] != zeros)
				free(p->column[i][k]);
		free(p->column[i]);
	}
	for (int i = 0; i < PACKED_COLUMNS; i++)
		free(p->borrowed[i]);
	free(p->made);
	free(p->packed);
	*p = (struct packed){ 0 };
}

/* The blob of a chunk: copied to *to (which is made where it is NULL), zeros, or packed no more: NULL. */
static enum err_code
read_blob(struct packed *p, enum packed_column column, int64_t chunk, uint8_t **to, const uint8_t **codes,
    struct err *e)
{
	size_t size = packed_kinds[column].bytes * (size_t)PACKED_CHUNK;
	sqlite3_stmt *st = sql_get(p->db, "SELECT v FROM packed WHERE id = ?", e);
	int step;

	if (st == NULL)
		return e->code;
	*codes = NULL;
	sql_int(st, 1, packed_id(column, chunk));
	step = sql_step(p->db, st, e);
	if (step == 0) {
		*codes = zeros;
	} else if (step > 0 && (size_t)sqlite3_column_bytes(st, 0) != size) {
		p->packed[chunk] = 0; /* nothing of ours: as if it were not there */
	} else if (step > 0) {
		const void *bytes = sqlite3_column_blob(st, 0);

		if (*to == NULL)
			*to = malloc(size);
		if (bytes != NULL && *to != NULL)
			*codes = memcpy(*to, bytes, size);
		else
			err_memory(e);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
load(struct packed *p, enum packed_column column, int64_t chunk, struct err *e)
{
	uint8_t **list = p->column[column], *copy = NULL;
	const uint8_t *codes;

	if (list == NULL) {
		list = p->column[column] = calloc((size_t)p->chunks, sizeof *list);
		if (list == NULL)
			return err_memory(e);
	}
	if (read_blob(p, column, chunk, &copy, &codes, e) == ERR_NONE && codes != NULL)
		list[chunk] = codes == zeros ? zeros : copy;
	else
		free(copy);
	return e->code;
}

int
packed_chunk(struct packed *p, enum packed_column column, int64_t chunk, const uint8_t **codes, struct err *e)
{
	if (chunk < 0 || chunk >= p->chunks || !p->packed[chunk])
		return 0;
	if (p->column[column] == NULL || p->column[column][chunk] == NULL) {
		if (load(p, column, chunk, e) != ERR_NONE)
			return -1;
		if (!p->packed[chunk])
			return 0;
	}
	*codes = p->column[column][chunk];
	return 1;
}

static int
made_whole(struct packed *p, enum packed_column column, int64_t chunk, const uint8_t **codes, struct err *e)
{
	if (p->made == NULL || p->made_number != chunk) {
		free(p->made);
		p->made = NULL;
		if (packed_make_codes(&p->made, p->db, chunk, false, e) != ERR_NONE)
			return -1;
		p->made_number = chunk;
	}
	*codes = p->made->column[column];
	return 1;
}

int
packed_whole(struct packed *p, enum packed_column column, int64_t chunk, const uint8_t **codes, struct err *e)
{
	if (chunk < 0 || chunk >= p->chunks) {
		err_set(e, ERR_BUG, "there is no chunk %lld", (long long)chunk);
		return -1;
	}
	if (!p->packed[chunk])
		return made_whole(p, column, chunk, codes, e);
	if (p->column[column] != NULL && p->column[column][chunk] != NULL) {
		*codes = p->column[column][chunk];
		return 1;
	}
	if (p->borrowed_number[column] == chunk + 1) {
		*codes = p->borrowed[column];
		return 1;
	}
	p->borrowed_number[column] = 0;
	if (read_blob(p, column, chunk, &p->borrowed[column], codes, e) != ERR_NONE)
		return -1;
	if (*codes == NULL)
		return made_whole(p, column, chunk, codes, e);
	if (*codes != zeros)
		p->borrowed_number[column] = chunk + 1;
	return 1;
}

void
packed_read(enum packed_column column, const uint8_t *codes, const uint16_t *place, size_t n, uint64_t *code)
{
	uint64_t n8;
	uint32_t n4;
	uint16_t n2;

	switch (packed_kinds[column].bytes) { /* known widths: no calls */
	case 1:
		for (size_t i = 0; i < n; i++)
			code[i] = codes[place[i]];
		break;
	case 2:
		for (size_t i = 0; i < n; i++) {
			memcpy(&n2, codes + 2 * place[i], sizeof n2);
			code[i] = le16toh(n2);
		}
		break;
	case 4:
		for (size_t i = 0; i < n; i++) {
			memcpy(&n4, codes + 4 * place[i], sizeof n4);
			code[i] = le32toh(n4);
		}
		break;
	default:
		for (size_t i = 0; i < n; i++) {
			memcpy(&n8, codes + 8 * place[i], sizeof n8);
			code[i] = le64toh(n8);
		}
	}
}

int
packed_code(struct packed *p, enum packed_column column, int64_t doc, uint64_t *code, struct err *e)
{
	const uint16_t place = doc & (PACKED_CHUNK - 1);
	const uint8_t *codes;
	int known = packed_chunk(p, column, doc >> PACKED_SHIFT, &codes, e);

	if (known > 0)
		packed_read(column, codes, &place, 1, code);
	return known;
}
