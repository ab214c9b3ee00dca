#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual pages as one page for a browser, on stdout: html.sh VERSION PAGE..., run by `make html`.
#
# Nothing outside the page is loaded; links lead from page to page, and each section has a name
# of its own: #lib-search.1, #lib-search.1-OPTIONS.
set -eu
export LC_ALL=C.UTF-8
version=$1
shift

cat <<END
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fonoteca $version</title>
<style>
:root { color-scheme: light dark; --back: #fdfcf9; --text: #222; --dim: #6a675f; --line: #d9d5ca; --name: #7a2e0e; --code: #f3f0e8 }
@media (prefers-color-scheme: dark) { :root { --back: #1b1b1a; --text: #dcd9d2; --dim: #98948a; --line: #3d3b37; --name: #eba06b; --code: #262523 } }
body { margin: 0 auto; max-width: 52rem; padding: 1rem 1.25rem 6rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
nav { border-bottom: 1px solid var(--line); padding-bottom: 1rem }
nav ul { columns: 2; list-style: none; margin: 0; padding: 0 }
article { border-bottom: 1px solid var(--line); padding-bottom: 2rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.35rem; margin-top: 2.5rem } h3 { font-size: 1rem; letter-spacing: .05em } h4 { font-size: 1rem }
a { color: inherit; text-decoration-color: var(--dim) }
a.permalink { text-decoration: none }
code, pre, .Nm, .Fl, .Cm, .Ic { font-family: ui-monospace, monospace; font-size: .94em }
pre { background: var(--code); overflow-x: auto; padding: .6rem .8rem; border-radius: .3rem }
code.Nm, code.Fl, code.Cm, code.Ic { color: var(--name); font-weight: 600 }
var, .Pa, i { font-style: italic }
table { border-collapse: collapse } td, th { padding: .1rem .8rem .1rem 0; vertical-align: top; text-align: left }
dd { margin: 0 0 .5rem 2rem } .Bl-compact > dd { margin-bottom: 0 } dt { margin-top: .3rem }
.Bd-indent { margin-left: 2rem } p.Pp { margin: .7rem 0 }
</style>
</head>
<body>
<h1>Fonoteca $version</h1>
<nav><ul>
END
# A page's names, for links between them: "lib-search.1 lib-sweep.1 ..."
pages=
for page; do
	name=${page##*/}
	pages="$pages $name"
	about=$(sed -n 's/^\.Nd //p' "$page")
	printf '<li><a href="#%s">%s(%s)</a>: %s</li>\n' "$name" "${name%.*}" "${name##*.}" "$about"
done
echo '</ul></nav>'
for page; do
	name=${page##*/}
	printf '<article id="%s">\n<h2>%s(%s)</h2>\n' "$name" "${name%.*}" "${name##*.}"
	# Without the head and the foot of a printed page; headings one level down below the page's own.
	sed "s/@VERSION@/$version/g" "$page" | mandoc -T html -O fragment |
		sed -E 's,<(/?)h2,<\1h4,g; s,<(/?)h1,<\1h3,g' |
		awk -v page="$name" -v pages="$pages" '
		BEGIN { n = split(pages, known, " ") }
		/<table class="(head|foot)">/ { skipping = 1 }
		!skipping {
			gsub(/ id="/, "&" page "-")
			gsub(/ href="#/, "&" page "-")
			for (i = 1; i <= n; i++) {
				dot = match(known[i], /\.[0-9]$/)
				label = substr(known[i], 1, dot - 1) "(" substr(known[i], dot + 1) ")"
				from = "<a class=\"Xr\">" label "</a>"
				while ((at = index($0, from)) > 0)
					$0 = substr($0, 1, at - 1) "<a class=\"Xr\" href=\"#" known[i] "\">" label "</a>" substr($0, at + length(from))
			}
			print
		}
		/<\/table>/ { skipping = 0 }'
	echo '</article>'
done
printf '</body>\n</html>\n'
