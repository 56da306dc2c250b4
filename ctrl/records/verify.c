/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void sl_verify_init(struct sl_verify *v, const struct sl_chain *anchor)
{
	memset(v, 0, sizeof(*v));
	sl_chain_init(&v->last);
	if (anchor)
		v->anchor = *anchor;
}

__attribute__((format(printf, 3, 4))) static bool wrong_at(
	struct sl_verify *v, uint64_t line, const char *format, ...)
{
	va_list arguments;
	int n = snprintf(v->text, sizeof(v->text), "%s:%" PRIu64 ": ", v->name, line);

	va_start(arguments, format);
	if (n > 0 && (size_t)n < sizeof(v->text))
		vsnprintf(v->text + n, sizeof(v->text) - (size_t)n, format, arguments);
	va_end(arguments);
	v->wrong = true;
	return false;
}

/* A line that is no record: a crash may have left it, which the next record says then. */
static bool take_other(struct sl_verify *v, const char *line, size_t len)
{
	if (v->open_torn[0])
		return wrong_at(v, v->line - 1, "changed: it is no record of an audit trail");
	sl_chain_hash(line, len, v->open_torn);
	return true;
}

static bool close_torn(struct sl_verify *v, const struct sl_chain_record *r)
{
	bool same = strcmp(v->open_torn, r->torn) == 0;

	if (!same && v->open_torn[0])
		return wrong_at(v, v->line > 1 ? v->line - 1 : v->line,
			"changed: it is no record of an audit trail");
	if (!same && v->records)
		return wrong_at(v, v->line, "missing: the torn line that record %" PRIu64 " closes",
			r->self.seq);
	v->torn += r->torn[0] != '\0';
	v->open_torn[0] = '\0';
	return true;
}

/* And not of this one, put behind its second record. */
static bool begins_a_chain(const struct sl_verify *v, const struct sl_chain_record *r)
{
	struct sl_chain none;

	sl_chain_init(&none);
	return !strcmp(r->prev, none.hash) && strcmp(r->self.hash, v->before) != 0;
}

/* Opens a gap where numbers are missing: it is told when the rest was looked at for them. */
static bool follow(struct sl_verify *v, const struct sl_chain_record *r)
{
	uint64_t expected = v->last.seq + 1, first = r->self.seq - r->lost;

	if (first == expected)
		return !strcmp(r->prev, v->last.hash) ||
		       wrong_at(v, v->line,
			       "changed: record %" PRIu64 " was made after another record %" PRIu64
			       " than the one before it",
			       r->self.seq, v->last.seq);
	if (first > expected) {
		v->gap_first = expected;
		v->gap_last = first - 1;
		wrong_at(v, v->line,
			"missing: record(s) %" PRIu64 " to %" PRIu64
			" are not in front of record %" PRIu64,
			v->gap_first, v->gap_last, r->self.seq);
		v->wrong = false;
		return true;
	}
	if (begins_a_chain(v, r))
		return wrong_at(v, v->line,
			"a new chain begins: nothing says that it goes on from record %" PRIu64,
			v->last.seq);
	return wrong_at(v, v->line, "reordered: record %" PRIu64 " stands behind record %" PRIu64,
		r->self.seq, v->last.seq);
}

static bool check_anchor(struct sl_verify *v)
{
	if (!v->anchor.seq || v->last.seq != v->anchor.seq)
		return true;
	v->anchored = true;
	return !strcmp(v->anchor.hash, v->last.hash) ||
	       wrong_at(v, v->line, "changed: the head that was given has another record %" PRIu64,
		       v->last.seq);
}

/* The numbers that were missing may stand behind. */
static bool look_for_gap(struct sl_verify *v, const char *line, size_t len)
{
	struct sl_chain_record r;

	if (!sl_chain_read(line, len, &r) || !r.intact || r.self.seq < v->gap_first ||
		r.self.seq > v->gap_last)
		return true;
	return wrong_at(v, v->line, "reordered: record %" PRIu64 " stands behind record %" PRIu64,
		r.self.seq, v->last.seq);
}

static bool take_record(struct sl_verify *v, const struct sl_chain_record *r)
{
	if (!close_torn(v, r))
		return false;
	if (!r->intact)
		return wrong_at(v, v->line,
			"changed: record %" PRIu64 " has another hash than it says", r->self.seq);
	if (v->records && !follow(v, r))
		return false;
	if (!v->records) {
		v->first = r->self.seq;
		memcpy(v->before, r->prev, sizeof(v->before));
	}
	v->last = r->self;
	v->lost += r->lost;
	v->records++;
	return check_anchor(v);
}

static bool take_line(struct sl_verify *v, const char *line, size_t len)
{
	struct sl_chain_record r;

	v->line++;
	if (v->gap_first)
		return look_for_gap(v, line, len);
	if (!sl_chain_read(line, len, &r))
		return take_other(v, line, len);
	return take_record(v, &r);
}

/* Reads up to a newline. Returns its length; -1: the file has ended; -2: it is too long. */
static long read_line(FILE *file, char line[SL_CHAIN_LINE])
{
	long len = 0;
	int c;

	while ((c = getc_unlocked(file)) != EOF && c != '\n') {
		if (len == SL_CHAIN_LINE)
			return -2;
		line[len++] = (char)c;
	}
	return c == EOF && !len ? -1 : len;
}

bool sl_verify_file(struct sl_verify *v, FILE *file, const char *name)
{
	char line[SL_CHAIN_LINE];
	long len;

	if (v->wrong)
		return false;
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->line = 0;
	while ((len = read_line(file, line)) >= 0)
		if (!take_line(v, line, (size_t)len))
			return false;
	if (len == -2)
		return wrong_at(v, v->line + 1, "changed: no record is longer than %d bytes",
			SL_CHAIN_LINE);
	if (ferror(file))
		return wrong_at(v, v->line + 1, "cannot be read: %s", strerror(errno));
	return true;
}

bool sl_verify_end(struct sl_verify *v)
{
	if (v->wrong)
		return false;
	v->wrong = v->gap_first; /* the words are there */
	if (v->wrong)
		return false;
	if (v->open_torn[0])
		return wrong_at(v, v->line,
			"torn: the last line is no whole record, and none behind it says why");
	if (!v->records)
		return wrong_at(v, 0, "there is no record");
	if (v->anchor.seq && !v->anchored)
		return wrong_at(v, v->line,
			"missing: the trail has records %" PRIu64 " to %" PRIu64
			", and not %" PRIu64 ", the head that was given",
			v->first, v->last.seq, v->anchor.seq);
	return true;
}
