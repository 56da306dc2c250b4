/* SPDX-License-Identifier: BSD-3-Clause */
/* A record is in its file whole, or not at all. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/records/record_file.h"

static char directory[] = "/tmp/sluice-records-XXXXXX";
static char contents[4096];

static const char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(contents, 1, sizeof(contents) - 1, file);
	contents[n] = '\0';
	fclose(file);
	return contents;
}

static void limit_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static struct sl_record_file opened(const char *name, const char *text)
{
	struct sl_record_file file;
	FILE *before;

	sl_record_file_init(&file, directory, name);
	unlink(file.path);
	before = text ? fopen(file.path, "w") : NULL;
	if (before) {
		fputs(text, before);
		fclose(before);
	}
	assert_int_equal(sl_record_file_open(&file), 0);
	return file;
}

static void appends(void **state)
{
	struct sl_record_file file = opened("a", NULL);
	struct stat status;

	assert_int_equal(sl_record_file_append(&file, "one\n", 4), 0);
	assert_int_equal(sl_record_file_append(&file, "two\n", 4), 0);
	assert_int_equal(sl_record_file_sync(&file), 0);
	assert_string_equal(read_file(file.path), "one\ntwo\n");
	assert_int_equal(stat(file.path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	sl_record_file_close(&file);
	assert_int_equal(sl_record_file_append(&file, "three\n", 6), -EBADF);
}

/* Of a record that does not fit the kernel writes a part, and the rest is refused. */
static void leaves_no_part_of_a_record(void **state)
{
	struct sl_record_file file = opened("full", "one\n");

	limit_size(9);
	assert_int_equal(sl_record_file_append(&file, "a long record\n", 14), -EFBIG);
	assert_string_equal(read_file(file.path), "one\n");
	assert_int_equal(sl_record_file_append(&file, "two\n", 4), 0);
	limit_size(RLIM_INFINITY);
	assert_int_equal(sl_record_file_append(&file, "a long record\n", 14), 0);
	assert_string_equal(read_file(file.path), "one\ntwo\na long record\n");
	sl_record_file_close(&file);
}

static void is_shortened_by_others(void **state)
{
	struct sl_record_file file = opened("copied", "one\n");

	assert_int_equal(sl_record_file_append(&file, "two\n", 4), 0);
	assert_int_equal(truncate(file.path, 0), 0);
	limit_size(2);
	assert_int_equal(sl_record_file_append(&file, "three\n", 6), -EFBIG);
	assert_string_equal(read_file(file.path), "");
	limit_size(RLIM_INFINITY);
	assert_int_equal(sl_record_file_append(&file, "four\n", 5), 0);
	assert_string_equal(read_file(file.path), "four\n");
	sl_record_file_close(&file);
}

static void notices_a_move(void **state)
{
	struct sl_record_file file = opened("log", NULL);
	char other[SL_RECORD_PATH + 4];

	snprintf(other, sizeof(other), "%s.1", file.path);
	assert_false(sl_record_file_moved(&file));
	assert_int_equal(rename(file.path, other), 0);
	assert_true(sl_record_file_moved(&file));
	fclose(fopen(file.path, "w"));
	assert_true(sl_record_file_moved(&file));
	sl_record_file_close(&file);
}

static void cuts_off_what_a_crash_left(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"", ""}, {"one\n", "one\n"}, {"one\ntw", "one\n"}, {"tw", ""}, {"\n\nx", "\n\n"}};
	char text[9001];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_record_file file = opened("torn", cases[i].before);

		assert_int_equal(sl_record_file_trim(&file), 0);
		assert_string_equal(read_file(file.path), cases[i].after);
		assert_int_equal(file.size, strlen(cases[i].after));
		sl_record_file_close(&file);
	}
	memset(text, 'x', sizeof(text) - 1);
	text[9000] = '\0';
	text[10] = '\n';
	struct sl_record_file file = opened("torn", text);

	assert_int_equal(sl_record_file_trim(&file), 0);
	assert_int_equal(file.size, 11);
	sl_record_file_close(&file);
}

static void is_a_regular_file(void **state)
{
	struct sl_record_file file;

	sl_record_file_init(&file, directory, "fifo");
	assert_int_equal(mkfifo(file.path, 0600), 0);
	assert_int_equal(sl_record_file_open(&file), -EINVAL);
	assert_int_equal(file.fd, -1);
	sl_record_file_init(&file, directory, "link");
	assert_int_equal(symlink("/etc/passwd", file.path), 0);
	assert_int_equal(sl_record_file_open(&file), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(leaves_no_part_of_a_record),
		cmocka_unit_test(is_shortened_by_others),
		cmocka_unit_test(notices_a_move),
		cmocka_unit_test(cuts_off_what_a_crash_left),
		cmocka_unit_test(is_a_regular_file),
	};
	char command[64];
	int failed;

	signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(directory))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) || failed;
}
