/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread that writes records: nothing is lost but what has no room, and that is counted. */
#include <errno.h>
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

#include "ctrl/records/writer.h"

enum { TRIES = 1000 }; /* of 10 ms */

static char directory[] = "/tmp/sluice-writer-XXXXXX";
static char path[128];

static int opened(void *context, struct sl_record_file *file)
{
	return sl_record_file_trim(file);
}

/* What was lost before it stands in front of a record. */
static int append(
	void *context, struct sl_record_file *file, const char *body, size_t len, uint64_t lost)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%u %.*s\n", (unsigned)lost, (int)len, body);

	return sl_record_file_append(file, line, (size_t)n);
}

static const struct sl_book_format format = {"log", opened, append};

static struct sl_writer *started(enum sl_records_sync sync)
{
	struct sl_writer *writer = sl_writer_new(directory, sync);
	struct sl_error error = {0};

	unlink(path);
	assert_non_null(writer);
	assert_int_equal(sl_writer_add(writer, SL_BOOK_AUDIT, &format, NULL, &error), 0);
	assert_int_equal(sl_writer_start(writer, NULL, &error), 0);
	return writer;
}

static void put(struct sl_writer *writer, const char *text)
{
	sl_writer_put(writer, SL_BOOK_AUDIT, strdup(text), strlen(text));
}

static void wait_for(struct sl_writer *writer, uint64_t written, uint64_t lost)
{
	const struct timespec pause = {0, 10000000};
	struct sl_book_stats stats = {0};

	for (int i = 0; i < TRIES; i++) {
		stats = sl_writer_stats(writer, SL_BOOK_AUDIT);
		if (stats.written == written && stats.lost == lost)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("%u written, %u lost", (unsigned)stats.written, (unsigned)stats.lost);
}

static const char *contents(const char *of)
{
	static char text[65536];
	FILE *file = fopen(of, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void writes_in_order_until_the_end(void **state)
{
	struct sl_writer *writer = started(SL_SYNC_EACH);
	char text[16], expected[32768] = "", *end = expected;

	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(writer, text);
		end += sprintf(end, "0 %d\n", i);
	}
	assert_true(sl_writer_stop(writer));
	assert_string_equal(contents(path), expected);
}

static void limit_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void goes_on_when_there_is_room_again(void **state)
{
	struct sl_writer *writer = started(SL_SYNC_SECOND);

	put(writer, "one");
	wait_for(writer, 1, 0);
	limit_size(10);
	put(writer, "two");
	put(writer, "three");
	wait_for(writer, 1, 2);
	assert_int_equal(sl_writer_stats(writer, SL_BOOK_AUDIT).error, -EFBIG);
	limit_size(RLIM_INFINITY);
	put(writer, "four");
	put(writer, "five");
	wait_for(writer, 3, 2);
	assert_int_equal(sl_writer_stats(writer, SL_BOOK_AUDIT).error, 0);
	assert_true(sl_writer_stop(writer));
	assert_string_equal(contents(path), "0 one\n2 four\n0 five\n");
}

static bool there_again(const char *file)
{
	const struct timespec pause = {0, 10000000};

	for (int i = 0; i < TRIES; i++) {
		if (!access(file, F_OK))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void follows_a_rename(void **state)
{
	struct sl_writer *writer = started(SL_SYNC_NEVER);
	char other[sizeof(path) + 2];

	snprintf(other, sizeof(other), "%s.1", path);
	put(writer, "one");
	wait_for(writer, 1, 0);
	assert_int_equal(rename(path, other), 0);
	put(writer, "two");
	wait_for(writer, 2, 0);
	assert_string_equal(contents(other), "0 one\n");
	assert_string_equal(contents(path), "0 two\n");
	/* Also when nothing comes. */
	assert_int_equal(unlink(path), 0);
	assert_true(there_again(path));
	assert_int_equal(unlink(path), 0);
	sl_writer_reopen(writer);
	assert_true(there_again(path));
	assert_true(sl_writer_stop(writer));
}

/* The disk does not keep up: nothing waits, and what has no room is counted. */
static void a_full_queue_costs_records(void **state)
{
	struct sl_writer *writer = sl_writer_new(directory, SL_SYNC_NEVER);
	struct sl_error error = {0};
	const size_t len = 1 << 20;

	assert_int_equal(sl_writer_add(writer, SL_BOOK_AUDIT, &format, NULL, &error), 0);
	for (int i = 0; i < 20; i++) /* without a thread nobody writes */
		sl_writer_put(writer, SL_BOOK_AUDIT, calloc(1, len), len);
	assert_int_equal(sl_writer_stats(writer, SL_BOOK_AUDIT).lost, 4);
	assert_int_equal(sl_writer_stats(writer, SL_BOOK_AUDIT).error, -ENOBUFS);
	/* At the end of the daemon there is time. */
	assert_int_equal(sl_writer_start(writer, NULL, &error), 0);
	sl_writer_ending(writer);
	for (int i = 0; i < 20; i++)
		sl_writer_put(writer, SL_BOOK_AUDIT, calloc(1, len), len);
	wait_for(writer, 36, 4);
	assert_true(sl_writer_stop(writer));
}

static void says_where_it_cannot_write(void **state)
{
	struct sl_writer *writer = sl_writer_new("/nowhere", SL_SYNC_NEVER);
	struct sl_error error = {0};

	assert_int_equal(sl_writer_add(writer, SL_BOOK_AUDIT, &format, NULL, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/nowhere/log cannot be written by uid"));
	assert_true(sl_writer_stop(writer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_in_order_until_the_end),
		cmocka_unit_test(goes_on_when_there_is_room_again),
		cmocka_unit_test(follows_a_rename),
		cmocka_unit_test(a_full_queue_costs_records),
		cmocka_unit_test(says_where_it_cannot_write),
	};
	char command[64];
	int failed;

	if (!mkdtemp(directory))
		return 1;
	snprintf(path, sizeof(path), "%s/log", directory);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) || failed;
}
