/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/snapshot.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/escape.h"

static const char up_text[] =
	"# HELP sluice_up Whether the relay has answered.\n# TYPE sluice_up gauge\nsluice_up 1\n";
static const char down_text[] =
	"# HELP sluice_up Whether the relay has answered.\n# TYPE sluice_up gauge\nsluice_up 0\n";

/* One page: ours before the relay's. */
static int write_page(struct sl_snapshot *s, enum sl_text_format format, const char *own,
	const char *text, size_t len)
{
	FILE *out = open_memstream(&s->text[format], &s->len[format]);
	int rc;

	if (!out)
		return sl_refuse(&s->error, -ENOMEM, "out of memory");
	rc = sl_text_convert(out, format, own, strlen(own), &s->error);
	if (!rc)
		rc = sl_text_convert(out, format, text, len, &s->error);
	sl_text_end(out, format);
	if (fclose(out))
		rc = sl_refuse(&s->error, -ENOMEM, "out of memory");
	return rc;
}

static int write_pages(struct sl_snapshot *s, const char *own, const char *text, size_t len)
{
	int rc = 0;

	for (int format = 0; format < SL_TEXT_FORMATS && !rc; format++)
		rc = write_page(s, (enum sl_text_format)format, own, text, len);
	return rc;
}

void sl_snapshot_down(struct sl_snapshot *s, const struct sl_error *why)
{
	const struct sl_error reason = *why;

	memset(s, 0, sizeof(*s));
	write_pages(s, down_text, "", 0);
	s->error = reason;
}

static int read_answer(struct sl_snapshot *s, const json_t *answer)
{
	const char *refused = json_string_value(json_object_get(answer, "error"));
	const json_t *text = json_object_get(answer, "metrics");
	const json_t *accepting = json_object_get(answer, "accepting");
	const char *limit = json_string_value(json_object_get(answer, "refused_by"));
	char shown[SL_ERROR_TEXT / 2];

	if (refused) {
		sl_escape(shown, sizeof(shown), refused, strlen(refused), SL_ESCAPE_LINE);
		return sl_refuse(&s->error, -EACCES, "the relay refuses: %s", shown);
	}
	if (!json_is_string(text) || !json_is_boolean(accepting))
		return sl_refuse(&s->error, -EBADMSG, "the relay's answer has no metrics");
	s->accepting = json_is_true(accepting);
	if (!s->accepting)
		sl_refuse(
			&s->error, -EBUSY, "the relay refuses new calls: %s", sl_word(limit).text);
	return write_pages(s, up_text, json_string_value(text), json_string_length(text));
}

void sl_snapshot_read(struct sl_snapshot *s, const char *data, size_t len)
{
	json_t *answer = json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL);
	struct sl_error why;

	memset(s, 0, sizeof(*s));
	if (!json_is_object(answer))
		sl_refuse(&s->error, -EBADMSG, "the relay's answer is no JSON object");
	else
		s->up = !read_answer(s, answer);
	json_decref(answer);
	if (s->up)
		return;
	why = s->error;
	sl_snapshot_free(s);
	sl_snapshot_down(s, &why);
}

void sl_snapshot_free(struct sl_snapshot *s)
{
	for (int format = 0; format < SL_TEXT_FORMATS; format++)
		free(s->text[format]);
	memset(s, 0, sizeof(*s));
}
