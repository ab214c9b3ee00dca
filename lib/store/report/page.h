/* SPDX-License-Identifier: MIT */
/*
 * page.h - a report as one page for a browser
 *
 * HTML 5 with everything inside: no script, no font, no picture from elsewhere; light or dark as the
 * reader's system is.  Between page_begin() and page_end() come what stats_print() and plays_stats() print
 * as STATS_HTML, each after a page_section().
 */
#ifndef STORE_REPORT_PAGE_H
#define STORE_REPORT_PAGE_H

#include <stdint.h>

#include "base/buf.h"

void page_begin(struct buf *out, const char *title, int64_t now);
void page_section(struct buf *out, const char *title);
void page_end(struct buf *out);

#endif
