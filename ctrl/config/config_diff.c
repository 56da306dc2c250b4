/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/config/config_diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

struct line {
	const struct sl_config_key *key;
	char *text;
	size_t at; /* among the lines of its section */
};

/* The lines of one section, in order. */
struct said {
	struct sl_config_out out;
	struct line *lines;
	size_t n, room;
	bool failed;
};

struct diff {
	void (*tell)(void *context, const struct sl_config_difference *difference);
	void *context;
	int n;
	char section[SL_CONFIG_SECTION];
};

static void collect(struct sl_config_out *out, const struct sl_config_key *key, const char *value,
	const char *about)
{
	struct said *said = (struct said *)out;
	size_t room = said->room ? 2 * said->room : 64;
	struct line *lines;
	char *text;

	if (said->n == said->room) {
		lines = reallocarray(said->lines, room, sizeof(*lines));
		if (!lines) {
			said->failed = true;
			return;
		}
		said->lines = lines;
		said->room = room;
	}
	if (asprintf(&text, "%s%s%s", value, *about ? " for " : "", about) < 0) {
		said->failed = true;
		return;
	}
	said->lines[said->n] = (struct line){key, text, said->n};
	said->n++;
}

/* By key; values of a set by their text, so that their order does not count. */
static int by_key(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->key->shape == SL_SET ? strcmp(x->text, y->text) : 0;
}

/* qsort() keeps no order of equals; a list's is that of its lines. */
static int by_key_and_place(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = by_key(a, b);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void forget(struct said *said)
{
	for (size_t i = 0; i < said->n; i++)
		free(said->lines[i].text);
	free(said->lines);
}

static bool hear(struct said *said, const struct sl_config_section *section,
	const struct sl_config *config, unsigned i)
{
	*said = (struct said){.out.line = collect};
	sl_config_show(&said->out, section, config, i);
	if (said->n)
		qsort(said->lines, said->n, sizeof(struct line), by_key_and_place);
	return !said->failed;
}

static void differ(struct diff *diff, const char *key, enum sl_config_when when,
	const char *running, const char *file)
{
	const struct sl_config_difference difference = {
		.section = diff->section,
		.key = key,
		.running = running,
		.file = file,
		.when = when,
	};

	diff->n++;
	diff->tell(diff->context, &difference);
}

/* Two lists in the order of by_key(), side by side. */
static void compare_lines(struct diff *diff, const struct said *running, const struct said *file)
{
	size_t r = 0, f = 0;

	while (r < running->n || f < file->n) {
		const struct line *a = r < running->n ? &running->lines[r] : NULL;
		const struct line *b = f < file->n ? &file->lines[f] : NULL;
		int order = !a ? 1 : !b ? -1 : by_key(a, b);
		const struct sl_config_key *key = order > 0 ? b->key : a->key;

		r += order <= 0;
		f += order >= 0;
		if (order || strcmp(a->text, b->text) != 0)
			differ(diff, key->name, key->when, order <= 0 ? a->text : NULL,
				order >= 0 ? b->text : NULL);
	}
}

static bool compare(struct diff *diff, const struct sl_config_section *section,
	const struct sl_config *running, unsigned r, const struct sl_config *file, unsigned f)
{
	struct said ours, theirs;
	bool done = hear(&ours, section, running, r);

	done = hear(&theirs, section, file, f) && done;
	if (done)
		compare_lines(diff, &ours, &theirs);
	forget(&ours);
	forget(&theirs);
	return done;
}

/* The section of the same name among those of `config`; -1: there is none. */
static int find(const struct sl_config_section *section, const struct sl_config *config,
	const char *instance)
{
	unsigned n = sl_config_count(section, config);

	for (unsigned i = 0; i < n; i++)
		if (!strcmp(sl_config_instance(section, config, i), instance))
			return (int)i;
	return -1;
}

static void name_section(
	struct diff *diff, const struct sl_config_section *section, const char *instance)
{
	snprintf(diff->section, sizeof(diff->section), "%s%s%s", section->name,
		*instance ? " " : "", instance);
}

/*
 * Sections with names belong together by name. A name on one side alone is one difference, and so
 * is another order: the first interface is the default, and what runs knows them by their place.
 */
static bool compare_sections(struct diff *diff, const struct sl_config_section *section,
	const struct sl_config *running, const struct sl_config *file)
{
	unsigned n = sl_config_count(section, running), m = sl_config_count(section, file);

	for (unsigned i = 0; i < n; i++) {
		const char *instance = sl_config_instance(section, running, i);
		int other = find(section, file, instance);
		char places[2][24];

		name_section(diff, section, instance);
		if (other < 0) {
			differ(diff, "", SL_WHEN_RESTART, "there", NULL);
			continue;
		}
		if (n == m && (unsigned)other != i) {
			snprintf(places[0], sizeof(places[0]), "place %u", i + 1);
			snprintf(places[1], sizeof(places[1]), "place %d", other + 1);
			differ(diff, "", SL_WHEN_RESTART, places[0], places[1]);
		}
		if (!compare(diff, section, running, i, file, (unsigned)other))
			return false;
	}
	for (unsigned i = 0; i < m; i++) {
		const char *instance = sl_config_instance(section, file, i);

		name_section(diff, section, instance);
		if (find(section, running, instance) < 0)
			differ(diff, "", SL_WHEN_RESTART, NULL, "there");
	}
	return true;
}

int sl_config_diff(const struct sl_config *running, const struct sl_config *file,
	void (*tell)(void *context, const struct sl_config_difference *difference), void *context)
{
	struct diff diff = {.tell = tell, .context = context};

	for (const struct sl_config_section *s = sl_config_sections; s->name; s++)
		if (!compare_sections(&diff, s, running, file))
			return -ENOMEM;
	return diff.n;
}

const char *sl_config_difference_text(
	const struct sl_config_difference *difference, char text[SL_CONFIG_DIFFERENCE_TEXT])
{
	snprintf(text, SL_CONFIG_DIFFERENCE_TEXT, "[%s]%s%s: %s -> %s", difference->section,
		*difference->key ? " " : "", difference->key,
		difference->running ? difference->running : "none",
		difference->file ? difference->file : "none");
	return text;
}
