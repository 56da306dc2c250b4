/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of [timers] and [limits]. */
#include "ctrl/config/config_parser.h"

enum { SECONDS_MAX = 7 * 24 * 3600 };

static void set_number(struct sl_config_parser *parser, const char *key, const char *value,
	unsigned max, const char *unit, unsigned *number)
{
	if (!sl_config_number(value, 0, max, number))
		sl_config_fault(
			parser, "%s: '%.64s'; write %s from 0 (none) to %u", key, value, unit, max);
}

#define SETTER(name, key, field, max, unit)                                        \
	static void name(struct sl_config_parser *parser, const char *value)       \
	{                                                                          \
		set_number(parser, key, value, max, unit, &parser->config->field); \
	}

SETTER(set_media, "media-timeout", timers.media, SECONDS_MAX, "seconds")
SETTER(set_silent, "silent-timeout", timers.silent, SECONDS_MAX, "seconds")
SETTER(set_offer, "offer-timeout", timers.offer, SECONDS_MAX, "seconds")
SETTER(set_final, "final-timeout", timers.final, SECONDS_MAX, "seconds")
SETTER(set_notice, "silence-notice", timers.notice, SECONDS_MAX, "seconds")
SETTER(set_kept, "keep-ended", timers.kept, SECONDS_MAX, "seconds")
SETTER(set_worker, "max-worker-load", limits.worker_percent, 100, "percent")
SETTER(set_load, "max-load-average", limits.load_average, 100000, "a number")
SETTER(set_bandwidth, "max-bandwidth", limits.mbit, 10000000, "Mbit/s")
SETTER(set_reserve, "emergency-reserve", limits.reserve, 100000, "calls")

const struct sl_config_key sl_config_timers_keys[] = {
	{"media-timeout", false, set_media},
	{"silent-timeout", false, set_silent},
	{"offer-timeout", false, set_offer},
	{"final-timeout", false, set_final},
	{"silence-notice", false, set_notice},
	{"keep-ended", false, set_kept},
	{NULL, false, NULL},
};

const struct sl_config_key sl_config_limits_keys[] = {
	{"max-worker-load", false, set_worker},
	{"max-load-average", false, set_load},
	{"max-bandwidth", false, set_bandwidth},
	{"emergency-reserve", false, set_reserve},
	{NULL, false, NULL},
};

void sl_config_check_operate(struct sl_config_parser *parser)
{
	const struct sl_config_lines *lines = &parser->timers_lines;
	struct sl_timers *timers = &parser->config->timers;
	struct sl_limits *limits = &parser->config->limits;
	const struct {
		const char *key;
		unsigned *value, otherwise;
	} defaults[] = {
		{"media-timeout", &timers->media, SL_TIMERS_MEDIA},
		{"silent-timeout", &timers->silent, SL_TIMERS_SILENT},
		{"offer-timeout", &timers->offer, SL_TIMERS_OFFER},
		{"final-timeout", &timers->final, SL_TIMERS_FINAL},
		{"silence-notice", &timers->notice, SL_TIMERS_NOTICE},
		{"keep-ended", &timers->kept, SL_TIMERS_KEPT},
	};

	for (unsigned i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (!sl_config_is_set("timers", lines, defaults[i].key))
			*defaults[i].value = defaults[i].otherwise;
	if (timers->silent && timers->silent < timers->media)
		sl_config_fault_at(parser, sl_config_line("timers", lines, "silent-timeout"),
			"silent-timeout is shorter than media-timeout: a call on hold would end "
			"first");
	if (limits->sessions && limits->reserve >= limits->sessions)
		sl_config_fault_at(parser,
			sl_config_line("limits", &parser->limits_lines, "emergency-reserve"),
			"emergency-reserve leaves no session of max-sessions for other calls");
}

void sl_config_print_operate(FILE *out, const struct sl_config *config)
{
	const struct sl_timers *timers = &config->timers;
	const struct sl_limits *limits = &config->limits;

	fprintf(out,
		"\n[timers]\nmedia-timeout = %u\nsilent-timeout = %u\noffer-timeout = %u\n"
		"final-timeout = %u\nsilence-notice = %u\nkeep-ended = %u\n",
		timers->media, timers->silent, timers->offer, timers->final, timers->notice,
		timers->kept);
	fprintf(out,
		"\n[limits]\nmax-worker-load = %u\nmax-load-average = %u\nmax-bandwidth = %u\n"
		"emergency-reserve = %u\n",
		limits->worker_percent, limits->load_average, limits->mbit, limits->reserve);
}
