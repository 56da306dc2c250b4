/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/sdp/codec_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctrl/sdp/sdp_text.h"

const char *const sl_codec_option_names[SL_CODEC_OPTION_COUNT] = {
#define X(id, name) name,
	SL_CODEC_OPTIONS(X)
#undef X
};

/* RFC 3551 6: payload types that need no a=rtpmap. */
static const struct {
	uint8_t payload_type;
	const char *name;
	uint32_t rate;
	unsigned channels;
} fixed_types[] = {
	{0, "PCMU", 8000, 1},
	{3, "GSM", 8000, 1},
	{4, "G723", 8000, 1},
	{5, "DVI4", 8000, 1},
	{6, "DVI4", 16000, 1},
	{7, "LPC", 8000, 1},
	{8, "PCMA", 8000, 1},
	{9, "G722", 8000, 1},
	{10, "L16", 44100, 2},
	{11, "L16", 44100, 1},
	{12, "QCELP", 8000, 1},
	{13, "CN", 8000, 1},
	{14, "MPA", 90000, 1},
	{15, "G728", 8000, 1},
	{16, "DVI4", 11025, 1},
	{17, "DVI4", 22050, 1},
	{18, "G729", 8000, 1},
	{25, "CelB", 90000, 1},
	{26, "JPEG", 90000, 1},
	{28, "nv", 90000, 1},
	{31, "H261", 90000, 1},
	{32, "MPV", 90000, 1},
	{33, "MP2T", 90000, 1},
	{34, "H263", 90000, 1},
};

/* The formats of one m-line, in order. */
struct formats {
	unsigned n;
	struct format {
		uint8_t payload_type;
		bool keep;
		unsigned rank; /* lower goes first */
		struct sl_sdp_rtpmap map;
		struct sl_text parameters; /* a=fmtp */
	} format[SL_SDP_FORMATS_MAX];
};

bool sl_codec_filter_add(
	struct sl_codec_filter *filter, enum sl_codec_option option, struct sl_text codec)
{
	if (filter->n == SL_CODEC_RULES)
		return false;
	filter->rule[filter->n++] =
		(struct sl_codec_rule){.option = (uint8_t)option, .codec = codec};
	return true;
}

static bool same(struct sl_text text, const char *other)
{
	return text.len == strlen(other) && !strncasecmp(text.at, other, text.len);
}

void sl_codec_of(
	const struct sl_sdp *sdp, unsigned m, uint8_t payload_type, struct sl_sdp_rtpmap *map)
{
	memset(map, 0, sizeof(*map));
	if (sl_sdp_rtpmap(sdp, m, payload_type, map))
		return;
	for (size_t i = 0; i < sizeof(fixed_types) / sizeof(fixed_types[0]); i++)
		if (fixed_types[i].payload_type == payload_type) {
			const char *name = fixed_types[i].name;

			map->encoding = (struct sl_text){name, (uint32_t)strlen(name)};
			map->clock_rate = fixed_types[i].rate;
			map->channels = fixed_types[i].channels;
		}
}

/* The a=fmtp parameters of a payload type. */
static struct sl_text parameters(const struct sl_sdp *sdp, unsigned m, uint8_t payload_type)
{
	uint32_t number;

	for (unsigned i = 0; i < sdp->n_lines; i++) {
		struct sl_text text;

		if (sdp->lines[i].media != m || !sl_sdp_attribute_is(&sdp->lines[i], "fmtp", &text))
			continue;
		if (sl_sdp_number(sl_sdp_word(&text), 127, &number) && number == payload_type)
			return text;
	}
	return (struct sl_text){"", 0};
}

static bool is_all(struct sl_text codec)
{
	return same(codec, "all") || same(codec, "full");
}

/* "mode=30", or "mode--30" where an equals sign means something else: is it one of `list`? */
static bool has_parameter(struct sl_text list, struct sl_text wanted)
{
	const char *dashes = memmem(wanted.at, wanted.len, "--", 2);
	struct sl_text name;

	if (dashes && !memchr(wanted.at, '=', wanted.len)) {
		name = (struct sl_text){wanted.at, (uint32_t)(dashes - wanted.at)};
		wanted = (struct sl_text){dashes + 2, wanted.len - name.len - 2};
	} else {
		name = sl_sdp_split(&wanted, '=');
	}
	while (list.len) {
		struct sl_text value = sl_sdp_split(&list, ';'), key = sl_sdp_split(&value, '=');

		if (sl_text_alike(sl_sdp_trim(key), sl_sdp_trim(name)) &&
			sl_text_alike(sl_sdp_trim(value), sl_sdp_trim(wanted)))
			return true;
	}
	return false;
}

static bool has_parameters(struct sl_text list, struct sl_text wanted)
{
	while (wanted.len) {
		struct sl_text one = sl_sdp_trim(sl_sdp_split(&wanted, ';'));

		if (one.len && !has_parameter(list, one))
			return false;
	}
	return true;
}

/* Returns the rate of a codec that is named without one: PCMU is PCMU/8000. 0: any. */
static uint32_t usual_rate(const struct sl_codec_rule *rule, const struct format *format)
{
	for (size_t i = 0; i < sizeof(fixed_types) / sizeof(fixed_types[0]); i++)
		if (rule->option == SL_CODEC_TRANSCODE &&
			same(format->map.encoding, fixed_types[i].name))
			return fixed_types[i].rate;
	return 0;
}

/*
 * Whether `rule` means this format: every part that it gives must fit. With another clock rate,
 * other channels or other parameters it is another codec.
 */
static bool names(const struct sl_codec_rule *rule, const struct format *format)
{
	struct sl_text rest = rule->codec, name, rate, channels;
	uint32_t number, usual = usual_rate(rule, format);

	if (sl_sdp_number(rest, 127, &number))
		return number == format->payload_type;
	name = sl_sdp_split(&rest, '/');
	rate = sl_sdp_split(&rest, '/');
	channels = sl_sdp_split(&rest, '/');
	if (name.len == 0 || name.len != format->map.encoding.len ||
		strncasecmp(name.at, format->map.encoding.at, name.len))
		return false;
	if (rate.len &&
		(!sl_sdp_number(rate, UINT32_MAX, &number) || number != format->map.clock_rate))
		return false;
	if (!rate.len && usual && usual != format->map.clock_rate)
		return false;
	if (channels.len &&
		(!sl_sdp_number(channels, 255, &number) || number != format->map.channels))
		return false;
	sl_sdp_split(&rest, '/');
	sl_sdp_split(&rest, '/');
	return has_parameters(format->parameters, rest);
}

static bool removes(const struct sl_codec_rule *rule, bool offer)
{
	return rule->option == SL_CODEC_STRIP ||
	       (offer && (rule->option == SL_CODEC_MASK || rule->option == SL_CODEC_CONSUME));
}

static bool saves(const struct sl_codec_rule *rule)
{
	return rule->option == SL_CODEC_OFFER || rule->option == SL_CODEC_TRANSCODE ||
	       rule->option == SL_CODEC_EXCEPT;
}

/* Removed by name is gone for good; removed with all others is saved by a rule that names it. */
static void judge(const struct sl_codec_filter *filter, bool offer, struct format *format)
{
	bool by_name = false, with_all = false, saved = false;

	format->rank = SL_CODEC_RULES;
	for (unsigned i = 0; i < filter->n; i++) {
		const struct sl_codec_rule *rule = &filter->rule[i];

		if (removes(rule, offer) && is_all(rule->codec))
			with_all = true;
		if (!names(rule, format))
			continue;
		by_name |= removes(rule, offer);
		saved |= saves(rule);
		if (offer && rule->option == SL_CODEC_OFFER && format->rank == SL_CODEC_RULES)
			format->rank = i;
	}
	format->keep = !by_name && (!with_all || saved);
}

static const struct format *find(const struct formats *f, struct sl_text payload_type)
{
	uint32_t number;

	if (!sl_sdp_number(payload_type, 127, &number))
		return NULL;
	for (unsigned i = 0; i < f->n; i++)
		if (f->format[i].payload_type == number)
			return &f->format[i];
	return NULL;
}

/* RTX (RFC 4588 apt=) and RED (RFC 2198: 111/111) carry other formats, and go with them. */
static bool carries_removed(
	const struct formats *f, const struct format *format, struct sl_text text)
{
	const struct format *carried;

	if (same(format->map.encoding, "rtx")) {
		while (text.len) {
			struct sl_text value = sl_sdp_split(&text, ';'), name;

			for (; value.len && *value.at == ' '; value.at++)
				value.len--;
			name = sl_sdp_split(&value, '=');
			carried = same(name, "apt") ? find(f, value) : NULL;
			if (carried && !carried->keep)
				return true;
		}
	} else if (same(format->map.encoding, "red")) {
		struct sl_text list = sl_sdp_word(&text);

		while (list.len) {
			carried = find(f, sl_sdp_split(&list, '/'));
			if (carried && !carried->keep)
				return true;
		}
	}
	return false;
}

/* Says nothing by itself: not what a call can be held with. */
static bool is_auxiliary(const struct format *format)
{
	static const char *const names[] = {
		"telephone-event", "CN", "rtx", "red", "ulpfec", "flexfec-03"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same(format->map.encoding, names[i]))
			return true;
	return false;
}

static void keep_first(struct formats *f)
{
	bool found = false;

	for (unsigned i = 0; i < f->n; i++) {
		struct format *format = &f->format[i];

		if (!format->keep || same(format->map.encoding, "telephone-event"))
			continue;
		if (found)
			format->keep = false;
		found |= !is_auxiliary(format);
	}
}

/* Nobody here can make a codec that was not offered. */
static int refuse_transcoding(
	const struct sl_codec_filter *filter, const struct formats *f, struct sl_error *error)
{
	for (unsigned i = 0; i < filter->n; i++) {
		const struct sl_codec_rule *rule = &filter->rule[i];
		bool offered = false;

		if (rule->option != SL_CODEC_TRANSCODE)
			continue;
		for (unsigned j = 0; j < f->n; j++)
			offered |= f->format[j].keep && names(rule, &f->format[j]);
		if (offered)
			continue;
		return sl_refuse(error, -ENOTSUP,
			"codec transcode '%.*s': was not offered, and Sluice does not transcode",
			SL_SDP_QUOTE(rule->codec));
	}
	return 0;
}

/* An event format never leads: the first that can carry the call goes before it. */
static unsigned write_kept(const struct formats *f, bool any, uint8_t kept[SL_SDP_FORMATS_MAX])
{
	unsigned n = 0, before = 0;
	bool found = !any;

	for (unsigned rank = 0; rank <= SL_CODEC_RULES; rank++)
		for (unsigned i = 0; i < f->n; i++) {
			const struct format *format = &f->format[i];

			if (!format->keep || format->rank != rank)
				continue;
			kept[n++] = format->payload_type;
			if (!found && is_auxiliary(format))
				before++;
			else if (!found) {
				memmove(kept + 1, kept, before);
				kept[0] = format->payload_type;
				found = true;
			}
		}
	return n;
}

int sl_codec_filter_apply(const struct sl_codec_filter *filter, const struct sl_sdp *sdp,
	unsigned m, bool offer, uint8_t kept[SL_SDP_FORMATS_MAX], struct sl_error *error)
{
	const struct sl_sdp_media *media = &sdp->media[m];
	struct formats f = {.n = media->n_payload_types};
	bool any = false;

	for (unsigned i = 0; i < f.n; i++) {
		f.format[i].payload_type = media->payload_types[i];
		sl_codec_of(sdp, m, media->payload_types[i], &f.format[i].map);
		f.format[i].parameters = parameters(sdp, m, media->payload_types[i]);
		judge(filter, offer, &f.format[i]);
	}
	if (offer && sl_text_is(media->type, "audio") && refuse_transcoding(filter, &f, error))
		return -ENOTSUP;
	for (unsigned i = 0; i < f.n; i++)
		if (f.format[i].keep && carries_removed(&f, &f.format[i], f.format[i].parameters))
			f.format[i].keep = false;
	if (filter->single && !offer)
		keep_first(&f);
	for (unsigned i = 0; i < f.n; i++)
		any |= f.format[i].keep && !is_auxiliary(&f.format[i]);
	for (unsigned i = 0; i < f.n && !any; i++) {
		f.format[i].keep = true;
		f.format[i].rank = 0;
	}
	return (int)write_kept(&f, any, kept);
}
