/* SPDX-License-Identifier: BSD-3-Clause */
/* The audit trail is one chain, whatever happens to its files and to the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "ctrl/call/request.h"
#include "ctrl/records/audit.h"
#include "ctrl/records/verify.h"

enum { TRIES = 1000 }; /* of 10 ms */

static char directory[] = "/tmp/sluice-audit-XXXXXX";
static struct sl_writer *writer;
static struct sl_audit *audit;

static const char *path(const char *suffix)
{
	static char paths[4][128];
	static unsigned next;

	next = (next + 1) % 4;
	snprintf(paths[next], sizeof(paths[next]), "%s/audit.jsonl%s", directory, suffix);
	return paths[next];
}

static void begin(void)
{
	struct sl_error error = {0};

	writer = sl_writer_new(directory, SL_SYNC_NEVER);
	audit = sl_audit_new(writer, directory, &error);
	if (!audit)
		fail_msg("%s", error.text);
	assert_int_equal(sl_writer_start(writer, NULL, &error), 0);
}

static struct sl_chain end(void)
{
	struct sl_chain head;

	assert_true(sl_writer_stop(writer));
	head = sl_audit_head(audit);
	sl_audit_free(audit);
	return head;
}

static void record(const char *command)
{
	const struct sl_peer peer = {.kind = SL_PEER_UNIX, .uid = 7, .pid = 99};

	sl_audit(audit,
		&(struct sl_audit_entry){
			.peer = &peer, .via = "ng", .command = command, .call = {"a \"call\"", 8}});
}

static void settle(uint64_t written, uint64_t lost)
{
	const struct timespec pause = {0, 10000000};

	for (int i = 0; i < TRIES; i++) {
		struct sl_book_stats stats = sl_writer_stats(writer, SL_BOOK_AUDIT);

		if (stats.written == written && stats.lost == lost)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("not %u written, %u lost", (unsigned)written, (unsigned)lost);
}

static struct sl_verify verify(const char *const suffixes[], const struct sl_chain *head)
{
	struct sl_verify v;

	sl_verify_init(&v, head);
	for (; *suffixes; suffixes++) {
		FILE *file = fopen(path(*suffixes), "r");

		assert_non_null(file);
		sl_verify_file(&v, file, *suffixes);
		fclose(file);
	}
	sl_verify_end(&v);
	return v;
}

static void is_whole(const char *const suffixes[], const struct sl_chain *head, uint64_t records)
{
	struct sl_verify v = verify(suffixes, head);

	assert_string_equal(v.text, "");
	assert_int_equal(v.records, records);
}

static int clean(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -f %s/*", directory);
	return system(command);
}

static void append_text(const char *text)
{
	FILE *file = fopen(path(""), "a");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static json_t *line_of(unsigned number)
{
	FILE *file = fopen(path(""), "r");
	char line[SL_CHAIN_LINE + 2] = "";
	json_t *json;

	for (unsigned i = 0; i < number; i++)
		assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	json = json_loads(line, 0, NULL);
	assert_non_null(json);
	return json;
}

static void goes_on_after_a_restart(void **state)
{
	struct sl_chain head;
	json_t *json;

	begin();
	record("offer");
	record("answer");
	head = end();
	assert_int_equal(head.seq, 2);
	begin();
	record("delete");
	head = end();
	is_whole((const char *const[]){"", NULL}, &head, 3);
	json = line_of(3);
	assert_string_equal(json_string_value(json_object_get(json, "command")), "delete");
	assert_string_equal(json_string_value(json_object_get(json, "call")), "a \"call\"");
	assert_string_equal(json_string_value(json_object_get(json, "result")), "ok");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json, "who"), "uid")), 7);
	json_decref(json);
}

static void goes_on_over_rotation(void **state)
{
	struct sl_chain head;

	begin();
	record("offer");
	settle(1, 0);
	assert_int_equal(rename(path(""), path(".2")), 0);
	record("answer");
	settle(2, 0);
	end();
	/* While nobody runs. */
	assert_int_equal(rename(path(""), path(".1")), 0);
	begin();
	record("delete");
	head = end();
	is_whole((const char *const[]){".2", ".1", "", NULL}, &head, 3);
	assert_string_not_equal(verify((const char *const[]){".1", ".2", "", NULL}, NULL).text, "");
	assert_string_not_equal(verify((const char *const[]){".2", "", NULL}, NULL).text, "");
}

static void tells_of_a_torn_line(void **state)
{
	struct sl_chain head;
	struct sl_verify v;

	begin();
	record("offer");
	end();
	append_text("{\"seq\":2,\"prev\":\"0123");
	begin();
	record("answer");
	head = end();
	is_whole((const char *const[]){"", NULL}, &head, 3);
	v = verify((const char *const[]){"", NULL}, NULL);
	assert_int_equal(v.torn, 1);
	assert_int_equal(v.line, 4);
	/* In a file that was put away before the restart. */
	append_text("{\"seq\":4");
	assert_int_equal(rename(path(""), path(".1")), 0);
	begin();
	head = end();
	is_whole((const char *const[]){".1", "", NULL}, &head, 4);
}

static void counts_what_is_lost(void **state)
{
	struct rlimit limit;
	struct sl_chain head;
	json_t *json;

	begin();
	record("offer");
	settle(1, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 400;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (int i = 0; i < 5; i++)
		record("answer");
	settle(1, 5);
	limit.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	record("delete");
	head = end();
	assert_int_equal(head.seq, 7);
	is_whole((const char *const[]){"", NULL}, &head, 2);
	json = line_of(2);
	assert_int_equal(json_integer_value(json_object_get(json, "lost")), 5);
	json_decref(json);
}

/* The relay serves all the same; who verifies is told. */
static void begins_anew_after_garbage(void **state)
{
	begin();
	record("offer");
	end();
	append_text("no record\n");
	begin();
	record("answer");
	assert_int_equal(end().seq, 1);
	assert_string_equal(verify((const char *const[]){"", NULL}, NULL).text,
		":2: changed: it is no record of an audit trail");
}

static void strangers_do_not_fill_the_disk(void **state)
{
	const struct sl_peer peer = {.kind = SL_PEER_UDP, .ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}};
	const struct timespec second = {1, 0};
	struct sl_chain head;
	uint64_t before;
	json_t *json;

	begin();
	for (int i = 0; i < 1000; i++)
		sl_audit_stranger(audit, &peer, "ng");
	nanosleep(&second, NULL); /* the next record is one of another second */
	sl_audit_stranger(audit, &peer, "ng");
	head = end();
	/* All thousand came within a second or two, if the machine did not stand still. */
	assert_in_range(head.seq, SL_AUDIT_STRANGERS + 1, 1000);
	is_whole((const char *const[]){"", NULL}, &head, head.seq);
	json = line_of((unsigned)head.seq);
	before = (uint64_t)json_integer_value(json_object_get(json, "unrecorded"));
	assert_in_range(before, 1, 1000 - SL_AUDIT_STRANGERS);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "who"), "address")),
		"192.0.2.1:0");
	assert_string_equal(json_string_value(json_object_get(json, "result")), "refused");
	json_decref(json);
}

/* No text of a proxy makes a record that cannot be written. */
static void the_longest_record(void **state)
{
	char text[SL_CALL_NAME], reason[SL_AUDIT_REASON + 10];
	struct sl_chain head;

	memset(text, 1, sizeof(text));
	memset(reason, 1, sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	begin();
	sl_audit(audit, &(struct sl_audit_entry){.via = "ng",
				.command = "unsilence media",
				.call = {text, sizeof(text)},
				.from_tag = {text, sizeof(text)},
				.to_tag = {text, sizeof(text)},
				.refused = reason});
	head = end();
	is_whole((const char *const[]){"", NULL}, &head, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(goes_on_after_a_restart, clean),
		cmocka_unit_test_setup(goes_on_over_rotation, clean),
		cmocka_unit_test_setup(tells_of_a_torn_line, clean),
		cmocka_unit_test_setup(counts_what_is_lost, clean),
		cmocka_unit_test_setup(begins_anew_after_garbage, clean),
		cmocka_unit_test_setup(strangers_do_not_fill_the_disk, clean),
		cmocka_unit_test_setup(the_longest_record, clean),
	};
	char command[64];
	int failed;

	if (!mkdtemp(directory))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) || failed;
}
