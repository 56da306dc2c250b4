/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/audit_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctrl/base/log.h"
#include "ctrl/records/record_time.h"

static const char name[] = "audit.jsonl";

enum { TAIL = 2 * (SL_CHAIN_LINE + 1) }; /* bytes that hold the last record, and a torn one */

/* The end of a file. */
struct tail {
	bool has_record; /* `last` is a record, and intact */
	bool empty;
	struct sl_chain last;
	char torn[SL_CHAIN_HASH]; /* "": it ends with a whole line */
};

void sl_audit_file_init(struct sl_audit_file *file, const char *directory)
{
	*file = (struct sl_audit_file){.known = false};
	snprintf(file->directory, sizeof(file->directory), "%s", directory);
	pthread_mutex_init(&file->lock, NULL);
	sl_chain_init(&file->head);
}

void sl_audit_file_fini(struct sl_audit_file *file)
{
	pthread_mutex_destroy(&file->lock);
}

struct sl_chain sl_audit_file_head(struct sl_audit_file *file)
{
	struct sl_chain head;

	pthread_mutex_lock(&file->lock);
	head = file->head;
	pthread_mutex_unlock(&file->lock);
	return head;
}

static void set_head(struct sl_audit_file *file, const struct sl_chain *head)
{
	pthread_mutex_lock(&file->lock);
	file->head = *head;
	pthread_mutex_unlock(&file->lock);
}

/* 0 or -errno; -EBADMSG: what it ends with is longer than any record. */
static int read_tail(const struct sl_record_file *file, struct tail *tail)
{
	static char text[TAIL]; /* the writer's thread, or the one that is about to start it */
	ssize_t n = sl_record_file_tail(file, text, sizeof(text));
	const char *end, *line;
	struct sl_chain_record record;

	memset(tail, 0, sizeof(*tail));
	if (n < 0)
		return (int)n;
	tail->empty = n == 0;
	end = memrchr(text, '\n', (size_t)n);
	line = end ? end + 1 : text;
	if (line < text + n) {
		if (text + n - line > SL_CHAIN_LINE)
			return -EBADMSG;
		sl_chain_hash(line, (size_t)(text + n - line), tail->torn);
	}
	if (!end)
		return 0;
	line = memrchr(text, '\n', (size_t)(end - text));
	line = line ? line + 1 : text;
	tail->has_record = sl_chain_read(line, (size_t)(end - line), &record) && record.intact;
	tail->last = record.self;
	return 0;
}

/* The file of that trail which was written to last, under whatever name it was put away. */
static bool find_former(const char *directory, char path[SL_RECORD_PATH])
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;
	struct timespec newest = {0, 0};
	struct stat status;

	path[0] = '\0';
	while (entries && (entry = readdir(entries))) {
		const struct timespec *at = &status.st_mtim;

		if (strncmp(entry->d_name, name, sizeof(name) - 1) != 0 ||
			strlen(entry->d_name) > sizeof(name) + 16 ||
			fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) ||
			!S_ISREG(status.st_mode) || !status.st_size)
			continue;
		if (at->tv_sec < newest.tv_sec ||
			(at->tv_sec == newest.tv_sec && at->tv_nsec < newest.tv_nsec))
			continue;
		newest = *at;
		snprintf(path, SL_RECORD_PATH, "%s/%s", directory, entry->d_name);
	}
	if (entries)
		closedir(entries);
	return path[0];
}

static int read_former(const char *directory, struct tail *tail)
{
	char path[SL_RECORD_PATH];
	struct sl_record_file former = {.fd = -1};
	int rc;

	if (!find_former(directory, path))
		return -ENOENT;
	snprintf(former.path, sizeof(former.path), "%s", path);
	rc = sl_record_file_open(&former);
	if (!rc)
		rc = read_tail(&former, tail);
	sl_record_file_close(&former);
	if (!rc && !tail->has_record)
		rc = -EBADMSG;
	return rc;
}

/* Where did the chain end, when the daemon was here last? */
static void find_head(struct sl_audit_file *file, struct tail *tail)
{
	int rc = 0;

	if (tail->empty)
		rc = read_former(file->directory, tail);
	else if (!tail->has_record)
		rc = -EBADMSG;
	if (rc && rc != -ENOENT)
		sl_log_warning("audit: the last record in %s cannot be read (%s): a new chain "
			       "begins, which `sluicectl audit verify` will tell",
			file->directory, strerror(-rc));
	if (!rc)
		set_head(file, &tail->last);
	file->known = true;
}

static int append(struct sl_audit_file *file, struct sl_record_file *to,
	const struct sl_chain_note *note, const char *body, size_t len)
{
	/* A newline may have to go before it, in the same write. */
	char line[1 + SL_CHAIN_LINE + 2] = "\n";
	bool open = note->torn && to->size;
	struct sl_chain next;
	size_t n = sl_chain_compose(&file->head, note, body, len, line + 1, &next);
	int rc;

	if (!n)
		return -EMSGSIZE;
	rc = sl_record_file_append(to, line + !open, n + open);
	if (!rc)
		set_head(file, &next);
	return rc;
}

/* A crash left a part of a record: it stays, and the next record says so. */
static int close_torn(
	struct sl_audit_file *file, struct sl_record_file *to, const char hash[SL_CHAIN_HASH])
{
	char body[96], time[SL_RECORD_TIME];
	int len = snprintf(body, sizeof(body), "\"time\":\"%s\",\"command\":\"close-torn-line\"",
		sl_record_time(sl_record_now(), time));

	return append(file, to, &(struct sl_chain_note){.torn = hash}, body, (size_t)len);
}

static int opened(void *context, struct sl_record_file *to)
{
	struct sl_audit_file *file = context;
	struct tail tail;
	int rc = read_tail(to, &tail);

	if (rc)
		return rc;
	if (!file->known)
		find_head(file, &tail);
	return tail.torn[0] ? close_torn(file, to, tail.torn) : 0;
}

static int append_entry(
	void *context, struct sl_record_file *to, const char *body, size_t len, uint64_t lost)
{
	/* Without the braces of the object. */
	return append(context, to, &(struct sl_chain_note){.lost = lost}, body + 1, len - 2);
}

const struct sl_book_format sl_audit_format = {name, opened, append_entry};
