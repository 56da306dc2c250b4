/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A change that fails on its way is undone whatever fails on the way back: each thing is as it was,
 * or named. Sockets' files and guards are played; each of their calls fails in turn, and then each
 * one of the undoing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/ipc/connection.h"
#include "ctrl/ipc/unix_listen.h"
#include "ctrl/records/json_text.h"
#include "ctrl/reload/reload.h"

static const char base[] =
	"[sluice]\nuser = root\nlog-level = error\n"
	"[port wan]\ndevice = af_xdp:eth1\ncores = 1\npoll = adaptive\n"
	"[interface out]\nport = wan\naddress = 203.0.113.10\nmedia-ports = 20000-20099\n"
	"[control]\nng = unix:/run/x/ng.sock\nctl = unix:/run/x/c.sock\n";
static const char old_keys[] = "ng-allow = uid:1000\nadmin-read = uid:1000\n"
			       "[guard]\nmin-ttl = 2\nallow = 192.0.2.7\ndeny = 192.0.2.0/24\n";
static const char new_keys[] = "ng-allow = uid:1001\nadmin-read = uid:1001\n"
			       "[guard]\nmin-ttl = 3\nallow = 192.0.2.8\ndeny = 198.51.100.0/24\n";

enum { SOCKETS = 4, GUARDS = 2, PREFIXES = 8, EVERY = 1000 };

/* All that sockets' files and guards hold, each by the text that names it. */
static struct {
	char socket[SOCKETS][64];
	unsigned who[SOCKETS]; /* the last of those let in */
	char prefix[PREFIXES][SL_PREFIX_TEXT];
	unsigned n_prefixes;
	enum sl_prefix listed[GUARDS][PREFIXES];
	unsigned ttl[GUARDS];
} things, before;

static struct {
	unsigned calls, first, second; /* the number of the call that fails; EVERY: all of them */
	unsigned again;                /* calls that failed while undoing */
} fault;

static bool fails(void)
{
	unsigned n = ++fault.calls;
	bool undoing = fault.first && n > fault.first;
	bool now = n == fault.first || (undoing && (fault.second == EVERY || n == fault.second));

	fault.again += now && undoing;
	return now;
}

int __wrap_sl_unix_allow(const char *path, const struct stat *file,
	const struct sl_config_allow *allow, unsigned n, struct sl_error *error);
int __wrap_sl_unix_allow(const char *path, const struct stat *file,
	const struct sl_config_allow *allow, unsigned n, struct sl_error *error)
{
	unsigned i = 0;

	while (i < SOCKETS && strcmp(things.socket[i], path))
		i++;
	assert_true(i < SOCKETS);
	if (fails())
		return sl_refuse(error, -EPERM, "%s: played", path);
	things.who[i] = allow[n - 1].id;
	return 0;
}

static unsigned number_of(const struct sl_guard *guard)
{
	return (unsigned)(uintptr_t)guard - 1;
}

int __wrap_sl_guard_prefix_set(struct sl_guard *guard, const uint8_t ip[16], unsigned bits,
	enum sl_prefix prefix, struct sl_error *error);
int __wrap_sl_guard_prefix_set(struct sl_guard *guard, const uint8_t ip[16], unsigned bits,
	enum sl_prefix prefix, struct sl_error *error)
{
	struct sl_listed listed = {.bits = (uint8_t)bits};
	char text[SL_PREFIX_TEXT];
	unsigned i = 0;

	memcpy(listed.ip, ip, sizeof(listed.ip));
	sl_prefix_text(&listed, text);
	while (i < things.n_prefixes && strcmp(things.prefix[i], text))
		i++;
	if (i == things.n_prefixes)
		strcpy(things.prefix[things.n_prefixes++], text);
	if (fails())
		return sl_refuse(error, -EIO, "guard %u", number_of(guard));
	things.listed[number_of(guard)][i] = prefix;
	return 0;
}

int __wrap_sl_guard_policy_set(
	struct sl_guard *guard, const struct sl_policy *policy, struct sl_error *error);
int __wrap_sl_guard_policy_set(
	struct sl_guard *guard, const struct sl_policy *policy, struct sl_error *error)
{
	if (fails())
		return sl_refuse(error, -EIO, "guard %u", number_of(guard));
	things.ttl[number_of(guard)] = policy->min_hops;
	return 0;
}

static struct {
	char directory[32], path[48];
	uv_loop_t loop;
	struct sl_config config;
	struct sl_protection protection;
	struct sl_sessions sessions;
	struct sl_records records;
	struct sl_running running;
	struct sl_work *work;
	struct sl_guard *guards[SL_MAX_PORTS];
} daemon_;

static const struct sl_server_protocol ng, ctl;

static void write_file(const char *keys)
{
	FILE *file = fopen(daemon_.path, "w");

	assert_non_null(file);
	fprintf(file, "%s%s", base, keys);
	fclose(file);
}

static void listen_at(unsigned i, const struct sl_server_protocol *protocol)
{
	const struct sl_access *access = &daemon_.running.access[daemon_.running.which];
	struct sl_server_listen how = {.path = things.socket[i], .protocol = protocol};
	struct sl_error error = {0};

	snprintf(things.socket[i], sizeof(things.socket[i]), "%s/%u", daemon_.directory, i);
	how.allow = protocol == &ng ? access->ng : access->ctl;
	how.n_allow = protocol == &ng ? access->n_ng : access->n_ctl;
	assert_int_equal(sl_server_listen(daemon_.running.server, &how, &error), 0);
	things.who[i] = how.allow[how.n_allow - 1].id;
}

static int set_up(void **state)
{
	static struct sl_config_errors errors;
	struct sl_error error = {0};

	strcpy(daemon_.directory, "/tmp/undo_test.XXXXXX");
	assert_non_null(mkdtemp(daemon_.directory));
	snprintf(daemon_.path, sizeof(daemon_.path), "%s/conf", daemon_.directory);
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
	write_file(old_keys);
	assert_int_equal(
		sl_config_load(daemon_.path, SL_CONFIG_RELAY, 0, &daemon_.config, &errors), 0);
	sl_log_set_level((enum sl_log_level)0); /* each fault is logged as an error */
	sl_access_of(&daemon_.running.access[0], &daemon_.config);
	for (unsigned i = 0; i < SOCKETS; i++)
		listen_at(i, i == 1 ? &ctl : &ng);
	for (uintptr_t i = 0; i < GUARDS; i++)
		daemon_.guards[i] = (struct sl_guard *)(i + 1); /* each is played */
	assert_int_equal(sl_protection_start(&daemon_.protection, &daemon_.config.guard,
				 daemon_.guards, GUARDS, &error),
		0);
	return 0;
}

static int tear_down(void **state)
{
	sl_server_stop(daemon_.running.server);
	sl_work_stop(daemon_.work);
	uv_run(&daemon_.loop, UV_RUN_DEFAULT);
	uv_loop_close(&daemon_.loop);
	unlink(daemon_.path);
	rmdir(daemon_.directory);
	return 0;
}

/* One sentence of `list` has both texts. */
static bool named(const json_t *list, const char *what, const char *where)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry) if (strstr(json_string_value(entry), what) &&
					       strstr(json_string_value(entry), where)) return true;
	return false;
}

/* Everything is as it was, or named; nothing is named that no call failed for. */
static void check_undone(const json_t *answer)
{
	const json_t *left = json_object_get(answer, "unrestored");
	char guard[16];

	assert_int_equal(
		json_array_size(left) + (size_t)json_integer_value(json_object_get(answer, "more")),
		fault.again);
	for (unsigned i = 0; i < SOCKETS; i++)
		if (things.who[i] != before.who[i])
			assert_true(named(left, things.socket[i], "played"));
	for (unsigned g = 0; g < GUARDS; g++) {
		snprintf(guard, sizeof(guard), "guard %u", g);
		if (things.ttl[g] != before.ttl[g])
			assert_true(named(left, "limits", guard));
		for (unsigned i = 0; i < things.n_prefixes; i++)
			if (things.listed[g][i] != before.listed[g][i])
				assert_true(named(left, things.prefix[i], guard));
	}
}

/* By ourselves the old ones are let in, whatever the files say. */
static void check_judged(void)
{
	const struct sl_server *server = daemon_.running.server;
	const struct sl_access *access = &daemon_.running.access[daemon_.running.which];

	for (unsigned i = 0; i < server->n_listeners; i++)
		assert_ptr_equal(server->listeners[i].how.allow,
			server->listeners[i].how.protocol == &ng ? access->ng : access->ctl);
}

static void start_over(unsigned first, unsigned second)
{
	memcpy(&things, &before, sizeof(things));
	memset(&fault, 0, sizeof(fault));
	fault.first = first;
	fault.second = second;
}

/* Returns how many calls there were. */
static unsigned reload(unsigned first, unsigned second)
{
	json_t *answer;

	start_over(first, second);
	answer = sl_reload(&daemon_.running, NULL);
	assert_non_null(json_object_get(answer, "error"));
	assert_null(json_object_get(answer, "changed"));
	check_undone(answer);
	check_judged();
	assert_int_equal(daemon_.protection.config.min_ttl, 2);
	json_decref(answer);
	return fault.calls;
}

static void each_fault_of_a_reload(void **state)
{
	unsigned all, undone;

	memcpy(&before, &things, sizeof(before));
	write_file(new_keys);
	all = SOCKETS + GUARDS * 4 + GUARDS;
	for (unsigned first = 1; first <= all; first++) {
		undone = reload(first, 0);
		for (unsigned second = first + 1; second <= undone; second++)
			reload(first, second);
		reload(first, EVERY);
	}
	start_over(0, 0);
	json_decref(sl_reload(&daemon_.running, NULL));
	assert_int_equal(fault.calls, all); /* each of them has failed */
	assert_int_equal(daemon_.protection.config.min_ttl, 3);
}

static unsigned set(const char *key, const char *value, unsigned first, unsigned second)
{
	struct sl_unrestored left = {.n = 0};
	struct sl_error error = {0};

	start_over(first, second);
	if (!sl_protection_set(&daemon_.protection, "test", key, value, &left, &error))
		return 0;
	json_t *answer = sl_json_refused(&error, &left);

	check_undone(answer);
	json_decref(answer);
	return fault.calls;
}

/* A change by the operator, of which there is one prefix or one limit. */
static void each_fault_of_a_change(void **state)
{
	static const struct {
		const char *key, *value;
		unsigned calls;
	} changes[] = {{"min-ttl", "9", GUARDS}, {"deny", "192.0.2.8", 2 * GUARDS},
		{"forget", "198.51.100.0/24", 2 * GUARDS}};

	memcpy(&before, &things, sizeof(before));
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		for (unsigned first = 1; first <= changes[i].calls; first++) {
			unsigned undone = set(changes[i].key, changes[i].value, first, 0);

			assert_true(undone > 0);
			for (unsigned second = first + 1; second <= undone; second++)
				set(changes[i].key, changes[i].value, first, second);
			set(changes[i].key, changes[i].value, first, EVERY);
		}
		set(changes[i].key, changes[i].value, 0, 0);
		assert_int_equal(fault.calls, changes[i].calls);
		memcpy(&before, &things, sizeof(before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_of_a_reload),
		cmocka_unit_test(each_fault_of_a_change),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
