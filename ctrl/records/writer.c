/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/base/pseudonym.h"

struct record {
	STAILQ_ENTRY(record) entry;
	enum sl_book book;
	char *body;
	size_t len;
};

STAILQ_HEAD(records, record);

struct book {
	const struct sl_book_format *format; /* NULL: not used */
	void *context;
	struct sl_record_file file; /* the thread's */
	uint64_t told; /* of `lost`, by records that were written since; the thread's */
	struct sl_book_stats stats; /* under the lock */
};

struct sl_writer {
	char directory[SL_CONFIG_PATH];
	atomic_int sync; /* enum sl_records_sync */
	bool hiding;
	struct book books[SL_BOOK_COUNT];
	pthread_t thread;
	int (*strip)(void);
	bool started;
	time_t synced; /* s, monotonic; the thread's */

	pthread_mutex_t lock; /* of all that follows; held for no longer than a list operation */
	pthread_cond_t work, room;
	struct records queue;
	size_t bytes;
	bool reopen, stopping;
	bool given_up, ended;  /* by the thread: what it does not need; all of its work */
	struct timespec until; /* monotonic: sl_writer_put waits till then; 0: it does not */
};

static struct timespec in_seconds(time_t seconds)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += seconds;
	return t;
}

struct sl_writer *sl_writer_new(const char *directory, enum sl_records_sync sync)
{
	struct sl_writer *w = calloc(1, sizeof(*w));
	pthread_condattr_t monotonic;

	if (!w)
		return NULL;
	snprintf(w->directory, sizeof(w->directory), "%s", directory);
	w->sync = sync;
	STAILQ_INIT(&w->queue);
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &monotonic);
	pthread_cond_init(&w->room, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return w;
}

static int open_book(struct book *book)
{
	int rc = sl_record_file_open(&book->file);

	if (!rc)
		rc = book->format->opened(book->context, &book->file);
	if (rc)
		sl_record_file_close(&book->file);
	return rc;
}

void sl_writer_hide_addresses(struct sl_writer *w)
{
	w->hiding = true;
}

int sl_writer_add(struct sl_writer *w, enum sl_book which, const struct sl_book_format *format,
	void *context, struct sl_error *error)
{
	struct book *book = &w->books[which];
	int rc;

	book->format = format;
	book->context = context;
	book->stats.used = true;
	sl_record_file_init(&book->file, w->directory, format->name);
	rc = open_book(book);
	if (rc == -EINVAL)
		return sl_refuse(
			error, rc, "records: %s is no regular file; move it away", book->file.path);
	if (rc)
		return sl_refuse(error, rc,
			"records: %s cannot be written by uid %u: %s; make the directory (install "
			"-d -m 0750 -o USER DIRECTORY), or set another in [records]",
			book->file.path, geteuid(), strerror(-rc));
	return 0;
}

/* Looks where the paths lead by now, and opens what is not open. */
static void look_at_files(struct sl_writer *w, bool reopen)
{
	for (unsigned i = 0; i < SL_BOOK_COUNT; i++) {
		struct book *book = &w->books[i];

		if (!book->format)
			continue;
		if (book->file.fd >= 0 && (reopen || sl_record_file_moved(&book->file))) {
			if (w->sync != SL_SYNC_NEVER)
				sl_record_file_sync(&book->file);
			sl_record_file_close(&book->file);
		}
		if (book->file.fd < 0)
			open_book(book); /* if it fails, whatever comes next says so */
	}
}

static uint64_t lost_so_far(struct sl_writer *w, const struct book *book)
{
	uint64_t lost;

	pthread_mutex_lock(&w->lock);
	lost = book->stats.lost;
	pthread_mutex_unlock(&w->lock);
	return lost;
}

/* Pseudonyms come before anything else is made of a record: the trail's hashes are of them. */
static int append(
	const struct sl_writer *w, struct book *book, const struct record *record, uint64_t lost)
{
	size_t len = record->len;
	char *hidden = NULL;
	int rc;

	if (w->hiding) {
		hidden = sl_pseudonyms_hide_all(record->body, record->len,
			record->book == SL_BOOK_CDR_CSV ? SL_PSEUDONYM_IN_TEXT
							: SL_PSEUDONYM_IN_JSON,
			&len);
		if (!hidden)
			return -ENOMEM;
	}
	rc = book->format->append(
		book->context, &book->file, hidden ? hidden : record->body, len, lost);
	free(hidden);
	return rc;
}

static void write_record(struct sl_writer *w, const struct record *record)
{
	struct book *book = &w->books[record->book];
	uint64_t lost = lost_so_far(w, book);
	int rc = book->file.fd < 0 ? open_book(book) : 0;

	if (!rc)
		rc = append(w, book, record, lost - book->told);
	if (!rc)
		book->told = lost;
	pthread_mutex_lock(&w->lock);
	if (rc)
		book->stats.lost++;
	else
		book->stats.written++;
	book->stats.error = rc;
	pthread_mutex_unlock(&w->lock);
}

static void sync_files(struct sl_writer *w)
{
	struct timespec now = in_seconds(0);
	int sync = w->sync;

	if (sync == SL_SYNC_NEVER || (sync == SL_SYNC_SECOND && now.tv_sec == w->synced))
		return;
	w->synced = now.tv_sec;
	for (unsigned i = 0; i < SL_BOOK_COUNT; i++) {
		int rc = w->books[i].format ? sl_record_file_sync(&w->books[i].file) : 0;

		if (!rc)
			continue;
		pthread_mutex_lock(&w->lock);
		w->books[i].stats.error = rc;
		pthread_mutex_unlock(&w->lock);
	}
}

/* Takes some of the queue; under the lock. */
static void take(struct sl_writer *w, struct records *batch)
{
	STAILQ_INIT(batch);
	for (unsigned n = 0; n < SL_WRITER_BATCH && !STAILQ_EMPTY(&w->queue); n++) {
		struct record *record = STAILQ_FIRST(&w->queue);

		STAILQ_REMOVE_HEAD(&w->queue, entry);
		STAILQ_INSERT_TAIL(batch, record, entry);
		w->bytes -= record->len;
	}
	pthread_cond_signal(&w->room);
}

static void write_batch(struct sl_writer *w, struct records *batch, bool reopen)
{
	struct record *record;

	look_at_files(w, reopen);
	while ((record = STAILQ_FIRST(batch))) {
		STAILQ_REMOVE_HEAD(batch, entry);
		write_record(w, record);
		free(record->body);
		free(record);
	}
	sync_files(w);
}

/* Sets what somebody waits for. */
static void say(struct sl_writer *w, bool *what)
{
	pthread_mutex_lock(&w->lock);
	*what = true;
	pthread_cond_broadcast(&w->room);
	pthread_mutex_unlock(&w->lock);
}

/* Waits for it; false: not for longer than the daemon's end may take. */
static bool heard(struct sl_writer *w, const bool *what)
{
	struct timespec until = in_seconds(SL_WRITER_PATIENCE_S);
	bool done;

	pthread_mutex_lock(&w->lock);
	while (!*what && !pthread_cond_timedwait(&w->room, &w->lock, &until))
		;
	done = *what;
	pthread_mutex_unlock(&w->lock);
	return done;
}

/* The control thread's precedence and its privileges are not for this one. */
static void give_up(struct sl_writer *w)
{
	pthread_setname_np(pthread_self(), "sluice-records");
	if (setpriority(PRIO_PROCESS, (id_t)gettid(), 0))
		sl_log_notice("records: their thread keeps its precedence: %s", strerror(errno));
	if (w->strip && w->strip())
		sl_log_warning("records: their thread keeps its capabilities");
	say(w, &w->given_up);
}

static void *run(void *context)
{
	struct sl_writer *w = context;
	struct records batch;
	bool reopen;

	give_up(w);
	pthread_mutex_lock(&w->lock);
	while (!w->stopping || !STAILQ_EMPTY(&w->queue)) {
		struct timespec until = in_seconds(1);

		if (STAILQ_EMPTY(&w->queue) && !w->reopen)
			pthread_cond_timedwait(&w->work, &w->lock, &until);
		take(w, &batch);
		reopen = w->reopen;
		w->reopen = false;
		pthread_mutex_unlock(&w->lock);
		write_batch(w, &batch, reopen);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	w->synced = 0;
	sync_files(w);
	say(w, &w->ended);
	return NULL;
}

int sl_writer_start(struct sl_writer *w, int (*strip)(void), struct sl_error *error)
{
	sigset_t all, before;
	int rc;

	w->strip = strip;
	/* Signals are the control thread's; SIGXFSZ becomes an error of write(). */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		return sl_refuse(error, -rc, "records: no thread to write them: %s", strerror(rc));
	w->started = true;
	/* Before the daemon lets go of the calls that it takes. */
	heard(w, &w->given_up);
	return 0;
}

/* Under the lock. */
static bool has_room(struct sl_writer *w, size_t len)
{
	while (w->bytes + len > SL_WRITER_QUEUE)
		if (!w->until.tv_sec || pthread_cond_timedwait(&w->room, &w->lock, &w->until))
			return false;
	return true;
}

void sl_writer_put(struct sl_writer *w, enum sl_book book, char *body, size_t len)
{
	struct record *record = body ? malloc(sizeof(*record)) : NULL;

	pthread_mutex_lock(&w->lock);
	if (record && has_room(w, len)) {
		*record = (struct record){.book = book, .body = body, .len = len};
		STAILQ_INSERT_TAIL(&w->queue, record, entry);
		w->bytes += len;
		record = NULL;
		body = NULL;
		pthread_cond_signal(&w->work);
	} else {
		w->books[book].stats.lost++;
		w->books[book].stats.error = record ? -ENOBUFS : -ENOMEM;
	}
	pthread_mutex_unlock(&w->lock);
	free(record);
	free(body);
}

void sl_writer_reopen(struct sl_writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->reopen = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
}

void sl_writer_ending(struct sl_writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->until = in_seconds(SL_WRITER_PATIENCE_S);
	pthread_mutex_unlock(&w->lock);
}

void sl_writer_sync(struct sl_writer *w, enum sl_records_sync sync)
{
	w->sync = sync;
}

struct sl_book_stats sl_writer_stats(struct sl_writer *w, enum sl_book book)
{
	struct sl_book_stats stats;

	pthread_mutex_lock(&w->lock);
	stats = w->books[book].stats;
	pthread_mutex_unlock(&w->lock);
	return stats;
}

const char *sl_writer_name(const struct sl_writer *w, enum sl_book book)
{
	return w->books[book].format->name;
}

static bool join(struct sl_writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	return heard(w, &w->ended) && !pthread_join(w->thread, NULL);
}

bool sl_writer_stop(struct sl_writer *w)
{
	if (!w)
		return true;
	if (w->started && !join(w))
		return false;
	for (unsigned i = 0; i < SL_BOOK_COUNT; i++)
		if (w->books[i].format)
			sl_record_file_close(&w->books[i].file);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->room);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return true;
}
