/* SPDX-License-Identifier: BSD-3-Clause */
/* The form of a log line, for each reader. Each case is a process of its own: the form is found
 * out once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/base/log.h"
#include "ctrl/base/log_sink.h"

static char heard[65536];

/* Runs `what` in a child whose stderr is a pipe; `journal`: which $JOURNAL_STREAM names. */
static const char *hear(void (*what)(void), int journal)
{
	size_t len = 0;
	ssize_t got;
	int pair[2];
	pid_t child;

	assert_int_equal(pipe(pair), 0);
	child = fork();
	if (child == 0) {
		struct stat status;
		char text[64];

		dup2(pair[1], STDERR_FILENO);
		close(pair[0]);
		close(pair[1]);
		fstat(STDERR_FILENO, &status);
		snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)status.st_dev,
			(unsigned long long)status.st_ino + !journal);
		setenv("JOURNAL_STREAM", text, 1);
		sl_log_sink_set_journal("/dev/null/none"); /* and not that of this machine */
		what();
		_exit(0);
	}
	close(pair[1]);
	while ((got = read(pair[0], heard + len, sizeof(heard) - 1 - len)) > 0)
		len += (size_t)got;
	heard[len] = '\0';
	close(pair[0]);
	waitpid(child, NULL, 0);
	return heard;
}

static void levels(void)
{
	sl_log(SL_LOG_ERROR, "no %s", "luck");
	sl_log_warning("w");
	sl_log_notice("n");
	sl_log_info("i");
	sl_log_debug("d");
}

static void levels_of_debug(void)
{
	sl_log_set_level(SL_LOG_DEBUG);
	levels();
}

static void levels_of_warning(void)
{
	sl_log_set_level(SL_LOG_WARNING);
	levels();
	SL_LOG_LIMITED(SL_LOG_INFO, "not this");
	SL_LOG_LIMITED(SL_LOG_WARNING, "but this");
}

static void levels_of_error(void)
{
	sl_log_set_level(SL_LOG_ERROR);
	levels();
}

static void less_grave_lines_are_left_out(void **state)
{
	assert_string_equal(hear(levels_of_debug, 1), "<3>no luck\n<4>w\n<5>n\n<6>i\n<7>d\n");
	assert_string_equal(hear(levels_of_debug, 0),
		"sluiced: error: no luck\nsluiced: warning: w\nsluiced: n\nsluiced: i\n"
		"sluiced: debug: d\n");
	assert_string_equal(hear(levels_of_warning, 1), "<3>no luck\n<4>w\n<4>but this\n");
	assert_string_equal(hear(levels_of_error, 1), "<3>no luck\n");
}

static void each_level_has_its_word(void **state)
{
	enum sl_log_level read;

	for (enum sl_log_level level = SL_LOG_ERROR; level <= SL_LOG_DEBUG; level++) {
		assert_true(sl_log_level_of(sl_log_level_word(level), &read));
		assert_int_equal(read, level);
	}
	assert_false(sl_log_level_of("", &read));
	assert_false(sl_log_level_of("Error", &read));
	assert_false(sl_log_level_of("7", &read));
	assert_int_equal(read, SL_LOG_DEBUG);
}

static void each_level_has_its_form(void **state)
{
	assert_string_equal(hear(levels, 0),
		"sluiced: error: no luck\nsluiced: warning: w\nsluiced: n\nsluiced: i\n");
	assert_string_equal(hear(levels, 1), "<3>no luck\n<4>w\n<5>n\n<6>i\n");
}

static void hostile(void)
{
	sl_log_info("call %s", "x\n<0>sluiced: all is lost\r\x1b[2J\x7f");
}

static void nobody_writes_a_line_of_their_own(void **state)
{
	assert_string_equal(
		hear(hostile, 1), "<6>call x\\x0a<0>sluiced: all is lost\\x0d\\x1b[2J\\x7f\n");
}

static void longest(void)
{
	char text[4 * SL_LOG_LINE];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	sl_log_info("%s", text);
	memset(text, 'x', sizeof(text) - 1);
	sl_log_info("%s", text);
}

static void lines_are_bounded(void **state)
{
	const char *second = strchr(hear(longest, 1), '\n') + 1;

	assert_in_range(second - heard, 1000, SL_LOG_LINE + 32);
	assert_in_range(strlen(second), 1000, SL_LOG_LINE + 32);
	assert_ptr_equal(strchr(second, '\n'), second + strlen(second) - 1);
}

static void flood(void)
{
	for (int i = 0; i < 5000; i++) {
		SL_LOG_LIMITED(SL_LOG_WARNING, "again %d", i);
		usleep(i < 1000 ? 0 : 300);
	}
}

static void a_flood_is_one_line_a_second(void **state)
{
	unsigned lines = 0;

	for (const char *c = hear(flood, 1); *c; c++)
		lines += *c == '\n';
	assert_in_range(lines, 3, 20);
	assert_non_null(strstr(heard, "<4>again 0\n<4>"));
	assert_non_null(strstr(heard, " more were left out like: again ...\n<4>again "));
}

static void the_manager_is_told(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[256];
	ssize_t len;

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "sluice-test-%d", getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
					     strlen(address.sun_path + 1))),
		0);
	snprintf(text, sizeof(text), "@%s", address.sun_path + 1);
	setenv("NOTIFY_SOCKET", text, 1);
	sl_notify_ready("2 workers");
	len = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	assert_true(len > 0);
	text[len] = '\0';
	assert_string_equal(text, "READY=1\nSTATUS=2 workers");
	sl_notify_stopping();
	len = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	assert_int_equal(len, strlen("STOPPING=1"));
	unsetenv("NOTIFY_SOCKET");
	sl_notify_ready("nobody listens");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_level_has_its_form),
		cmocka_unit_test(less_grave_lines_are_left_out),
		cmocka_unit_test(each_level_has_its_word),
		cmocka_unit_test(nobody_writes_a_line_of_their_own),
		cmocka_unit_test(lines_are_bounded),
		cmocka_unit_test(a_flood_is_one_line_a_second),
		cmocka_unit_test(the_manager_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
