/* SPDX-License-Identifier: BSD-3-Clause */
/* An audit trail that somebody has touched is told from one that nobody has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/records/verify.h"

enum { RECORDS = 6, LINES = 16 };

static char lines[LINES][SL_CHAIN_LINE + 2];
static unsigned n_lines;
static struct sl_chain chain;

static void add(const struct sl_chain_note *note, const char *body)
{
	struct sl_chain next;

	assert_true(sl_chain_compose(&chain, note, body, strlen(body), lines[n_lines], &next) > 0);
	strchr(lines[n_lines++], '\n')[1] = '\0';
	chain = next;
}

/* Lines 0 to 5 are records 1 to 6. */
static void make(void)
{
	memset(lines, 0, sizeof(lines));
	n_lines = 0;
	sl_chain_init(&chain);
	for (int i = 0; i < RECORDS; i++)
		add(&(struct sl_chain_note){0}, "\"time\":\"now\",\"command\":\"offer\"");
}

/* The lines from..to as a file. */
static bool verify_lines(struct sl_verify *v, const char *name, unsigned from, unsigned to)
{
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	bool right;

	for (unsigned i = from; i < to; i++)
		fputs(lines[i], file);
	fclose(file);
	file = len ? fmemopen(text, len, "r") : fopen("/dev/null", "r");
	right = sl_verify_file(v, file, name);
	fclose(file);
	free(text);
	return right;
}

static void verify_all(struct sl_verify *v, const struct sl_chain *anchor)
{
	sl_verify_init(v, anchor);
	verify_lines(v, "audit.jsonl", 0, n_lines);
	sl_verify_end(v);
}

static void is_right(const struct sl_verify *v, uint64_t records)
{
	assert_string_equal(v->text, "");
	assert_false(v->wrong);
	assert_int_equal(v->records, records);
}

static void is_wrong(const struct sl_verify *v, const char *text)
{
	assert_true(v->wrong);
	if (strncmp(v->text, text, strlen(text)) != 0)
		fail_msg("'%s', not '%s'", v->text, text);
}

static void untouched(void **state)
{
	struct sl_verify v;

	make();
	verify_all(&v, &chain);
	is_right(&v, RECORDS);
	assert_int_equal(v.last.seq, RECORDS);
	assert_string_equal(v.last.hash, chain.hash);
	sl_chain_init(&chain);
	n_lines = 0;
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:0: there is no record");
}

/* Every byte of every line, the last one included. */
static void a_changed_byte(void **state)
{
	struct sl_verify v;
	char expected[64];

	make();
	for (unsigned i = 0; i < RECORDS; i++)
		for (size_t at = 0; lines[i][at] != '\n'; at++) {
			char was = lines[i][at];

			lines[i][at] = was == 'x' ? 'y' : 'x';
			verify_all(&v, NULL);
			snprintf(expected, sizeof(expected), "audit.jsonl:%u: %s", i + 1,
				i == RECORDS - 1 && v.open_torn[0] ? "torn" : "changed");
			is_wrong(&v, expected);
			lines[i][at] = was;
		}
	verify_all(&v, NULL);
	is_right(&v, RECORDS);
}

static void a_line_that_is_gone(void **state)
{
	struct sl_verify v;

	make();
	lines[2][0] = '\0';
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:3: missing: record(s) 3 to 3 are not in front of record 4");
	lines[3][0] = '\0';
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:3: missing: record(s) 3 to 4 are not in front of record 5");
}

static void lines_in_another_order(void **state)
{
	static const unsigned pairs[][2] = {{0, 1}, {1, 2}, {4, 5}, {0, 5}, {1, 4}};
	static char kept[SL_CHAIN_LINE + 2];
	struct sl_verify v;

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		make();
		memcpy(kept, lines[pairs[i][0]], sizeof(kept));
		memcpy(lines[pairs[i][0]], lines[pairs[i][1]], sizeof(kept));
		memcpy(lines[pairs[i][1]], kept, sizeof(kept));
		verify_all(&v, NULL);
		assert_true(v.wrong);
		assert_non_null(strstr(v.text, ": reordered: record "));
	}
	make();
	memcpy(lines[n_lines++], lines[2], sizeof(lines[2])); /* a copy */
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:7: reordered: record 3 stands behind record 6");
}

/* Somebody makes the rest of the chain anew: only a head from elsewhere tells. */
static void a_tail_that_was_cut_or_made_anew(void **state)
{
	struct sl_verify v;
	struct sl_chain head;

	make();
	head = chain;
	n_lines--;
	verify_all(&v, NULL);
	is_right(&v, RECORDS - 1);
	verify_all(&v, &head);
	is_wrong(&v, "audit.jsonl:5: missing: the trail has records 1 to 5, and not 6");
	make();
	sl_chain_init(&chain);
	n_lines = 0;
	for (int i = 0; i < RECORDS; i++)
		add(&(struct sl_chain_note){0}, "\"time\":\"now\",\"command\":\"ping\"");
	verify_all(&v, NULL);
	is_right(&v, RECORDS);
	verify_all(&v, &head);
	is_wrong(&v, "audit.jsonl:6: changed: the head that was given has another record 6");
}

static void a_record_of_another_chain(void **state)
{
	static char foreign[SL_CHAIN_LINE + 2];
	struct sl_verify v;

	make();
	n_lines = 3;
	sl_chain_init(&chain);
	chain.seq = 2;
	chain.hash[0] = '1';
	n_lines = 0;
	add(&(struct sl_chain_note){0}, "\"command\":\"forged\"");
	memcpy(foreign, lines[0], sizeof(foreign));
	make();
	memcpy(lines[2], foreign, sizeof(foreign));
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:3: changed: record 3 was made after another record 2");
	make();
	sl_chain_init(&chain);
	add(&(struct sl_chain_note){0}, "\"command\":\"start\"");
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:7: a new chain begins");
}

static void records_that_were_lost_say_so(void **state)
{
	struct sl_verify v;

	make();
	add(&(struct sl_chain_note){.lost = 3}, "\"command\":\"offer\"");
	add(&(struct sl_chain_note){0}, "\"command\":\"delete\"");
	verify_all(&v, NULL);
	is_right(&v, RECORDS + 2);
	assert_int_equal(v.last.seq, RECORDS + 5);
	assert_int_equal(v.lost, 3);
	memcpy(lines[6], lines[7], sizeof(lines[6]));
	n_lines = 7;
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:7: missing: record(s) 7 to 10");
}

static void a_torn_line(void **state)
{
	static const char part[] = "{\"seq\":7,\"prev\":\"12";
	char hash[SL_CHAIN_HASH];
	struct sl_verify v;

	make();
	strcpy(lines[n_lines++], part);
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:7: torn");
	strcat(lines[RECORDS], "\n");
	sl_chain_hash(part, strlen(part), hash);
	add(&(struct sl_chain_note){.torn = hash}, "\"command\":\"close-torn-line\"");
	add(&(struct sl_chain_note){0}, "\"command\":\"start\"");
	verify_all(&v, NULL);
	is_right(&v, RECORDS + 2);
	assert_int_equal(v.torn, 1);
	lines[RECORDS][3] = 'x';
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:7: changed");
	lines[RECORDS][0] = '\0';
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:7: missing: the torn line");
	make();
	strcpy(lines[3], "nothing\n");
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:4: changed: it is no record");
}

static void several_files(void **state)
{
	struct sl_verify v;

	make();
	sl_verify_init(&v, NULL);
	assert_true(verify_lines(&v, "audit.jsonl.2", 2, 3)); /* older ones are gone */
	assert_true(verify_lines(&v, "empty", 0, 0));
	assert_true(verify_lines(&v, "audit.jsonl.1", 3, 5));
	assert_true(verify_lines(&v, "audit.jsonl", 5, 6));
	assert_true(sl_verify_end(&v));
	is_right(&v, 4);
	assert_int_equal(v.first, 3);
	sl_verify_init(&v, NULL);
	assert_true(verify_lines(&v, "audit.jsonl.2", 0, 2));
	verify_lines(&v, "audit.jsonl", 4, 6);
	assert_false(sl_verify_end(&v));
	is_wrong(&v, "audit.jsonl:1: missing: record(s) 3 to 4");
}

static void lines_are_bounded(void **state)
{
	static char body[SL_CHAIN_LINE + 1];
	struct sl_chain next;
	struct sl_verify v;

	make();
	memset(body, 'x', SL_CHAIN_LINE);
	assert_int_equal(sl_chain_compose(&chain, &(struct sl_chain_note){0}, body, SL_CHAIN_LINE,
				 lines[LINES - 1], &next),
		0);
	memset(lines[3], 'x', SL_CHAIN_LINE + 1);
	lines[3][SL_CHAIN_LINE + 1] = '\0';
	verify_all(&v, NULL);
	is_wrong(&v, "audit.jsonl:4: changed: no record is longer");
}

static void heads(void **state)
{
	static const char *const bad[] = {"", "7", "7:", ":0", "07:", "x:", "7:00"};
	char text[SL_CHAIN_HEAD], longer[SL_CHAIN_HEAD + 1];
	struct sl_chain read;

	make();
	assert_true(sl_chain_parse(sl_chain_text(&chain, text), &read));
	assert_int_equal(read.seq, chain.seq);
	assert_string_equal(read.hash, chain.hash);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sl_chain_parse(bad[i], &read));
	snprintf(longer, sizeof(longer), "%s0", text);
	assert_false(sl_chain_parse(longer, &read));
	/* RFC 6234 and others: SHA-256 of "abc". */
	sl_chain_hash("abc", 3, read.hash);
	assert_string_equal(
		read.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untouched),
		cmocka_unit_test(a_changed_byte),
		cmocka_unit_test(a_line_that_is_gone),
		cmocka_unit_test(lines_in_another_order),
		cmocka_unit_test(a_tail_that_was_cut_or_made_anew),
		cmocka_unit_test(a_record_of_another_chain),
		cmocka_unit_test(records_that_were_lost_say_so),
		cmocka_unit_test(a_torn_line),
		cmocka_unit_test(several_files),
		cmocka_unit_test(lines_are_bounded),
		cmocka_unit_test(heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
