/* SPDX-License-Identifier: MIT */
/* One transition in words. */
#include <string.h>

#include "base/out.h"
#include "store/playlist/mix.h"

void
mix_explain(const struct mix_tags *a, const struct mix_tags *b, struct mix_transition *t)
{
	*t = (struct mix_transition){ .factor = 1, .beats = 1, .cost = mix_cost(&a->song, &b->song) };
	t->timed = a->song.timed && b->song.timed;
	t->keyed = a->song.keyed && b->song.keyed;
	if (t->timed) {
		t->factor = tempo_factor(a->bpm, b->bpm);
		t->beats = b->bpm * t->factor / a->bpm;
		t->semitones = tempo_semitones(t->factor);
	}
	if (b->song.keyed)
		t->sounds = key_transposed(&b->song.key, (int)(t->semitones + 12.5) - 12);
	if (t->keyed) {
		t->steps = key_steps(&a->song.key, &b->song.key);
		t->sounding_steps = key_steps(&a->song.key, &t->sounds);
		t->shift = key_shift_to_fit(&a->song.key, &b->song.key);
	}
}

/* Up to one decimal: 4, 4.5 */
static void
add_number(struct buf *out, double x)
{
	long tenths = (long)(x * 10 + 0.5);

	buf_printf(out, tenths % 10 == 0 ? "%ld" : "%ld.%ld", tenths / 10, tenths % 10);
}

static void
add_tempo(const struct mix_transition *t, struct buf *out)
{
	double percent = 100 * (t->factor < 1 ? 1 - t->factor : t->factor - 1);

	if (!t->timed)
		buf_puts(out, "a tempo is not known");
	else if (percent < 0.05)
		buf_puts(out, "leave the speed of B");
	else {
		buf_puts(out, t->factor > 1 ? "speed B up by " : "slow B down by ");
		add_number(out, percent);
		buf_puts(out, " %");
	}
	if (t->timed && t->beats > 1.5)
		buf_printf(out, " (%.0f beats of B to one of A)", t->beats);
	else if (t->timed && t->beats < 0.75)
		buf_printf(out, " (%.0f beats of A to one of B)", 1 / t->beats);
}

static void
add_semitones(int n, struct buf *out)
{
	buf_printf(
	    out, "%d semitone%s %s", n < 0 ? -n : n, n == 1 || n == -1 ? "" : "s", n < 0 ? "down" : "up");
}

static void
add_key(const struct music_key *k, struct buf *out)
{
	char hour[KEY_TEXT];

	key_camelot(k, hour);
	buf_printf(out, "%s (%s)", k->name, hour);
}

static void
add_steps(int steps, struct buf *out)
{
	if (steps == 0)
		buf_puts(out, "the same key");
	else if (steps == 1)
		buf_puts(out, "beside each other");
	else
		buf_printf(out, "%d steps apart", steps);
}

static void
add_keys(const struct mix_tags *a, const struct mix_tags *b, const struct mix_transition *t, char end,
    struct buf *out)
{
	double semitones = t->semitones < 0 ? -t->semitones : t->semitones;

	if (!t->keyed)
		return;
	buf_puts(out, "pitch held: ");
	add_key(&a->song.key, out);
	buf_puts(out, " and ");
	add_key(&b->song.key, out);
	buf_puts(out, ", ");
	add_steps(t->steps, out);
	buf_putc(out, end);
	if (!t->timed || semitones < 0.05)
		return;
	buf_puts(out, "pitch not held: B sounds ");
	add_number(out, semitones);
	buf_printf(out, " semitones %s, about in ", t->semitones < 0 ? "lower" : "higher");
	add_key(&t->sounds, out);
	buf_puts(out, ", ");
	add_steps(t->sounding_steps, out);
	buf_putc(out, end);
}

/* "heard, not tagged: tempo of A, key of A" */
static void
add_heard(const struct mix_tags *a, const struct mix_tags *b, char end, struct buf *out)
{
	const struct {
		bool heard;
		const char *what;
	} values[] = { { a->bpm_heard, "tempo of A" }, { a->key_heard, "key of A" },
		{ b->bpm_heard, "tempo of B" }, { b->key_heard, "key of B" } };
	const char *before = "heard, not tagged: ";

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (values[i].heard) {
			buf_printf(out, "%s%s", before, values[i].what);
			before = ", ";
		}
	if (*before == ',')
		buf_putc(out, end);
}

void
mix_text(const struct mix_tags *a, const struct mix_tags *b, char end, struct buf *out)
{
	struct mix_transition t;

	mix_explain(a, b, &t);
	add_tempo(&t, out);
	buf_puts(out, ", ");
	if (!t.keyed)
		buf_puts(out, "a key is not known");
	else if (t.shift == 0)
		buf_puts(out, "leave its pitch");
	else
		add_semitones(t.shift, out);
	buf_putc(out, end);
	add_keys(a, b, &t, end, out);
	add_heard(a, b, end, out);
	buf_puts(out, "cost ");
	add_number(out, t.cost);
	buf_putc(out, end);
}

static double
rounded(double x)
{
	return (double)(long)(x * 10000 + (x < 0 ? -0.5 : 0.5)) / 10000;
}

static void
add_side(const char *name, const struct mix_tags *m, struct buf *out)
{
	char hour[KEY_TEXT];

	json_object_begin(out, name);
	json_int(out, "track", m->track);
	if (m->song.timed)
		json_double(out, "bpm", m->bpm);
	if (m->song.keyed) {
		key_camelot(&m->song.key, hour);
		json_text(out, "key", m->song.key.name);
		json_text(out, "camelot", hour);
	}
	if (m->song.timed && m->bpm_heard)
		json_text(out, "bpm_from", "sound");
	if (m->song.keyed && m->key_heard)
		json_text(out, "key_from", "sound");
	json_object_end(out);
}

void
mix_json(const struct mix_tags *a, const struct mix_tags *b, struct buf *out)
{
	struct mix_transition t;

	mix_explain(a, b, &t);
	json_open(out, "mix");
	add_side("from", a, out);
	add_side("to", b, out);
	if (t.timed) {
		json_double(out, "factor", rounded(t.factor));
		json_double(out, "beats", rounded(t.beats));
		json_double(out, "semitones", rounded(t.semitones));
	}
	if (t.keyed) {
		json_int(out, "steps", t.steps);
		json_int(out, "shift", t.shift);
	}
	if (t.timed && t.keyed) {
		json_text(out, "sounds", t.sounds.name);
		json_int(out, "sounding_steps", t.sounding_steps);
	}
	json_double(out, "cost", rounded(t.cost));
	json_close(out);
}
