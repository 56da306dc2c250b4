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

#define NUMBER(name, key, field, max, unit)                                            \
	static void set_##name(struct sl_config_parser *parser, const char *value)     \
	{                                                                              \
		set_number(parser, key, value, max, unit, &parser->config->field);     \
	}                                                                              \
	static void show_##name(                                                       \
		struct sl_config_out *out, const struct sl_config *config, unsigned i) \
	{                                                                              \
		sl_config_say(out, "%u", config->field);                               \
	}

NUMBER(media, "media-timeout", timers.media, SECONDS_MAX, "seconds")
NUMBER(silent, "silent-timeout", timers.silent, SECONDS_MAX, "seconds")
NUMBER(offer, "offer-timeout", timers.offer, SECONDS_MAX, "seconds")
NUMBER(final, "final-timeout", timers.final, SECONDS_MAX, "seconds")
NUMBER(notice, "silence-notice", timers.notice, SECONDS_MAX, "seconds")
NUMBER(kept, "keep-ended", timers.kept, SECONDS_MAX, "seconds")
NUMBER(worker, "max-worker-load", limits.worker_percent, 100, "percent")
NUMBER(load, "max-load-average", limits.load_average, 100000, "a number")
NUMBER(bandwidth, "max-bandwidth", limits.mbit, 10000000, "Mbit/s")
NUMBER(reserve, "emergency-reserve", limits.reserve, 100000, "calls")

const struct sl_config_key sl_config_timers_keys[] = {
	SL_KEY("media-timeout", SL_ONE, LIVE, set_media, show_media),
	SL_KEY("silent-timeout", SL_ONE, LIVE, set_silent, show_silent),
	SL_KEY("offer-timeout", SL_ONE, LIVE, set_offer, show_offer),
	SL_KEY("final-timeout", SL_ONE, LIVE, set_final, show_final),
	SL_KEY("silence-notice", SL_ONE, LIVE, set_notice, show_notice),
	SL_KEY("keep-ended", SL_ONE, LIVE, set_kept, show_kept),
	SL_KEYS_END,
};

const struct sl_config_key sl_config_limits_keys[] = {
	SL_KEY("max-worker-load", SL_ONE, LIVE, set_worker, show_worker),
	SL_KEY("max-load-average", SL_ONE, LIVE, set_load, show_load),
	SL_KEY("max-bandwidth", SL_ONE, LIVE, set_bandwidth, show_bandwidth),
	SL_KEY("emergency-reserve", SL_ONE, LIVE, set_reserve, show_reserve),
	SL_KEYS_END,
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
