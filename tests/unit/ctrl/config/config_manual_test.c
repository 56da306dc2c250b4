/* SPDX-License-Identifier: BSD-3-Clause */
/* sluice.conf(5) has each section and each key of the configuration in its place, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

static char manual[64 * 1024];

static int read_manual(void **state)
{
	FILE *in = fopen(SL_CONFIG_MANUAL, "r");
	size_t len;

	assert_non_null(in);
	len = fread(manual, 1, sizeof(manual) - 1, in);
	fclose(in);
	assert_true(len > 0 && len < sizeof(manual) - 1);
	return 0;
}

/* The text behind a section's heading; ends at the next heading. */
static const char *section_text(const struct sl_config_section *section, size_t *len)
{
	char heading[64];
	const char *text;

	snprintf(heading, sizeof(heading), "\n## [%s%s]\n", section->name,
		section->count ? " NAME" : "");
	text = strstr(manual, heading);
	if (!text)
		fail_msg("no heading%s", heading);
	text += strlen(heading);
	*len = (size_t)(strstr(text, "\n#") - text);
	return text;
}

static bool has_key(const char *text, size_t len, const char *key)
{
	char line[64];
	const char *found;

	snprintf(line, sizeof(line), "\n*%s*\n", key);
	found = strstr(text - 1, line);
	return found && found < text + len;
}

static void each_key_is_in_its_section(void **state)
{
	for (const struct sl_config_section *s = sl_config_sections; s->name; s++) {
		size_t len;
		const char *text = section_text(s, &len);

		for (const struct sl_config_key *k = s->keys; k->name; k++)
			if (!has_key(text, len, k->name))
				fail_msg("[%s]: %s is missing", s->name, k->name);
	}
}

static bool is_key(const struct sl_config_section *section, const char *name, size_t len)
{
	for (const struct sl_config_key *k = section->keys; k->name; k++)
		if (strlen(k->name) == len && !memcmp(k->name, name, len))
			return true;
	return false;
}

/* A line that is one bold word names a key. */
static void no_other_is_there(void **state)
{
	for (const struct sl_config_section *s = sl_config_sections; s->name; s++) {
		size_t len;
		const char *text = section_text(s, &len), *at = text - 1;

		while ((at = strstr(at, "\n*")) && at < text + len) {
			const char *end = strchr(at += 2, '*');

			if (end[1] == '\n' && !is_key(s, at, (size_t)(end - at)))
				fail_msg("[%s] has no key %.*s", s->name, (int)(end - at), at);
		}
	}
}

/* The paragraph of the section RELOAD that begins with the section's name; "" if there is none. */
static const char *live_keys(const struct sl_config_section *section, char out[1024])
{
	char begin[64];
	const char *text = strstr(manual, "\n# RELOAD\n");

	assert_non_null(text);
	snprintf(begin, sizeof(begin), "\nIn [%s%s]: ", section->name,
		section->count ? " NAME" : "");
	out[0] = '\0';
	text = strstr(text, begin);
	if (text)
		snprintf(out, 1024, "%.*s", (int)(strstr(text, "\n\n") - text), text);
	return out;
}

static void it_says_which_are_reloaded(void **state)
{
	char text[1024], word[64];
	unsigned named = 0, live = 0;

	for (const struct sl_config_section *s = sl_config_sections; s->name; s++) {
		live_keys(s, text);
		for (const char *c = text; *c; c++)
			named += *c == '*';
		for (const struct sl_config_key *k = s->keys; k->name; k++) {
			bool here = k->when == SL_WHEN_LIVE;

			live += here;
			snprintf(word, sizeof(word), "*%s*", k->name);
			if ((strstr(text, word) != NULL) != here)
				fail_msg("[%s] %s is %s a reload", s->name, k->name,
					here ? "applied by" : "not for");
		}
	}
	assert_int_equal(named, 2 * live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_which_are_reloaded),
		cmocka_unit_test(each_key_is_in_its_section),
		cmocka_unit_test(no_other_is_there),
	};

	return cmocka_run_group_tests(tests, read_manual, NULL);
}
