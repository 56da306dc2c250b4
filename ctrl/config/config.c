/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/config/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/config/config_parser.h"

static void add_fault(
	struct sl_config_errors *errors, unsigned line, const char *format, va_list arguments)
{
	if (errors->count < SL_CONFIG_ERRORS) {
		errors->list[errors->count].line = line;
		vsnprintf(errors->list[errors->count].text, sizeof(errors->list[0].text), format,
			arguments);
	}
	errors->count++;
}

void sl_config_fault(struct sl_config_parser *parser, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_fault(parser->errors, parser->line, format, arguments);
	va_end(arguments);
}

void sl_config_fault_at(struct sl_config_parser *parser, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_fault(parser->errors, line, format, arguments);
	va_end(arguments);
}

static void open_section(struct sl_config_parser *parser, const char *header)
{
	const struct sl_config_section *section;
	char text[64] = "";
	const char *name;
	size_t kind_len;

	for (size_t i = 0; header[i] && header[i] != ']' && i < sizeof(text) - 1; i++)
		text[i] = header[i];
	kind_len = strcspn(text, " \t");
	name = text + kind_len + strspn(text + kind_len, " \t");

	for (section = sl_config_sections; section->name; section++) {
		if (strlen(section->name) == kind_len && !memcmp(section->name, text, kind_len))
			break;
	}
	if (!section->name) {
		sl_config_fault(parser,
			"unknown section [%s]; there are [sluice], [port NAME], [interface NAME], "
			"[control], [guard], [timers] and [limits]",
			text);
	} else if (!section->count && *name) {
		sl_config_fault(parser, "[%s] takes no name; write [%s]", text, section->name);
	} else if (section->count && !sl_config_is_name(name)) {
		sl_config_fault(parser,
			"[%s NAME] needs a name of at most %d letters, digits, '_' and '-'",
			section->name, SL_CONFIG_NAME - 1);
	} else if (section->open(parser, name)) {
		parser->section = section;
	}
}

/* True when inih may see the line: only `key = value` in a known section is left to it. */
static bool take_line(struct sl_config_parser *parser, char *line, size_t len, size_t max)
{
	const char *rest;

	if (strlen(line) != len) {
		sl_config_fault(parser, "a NUL byte; this is not a text file");
		return false;
	}
	if (*line == '\0' || *line == '\n' || *line == '\r' || strchr(";#", *line))
		return false;
	if (len + 1 > max) {
		sl_config_fault(parser, "the line is longer than %zu bytes; shorten it", max - 2);
		if (*line == '[') {
			parser->section_seen = true;
			parser->section = NULL;
		}
		return false;
	}
	if (*line == '[') {
		parser->section_seen = true;
		parser->section = NULL;
		rest = strchr(line, ']');
		if (!rest)
			sl_config_fault(parser, "a section needs its closing ']'");
		else if (rest[1 + strspn(rest + 1, " \t\r\n")] &&
			 rest[1 + strspn(rest + 1, " \t")] != ';')
			sl_config_fault(parser, "nothing but a ; comment may follow [section]");
		else
			open_section(parser, line + 1);
		return false;
	}
	if (!strpbrk(line, "=:")) {
		sl_config_fault(parser, "neither [section] nor 'key = value'");
		return false;
	}
	return true;
}

/*
 * Stands between the file and inih, which reports neither lines to its handler, nor sections
 * without keys, nor more than its first syntax error, and which cuts long lines in two.
 */
static char *read_line(char *line, int size, void *stream)
{
	struct sl_config_parser *parser = stream;
	ssize_t len = getline(&parser->buffer, &parser->buffer_size, parser->file);
	size_t skipped;

	if (len < 0)
		return NULL;
	parser->line++;
	skipped = strspn(parser->buffer, " \t");
	if (take_line(parser, parser->buffer + skipped, (size_t)len - skipped, (size_t)size))
		memcpy(line, parser->buffer + skipped, (size_t)len - skipped + 1);
	else
		strcpy(line, "\n");
	return line;
}

static int handle_key(void *user, const char *section, const char *name, const char *value)
{
	struct sl_config_parser *parser = user;
	const struct sl_config_key *key;
	unsigned *seen;

	if (!parser->section) {
		if (!parser->section_seen)
			sl_config_fault(parser, "'%s' stands before the first [section]", name);
		return 1;
	}
	for (key = parser->section->keys; key->name; key++) {
		if (!strcmp(key->name, name))
			break;
	}
	if (!key->name) {
		sl_config_fault(parser, "unknown key '%s' in [%s]", name, parser->section->name);
		return 1;
	}
	seen = &parser->lines->key[key - parser->section->keys];
	if (*seen && key->shape == SL_ONE)
		sl_config_fault(parser, "'%s' was already set in line %u; keep one", name, *seen);
	else if (!*value)
		sl_config_fault(parser, "'%s' needs a value", name);
	else
		key->set(parser, value);
	if (!*seen)
		*seen = parser->line;
	return 1;
}

unsigned sl_config_line(const char *section, const struct sl_config_lines *lines, const char *key)
{
	const struct sl_config_section *s = sl_config_sections;

	while (s->name && strcmp(s->name, section))
		s++;
	for (unsigned i = 0; s->name && s->keys[i].name; i++) {
		if (!strcmp(s->keys[i].name, key) && lines->key[i])
			return lines->key[i];
	}
	return lines->section;
}

bool sl_config_is_set(const char *section, const struct sl_config_lines *lines, const char *key)
{
	return sl_config_line(section, lines, key) != lines->section;
}

static int by_line(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int sl_config_read(FILE *file, enum sl_config_use use, unsigned cpus, struct sl_config *config,
	struct sl_config_errors *errors)
{
	struct sl_config_parser *parser = calloc(1, sizeof(*parser));
	unsigned kept;

	memset(config, 0, sizeof(*config));
	memset(errors, 0, sizeof(*errors));
	sl_guard_config_init(&config->guard);
	if (!parser) {
		errors->count = 1;
		strcpy(errors->list[0].text, "out of memory");
		return -EINVAL;
	}
	parser->file = file;
	parser->guard_only = use == SL_CONFIG_GUARD;
	parser->live = use == SL_CONFIG_RELOAD;
	parser->config = config;
	parser->errors = errors;
	parser->cpus = cpus ? cpus : (unsigned)sysconf(_SC_NPROCESSORS_CONF);

	if (ini_parse_stream(read_line, parser, handle_key, parser) < 0)
		sl_config_fault_at(parser, 0, "out of memory");
	else if (ferror(file))
		sl_config_fault_at(parser, 0, "cannot be read");
	else
		sl_config_check(parser);
	free(parser->buffer);
	free(parser);

	kept = errors->count < SL_CONFIG_ERRORS ? errors->count : SL_CONFIG_ERRORS;
	qsort(errors->list, kept, sizeof(errors->list[0]), by_line);
	return errors->count ? -EINVAL : 0;
}

int sl_config_load(const char *path, enum sl_config_use use, unsigned cpus,
	struct sl_config *config, struct sl_config_errors *errors)
{
	FILE *file = fopen(path, "re");
	int ret;

	if (!file) {
		memset(errors, 0, sizeof(*errors));
		errors->count = 1;
		snprintf(errors->list[0].text, sizeof(errors->list[0].text), "cannot be opened: %s",
			strerror(errno));
		return -EINVAL;
	}
	ret = sl_config_read(file, use, cpus, config, errors);
	fclose(file);
	return ret;
}

void sl_config_print_errors(FILE *out, const char *path, const struct sl_config_errors *errors)
{
	for (unsigned i = 0; i < errors->count && i < SL_CONFIG_ERRORS; i++) {
		if (errors->list[i].line)
			fprintf(out, "%s:%u: %s\n", path, errors->list[i].line,
				errors->list[i].text);
		else
			fprintf(out, "%s: %s\n", path, errors->list[i].text);
	}
	if (errors->count > SL_CONFIG_ERRORS)
		fprintf(out, "%s: and %u more\n", path, errors->count - SL_CONFIG_ERRORS);
}

const struct sl_config_interface *sl_config_interface(
	const struct sl_config *config, const char *name)
{
	for (unsigned i = 0; i < config->n_interfaces; i++) {
		if (!strcmp(config->interfaces[i].name, name))
			return &config->interfaces[i];
	}
	return NULL;
}
