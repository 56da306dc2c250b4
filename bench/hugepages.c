/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/hugepages.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char path[] = "/proc/sys/vm/nr_hugepages";
static volatile pid_t child;

static long get(void)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

static int set(long n)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -1;
	fprintf(f, "%ld\n", n);
	return fclose(f);
}

static void pass_on(int signal)
{
	kill(child, signal);
}

void hugepages_take(unsigned mib)
{
	long before = get(), wanted = mib / 2, got = 0;
	int status = 0;

	if (before >= 0 && set(before + wanted) == 0)
		got = get() - before;
	if (got < wanted)
		fprintf(stderr, "hugepages: %ld MiB of %u: %s\n", got * 2, mib,
			got > 0 ? "memory is fragmented" : "needs root");
	if (got <= 0)
		return;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	signal(SIGINT, SIG_IGN); /* the terminal tells the child as well */
	signal(SIGTERM, pass_on);
	while (child > 0 && waitpid(child, &status, 0) < 0)
		;
	set(get() - got); /* others may have changed it meanwhile */
	exit(child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}
