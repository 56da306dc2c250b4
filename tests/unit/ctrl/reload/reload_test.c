/* SPDX-License-Identifier: BSD-3-Clause */
/* A reload applies a change of each key that is live, and refuses each other one, with all beside
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_log.h>

#include "ctrl/reload/reload.h"
#include "tests/unit/ctrl/config/key_cases.h"

static struct {
	char path[32];
	uv_loop_t loop;
	struct sl_config config;
	struct sl_protection protection;
	struct sl_sessions sessions;
	struct sl_records records;
	struct sl_running running;
	struct sl_work *work;
} daemon_;

static const struct sl_server_protocol ng, ctl; /* of no listener */
static struct sl_guard *const no_guards[SL_MAX_PORTS];

/* A second of the test's is as long as it says. */
static uint64_t clock_ns = 1000000000;
uint64_t __wrap_sl_clock(void);
uint64_t __wrap_sl_clock(void)
{
	return clock_ns;
}

/* How far the wall clock is ahead of that of the file system, s. */
static time_t ahead;
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = __real_clock_gettime(clock, now);

	now->tv_sec += clock == CLOCK_REALTIME ? ahead : 0;
	return rc;
}

static void write_file(const char *text)
{
	FILE *file = fopen(daemon_.path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void start(const char *text)
{
	static struct sl_config_errors errors;
	struct sl_error error = {0};

	write_file(text);
	assert_int_equal(
		sl_config_load(daemon_.path, SL_CONFIG_RELAY, 0, &daemon_.config, &errors), 0);
	assert_int_equal(sl_protection_start(
				 &daemon_.protection, &daemon_.config.guard, no_guards, 0, &error),
		0);
	daemon_.sessions.env.limits = daemon_.config.limits;
	daemon_.sessions.env.timers = daemon_.config.timers;
	daemon_.sessions.env.delete_delay = daemon_.config.delete_delay;
	daemon_.records.config = daemon_.config.records;
	sl_log_set_level(daemon_.config.log_level);
	sl_access_of(&daemon_.running.access[daemon_.running.which], &daemon_.config);
}

static int set_up(void **state)
{
	int fd;

	strcpy(daemon_.path, "/tmp/reload_test.XXXXXX");
	fd = mkstemp(daemon_.path);
	assert_true(fd >= 0);
	close(fd);
	uv_loop_init(&daemon_.loop);
	daemon_.work = sl_work_new(&daemon_.loop);
	daemon_.running = (struct sl_running){
		.path = daemon_.path,
		.config = &daemon_.config,
		.protection = &daemon_.protection,
		.sessions = &daemon_.sessions,
		.records = &daemon_.records,
		.server = sl_server_new(&daemon_.loop, daemon_.work),
		.ng = &ng,
		.ctl = &ctl,
	};
	return 0;
}

static int tear_down(void **state)
{
	sl_server_stop(daemon_.running.server);
	sl_work_stop(daemon_.work);
	uv_run(&daemon_.loop, UV_RUN_DEFAULT);
	uv_loop_close(&daemon_.loop);
	unlink(daemon_.path);
	return 0;
}

/* All parts of the daemon have what the configuration says: nobody was left out. */
static void check_parts(void)
{
	const struct sl_config *config = &daemon_.config;
	const struct sl_session_env *env = &daemon_.sessions.env;
	static struct sl_access access;

	assert_memory_equal(&env->limits, &config->limits, sizeof(env->limits));
	assert_memory_equal(&env->timers, &config->timers, sizeof(env->timers));
	assert_int_equal(env->delete_delay, config->delete_delay);
	assert_memory_equal(&daemon_.protection.config, &config->guard, sizeof(config->guard));
	assert_int_equal(sl_log_wanted(config->log_level), 1);
	assert_int_equal(sl_log_wanted(config->log_level + 1), 0);
	assert_int_equal(daemon_.records.config.sync, config->records.sync);
	sl_access_of(&access, config);
	assert_memory_equal(
		&access, &daemon_.running.access[daemon_.running.which], sizeof(access));
}

static char *text_now(void)
{
	size_t len;
	char *text = sl_reload_text(&daemon_.running, &len);

	assert_non_null(text);
	return text;
}

static char *text_of_file(const char *text)
{
	static struct sl_config config;
	static struct sl_config_errors errors;
	FILE *file = fmemopen((void *)text, strlen(text), "r"), *out;
	char *shown = NULL;
	size_t len;

	assert_int_equal(sl_config_read(file, SL_CONFIG_RELAY, 0, &config, &errors), 0);
	fclose(file);
	out = open_memstream(&shown, &len);
	sl_config_print(out, &config);
	fclose(out);
	return shown;
}

static bool names(const json_t *list, const struct key_case *c)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(
		list, i, entry) if (!strcmp(json_string_value(json_object_get(entry, "section")),
					    c->section) &&
				    !strcmp(json_string_value(json_object_get(entry, "key")),
					    c->key)) return true;
	return false;
}

static void check_case(const struct key_case *c)
{
	bool live = c->when == SL_WHEN_LIVE;
	char file[KEY_FILE], *before, *after, *want;
	json_t *answer;
	struct sl_drift drift;

	start(key_base);
	before = text_now();
	key_file(c, file);
	/* Beside a change that is live in any case. */
	if (!live)
		strcpy(strstr(file, "min-ttl = 2"), "min-ttl = 9\n[records]\ndirectory = /r\n");
	if (!live && !strcmp(c->section, "records"))
		key_file(c, file);
	write_file(file);
	drift = sl_reload_drift(&daemon_.running);
	assert_int_equal(live ? drift.live : drift.restart, c->differences);
	answer = sl_reload(&daemon_.running, NULL);
	if (c->differences && !names(json_object_get(answer, live ? "changed" : "restart"), c))
		fail_msg("[%s] %s is not named: %s", c->section, c->key,
			json_dumps(answer, JSON_COMPACT));
	json_decref(answer);
	after = text_now();
	want = live ? text_of_file(file) : strdup(before);
	if (strcmp(after, want))
		fail_msg("[%s] %s:\n%s", c->section, c->key, after);
	check_parts();
	drift = sl_reload_drift(&daemon_.running);
	assert_int_equal(drift.live + drift.restart > 0, !live);
	free(before);
	free(after);
	free(want);
}

static void each_key(void **state)
{
	for (unsigned i = 0; i < KEY_CASES; i++)
		check_case(&key_cases[i]);
}

static const char *error_of(json_t *answer)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s", json_string_value(json_object_get(answer, "error")));
	json_decref(answer);
	return text;
}

static void files_that_cannot_be_used(void **state)
{
	char *before, *after, *lines;
	json_t *answer;

	start(key_base);
	before = text_now();
	write_file("[sluice]\n\nuser = not a user\nnonsense = 1\n");
	answer = sl_reload(&daemon_.running, NULL);
	lines = json_dumps(json_object_get(answer, "mistakes"), 0);
	assert_non_null(strstr(lines, ":3: user: 'not a user'"));
	assert_non_null(strstr(lines, ":4: unknown key 'nonsense'"));
	free(lines);
	assert_non_null(strstr(error_of(answer), "mistake(s)"));
	assert_true(sl_reload_drift(&daemon_.running).mistakes > 1);
	unlink(daemon_.path);
	assert_non_null(strstr(error_of(sl_reload(&daemon_.running, NULL)), "No such file"));
	assert_non_null(sl_reload_drift(&daemon_.running).unread);
	assert_int_equal(mkfifo(daemon_.path, 0600), 0);
	assert_non_null(strstr(error_of(sl_reload(&daemon_.running, NULL)), "no ordinary file"));
	unlink(daemon_.path);
	after = text_now();
	assert_string_equal(before, after);
	assert_int_equal(daemon_.running.which, 0);
	check_parts();
	free(before);
	free(after);
}

/* DPDK's messages follow, both ways: its errors alone, or its notices as well. */
static void log_level_of_dpdk(void **state)
{
	static const char *const words[] = {"info", "debug", "notice", "debug", "error"};
	static const uint32_t types[] = {RTE_LOGTYPE_EAL, RTE_LOGTYPE_MEMPOOL};
	char file[KEY_FILE];

	start(key_base);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct key_case c = {.section = "sluice", .key = "log-level", .lines = file};
		int want = strcmp(words[i], "debug") ? RTE_LOG_ERR : RTE_LOG_INFO;
		char text[KEY_FILE];

		snprintf(file, sizeof(file), "log-level = %s", words[i]);
		key_file(&c, text);
		write_file(text);
		json_decref(sl_reload(&daemon_.running, NULL));
		for (unsigned t = 0; t < sizeof(types) / sizeof(types[0]); t++)
			assert_int_equal(rte_log_get_level(types[t]), want);
	}
}

/* The file as it was to whoever looks at it from outside, with another text of that length. */
static void write_unseen(const char *text)
{
	struct stat *seen = &daemon_.running.seen.file;

	write_file(text);
	assert_int_equal(stat(daemon_.path, seen), 0);
}

static void pass(uint64_t seconds)
{
	clock_ns += seconds * 1000000000;
}

/* A file that looks the same is read again, soon where it cannot be used, else in a minute. */
static void drift_that_the_file_does_not_show(void **state)
{
	static char good[KEY_FILE], bad[KEY_FILE];

	strcpy(good, key_base);
	strcpy(bad, key_base);
	memcpy(strstr(bad, "min-ttl = 2"), "min-ttl = x", 11);
	start(key_base);
	pass(2);
	write_file(bad);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 1);
	write_unseen(good);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 1);
	pass(1);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 0);
	/* It was changed this second: once more may be within the same tick of its clock. */
	write_unseen(bad);
	pass(1);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 1);
	/* A minute from the last look, if it was not changed just before that. */
	ahead = 10;
	write_file(good);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 0);
	write_unseen(bad);
	pass(SL_RELOAD_BELIEVED - 1);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 0);
	pass(1);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 1);
	/* A mistake never is, whenever the file was changed. */
	write_unseen(good);
	pass(1);
	assert_int_equal(sl_reload_drift(&daemon_.running).mistakes, 0);
	ahead = 0;
}

/* A path is bytes to the kernel, and text to whoever is told of it. */
static void a_path_that_is_no_utf8(void **state)
{
	char before[sizeof(daemon_.path)];
	json_t *answer;
	char *text;

	strcpy(before, daemon_.path);
	strcpy(daemon_.path, "/tmp/reload_test.\xff\xfc");
	start(key_base);
	answer = sl_reload_diff(&daemon_.running);
	text = json_dumps(answer, JSON_COMPACT);
	assert_non_null(text);
	assert_non_null(strstr(text, "\"path\":\"/tmp/reload_test.\\\\xff\\\\xfc\""));
	free(text);
	json_decref(answer);
	write_file("nonsense\n");
	assert_non_null(strstr(error_of(sl_reload(&daemon_.running, NULL)),
		"reload_test.\\xff\\xfc has 4 mistake(s)"));
	unlink(daemon_.path);
	assert_non_null(strstr(error_of(sl_reload(&daemon_.running, NULL)),
		"reload_test.\\xff\\xfc cannot be read"));
	strcpy(daemon_.path, before);
}

/* Changes by the operator since are drift, and a reload takes them back. */
static void changes_at_the_guard(void **state)
{
	struct sl_unrestored left = {.n = 0};
	struct sl_error error = {0};

	start(key_base);
	assert_int_equal(sl_reload_drift(&daemon_.running).live, 0);
	assert_int_equal(
		sl_protection_set(&daemon_.protection, "test", "min-ttl", "7", &left, &error), 0);
	assert_int_equal(sl_protection_set(&daemon_.protection, "test", "forget", "192.0.2.0/24",
				 &left, &error),
		0);
	assert_int_equal(sl_reload_drift(&daemon_.running).live, 2);
	json_decref(sl_reload(&daemon_.running, NULL));
	assert_int_equal(sl_reload_drift(&daemon_.running).live, 0);
	assert_int_equal(daemon_.protection.config.min_ttl, 2);
	assert_int_equal(daemon_.protection.config.n_listed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_cannot_be_used),
		cmocka_unit_test(each_key),
		cmocka_unit_test(changes_at_the_guard),
		cmocka_unit_test(a_path_that_is_no_utf8),
		cmocka_unit_test(log_level_of_dpdk),
		cmocka_unit_test(drift_that_the_file_does_not_show),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
