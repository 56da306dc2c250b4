/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of [records]. */
#include <string.h>

#include "ctrl/config/config_parser.h"

static const char *const cdr_words[] = {"off", "json", "csv", "both"}; /* bit 0: JSON, 1: CSV */
static const char *const sync_words[] = {
	[SL_SYNC_NEVER] = "never", [SL_SYNC_SECOND] = "second", [SL_SYNC_EACH] = "each"};

enum { CDR_WORDS = 4, SYNC_WORDS = 3 };

static int word_of(const char *const words[], int n, const char *value)
{
	while (n-- > 0)
		if (!strcmp(words[n], value))
			break;
	return n;
}

static void set_directory(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_path(parser, parser->config->records.directory, "directory", value);
}

static void show_directory(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->records.directory[0])
		sl_config_say(out, "%s", config->records.directory);
}

static void set_cdr(struct sl_config_parser *parser, const char *value)
{
	int cdr = word_of(cdr_words, CDR_WORDS, value);

	if (cdr < 0)
		sl_config_fault(parser, "cdr: '%.64s'; write json, csv, both or off", value);
	parser->config->records.cdr_json = cdr > 0 && cdr & 1;
	parser->config->records.cdr_csv = cdr > 0 && cdr & 2;
}

static void show_cdr(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_records *records = &config->records;

	sl_config_say(
		out, "%s", cdr_words[(records->cdr_json ? 1 : 0) | (records->cdr_csv ? 2 : 0)]);
}

static void set_audit(struct sl_config_parser *parser, const char *value)
{
	parser->config->records.audit = !strcmp(value, "on");
	if (!parser->config->records.audit && strcmp(value, "off") != 0)
		sl_config_fault(parser, "audit: '%.64s'; write on or off", value);
}

static void show_audit(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", config->records.audit ? "on" : "off");
}

static void set_addresses(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_pseudonyms(parser, &parser->config->records.pseudonyms, "addresses", value);
}

static void show_addresses(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say_pseudonyms(out, config->records.pseudonyms);
}

static void set_fsync(struct sl_config_parser *parser, const char *value)
{
	int sync = word_of(sync_words, SYNC_WORDS, value);

	if (sync < 0)
		sl_config_fault(parser, "fsync: '%.64s'; write never, second or each", value);
	else
		parser->config->records.sync = (enum sl_records_sync)sync;
}

static void show_fsync(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", sync_words[config->records.sync]);
}

const struct sl_config_key sl_config_records_keys[] = {
	SL_KEY("directory", SL_ONE, RESTART, set_directory, show_directory),
	SL_KEY("cdr", SL_ONE, RESTART, set_cdr, show_cdr),
	SL_KEY("audit", SL_ONE, RESTART, set_audit, show_audit),
	SL_KEY("fsync", SL_ONE, LIVE, set_fsync, show_fsync),
	SL_KEY("addresses", SL_ONE, RESTART, set_addresses, show_addresses),
	SL_KEYS_END,
};

/* Who names a directory wants records; without one there can be none. */
void sl_config_check_records(struct sl_config_parser *parser)
{
	const struct sl_config_lines *lines = &parser->records_lines;
	struct sl_config_records *records = &parser->config->records;
	bool somewhere = sl_config_is_set("records", lines, "directory");

	if (!sl_config_is_set("records", lines, "cdr"))
		records->cdr_json = somewhere;
	if (!sl_config_is_set("records", lines, "audit"))
		records->audit = somewhere;
	if (!sl_config_is_set("records", lines, "fsync"))
		records->sync = SL_SYNC_SECOND;
	if (!somewhere && (records->cdr_json || records->cdr_csv || records->audit))
		sl_config_fault_at(parser, lines->section,
			"[records] needs directory = PATH to keep records in");
	if (records->pseudonyms && !parser->config->pseudonym_key[0])
		sl_config_fault_at(parser, sl_config_line("records", lines, "addresses"),
			"addresses = pseudonym needs pseudonym-key = PATH in [sluice]");
}
