/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines as entries of the journal, read at its socket and decoded by its protocol; as JSON; and
 * that nobody is waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctrl/base/address.h"
#include "ctrl/base/log.h"
#include "ctrl/base/log_sink.h"
#include "ctrl/base/pseudonym.h"

static char path[64];
static int journal = -1;

static void listen_again(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (journal >= 0)
		close(journal);
	unlink(path);
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(journal, (struct sockaddr *)&address, sizeof(address)), 0);
}

static int start(void **state)
{
	snprintf(path, sizeof(path), "/tmp/sluice-journal-%d", (int)getpid());
	listen_again();
	sl_log_sink_set_journal(path);
	sl_log_set_format(SL_LOG_JOURNAL);
	sl_log_set_level(SL_LOG_DEBUG);
	alarm(60); /* who waits fails */
	return 0;
}

static int end(void **state)
{
	close(journal);
	unlink(path);
	return 0;
}

struct entry {
	unsigned n;
	struct {
		char name[64], value[1200];
	} field[32];
};

/* Both forms of the journal's native protocol: NAME=value, and NAME, a length of 64 bits and bytes
 * that may be newlines. False: nothing came. */
static bool receive(struct entry *entry)
{
	char data[16384], *at = data;
	ssize_t len = recv(journal, data, sizeof(data), 0);
	const char *last;

	entry->n = 0;
	if (len < 0)
		return false;
	last = data + len;
	while (at < last) {
		char *line = memchr(at, '\n', (size_t)(last - at)), *equals;
		size_t name, value;
		const char *from;

		assert_non_null(line);
		equals = memchr(at, '=', (size_t)(line - at));
		name = (size_t)((equals ? equals : line) - at);
		from = equals ? equals + 1 : line + 1 + sizeof(uint64_t);
		value = equals ? (size_t)(line - from) : 0;
		if (!equals)
			memcpy(&value, line + 1, sizeof(value)); /* little-endian here */
		assert_true(name > 0 && name < 64 && value < 1200 && entry->n < 32);
		for (size_t i = 0; i < name; i++)
			assert_true(isupper((unsigned char)at[i]) || at[i] == '_');
		assert_true(*at != '_'); /* the journal's own */
		snprintf(entry->field[entry->n].name, 64, "%.*s", (int)name, at);
		snprintf(entry->field[entry->n++].value, 1200, "%.*s", (int)value, from);
		at = (char *)from + value + 1;
	}
	assert_ptr_equal(at, last);
	return true;
}

static const char *value(const struct entry *entry, const char *name)
{
	const char *found = NULL;

	for (unsigned i = 0; i < entry->n; i++)
		if (!strcmp(entry->field[i].name, name)) {
			assert_null(found); /* once */
			found = entry->field[i].value;
		}
	return found;
}

static struct entry e;

static void a_line_has_its_fields(void **state)
{
	sl_log_event(SL_LOG_NOTICE, SL_FIELDS(.call = "a84b", .reason = "media timeout"),
		"call %s is ended", "a84b");
	assert_true(receive(&e));
	assert_int_equal(e.n, 5);
	assert_string_equal(value(&e, "PRIORITY"), "5");
	assert_string_equal(value(&e, "SYSLOG_IDENTIFIER"), "sluiced");
	assert_string_equal(value(&e, "MESSAGE"), "call a84b is ended");
	assert_string_equal(value(&e, "CALL_ID"), "a84b");
	assert_string_equal(value(&e, "REASON"), "media timeout");
	sl_log_warning("w");
	assert_true(receive(&e));
	assert_int_equal(e.n, 3);
	assert_string_equal(value(&e, "PRIORITY"), "4");
	assert_false(receive(&e));
}

static void each_field_arrives(void **state)
{
	const struct sl_log_fields all = {
#define X(member, name, text) .member = "value of " name,
		SL_LOG_FIELDS(X)
#undef X
	};

	sl_log_event(SL_LOG_INFO, &all, "all");
	assert_true(receive(&e));
#define X(member, name, text) assert_string_equal(value(&e, name), "value of " name);
	SL_LOG_FIELDS(X)
#undef X
}

/* A newline in a value would begin a field of its sender's making, a trusted one included. */
static void nobody_writes_a_field_of_their_own(void **state)
{
	static const char hostile[] = "x\nPRIORITY=0\n_UID=0\nMESSAGE\n\x01\x1b[2J\xff\xc2\x85y";
	static const char escaped[] =
		"x\\x0aPRIORITY=0\\x0a_UID=0\\x0aMESSAGE\\x0a\\x01\\x1b[2J\\xff\\xc2\\x85y";

	sl_log_event(SL_LOG_INFO, SL_FIELDS(.call = hostile), "call %s", hostile);
	assert_true(receive(&e));
	assert_int_equal(e.n, 4);
	assert_string_equal(value(&e, "PRIORITY"), "6");
	assert_string_equal(value(&e, "CALL_ID"), escaped);
	assert_string_equal(value(&e, "MESSAGE") + strlen("call "), escaped);
}

static void values_are_bounded(void **state)
{
	char *text = malloc(100000);

	memset(text, 'x', 99999);
	text[99999] = '\0';
	sl_log_event(SL_LOG_INFO,
		SL_FIELDS(.call = text, .leg = text, .addr = text, .file = text, .reason = text,
			.kind = text, .by = text, .uid = text),
		"%s", text);
	assert_true(receive(&e));
	assert_in_range(strlen(value(&e, "MESSAGE")), 1000, SL_LOG_LINE);
	assert_in_range(strlen(value(&e, "CALL_ID")), 500, 512);
	free(text);
}

/* A full socket and one that is gone lose lines, hold nobody up, and are told of afterwards. */
static void a_journal_that_does_not_read_is_not_waited_for(void **state)
{
	struct sl_log_stats before = sl_log_stats();
	unsigned got = 0, lost;

	for (int i = 0; i < 100000; i++)
		sl_log_info("line %d", i);
	lost = (unsigned)(sl_log_stats().lost - before.lost);
	assert_in_range(lost, 90000, 99999);
	assert_int_equal(sl_log_stats().written - before.written, 100000 - lost);
	while (receive(&e))
		got++;
	assert_int_equal(got, 100000 - lost);
	sl_log_tick();
	assert_true(receive(&e));
	assert_int_equal(atoi(value(&e, "COUNT")), lost);
	assert_non_null(strstr(value(&e, "MESSAGE"), "line(s) of the log were lost"));
	sl_log_tick();
	assert_false(receive(&e));
}

static void a_journal_that_is_gone_comes_back(void **state)
{
	unlink(path);
	sl_log_info("nobody is there");
	close(journal);
	journal = -1;
	sl_log_info("nobody is there");
	listen_again();
	sl_log_info("here again");
	assert_true(receive(&e));
	assert_string_equal(value(&e, "COUNT"), "2");
	assert_true(receive(&e));
	assert_string_equal(value(&e, "MESSAGE"), "here again");
	assert_false(receive(&e));
}

static void provoke(unsigned number)
{
	SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.addr = "192.0.2.1"),
		"%u of %.*s%% and %" PRIu64, number, 3, "100x", (uint64_t)number);
}

/* Also when nothing more of the kind comes. */
static void the_left_out_are_told_of_afterwards(void **state)
{
	uint64_t before = sl_log_stats().left_out;

	for (unsigned i = 0; i < 18; i++)
		provoke(i);
	assert_int_equal(sl_log_stats().left_out - before, 17);
	assert_true(receive(&e));
	assert_string_equal(value(&e, "MESSAGE"), "0 of 100% and 0");
	assert_string_equal(value(&e, "ADDR"), "192.0.2.1");
	assert_false(receive(&e));
	for (int i = 0; i < 200 && !receive(&e); i++) {
		usleep(50000);
		sl_log_tick();
	}
	assert_string_equal(
		value(&e, "MESSAGE"), "17 more were left out like: ... of ...% and ...");
	assert_string_equal(value(&e, "COUNT"), "17");
	assert_string_equal(value(&e, "PRIORITY"), "4");
	sl_log_tick();
	assert_false(receive(&e));
	provoke(100);
	assert_true(receive(&e));
	assert_string_equal(value(&e, "MESSAGE"), "100 of 100% and 100");
}

static void no_address_is_in_a_line(void **state)
{
	static const uint8_t key[SL_PSEUDONYM_KEY] = {7};
	char text[SL_PSEUDONYM_TEXT], longest[SL_LOG_LINE + 40];
	uint8_t ip[16];

	sl_address_parse("192.0.2.77", ip);
	sl_pseudonym(key, ip, text);
	sl_pseudonyms_start(key);
	sl_log_set_hiding(true);
	sl_log_event(SL_LOG_INFO,
		SL_FIELDS(.addr = "192.0.2.77:5004", .call = "x@192.0.2.77",
			.reason = "192.0.2.77"),
		"from 192.0.2.77 and [2001:db8::77]:5");
	assert_true(receive(&e));
	for (unsigned i = 0; i < e.n; i++)
		assert_null(strstr(e.field[i].value, "192.0.2.77"));
	assert_null(strstr(value(&e, "MESSAGE"), "2001"));
	assert_memory_equal(value(&e, "ADDR"), text, strlen(text));
	assert_string_equal(value(&e, "ADDR") + strlen(text), ":5004");
	assert_string_equal(value(&e, "CALL_ID") + 2, text);
	assert_string_equal(value(&e, "REASON"), text);
	/* An address at the end of a line that is cut. */
	memset(longest, 'x', sizeof(longest));
	strcpy(longest + SL_LOG_LINE - 8, "192.0.2.77");
	sl_log_info("%s", longest);
	assert_true(receive(&e));
	assert_null(strstr(value(&e, "MESSAGE"), "192"));
	sl_log_set_hiding(false);
}

/* In a file, as stderr. */
static void json_is_an_object_a_line(void **state)
{
	int saved = dup(STDERR_FILENO), file = memfd_create("stderr", 0);
	char text[16384] = "";
	json_error_t error;
	json_t *line;

	dup2(file, STDERR_FILENO);
	sl_log_set_format(SL_LOG_JSON);
	sl_log_event(SL_LOG_WARNING, SL_FIELDS(.call = "a\"\\\n\xc3\xa9", .reason = "why"),
		"said \"%s\"", "\\");
	memset(text, '"', 4000);
	sl_log_event(SL_LOG_INFO,
		SL_FIELDS(.call = text, .leg = text, .reason = text, .file = text, .addr = text),
		"%s", text);
	dup2(saved, STDERR_FILENO);
	close(saved);
	sl_log_set_format(SL_LOG_JOURNAL);
	memset(text, 0, sizeof(text));
	assert_true(pread(file, text, sizeof(text) - 1, 0) > 0);
	close(file);
	*strchr(text, '\n') = '\0';
	line = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!line)
		fail_msg("%s: %s", error.text, text);
	assert_string_equal(json_string_value(json_object_get(line, "message")), "said \"\\\"");
	assert_string_equal(
		json_string_value(json_object_get(line, "call_id")), "a\"\\\\x0a\xc3\xa9");
	assert_string_equal(json_string_value(json_object_get(line, "reason")), "why");
	assert_string_equal(json_string_value(json_object_get(line, "level")), "warning");
	assert_string_equal(json_string_value(json_object_get(line, "program")), "sluiced");
	assert_int_equal(strlen(json_string_value(json_object_get(line, "time"))), 24);
	assert_int_equal(json_object_size(line), 6);
	json_decref(line);
	line = json_loads(text + strlen(text) + 1, JSON_REJECT_DUPLICATES, &error);
	if (!line)
		fail_msg("%s: %s", error.text, text + strlen(text) + 1);
	assert_true(json_object_size(line) >= 4);
	json_decref(line);
}

/* A pipe whose reader does not read holds nobody up either. */
static void stderr_that_is_not_read_is_not_waited_for(void **state)
{
	int saved = dup(STDERR_FILENO), pair[2];
	uint64_t lost = sl_log_stats().lost;

	assert_int_equal(pipe(pair), 0);
	dup2(pair[1], STDERR_FILENO);
	for (int format = SL_LOG_TEXT; format <= SL_LOG_JSON; format++) {
		sl_log_set_format((enum sl_log_format)format);
		for (int i = 0; i < 10000; i++)
			sl_log_info("line %d of a log that nobody reads", i);
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pair[0]);
	close(pair[1]);
	sl_log_set_format(SL_LOG_JOURNAL);
	assert_in_range(sl_log_stats().lost - lost, 10000, 19999);
	sl_log_tick();
	while (receive(&e))
		;
}

/* The manual of operation lists each field, and no other. */
static void each_field_is_documented(void **state)
{
	char *text = NULL, row[160];
	size_t room = 0;
	FILE *manual = fopen(SL_OPERATE, "r");
	unsigned rows = 0, fields = 0;

	assert_non_null(manual);
	assert_true(getdelim(&text, &room, '\0', manual) > 0);
	fclose(manual);
#define X(member, name, what)                                      \
	snprintf(row, sizeof(row), "\n| `%s` | %s |", name, what); \
	if (!strstr(text, row))                                    \
		fail_msg("docs/operate.md lacks%s", row);          \
	fields++;
	SL_LOG_FIELDS(X)
#undef X
	for (const char *at = strstr(text, "| field |"); at && at[0] == '|';
		at = strchr(at, '\n') + 1)
		rows += !strncmp(at, "| `", 3);
	assert_int_equal(rows, fields);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_its_fields),
		cmocka_unit_test(each_field_arrives),
		cmocka_unit_test(nobody_writes_a_field_of_their_own),
		cmocka_unit_test(values_are_bounded),
		cmocka_unit_test(a_journal_that_does_not_read_is_not_waited_for),
		cmocka_unit_test(a_journal_that_is_gone_comes_back),
		cmocka_unit_test(the_left_out_are_told_of_afterwards),
		cmocka_unit_test(no_address_is_in_a_line),
		cmocka_unit_test(json_is_an_object_a_line),
		cmocka_unit_test(stderr_that_is_not_read_is_not_waited_for),
		cmocka_unit_test(each_field_is_documented),
	};

	return cmocka_run_group_tests(tests, start, end);
}
