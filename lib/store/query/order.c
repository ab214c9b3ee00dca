/* SPDX-License-Identifier: MIT */
#include "store/query/order.h"

#include "store/query/compile.h"
#include "store/query/place.h"
#include "store/query/query.h"

enum err_code
query_order(struct db *db, const char *fields, struct buf *sql, struct err *e)
{
	struct query q = { 0 };

	if (query_sort(&q, fields, e) != ERR_NONE || compile_functions(db, e) != ERR_NONE)
		return e->code;
	if (q.norder == 0)
		return err_set(e, ERR_USAGE, "an order wants the name of a field, as 'year-,artist'");
	for (size_t i = 0; i < q.norder; i++) {
		field_order(q.order[i].field, sql);
		buf_printf(sql, "%s NULLS LAST, ", q.order[i].descending ? " DESC" : "");
	}
	return buf_ok(sql, e);
}
