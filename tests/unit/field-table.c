/* SPDX-License-Identifier: MIT */
/*
 * The field table of fonoteca-library(5): mdoc rows of name, JSON type, unit, remarks.
 * tests/docs.bats compares them with the page; to renew it, put this output between
 * the page's "fields: begin" and "fields: end".
 */
#include <stdio.h>

#include "base/field.h"

static const char *
json_type(enum field_type type)
{
	switch (type) {
	case FIELD_LIST:
		return "array of strings";
	case FIELD_INT:
	case FIELD_REAL:
		return "number";
	case FIELD_DATE:
		return "string, YYYY[-MM[-DD]]";
	case FIELD_TIME:
		return "string, RFC 3339 UTC";
	case FIELD_BOOL:
		return "true";
	case FIELD_OBJECT:
		return "object of arrays";
	case FIELD_TEXT:
	case FIELD_PATH:
		break;
	}
	return "string";
}

int
main(void)
{
	int wrong = 0;

	for (enum field f = 0; f < F_COUNT; f++) {
		const struct field_info *info = field_info(f);

		printf(".It Sy %s Ta %s Ta %s Ta %s%s%s%s Ta %s\n", info->name, json_type(info->type),
		    info->unit != NULL ? info->unit : "\\(en", info->flags & FIELD_WRITABLE ? "w" : "",
		    info->flags & FIELD_RELEASE ? "r" : "", info->flags & FIELD_PROPERTY ? "m" : "",
		    info->flags & (FIELD_WRITABLE | FIELD_RELEASE | FIELD_PROPERTY) ? "" : "\\(en",
		    info->aliases != NULL ? info->aliases : "\\(en");
		wrong += field_find(info->name) != f;
	}
	return wrong != 0;
}
