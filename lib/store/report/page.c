/* SPDX-License-Identifier: MIT */
#include "store/report/page.h"

#include <string.h>

#include "base/out.h"
#include "base/time.h"

static const char style[] =
    ":root{color-scheme:light dark;--back:#fdfcf9;--text:#222;--dim:#6a675f;--line:#e2ded4;--mark:#b4531f}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#1b1b1a;--text:#dcd9d2;--dim:#98948a;--line:#383632;"
    "--mark:#e08a52}}\n"
    "body{margin:0 auto;max-width:84rem;padding:1rem 1.5rem 4rem;background:var(--back);color:var(--text);"
    "font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.6rem;margin-bottom:0}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}.when{color:var(--dim);"
    "margin-top:0}\n"
    "section{display:flex;flex-wrap:wrap;gap:.5rem 2.5rem;align-items:flex-start}h2{flex-basis:100%}\n"
    "section::before{content:\"\";order:1;flex-basis:100%}figure{order:2}\n"
    ".total{color:var(--dim)}.total b{display:block;color:var(--text);font-size:1.5rem;line-height:1.2}\n"
    "figure{flex:1 1 32rem;min-width:0;max-width:48rem;margin:1rem 0}figcaption{color:var(--dim);"
    "margin-bottom:.3rem;text-transform:capitalize}\n"
    "svg{width:100%;height:auto;font:12px system-ui,sans-serif}text{fill:var(--dim)}rect{fill:var(--mark)}\n"
    "path{fill:var(--mark);fill-opacity:.35;stroke:var(--mark);stroke-width:1.5}.label{text-anchor:end}\n"
    ".name{text-anchor:middle}.grid{stroke:var(--line)}g .label{fill:var(--text)}\n";

void
page_begin(struct buf *out, const char *title, int64_t now)
{
	char when[TIME_TEXT];

	buf_puts(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	out_xml(out, title, strlen(title));
	buf_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
	out_xml(out, title, strlen(title));
	buf_printf(out, "</h1>\n<p class=\"when\">%s</p>\n", time_format(now, when));
	buf_puts(out, "<section>\n");
}

void
page_section(struct buf *out, const char *title)
{
	buf_puts(out, "</section>\n<section>\n<h2>");
	out_xml(out, title, strlen(title));
	buf_puts(out, "</h2>\n");
}

void
page_end(struct buf *out)
{
	buf_puts(out, "</section>\n</body>\n</html>\n");
}
