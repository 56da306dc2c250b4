/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/threads.h"

#include <dirent.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4096, PATIENCE = 5 /* s */ };

static struct {
	int (*act)(void);
	sem_t done;
	atomic_int error;
} asked;

static void answer(int number)
{
	int saved = errno, rc = asked.act();

	if (rc)
		atomic_store(&asked.error, rc);
	sem_post(&asked.done);
	errno = saved;
}

static int ask(pid_t thread, int number)
{
	struct timespec until;

	if (syscall(SYS_tgkill, getpid(), thread, number))
		return errno == ESRCH ? 0 : -errno; /* it has ended */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE;
	while (sem_timedwait(&asked.done, &until))
		if (errno != EINTR)
			return -errno;
	return atomic_load(&asked.error);
}

static bool has(const pid_t *seen, unsigned n, pid_t thread)
{
	for (unsigned i = 0; i < n; i++)
		if (seen[i] == thread)
			return true;
	return false;
}

/* Asks those that are not in seen[] yet; how many they were, or -errno. */
static int ask_new(pid_t *seen, unsigned *n, int number)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *entry;
	int asked_now = 0, rc = 0;

	if (!tasks)
		return -errno;
	while (!rc && (entry = readdir(tasks))) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

		if (thread <= 0 || thread == gettid() || has(seen, *n, thread))
			continue;
		if (*n == THREADS) {
			rc = -E2BIG;
			break;
		}
		seen[(*n)++] = thread;
		asked_now++;
		rc = ask(thread, number);
	}
	closedir(tasks);
	return rc ? rc : asked_now;
}

int sl_threads_other(int (*act)(void))
{
	static pid_t seen[THREADS];
	struct sigaction how = {.sa_handler = answer, .sa_flags = SA_RESTART}, before;
	int number = SIGRTMIN + 3, rc;
	unsigned n = 0;

	asked.act = act;
	atomic_store(&asked.error, 0);
	sem_init(&asked.done, 0, 0);
	if (sigaction(number, &how, &before))
		return -errno;
	/* Again until there is no new one: a thread may have made another meanwhile. */
	do {
		rc = ask_new(seen, &n, number);
	} while (rc > 0);
	/* A late answer must find its way: after a timeout the handler stays. */
	if (rc != -ETIMEDOUT)
		sigaction(number, &before, NULL);
	return rc;
}
