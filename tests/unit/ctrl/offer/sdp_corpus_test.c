/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the conversations of tests/sdp: what phones, servers and trunks say, under options of a
 * routing script, and what must come out, line by line. tests/sdp/README.md says how they are
 * written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/ng_options.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

enum { FILES_MAX = 64, TEXT_MAX = 16384 };

static char text[TEXT_MAX], said[TEXT_MAX], wanted[TEXT_MAX], got[TEXT_MAX];
static ssize_t last; /* bytes of `got`, or -errno with `why` */
static const char *file;

static void read_file(const char *name)
{
	char path[512];
	FILE *in;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", SL_SDP_CORPUS, name);
	in = fopen(path, "r");
	assert_non_null(in);
	len = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	assert_true(len > 0 && len < sizeof(text) - 1);
	text[len] = '\0';
}

/* The lines up to the next "== ", with CRLF. */
static void take_body(char **at, char *body)
{
	size_t len = 0;

	while (**at && strncmp(*at, "== ", 3)) {
		size_t line = strcspn(*at, "\n");

		memcpy(body + len, *at, line);
		memcpy(body + len + line, "\r\n", 2);
		len += line + 2;
		*at += line + ((*at)[line] == '\n');
	}
	body[len] = '\0';
}

static void replace(char *where, size_t from_len, const char *to)
{
	size_t to_len = strlen(to);

	memmove(where + to_len, where + from_len, strlen(where + from_len) + 1);
	memcpy(where, to, to_len);
}

static void replace_number(unsigned number, const char *kind, unsigned m)
{
	char from[16], to[16], *at = got;

	snprintf(from, sizeof(from), "%u", number);
	snprintf(to, sizeof(to), "%s%u", kind, m + 1);
	for (; (at = strstr(at, from)); at++)
		if (at[-1] == ' ' || at[-1] == ':')
			replace(at, strlen(from), to);
}

/* Ports and keys are drawn at random: ports become RTP1, RTCP1, RTP2..., keys KEY. */
static void make_comparable(void)
{
	unsigned port, m = 0;

	for (char *at = got; (at = strstr(at, "\nm=")); at++, m++) {
		if (sscanf(at, "\nm=%*s %u", &port) != 1 || port < FIRST_PORT ||
			port >= FIRST_PORT + 2 * PAIRS)
			continue;
		replace_number(port, "RTP", m);
		replace_number(port + 1, "RTCP", m);
	}
	for (char *at = got; (at = strstr(at, "inline:")); at++) {
		char *key = at + strlen("inline:");

		replace(key, strcspn(key, "|\r "), "KEY");
	}
}

static struct sl_text as_text(const char *string)
{
	return (struct sl_text){string, (uint32_t)strlen(string)};
}

static void command(const char *flags, const char *from, const char *to, bool offer)
{
	struct sl_node member = {.type = SL_NODE_STRING,
		.key = "rtpp-flags",
		.key_len = 10,
		.str = flags,
		.len = (uint32_t)strlen(flags)};
	const struct sl_node request = {.type = SL_NODE_DICT, .len = 1, .first = &member};
	struct sl_request o;

	last_error = (struct sl_error){0};
	last = sl_ng_options_read(&request, &o, NULL, &last_error);
	if (last)
		return;
	o.call_id = as_text(file);
	o.from_tag = as_text(from);
	if (to)
		o.to_tag = as_text(to);
	o.sdp = as_text(said);
	last = (offer ? sl_offer : sl_answer)(&relay.sessions, &o, got, sizeof(got), &last_error);
	if (last >= 0)
		make_comparable();
}

/* Policy of the interface. */
static void configure(const char *policy)
{
	relay.config.secure_only = strstr(policy, "allow-rtp=no");
	for (int suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++)
		if (strstr(policy, "min-suite=") && strstr(policy, sl_suites[suite].name))
			relay.config.min_suite = suite;
}

static void check_reply(void)
{
	if (last < 0)
		fail_msg("%s: refused: %s", file, why);
	if (!strcmp(got, wanted))
		return;
	fprintf(stderr, "%s gives\n%s\n", file, got); /* longer than what cmocka prints */
	fail_msg("%s: not what was expected", file);
}

static void step(char *head, char **at)
{
	if (!strncmp(head, "interface ", 10)) {
		configure(head + 10);
		return;
	}
	if (!strncmp(head, "refused ", 8)) {
		if (last >= 0 || !strstr(why, head + 8))
			fail_msg("%s: not refused with '%s': %s", file, head + 8, why);
		take_body(at, wanted);
		return;
	}
	if (!strcmp(head, "gives")) {
		take_body(at, wanted);
		check_reply();
		return;
	}
	take_body(at, said);
	if (!strncmp(head, "offer", 5))
		command(head + 5, "A", NULL, true);
	else if (!strncmp(head, "answer", 6))
		command(head + 6, "A", "B", false);
	else if (!strncmp(head, "back-offer", 10))
		command(head + 10, "B", "A", true);
	else if (!strncmp(head, "back-answer", 11))
		command(head + 11, "B", "A", false);
	else
		fail_msg("%s: what is '%s'?", file, head);
}

static void run_file(const char *name)
{
	char *at = text;
	unsigned steps = 0;

	file = name;
	print_message("%s\n", name);
	read_file(name);
	relay_open(0);
	for (take_body(&at, said); *at; steps++) {
		char *head = at + strlen("== ");

		at = strchr(at, '\n');
		assert_non_null(at);
		*at++ = '\0';
		step(head, &at);
	}
	assert_true(steps >= 2);
	relay_close();
	relay.config.secure_only = false;
	relay.config.min_suite = SL_SUITE_NONE;
}

static int is_case(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && !strcmp(entry->d_name + len - 4, ".txt");
}

static void all_conversations(void **state)
{
	struct dirent **entries;
	int n = scandir(SL_SDP_CORPUS, &entries, is_case, alphasort);

	assert_true(n > 20 && n <= FILES_MAX);
	for (int i = 0; i < n; i++) {
		run_file(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_conversations),
	};

	relay_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
