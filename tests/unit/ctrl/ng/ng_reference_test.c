/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys and flags of the public NG reference (tests/ng/reference.txt): what the parser makes of
 * each is what docs/ng.md says, and its tables speak of no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/json_request.h"
#include "ctrl/ng/ng_options.h"

enum { ENTRIES_MAX = 400, ROWS_MAX = 200, NAME = 64 };

struct entry {
	char verdict[16], name[NAME];
	char *request;
};

static char reference[64 * 1024], manual[128 * 1024];
static struct entry entries[ENTRIES_MAX];
static char *rows[ROWS_MAX];
static unsigned n_entries, n_rows, logged;

static void read_file(const char *path, char *text, size_t room)
{
	FILE *in = fopen(path, "r");
	size_t len;

	assert_non_null(in);
	len = fread(text, 1, room - 1, in);
	fclose(in);
	assert_true(len > 0 && len < room - 1);
	text[len] = '\0';
}

static int read_reference(void **state)
{
	read_file(SL_NG_REFERENCE, reference, sizeof(reference));
	for (char *line = strtok(reference, "\n"); line; line = strtok(NULL, "\n")) {
		struct entry *e = &entries[n_entries];
		char *request = strchr(line, '{');

		if (*line == '#')
			continue;
		assert_non_null(request);
		assert_int_equal(sscanf(line, "%15s | %63[^|]", e->verdict, e->name), 2);
		while (e->name[0] && e->name[strlen(e->name) - 1] == ' ')
			e->name[strlen(e->name) - 1] = '\0';
		e->request = request;
		assert_true(++n_entries < ENTRIES_MAX);
	}
	return 0;
}

/* The rows about keys and flags: those between these two headings. */
static int read_manual(void **state)
{
	char *line, *end;

	read_file(SL_NG_MANUAL, manual, sizeof(manual));
	line = strstr(manual, "\n## Keys and flags");
	end = line ? strstr(line, "\n### Refusals") : NULL;
	assert_non_null(end);
	*end = '\0';
	for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, "| ", 2) && strncmp(line, "| key or flag", 13) &&
			strncmp(line, "| ---", 5)) {
			rows[n_rows++] = line;
			assert_true(n_rows < ROWS_MAX);
		}
	return 0;
}

static int set_up(void **state)
{
	return read_reference(state) || read_manual(state);
}

static void count_logged(const char *where, const char *text, uint32_t len)
{
	logged++;
}

/* How does a request differ from one that asks for nothing? */
static void check_parser(const struct entry *e)
{
	struct sl_json_request json = {0}, none = {0};
	struct sl_request options, empty;
	struct sl_node nodes[64];
	struct sl_error refused = {0};
	const char *found;
	int rc;

	logged = 0;
	assert_int_equal(sl_json_request_parse(&none, "{}", 2, nodes, 64), 0);
	assert_int_equal(sl_ng_options_read(&nodes[0], &empty, NULL, &refused), 0);
	sl_json_request_free(&none);
	if (sl_json_request_parse(&json, e->request, strlen(e->request), nodes, 64))
		fail_msg("%s: no JSON: %s", e->name, e->request);
	rc = sl_ng_options_read(&nodes[0], &options, count_logged, &refused);
	found = rc                                          ? "refused"
		: logged                                    ? "logged"
		: memcmp(&options, &empty, sizeof(options)) ? "done"
							    : "ignored";
	if (strcmp(found, strcmp(e->verdict, "direct") ? e->verdict : "ignored"))
		fail_msg("%s: %s, not %s: %s", e->request, found, e->verdict, refused.text);
	if (rc && !*refused.text)
		fail_msg("%s: refused without a reason", e->request);
	sl_json_request_free(&json);
}

static void each_is_treated_as_listed(void **state)
{
	for (unsigned i = 0; i < n_entries; i++)
		check_parser(&entries[i]);
}

/* `name` between backticks in the row's first cell. */
static bool row_has(const char *row, const char *name, size_t len)
{
	const char *end = strchr(row + 2, '|');
	char quoted[NAME + 3];

	snprintf(quoted, sizeof(quoted), "`%.*s`", (int)len, name);
	row = strstr(row, quoted);
	return row && row < end;
}

static bool row_is(const char *row, const struct entry *e)
{
	const char *colon = strstr(e->name, ": ");

	if (!colon)
		return row_has(row, e->name, strlen(e->name));
	return row_has(row, e->name, (size_t)(colon - e->name)) &&
	       row_has(row, colon + 2, strlen(colon + 2));
}

static bool row_says(const char *row, const char *verdict)
{
	static const struct {
		const char *verdict, *text;
	} texts[] = {{"done", "done"}, {"direct", "done"}, {"ignored", "ignored |"},
		{"logged", "ignored, logged"}, {"refused", "refused"}};
	const char *cell = strchr(row + 2, '|') + 2;

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(verdict, texts[i].verdict))
			return !strncmp(cell, texts[i].text, strlen(texts[i].text));
	fail_msg("there is no verdict '%s'", verdict);
	return false;
}

static void the_manual_says_so(void **state)
{
	for (unsigned i = 0; i < n_entries; i++) {
		bool found = false;

		for (unsigned k = 0; k < n_rows && !found; k++)
			found = row_is(rows[k], &entries[i]) &&
				row_says(rows[k], entries[i].verdict);
		if (!found)
			fail_msg("no row says that %s is %s", entries[i].name, entries[i].verdict);
	}
}

static bool is_listed(const char *row, const char *name, size_t len)
{
	for (unsigned i = 0; i < n_entries; i++) {
		const char *colon = strstr(entries[i].name, ": ");
		const char *last = colon ? colon + 2 : entries[i].name;

		if (!row_is(row, &entries[i]))
			continue;
		if ((strlen(last) == len && !strncmp(last, name, len)) ||
			(colon && (size_t)(colon - entries[i].name) == len &&
				!strncmp(entries[i].name, name, len)))
			return true;
	}
	return false;
}

static void the_manual_says_no_more(void **state)
{
	for (unsigned k = 0; k < n_rows; k++) {
		const char *end = strchr(rows[k] + 2, '|'), *name = strchr(rows[k], '`');

		while (name && name < end) {
			const char *close = strchr(name + 1, '`');

			assert_non_null(close);
			if (!is_listed(rows[k], name + 1, (size_t)(close - name - 1)))
				fail_msg("nothing checks %.*s`", (int)(close - name), name);
			name = strchr(close + 1, '`');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_treated_as_listed),
		cmocka_unit_test(the_manual_says_so),
		cmocka_unit_test(the_manual_says_no_more),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
