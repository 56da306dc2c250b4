/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration as text: each key of the table says its own values. */
#include <stdarg.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

enum { VALUE = 512 }; /* bytes that hold any value */

unsigned sl_config_count(const struct sl_config_section *section, const struct sl_config *config)
{
	return section->count ? section->count(config) : 1;
}

const char *sl_config_instance(
	const struct sl_config_section *section, const struct sl_config *config, unsigned i)
{
	return section->instance ? section->instance(config, i) : "";
}

void sl_config_say(struct sl_config_out *out, const char *format, ...)
{
	char value[VALUE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value, sizeof(value), format, arguments);
	va_end(arguments);
	out->line(out, out->key, value, "");
}

void sl_config_say_flag(struct sl_config_out *out, bool flag)
{
	out->line(out, out->key, flag ? "yes" : "no", "");
}

void sl_config_say_pseudonyms(struct sl_config_out *out, bool pseudonyms)
{
	out->line(out, out->key, pseudonyms ? "pseudonym" : "plain", "");
}

void sl_config_say_list(struct sl_config_out *out, const uint16_t *list, unsigned n)
{
	char text[6 * SL_CONFIG_KERNEL_PORTS] = "";
	size_t len = 0;

	for (unsigned i = 0; i < n && len < sizeof(text); i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%u", i ? "," : "", list[i]);
	if (n)
		sl_config_say(out, "%s", text);
}

/* Keys of one section are one table. */
void sl_config_say_also(
	struct sl_config_out *out, const char *name, const char *about, const char *value)
{
	const struct sl_config_key *key = out->key;

	while (strcmp(key->name, name) != 0)
		key++;
	out->line(out, key, value, about);
}

void sl_config_show_nothing(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
}

void sl_config_show(struct sl_config_out *out, const struct sl_config_section *section,
	const struct sl_config *config, unsigned i)
{
	for (out->key = section->keys; out->key->name; out->key++)
		out->key->show(out, config, i);
}

struct print {
	struct sl_config_out out;
	FILE *file;
};

static void print_line(struct sl_config_out *out, const struct sl_config_key *key,
	const char *value, const char *about)
{
	fprintf(((struct print *)out)->file, "%s = %s\n", key->name, value);
}

void sl_config_print(FILE *file, const struct sl_config *config)
{
	struct print print = {.out.line = print_line, .file = file};

	for (const struct sl_config_section *s = sl_config_sections; s->name; s++)
		for (unsigned i = 0; i < sl_config_count(s, config); i++) {
			const char *name = sl_config_instance(s, config, i);

			fprintf(file, "%s[%s%s%s]\n", s == sl_config_sections ? "" : "\n", s->name,
				*name ? " " : "", name);
			sl_config_show(&print.out, s, config, i);
		}
}
