/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/records/json_text.h"
#include "ctrl/reload/reload_parts.h"
#include "dataplane/base/clock.h"

static const uint64_t SECOND = 1000000000; /* ns */

/* Large, and the control thread is one. */
static struct sl_config from_file, in_force;
static struct sl_config_errors mistakes;

/* A pipe would be waited for, and has no more to say than once. */
static const char *refused(int fd, struct stat *file)
{
	if (fstat(fd, file))
		return strerror(errno);
	if (!S_ISREG(file->st_mode))
		return "it is no ordinary file, which could be read again";
	return file->st_size > SL_RELOAD_FILE ? "it is larger than 1 MiB" : NULL;
}

const char *sl_reload_read(const struct sl_running *r, struct sl_config *config,
	struct sl_config_errors *errors, struct stat *file)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why;
	FILE *stream;

	memset(errors, 0, sizeof(*errors));
	memset(file, 0, sizeof(*file));
	if (fd < 0)
		return strerror(errno);
	why = refused(fd, file);
	stream = why ? NULL : fdopen(fd, "r");
	if (!stream) {
		close(fd);
		return why ? why : "out of memory";
	}
	sl_config_read(stream, SL_CONFIG_RELOAD, 0, config, errors);
	fclose(stream);
	/* As it was asked for on the command line, for this run. */
	config->debug = r->config->debug;
	if (config->debug)
		config->log_level = SL_LOG_DEBUG;
	return NULL;
}

void sl_reload_running(const struct sl_running *r, struct sl_config *config)
{
	*config = *r->config;
	config->guard = r->protection->config;
}

static json_t *mistake_lines(const struct sl_running *r, const struct sl_config_errors *errors)
{
	char *text = NULL, *save = NULL;
	json_t *list = json_array();
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	if (!stream)
		return list;
	sl_config_print_errors(stream, r->path, errors);
	if (fclose(stream) == 0)
		for (char *line = strtok_r(text, "\n", &save); line;
			line = strtok_r(NULL, "\n", &save))
			json_array_append_new(list, sl_json_text(line));
	free(text);
	return list;
}

json_t *sl_reload_mistakes(
	const struct sl_running *r, const char *unread, const struct sl_config_errors *errors)
{
	json_t *answer = json_object();

	if (unread) {
		json_object_set_new(answer, "error",
			sl_json_format(
				"%s cannot be read by uid %u: %s", r->path, getuid(), unread));
		return answer;
	}
	json_object_set_new(
		answer, "error", sl_json_format("%s has %u mistake(s)", r->path, errors->count));
	json_object_set_new(answer, "mistakes", mistake_lines(r, errors));
	return answer;
}

static json_t *difference_json(const struct sl_config_difference *d)
{
	char text[SL_CONFIG_DIFFERENCE_TEXT];

	return json_pack("{s:s, s:s, s:o, s:o, s:b, s:o}", "section", d->section, "key", d->key,
		"running", sl_json_text(d->running), "file", sl_json_text(d->file), "live",
		d->when == SL_WHEN_LIVE, "text", sl_json_text(sl_config_difference_text(d, text)));
}

void sl_differences_add(
	struct sl_differences *differences, const struct sl_config_difference *difference)
{
	if (json_array_size(differences->list) < SL_RELOAD_TOLD)
		json_array_append_new(differences->list, difference_json(difference));
	else
		differences->more++;
}

void sl_differences_put(const struct sl_differences *differences, const char *name, json_t *answer)
{
	json_object_set(answer, name, differences->list);
	json_object_set_new(answer, "more", json_integer(differences->more));
}

static void add(void *differences, const struct sl_config_difference *difference)
{
	sl_differences_add(differences, difference);
}

json_t *sl_reload_diff(struct sl_running *r)
{
	struct sl_differences all = {.more = 0};
	json_t *answer = NULL;
	struct stat file;
	const char *unread = sl_reload_read(r, &from_file, &mistakes, &file);

	if (unread || mistakes.count)
		return sl_reload_mistakes(r, unread, &mistakes);
	all.list = json_array();
	sl_reload_running(r, &in_force);
	if (sl_config_diff(&in_force, &from_file, add, &all) >= 0) {
		answer = json_pack("{s:o}", "path", sl_json_text(r->path));
		sl_differences_put(&all, "differences", answer);
	}
	json_decref(all.list);
	return answer;
}

static void count(void *context, const struct sl_config_difference *difference)
{
	struct sl_drift *drift = context;

	if (difference->when == SL_WHEN_LIVE)
		drift->live++;
	else
		drift->restart++;
}

/* True: it is the file that was looked at, unchanged. */
static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid &&
	       !memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) &&
	       !memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim));
}

static uint64_t wall_ns(const struct timespec *at)
{
	return (uint64_t)at->tv_sec * SECOND + (uint64_t)at->tv_nsec;
}

/*
 * How long what was read may be believed, ns, if the file looks the same. A mistake may be mended
 * elsewhere: a user that is made now. And the clock of file systems ticks in ms: two changes of one
 * tick, the second after we looked, leave the file looking the same.
 */
static uint64_t believed(const struct sl_drift *drift, const struct stat *file)
{
	struct timespec now;
	uint64_t changed = wall_ns(&file->st_mtim), at = wall_ns(&file->st_ctim);

	clock_gettime(CLOCK_REALTIME, &now);
	changed = at > changed ? at : changed;
	return drift->unread || drift->mistakes || changed + SECOND > wall_ns(&now)
		       ? SECOND
		       : SL_RELOAD_BELIEVED * SECOND;
}

struct sl_drift sl_reload_drift(struct sl_running *r)
{
	struct sl_drift *drift = &r->seen.drift;
	struct stat now;

	if (stat(r->path, &now))
		memset(&now, 0, sizeof(now));
	if (sl_clock() < r->seen.until && same_file(&now, &r->seen.file) &&
		r->seen.policies == r->protection->changes && r->seen.reloads == r->done)
		return *drift;
	memset(drift, 0, sizeof(*drift));
	r->seen.policies = r->protection->changes;
	r->seen.reloads = r->done;
	drift->unread = sl_reload_read(r, &from_file, &mistakes, &r->seen.file);
	if (drift->unread)
		r->seen.file = now;
	drift->mistakes = mistakes.count;
	if (!drift->unread && !drift->mistakes) {
		sl_reload_running(r, &in_force);
		sl_config_diff(&in_force, &from_file, count, drift);
	}
	r->seen.until = sl_clock() + believed(drift, &r->seen.file);
	return *drift;
}

char *sl_reload_text(const struct sl_running *r, size_t *len)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, len);

	if (!stream)
		return NULL;
	sl_reload_running(r, &in_force);
	sl_config_print(stream, &in_force);
	return fclose(stream) ? NULL : text;
}
