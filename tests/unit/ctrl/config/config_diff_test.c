/* SPDX-License-Identifier: BSD-3-Clause */
/* Two configurations side by side: each key that differs is named, with how it takes effect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ctrl/config/config_diff.h"
#include "tests/unit/ctrl/config/key_cases.h"

static struct sl_config base, changed, again;
static struct sl_config_errors errors;

static void read_file(const char *text, struct sl_config *config)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");

	if (sl_config_read(file, SL_CONFIG_RELAY, 4, config, &errors)) {
		sl_config_print_errors(stderr, text, &errors);
		fail();
	}
	fclose(file);
}

static struct told {
	const struct key_case *only; /* what may differ */
	unsigned n;
	char text[SL_CONFIG_DIFFERENCE_TEXT]; /* of the last */
} told;

static void hear(void *context, const struct sl_config_difference *d)
{
	told.n++;
	sl_config_difference_text(d, told.text);
	if (!told.only)
		return;
	if (!strcmp(told.only->key, "address") && !strcmp(d->key, "advertise"))
		return;
	if (strcmp(d->section, told.only->section) || strcmp(d->key, told.only->key) ||
		d->when != told.only->when)
		fail_msg("[%s] %s: %s", told.only->section, told.only->key, told.text);
}

static unsigned differences(
	const struct sl_config *running, const struct sl_config *file, const struct key_case *only)
{
	int n;

	told = (struct told){.only = only};
	n = sl_config_diff(running, file, hear, NULL);
	assert_int_equal(n, told.n);
	return told.n;
}

static const struct key_case *case_of(const char *section, const char *key)
{
	for (unsigned i = 0; i < KEY_CASES; i++)
		if (!strcmp(key_cases[i].key, key) &&
			!strncmp(key_cases[i].section, section, strlen(section)))
			return &key_cases[i];
	return NULL;
}

/* A key that is not among the cases is forgotten here, and likely elsewhere too. */
static void each_key_has_a_case(void **state)
{
	unsigned n = 0;

	for (const struct sl_config_section *s = sl_config_sections; s->name; s++)
		for (const struct sl_config_key *k = s->keys; k->name; k++, n++) {
			if (!case_of(s->name, k->name))
				fail_msg("[%s] %s has no case", s->name, k->name);
			assert_int_equal(case_of(s->name, k->name)->when, k->when);
			assert_true(k - s->keys < SL_CONFIG_KEYS);
		}
	assert_int_equal(n, KEY_CASES);
}

static void each_key_is_named(void **state)
{
	char text[KEY_FILE];

	read_file(key_base, &base);
	for (unsigned i = 0; i < KEY_CASES; i++) {
		const struct key_case *c = &key_cases[i];

		key_file(c, text);
		read_file(text, &changed);
		if (differences(&base, &changed, c) != c->differences)
			fail_msg("[%s] %s: %u differences", c->section, c->key, told.n);
		assert_int_equal(differences(&changed, &base, c), c->differences);
	}
}

/* A shown configuration reads back without any difference; and to the same bytes, but
 * for the prefixes, which are in order of their lists then. */
static void what_is_shown_reads_back(void **state)
{
	char text[KEY_FILE];

	for (unsigned i = 0; i < KEY_CASES; i++) {
		char *shown = NULL;
		size_t len;
		FILE *out = open_memstream(&shown, &len);

		key_file(&key_cases[i], text);
		read_file(text, &changed);
		sl_config_print(out, &changed);
		fclose(out);
		read_file(shown, &again);
		if (differences(&changed, &again, NULL))
			fail_msg("%s", told.text);
		again.guard = changed.guard;
		assert_memory_equal(&changed, &again, sizeof(again));
		free(shown);
	}
}

#define PORT "[port p]\ndevice = vdev:net_null0\ncores = 1\n"
#define A    "[interface a]\nport = p\naddress = 10.0.0.1\nmedia-ports = 2000-2099\n"
#define B    "[interface b]\nport = p\naddress = 10.0.0.2\nmedia-ports = 2000-2099\n"
#define CTL  "[control]\nng = unix:/n\n"

static const struct {
	const char *what, *running, *file;
	unsigned n;
	const char *last; /* text of the last difference */
} pairs[] = {
	{"sections in another order", PORT A B CTL, CTL B A PORT, 2,
		"[interface b]: place 2 -> place 1"},
	{"a section that is gone", PORT A B CTL, PORT B CTL, 1, "[interface a]: there -> none"},
	{"a new section", PORT A CTL, PORT A B CTL, 1, "[interface b]: none -> there"},
	{"what is the default is no difference", PORT A CTL,
		PORT A "source = follow\nallow-rtp = yes\n" CTL "[guard]\nmin-ttl = 1\n", 0, ""},
	{"the order of a set", PORT A CTL "ng-allow = uid:1\nng-allow = uid:2\n",
		PORT A CTL "ng-allow = uid:2\nng-allow = uid:1\n", 0, ""},
	{"the order of addresses", PORT A "address = 10.0.0.3\n" CTL,
		PORT "[interface a]\nport = p\naddress = 10.0.0.3\naddress = "
		     "10.0.0.1\nmedia-ports = 2000-2099\n" CTL,
		2, "[interface a] address: 10.0.0.3/32 -> 10.0.0.1/32"},
	{"an advertised address that is another's",
		PORT A "advertise = 10.9.9.9\naddress = 10.0.0.3\n" CTL,
		PORT A "address = 10.0.0.3\nadvertise = 10.9.9.9\n" CTL, 1,
		"[interface a] advertise: 10.9.9.9 for 10.0.0.1 -> 10.9.9.9 for 10.0.0.3"},
	{"allowed, and now denied", PORT A CTL "[guard]\nallow = 192.0.2.0/24\n",
		PORT A CTL "[guard]\ndeny = 192.0.2.0/24\n", 2,
		"[guard] deny: none -> 192.0.2.0/24"},
};

static void sections_and_lists(void **state)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		read_file(pairs[i].running, &base);
		read_file(pairs[i].file, &changed);
		if (differences(&base, &changed, NULL) != pairs[i].n ||
			strcmp(told.text, pairs[i].last))
			fail_msg("%s: %u, %s", pairs[i].what, told.n, told.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_has_a_case),
		cmocka_unit_test(each_key_is_named),
		cmocka_unit_test(what_is_shown_reads_back),
		cmocka_unit_test(sections_and_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
