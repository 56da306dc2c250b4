/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints a call, what stands in its way, and events of calls, for people. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/cli/show.h"
#include "ctrl/cli/show_json.h"

void sl_print_why(FILE *out, const json_t *answer)
{
	const json_t *why = json_object_get(answer, "why"), *cause;
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	size_t i;

	if (reason)
		fprintf(out, "%-20s %s\n", "ended", reason);

	json_array_foreach(why, i, cause)
		fprintf(out, "%-20s %s\n", json_string_value(json_object_get(cause, "cause")),
			json_string_value(json_object_get(cause, "text")));
	if (!json_array_size(why) && !reason)
		fputs("Nothing stands in the way: media passes both ways.\n", out);
}

static void show_path(FILE *out, const char *name, json_t *path)
{
	json_t *drops = json_object_get(path, "drops"), *value;
	const char *reason;

	fprintf(out,
		"    %s %s: %" JSON_INTEGER_FORMAT " packets, %" JSON_INTEGER_FORMAT
		" bytes; RTCP %" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT "\n",
		name, json_is_true(json_object_get(path, "open")) ? "open  " : "closed",
		number(path, "packets"), number(path, "bytes"), number(path, "rtcp_packets"),
		number(path, "rtcp_bytes"));
	json_object_foreach(drops, reason, value)
		fprintf(out, "      dropped %-26s %" JSON_INTEGER_FORMAT "\n", reason,
			json_integer_value(value));
}

/* Said only when it is not what was to be expected. */
static void show_source(FILE *out, const char *name, const json_t *source, const char *remote)
{
	if (!json_is_object(source))
		return;
	if (strcmp(text(source, "address"), remote))
		fprintf(out, "    %s comes from %s, moved %d time(s)\n", name,
			text(source, "address"), (int)number(source, "moves"));
	if (number(source, "refused"))
		fprintf(out, "    %s from elsewhere: %d refused, last from %s\n", name,
			(int)number(source, "refused"), text(source, "last_refused"));
}

static void show_stream(FILE *out, const json_t *s)
{
	fprintf(out,
		"    stream  %" JSON_INTEGER_FORMAT ": %" JSON_INTEGER_FORMAT
		" lost, %d reordered, "
		"%d twice, jitter %.1f ms",
		number(s, "ssrc"), number(s, "lost"), (int)number(s, "reordered"),
		(int)number(s, "duplicates"), json_real_value(json_object_get(s, "jitter_ms")));
	if (json_object_get(s, "mos"))
		fprintf(out, "\n            MOS %.1f, at worst %.1f",
			json_real_value(json_object_get(s, "mos")),
			json_real_value(json_object_get(s, "lowest_mos")));
	if (json_real_value(json_object_get(s, "round_trip_ms")) > 0)
		fprintf(out, ", round trip %.1f ms",
			json_real_value(json_object_get(s, "round_trip_ms")));
	fputc('\n', out);
}

static void show_medium(FILE *out, const json_t *m)
{
	const json_t *latency = json_object_get(m, "latency_us"), *stream;
	const char *remote_call = json_string_value(json_object_get(m, "remote_call"));
	size_t i;

	fprintf(out, "  %s %s, suite %s\n", text(m, "type"), text(m, "protocol"), text(m, "suite"));
	if (*text(m, "key_in") || *text(m, "key_out"))
		fprintf(out, "    keys    in %s, out %s\n", text(m, "key_in"), text(m, "key_out"));
	fprintf(out, "    local   %s\n", text(m, "local"));
	fprintf(out, "    remote  %s%s%s%s\n", text(m, "remote"),
		remote_call ? ", call of this relay: " : "", remote_call ? remote_call : "",
		json_is_true(json_object_get(m, "held")) ? ", on hold" : "");
	fprintf(out, "    rtcp    %s%s\n", text(m, "remote_rtcp"),
		json_is_true(json_object_get(m, "rtcp_mux")) ? ", rtcp-mux" : "");
	show_source(out, "RTP ", json_object_get(m, "source"), text(m, "remote"));
	show_source(out, "RTCP", json_object_get(m, "source_rtcp"), text(m, "remote_rtcp"));
	json_array_foreach(json_object_get(m, "streams"), i, stream) show_stream(out, stream);
	if (json_is_object(latency))
		fprintf(out, "    in here %.1f us on average, at most %.1f us\n",
			json_real_value(json_object_get(latency, "average")),
			json_real_value(json_object_get(latency, "highest")));
	show_path(out, "in  ", json_object_get(m, "from_leg"));
	show_path(out, "out ", json_object_get(m, "to_leg"));
}

void sl_print_call(FILE *out, const json_t *a)
{
	const json_t *legs = json_object_get(a, "legs"), *leg, *medium;
	size_t i, j;

	fprintf(out, "call %s\nstate %s, age ", text(a, "id"), text(a, "state"));
	print_age(out, number(a, "age"));
	fputc('\n', out);
	json_array_foreach(legs, i, leg)
	{
		const char *label = json_string_value(json_object_get(leg, "label"));

		fprintf(out, "\nleg %s%s%s, interface %s\n", text(leg, "tag"),
			label ? ", label " : "", label ? label : "", text(leg, "interface"));
		json_array_foreach(json_object_get(leg, "media"), j, medium)
			show_medium(out, medium);
	}
}

void sl_show_why(const json_t *answer)
{
	sl_print_why(stdout, answer);
}

void sl_show_call(const json_t *answer)
{
	sl_print_call(stdout, answer);
}

static void show_value(const char *key, const json_t *value)
{
	const json_t *leg;
	size_t i;

	if (json_is_string(value))
		printf("  %s %s", key, json_string_value(value));
	else if (json_is_integer(value))
		printf("  %s %" JSON_INTEGER_FORMAT, key, json_integer_value(value));
	json_array_foreach(value, i, leg)
	{
		const char *tag = json_string_value(json_object_get(leg, "leg"));

		printf("  from %s %" JSON_INTEGER_FORMAT " packets", tag ? tag : "-",
			json_integer_value(json_object_get(leg, "packets")));
	}
}

void sl_show_event(const char *line)
{
	json_t *said = json_loads(line, 0, NULL), *event = sl_show_plain(said, SL_ESCAPE_LINE),
	       *value;
	const char *name = json_string_value(json_object_get(event, "event")), *key;
	time_t at = (time_t)json_real_value(json_object_get(event, "time"));
	char clock[16] = "--:--:--";
	struct tm tm;

	if (at && localtime_r(&at, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s  %-9s", clock, name ? name : "error");
	json_object_foreach(event, key, value) if (strcmp(key, "event") && strcmp(key, "time"))
		show_value(key, value);
	putchar('\n');
	json_decref(event);
	json_decref(said);
}
