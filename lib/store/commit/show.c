/* SPDX-License-Identifier: MIT */
/* Item by item: what a commit of a session would make of it (report.h). */
#include <inttypes.h>
#include <string.h>

#include "base/out.h"
#include "store/commit/publish.h"
#include "store/commit/report.h"

/* What is at work: the item at hand, with what was read from it. */
struct show {
	struct db *db;
	struct plan *plan;
	struct publish files;
	bool open; /* it may still be committed */
	bool json;
	report_line *fn;
	void *context;
	struct item it;
	struct record r;
	struct err trouble; /* with its staged file */
	struct buf line;
};

static const char *
name_of(const struct item *it, const struct plan_entry *entry)
{
	if (entry == NULL || entry->verdict == PLAN_SETTLED)
		return it->state;
	return verdict_name(entry->verdict);
}

/* What it says of an item besides its verdict: the track in the catalogue, or the item of the same session.
 */
struct relation {
	int64_t track, item; /* it is of this one's track */
	int64_t of, kin;     /* of their recording */
};

static struct relation
relation(const struct item *it, const struct plan_entry *entry, const struct plan *p)
{
	struct relation r = { .track = it->track };

	if (entry == NULL)
		return r;
	r.track = entry->track;
	if (entry->first >= 0 && r.track == 0)
		r.item = p->entries[entry->first].item;
	r.of = entry->of;
	if (entry->kin >= 0)
		r.kin = p->entries[entry->kin].item;
	return r;
}

static void
reason_text(const char *code, const char *reason, struct buf *out)
{
	buf_printf(out, "%s: ", code);
	out_escape(out, reason, strlen(reason));
}

static bool
is_broken(const struct plan_entry *entry)
{
	return entry != NULL && (entry->verdict == PLAN_MISSING || entry->verdict == PLAN_ALTERED);
}

/* What it has in common with another item of the session, named by where that came from. */
static void
sibling_text(const struct show *s, const char *what, int64_t id, struct buf *out)
{
	struct item it = { 0 };
	struct err ignored = { 0 };

	buf_puts(out, what);
	if (item_next(s->db, s->plan->session, id - 1, &it, &ignored) == 1 && it.id == id && it.path != NULL)
		out_escape(out, it.path, strlen(it.path));
	else
		buf_printf(out, "item %" PRId64, id);
	item_free(&it);
}

static void
relation_text(const struct show *s, const struct plan_entry *entry, struct buf *out)
{
	const struct item *it = &s->it;
	struct relation r = relation(it, entry, s->plan);

	if (is_broken(entry)) {
		reason_text(err_name(s->trouble.code), s->trouble.msg, out);
		return;
	}

	if (r.track != 0)
		buf_printf(out, "track %" PRId64, r.track);
	else if (r.item != 0)
		sibling_text(s, "the track of ", r.item, out);
	else if (r.of != 0)
		buf_printf(out, "the recording of track %" PRId64, r.of);
	else if (r.kin != 0)
		sibling_text(s, "the recording of ", r.kin, out);
	if (r.track == 0 && r.item == 0 && (r.of != 0 || r.kin != 0))
		buf_printf(out, " (%s)", heard_name(entry->heard));
	if (entry != NULL && entry->why != SAME_NOT)
		buf_printf(out, ": %s", same_words(entry->why));
	if (it->code != NULL)
		reason_text(it->code, it->reason != NULL ? it->reason : "", out);
}

/* What the import noted of the file. */
static void
notes_text(const struct record *r, struct buf *out)
{
	const char *before = "";

	if (r->damaged) {
		buf_puts(out, "damaged");
		before = "; ";
	}
	for (size_t i = 0; i < r->nnotes; i++) {
		buf_puts(out, before);
		out_escape(out, r->notes[i], strlen(r->notes[i]));
		before = "; ";
	}
}

static void
item_text(struct show *s, const struct record *r, const struct plan_entry *entry)
{
	const struct item *it = &s->it;
	struct buf *out = &s->line;

	buf_printf(out, "%s\t", name_of(it, entry));
	if (it->path != NULL)
		out_escape(out, it->path, strlen(it->path));
	else
		buf_printf(out, "item %" PRId64, it->id);
	if (entry != NULL && entry->part != 0)
		buf_printf(out, " part %d", (int)entry->part);
	buf_putc(out, '\t');
	relation_text(s, entry, out);
	buf_putc(out, '\t');
	notes_text(r, out);
}

static void
sha256_json(const struct item *it, struct buf *out)
{
	struct buf hex = { 0 };

	if (!it->has_sha256)
		return;
	out_hex(&hex, it->sha256, sizeof it->sha256);
	json_text(out, "sha256", hex.data != NULL ? hex.data : "");
	buf_free(&hex);
}

static void
relation_json(const struct item *it, const struct plan_entry *entry, const struct plan *p, struct buf *out)
{
	static const char *const actions[PLAN_VERDICTS] = {
		[PLAN_ATTACH] = "attach", [PLAN_CONFLICT] = "fail", [PLAN_SKIP] = "skip"
	};
	struct relation r = relation(it, entry, p);

	if (entry != NULL && actions[entry->verdict] != NULL)
		json_text(out, "action", actions[entry->verdict]);
	if (r.track != 0)
		json_int(out, "track", r.track);
	if (r.item != 0)
		json_int(out, "item", r.item);
	if (entry != NULL && entry->why != SAME_NOT)
		json_text(out, "why", same_name(entry->why));
	if (r.of != 0)
		json_int(out, "recording_of", r.of);
	if (r.kin != 0)
		json_int(out, "recording_of_item", r.kin);
	if (r.of != 0 || r.kin != 0)
		json_text(out, "known_by", heard_name(entry->heard));
}

static void
notes_json(const struct record *r, struct buf *out)
{
	if (r->damaged)
		json_bool(out, "damaged", true);
	if (r->nnotes == 0)
		return;
	json_array_begin(out, "notes");
	for (size_t i = 0; i < r->nnotes; i++)
		json_text(out, NULL, r->notes[i]);
	json_array_end(out);
}

static void
item_json(struct show *s, const struct record *r, const struct plan_entry *entry)
{
	const char *code = is_broken(entry) ? err_name(s->trouble.code) : s->it.code;
	const char *reason = is_broken(entry) ? s->trouble.msg : s->it.reason;
	const struct item *it = &s->it;
	struct buf *out = &s->line;

	json_open(out, "item");
	json_int(out, "id", it->id);
	report_session_id(out, "session", it->session);
	json_text(out, "state", it->state);
	json_text(out, "verdict", name_of(it, entry));
	if (entry != NULL && entry->part != 0)
		json_int(out, "part", entry->part);
	if (it->path != NULL)
		json_bytes(out, "source", it->path, strlen(it->path));
	if (it->size != 0)
		json_int(out, "size", it->size);
	sha256_json(it, out);
	if (!is_broken(entry))
		relation_json(it, entry, s->plan, out);
	if (code != NULL)
		json_text(out, "code", code);
	if (reason != NULL)
		json_text_n(out, "reason", reason, strlen(reason));
	notes_json(r, out);
	json_close(out);
}

static const struct {
	const char *key, *one;
	enum verdict a, b;
} totals[] = { { "new", "new", PLAN_NEW, PLAN_NEW }, { "restored", "restored", PLAN_RESTORE, PLAN_RESTORE },
	{ "duplicates", "duplicate", PLAN_DUPLICATE, PLAN_DUPLICATE },
	{ "conflicts", "conflict", PLAN_ATTACH, PLAN_CONFLICT },
	{ "retagged", "retagged", PLAN_RETAG, PLAN_RETAG }, { "skipped", "skipped", PLAN_SKIP, PLAN_SKIP },
	{ "removed_earlier", "removed earlier", PLAN_REMOVED, PLAN_REMOVED },
	{ "failed", "failed", PLAN_FAILED, PLAN_FAILED },
	{ "missing", "missing", PLAN_MISSING, PLAN_MISSING },
	{ "altered", "altered", PLAN_ALTERED, PLAN_ALTERED },
	{ "settled", "settled", PLAN_SETTLED, PLAN_SETTLED } };

static int64_t
total(const struct plan *p, size_t i)
{
	return p->counts[totals[i].a] + (totals[i].a != totals[i].b ? p->counts[totals[i].b] : 0);
}

/* A file with parts has an entry for each. */
static int64_t
items(const struct plan *p)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += plan_is_first(p, i);
	return n;
}

static void
plan_text(const struct plan *p, struct buf *out)
{
	buf_printf(out, "s%" PRId64 ": ", p->session);
	report_counted(out, "", items(p), "item", "items");
	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
		if (total(p, i) > 0)
			buf_printf(out, ", %" PRId64 " %s", total(p, i), totals[i].one);
}

static void
plan_json(const struct plan *p, struct buf *out)
{
	json_open(out, "summary");
	report_session_id(out, "session", p->session);
	json_int(out, "items", items(p));
	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
		json_int(out, totals[i].key, total(p, i));
	json_close(out);
}

/* Is its staged file as it was?  Where the session could be committed but for it, it says so. */
static enum err_code
look(struct show *s, struct plan_entry *first, struct err *e)
{
	const struct plan *p = s->plan;
	size_t at = (size_t)(first - p->entries), i = at;

	s->trouble = (struct err){ 0 };
	while (!publish_wanted(&p->entries[i]) && !plan_is_last(p, i))
		i++;
	if (!publish_wanted(&p->entries[i]))
		return ERR_NONE;
	if (publish_look(&s->files, s->plan, &p->entries[i], &s->it, &s->trouble) == ERR_NOTFOUND)
		plan_overrule(s->plan, at, PLAN_MISSING);
	else if (s->trouble.code == ERR_CHANGED)
		plan_overrule(s->plan, at, PLAN_ALTERED);
	else if (s->trouble.code != ERR_NONE)
		*e = s->trouble;
	return e->code;
}

/* One line, or one for each part of its file: the first has the notes. */
static enum err_code
show_item(struct show *s, struct err *e)
{
	struct plan_entry *entry = plan_find(s->plan, s->it.id);
	const struct record nothing = { 0 }, *r = &s->r;

	if (entry != NULL && s->open && look(s, entry, e) != ERR_NONE)
		return e->code;
	for (;; entry++, r = &nothing) {
		(s->json ? item_json : item_text)(s, r, entry);
		if (buf_ok(&s->line, e) != ERR_NONE)
			return e->code;
		s->fn(s->context, &s->line);
		buf_clear(&s->line);
		if (entry == NULL || plan_is_last(s->plan, (size_t)(entry - s->plan->entries)))
			return ERR_NONE;
	}
}

enum err_code
report_items(struct db *db, const struct session *session, const struct commit_options *o, bool json,
    report_line *fn, void *context, int64_t *broken, struct err *e)
{
	struct show s = { .db = db, .json = json, .fn = fn, .context = context };
	int64_t after = 0;

	s.open = strcmp(session->state, "rejected") != 0 && strcmp(session->state, "expired") != 0;
	if (plan_make(&s.plan, db, session->id, o->policy, o->progress, e) != ERR_NONE ||
	    publish_begin(&s.files, db, session->id, e) != ERR_NONE)
		goto out;
	while (item_next(db, session->id, after, &s.it, e) == 1) {
		after = s.it.id;
		record_free(&s.r);
		if (s.it.record != NULL && record_decode(&s.r, s.it.record, s.it.record_len, e) != ERR_NONE)
			break;
		if (show_item(&s, e) != ERR_NONE)
			break;
	}
	if (e->code == ERR_NONE) {
		*broken = s.plan->counts[PLAN_MISSING] + s.plan->counts[PLAN_ALTERED];
		(json ? plan_json : plan_text)(s.plan, &s.line);
		if (buf_ok(&s.line, e) == ERR_NONE)
			fn(context, &s.line);
	}
out:
	buf_free(&s.line);
	record_free(&s.r);
	item_free(&s.it);
	publish_end(&s.files);
	plan_free(s.plan);
	return e->code;
}
