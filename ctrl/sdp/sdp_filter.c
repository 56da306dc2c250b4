/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/sdp/sdp_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/sdp/sdp_text.h"

struct writer {
	const struct sl_sdp_filter *filter;
	const struct sl_sdp *sdp;
	char *buf;
	size_t size, len;
	unsigned lines;
	bool overflow;
	/* The section being written: */
	unsigned media; /* index, or SL_SDP_SESSION */
	bool filtered;
	unsigned n_kept;
	uint8_t kept[SL_SDP_FORMATS_MAX];
};

static bool one_line(struct sl_text text)
{
	for (uint32_t i = 0; i < text.len; i++)
		if (text.at[i] == '\r' || text.at[i] == '\n' || text.at[i] == '\0')
			return false;
	return text.len > 0 && text.len <= SL_SDP_ATTR_TEXT;
}

int sl_sdp_filter_attr(struct sl_sdp_filter *filter, struct sl_sdp_attr_rule rule)
{
	if (!one_line(rule.value))
		return -EINVAL;
	if (rule.command == SL_SDP_ATTR_SUBSTITUTE && !one_line(rule.to))
		return -EINVAL;
	if (filter->n_attr == SL_SDP_ATTR_RULES)
		return -E2BIG;
	filter->attr[filter->n_attr++] = rule;
	return 0;
}

/* The text of a rule as it is meant, in `room` when it has to be rewritten for that. */
static struct sl_text plain(
	const struct sl_sdp_attr_rule *rule, struct sl_text text, char room[SL_SDP_ATTR_TEXT])
{
	uint32_t len = 0;

	if (!rule->escaped)
		return text;
	for (uint32_t i = 0; i < text.len; i++) {
		bool twice = i + 1 < text.len && text.at[i] == text.at[i + 1];
		char c = text.at[i];

		if (twice && (c == '-' || c == '.')) {
			c = c == '-' ? '=' : ' ';
			i++;
		}
		room[len++] = c;
	}
	return (struct sl_text){room, len};
}

static void put(struct writer *w, const char *before, struct sl_text text)
{
	size_t head = strlen(before), need = head + text.len + 2;

	if (w->overflow)
		return;
	/* A NUL behind, too. */
	if (need >= w->size - w->len || w->lines == SL_SDP_LINES_MAX) {
		w->overflow = true;
		return;
	}
	memcpy(w->buf + w->len, before, head);
	if (text.len)
		memcpy(w->buf + w->len + head, text.at, text.len);
	memcpy(w->buf + w->len + head + text.len, "\r\n", 3);
	w->len += need;
	w->lines++;
}

/* No rule touches a medium that is refused: its attributes mean nothing (RFC 3264 6). */
static bool in_scope(const struct writer *w, const struct sl_sdp_attr_rule *rule)
{
	const struct sl_sdp_media *media;

	if (w->media == SL_SDP_SESSION)
		return sl_text_is(rule->scope, "none") || sl_text_is(rule->scope, "global");
	media = &w->sdp->media[w->media];
	return media->port && media->type.len == rule->scope.len &&
	       !memcmp(media->type.at, rule->scope.at, media->type.len);
}

/* Whole, or up to the end of a name or of a first word. */
static bool matches(struct sl_text line, struct sl_text value)
{
	if (line.len < value.len || memcmp(line.at, value.at, value.len))
		return false;
	if (line.len == value.len)
		return true;
	if (line.at[value.len] == ':')
		return !memchr(value.at, ':', value.len);
	return line.at[value.len] == ' ' && memchr(value.at, ':', value.len) &&
	       !memchr(value.at, ' ', value.len);
}

/* Belongs to a payload type that does not pass: "rtpmap:96 ...". */
static bool of_removed_codec(const struct writer *w, struct sl_text line)
{
	static const char *const prefixes[] = {"rtpmap:", "fmtp:", "rtcp-fb:"};

	for (size_t i = 0; w->filtered && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		uint32_t len = (uint32_t)strlen(prefixes[i]), number;
		struct sl_text rest = {line.at + len, line.len - len};

		if (line.len <= len || memcmp(line.at, prefixes[i], len))
			continue;
		return sl_sdp_number(sl_sdp_word(&rest), 127, &number) &&
		       !memchr(w->kept, (int)number, w->n_kept);
	}
	return false;
}

static void put_attribute(struct writer *w, struct sl_text line)
{
	char room[2][SL_SDP_ATTR_TEXT];

	if (of_removed_codec(w, line))
		return;
	for (unsigned i = 0; i < w->filter->n_attr; i++) {
		const struct sl_sdp_attr_rule *rule = &w->filter->attr[i];

		if (rule->command == SL_SDP_ATTR_ADD || !in_scope(w, rule) ||
			!matches(line, plain(rule, rule->value, room[0])))
			continue;
		if (rule->command == SL_SDP_ATTR_SUBSTITUTE)
			put(w, "a=", plain(rule, rule->to, room[1]));
		return;
	}
	put(w, "a=", line);
}

static bool is_there(const struct writer *w, struct sl_text value)
{
	for (unsigned i = 0; i < w->sdp->n_lines; i++) {
		struct sl_text text = w->sdp->lines[i].text;

		if (w->sdp->lines[i].media == w->media && text.len == value.len + 2 &&
			!memcmp(text.at, "a=", 2) && !memcmp(text.at + 2, value.at, value.len))
			return true;
	}
	return false;
}

static void end_section(struct writer *w)
{
	char room[SL_SDP_ATTR_TEXT];

	for (unsigned i = 0; i < w->filter->n_attr; i++) {
		const struct sl_sdp_attr_rule *rule = &w->filter->attr[i];
		struct sl_text value;

		if (rule->command != SL_SDP_ATTR_ADD || !in_scope(w, rule))
			continue;
		value = plain(rule, rule->value, room);
		if (!is_there(w, value))
			put(w, "a=", value);
	}
}

static int begin_media(
	struct writer *w, const struct sl_sdp_line *line, bool offer, struct sl_error *error)
{
	const struct sl_sdp_media *media = &w->sdp->media[line->media];
	char text[32 + 4 * SL_SDP_FORMATS_MAX];
	struct sl_text head = line->text;
	size_t len = 0;
	int n = 0;

	w->media = line->media;
	w->filtered = sl_codec_filter_any(&w->filter->codec) && media->port &&
		      media->proto != SL_SDP_OTHER;
	if (w->filtered)
		n = sl_codec_filter_apply(
			&w->filter->codec, w->sdp, line->media, offer, w->kept, error);
	if (n < 0)
		return n;
	w->n_kept = (unsigned)n;
	if (!w->filtered) {
		put(w, "", head);
		return 0;
	}
	for (unsigned i = 0; i < w->n_kept; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%u", i ? " " : "", w->kept[i]);
	head.len = (uint32_t)(media->formats.at - head.at);
	/* The head of the line, then what is left of its formats. */
	if (w->overflow || head.len + len + 2 >= w->size - w->len) {
		w->overflow = true;
		return 0;
	}
	memcpy(w->buf + w->len, head.at, head.len);
	w->len += head.len;
	put(w, "", (struct sl_text){text, (uint32_t)len});
	return 0;
}

static int put_lines(struct writer *w, bool offer, struct sl_error *error)
{
	for (unsigned i = 0; i < w->sdp->n_lines; i++) {
		const struct sl_sdp_line *line = &w->sdp->lines[i];
		bool last = i + 1 == w->sdp->n_lines || w->sdp->lines[i + 1].media != line->media;
		int rc = 0;

		if (line->kind == SL_SDP_LINE_MEDIA)
			rc = begin_media(w, line, offer, error);
		else if (line->text.at[0] == 'a')
			put_attribute(w, (struct sl_text){line->text.at + 2, line->text.len - 2});
		else
			put(w, "", line->text);
		if (rc)
			return rc;
		if (last)
			end_section(w);
	}
	return 0;
}

ssize_t sl_sdp_filter_write(const struct sl_sdp_filter *filter, const struct sl_sdp *sdp,
	bool offer, char *buf, size_t size, struct sl_error *error)
{
	struct writer w = {
		.filter = filter, .sdp = sdp, .buf = buf, .size = size, .media = SL_SDP_SESSION};
	int rc = put_lines(&w, offer, error);

	if (!rc && (w.overflow || w.len > SL_SDP_BYTES_MAX))
		rc = -ENOSPC;
	if (!rc)
		return (ssize_t)w.len;
	if (size)
		explicit_bzero(buf, size);
	return rc;
}
