/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/cli/admin_socket.h"
#include "ctrl/cli/exit_status.h"
#include "ctrl/cli/show.h"

enum { CHUNK_MAX = 1024 * 1024 }; /* bytes of a capture file at a time */

/* The stream from the daemon, and where it goes. */
struct stream {
	const struct sl_tap_options *options;
	FILE *in;
	int file; /* -1: not made yet, or a trace */
	bool begun, ended, failed;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = 1;
}

/* Reading ends then: the file has whole packets. */
static void catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction act = {.sa_handler = interrupt};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &act, NULL);
}

/* "100" and "10s". False: it is neither. */
static bool add_limit(json_t *request, const char *limit)
{
	char *end;
	long long n;

	if (!limit)
		return true;
	errno = 0;
	n = strtoll(limit, &end, 10);
	if (errno || end == limit || n <= 0 || (*end && strcmp(end, "s")))
		return false;
	json_object_set_new(request, *end ? "seconds" : "count", json_integer(n));
	return true;
}

/* The request as a line of JSON, or NULL, having said why. */
static char *request_text(const struct sl_tap_options *o)
{
	json_t *request =
		json_pack("{s:s, s:s}", "view", o->file ? "capture" : "trace", "id", o->call);
	char *text = NULL;

	if (!request)
		fprintf(stderr, "sluicectl: the call-id is no UTF-8\n");
	else if (!add_limit(request, o->limit))
		fprintf(stderr, "sluicectl: %s is no limit: 100 (packets) or 10s (seconds)\n",
			o->limit);
	else {
		if (o->clear)
			json_object_set_new(request, "clear", json_true());
		text = json_dumps(request, JSON_COMPACT);
	}
	json_decref(request);
	return text;
}

/* Sets the stream of the answer. EXIT_SUCCESS, or the exit status, having said why. */
static int ask(const struct sl_tap_options *o, FILE **in)
{
	char *text = request_text(o);
	int status = EXIT_SUCCESS, fd;

	if (!text)
		return SL_EXIT_USAGE;
	fd = sl_admin_connect(o->socket);
	if (fd >= 0 && sl_admin_send(fd, text, strlen(text)) && sl_admin_send(fd, "\n", 1))
		*in = fdopen(fd, "r");
	if (!*in) {
		status = sl_admin_unreachable(o->socket);
		if (fd >= 0)
			close(fd);
	}
	free(text);
	return status;
}

/* Nobody else may read it, and nothing that is there is overwritten. */
static bool make_file(struct stream *s)
{
	const char *name = s->options->file;

	if (!name)
		return true;
	s->file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->file >= 0)
		return true;
	fprintf(stderr, "sluicectl: %s: %s%s\n", name, strerror(errno),
		errno == EEXIST ? "; name a new file, or remove that one" : "");
	return false;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* The blocks behind a line that announced them. */
static bool take_blocks(struct stream *s, size_t len)
{
	char *data = s->file >= 0 && len <= CHUNK_MAX ? malloc(len) : NULL;
	bool whole = data && fread(data, 1, len, s->in) == len;
	bool done = whole && write_all(s->file, data, len);

	if (whole && !done)
		fprintf(stderr, "sluicectl: %s: %s\n", s->options->file, strerror(errno));
	free(data);
	return done;
}

static void show_raw(const json_t *line)
{
	json_dumpf(line, stdout, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(16));
	putchar('\n');
}

static void show_end(const struct stream *s, const json_t *end)
{
	if (s->options->json)
		show_raw(end);
	else
		sl_show_tap_end(end);
}

/* True: go on. */
static bool act(struct stream *s, const json_t *line)
{
	const char *error = json_string_value(json_object_get(line, "error"));
	const json_t *bytes = json_object_get(line, "bytes");

	if (error) {
		fprintf(stderr, "sluicectl: %s\n", error);
		s->failed = true;
		return false;
	}
	if (!s->begun) {
		s->begun = true;
		s->failed = !make_file(s);
		return !s->failed;
	}
	if (bytes) {
		s->failed = !take_blocks(s, (size_t)json_integer_value(bytes)) && !interrupted;
		return !s->failed && !interrupted;
	}
	if (json_object_get(line, "end")) {
		s->ended = true;
		show_end(s, line);
		return false;
	}
	if (s->options->json)
		show_raw(line);
	else
		sl_show_packet(line);
	fflush(stdout);
	return true;
}

static bool act_on(struct stream *s, const char *text)
{
	json_t *raw = json_loads(text, 0, NULL);
	json_t *line = s->options->json && !json_object_get(raw, "error")
			       ? json_incref(raw)
			       : sl_show_plain(raw, SL_ESCAPE_LINE);
	bool on = line && act(s, line);

	json_decref(line);
	json_decref(raw);
	return on;
}

static int finish(struct stream *s)
{
	if (s->file >= 0 && close(s->file) && !s->failed) {
		fprintf(stderr, "sluicectl: %s: %s\n", s->options->file, strerror(errno));
		s->failed = true;
	}
	if (!s->failed && !s->ended && !interrupted) {
		fprintf(stderr, "sluicectl: sluiced has ended the stream\n");
		s->failed = true;
	}
	return s->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int sl_tap_run(const struct sl_tap_options *options)
{
	struct stream s = {.options = options, .file = -1};
	char *line = NULL;
	size_t room = 0;
	int status = ask(options, &s.in);

	if (status)
		return status;
	catch_signals();
	while (!interrupted && getline(&line, &room, s.in) > 0 && act_on(&s, line))
		;
	free(line);
	fclose(s.in);
	return finish(&s);
}
