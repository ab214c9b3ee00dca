# SPDX-License-Identifier: MIT
# Outside data: what other projects' tests say of their files, against what the media worker says.
#
# FONOTECA_CORPUS names a folder with corpus/ and expected.tsv (file, field, value, source; an empty
# value must be absent).  Where we differ on purpose, fixtures/corpus-deviations.tsv says why.
load helper

setup() {
	setup_fonoteca
	requires python3
	[ -d "${FONOTECA_CORPUS:-}/corpus" ] || skip "FONOTECA_CORPUS names no folder with corpus/ and expected.tsv"
}

@test "every field of the corpus is as expected, or the deviation is explained" {
	(cd "$FONOTECA_CORPUS/corpus" && find . -type f -printf '%P\0' | sort -z |
		xargs -0 "$FONOTECA_BUILD/unit/media-dump") >got.tsv
	python3 "$TREE/tests/fixtures/corpus-compare.py" got.tsv "$FONOTECA_CORPUS/expected.tsv" \
		"$TREE/tests/fixtures/corpus-deviations.tsv"
}

@test "no file of the corpus makes the worker crash, hang or fail as a mechanism" {
	(cd "$FONOTECA_CORPUS/corpus" && find . -type f -printf '%P\0' |
		xargs -0 "$FONOTECA_BUILD/unit/media-dump") >got.tsv
	run -1 grep -E 'tag reader|cannot run' got.tsv
	[ "$(cut -f 1 got.tsv | sort -u | wc -l)" -eq "$(find "$FONOTECA_CORPUS/corpus" -type f | wc -l)" ]
}
