/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/wait.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
	/* With a queue that cannot wake the worker. Half of the short one is added latency, for as
	 * long as there is media; the long one costs next to nothing while there is none. */
	SHORT_NAP_NS = 100000,
	LONG_NAP_NS = 1000000,
	SLEEP_MS = 1000, /* nothing is lost if a wake-up is; it would only be late */
};

int sl_wait_open(struct sl_wait *wait)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	*wait = (struct sl_wait){.all = true, .n = 1};
	wait->fds[0] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

void sl_wait_close(struct sl_wait *wait)
{
	if (wait->n)
		close(wait->fds[0].fd);
	wait->n = 0;
}

void sl_wait_add(struct sl_wait *wait, int fd)
{
	if (fd < 0)
		wait->all = false;
	else
		wait->fds[wait->n++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

void sl_wait_prepare(struct sl_wait *wait)
{
	atomic_store_explicit(&wait->asleep, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

void sl_wait_cancel(struct sl_wait *wait)
{
	atomic_store_explicit(&wait->asleep, false, memory_order_relaxed);
}

void sl_wait_sleep(struct sl_wait *wait)
{
	eventfd_t value;

	poll(wait->fds, wait->n, SLEEP_MS);
	sl_wait_cancel(wait);
	if (wait->fds[0].revents)
		eventfd_read(wait->fds[0].fd, &value);
}

void sl_wait_nap(bool quiet)
{
	nanosleep(&(struct timespec){.tv_nsec = quiet ? LONG_NAP_NS : SHORT_NAP_NS}, NULL);
}

void sl_wait_wake_slow(struct sl_wait *wait)
{
	eventfd_write(wait->fds[0].fd, 1);
}
