/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Call set-up through the control socket of a running relay: one request after the other, a
 * connection each, with 0 and more calls already up; and what a call costs in memory.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/histogram.h"
#include "bench/ng_raw.h"
#include "bench/srtp_keys.h"

enum { LEVELS_MAX = 16, INTERFACES_MAX = 32, WARM_UP = 200 };

enum command { OFFER, ANSWER, DELETE, COMMANDS };

static const char *const command_names[COMMANDS] = {"offer", "answer", "delete"};

static size_t (*const makers[COMMANDS])(const struct sl_ng_raw_call *, char *) = {
	sl_ng_raw_offer, sl_ng_raw_answer, sl_ng_raw_delete};

static struct {
	const char *socket, *address, *json;
	const char *suite[2];
	char *interfaces[INTERFACES_MAX];
	unsigned n_interfaces, levels[LEVELS_MAX], n_levels, calls, rate;
	int pid;
} opt = {.address = "10.0.0.2",
	.suite = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"},
	.calls = 5000};

/* kB of a relay's memory. */
struct memory {
	unsigned long rss, huge;
};

struct result {
	unsigned level;
	double rate; /* offer and answer, per second */
	struct sl_histogram spent[COMMANDS];
	struct memory memory;
};

static const char help[] =
	"bench_setup --socket PATH [option ...]\n"
	"Sets up and ends calls by NG, one after the other, with 0 and more calls up.\n"
	"  --suite-a NAME, --suite-b NAME   SDES suites of the legs, or RTP\n"
	"  --interfaces A,B,...             logical interfaces; each call lies on two neighbours\n"
	"  --levels N,N,...                 calls that are up while measuring (0)\n"
	"  --calls N                        set-ups measured at each level (5000)\n"
	"  --rate N                         of these a second; else one after the other\n"
	"  --pid PID                        the relay: its memory is read\n"
	"  --address ADDRESS                of the parties (10.0.0.2)\n"
	"  --cpu N                          where to run   --json FILE\n";

static struct memory memory_now(void)
{
	struct memory memory = {0};
	char path[64], line[128];

	if (!opt.pid)
		return memory;
	snprintf(path, sizeof(path), "/proc/%d/status", opt.pid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "VmRSS: %lu", &memory.rss);
		sscanf(line, "HugetlbPages: %lu", &memory.huge);
	}
	if (file)
		fclose(file);
	return memory;
}

static struct sl_ng_raw_call call_at(unsigned number)
{
	unsigned pair = number % (opt.n_interfaces / 2) * 2;

	return (struct sl_ng_raw_call){.number = number,
		.suite = {opt.suite[0], opt.suite[1]},
		.direction = {opt.interfaces[pair], opt.interfaces[pair + 1]},
		.address = opt.address};
}

static bool command(unsigned number, enum command what, uint64_t *spent)
{
	struct sl_ng_raw_call call = call_at(number);
	char request[SL_NG_RAW_MAX], reply[SL_NG_RAW_MAX];
	size_t len = makers[what](&call, request);

	return sl_ng_raw_exchange(opt.socket, request, len, reply, spent);
}

static bool set_up(unsigned number, struct sl_histogram *spent, uint64_t *total)
{
	for (enum command what = OFFER; what <= ANSWER; what++) {
		uint64_t ns;

		if (!command(number, what, &ns))
			return false;
		if (spent)
			sl_histogram_add(&spent[what], ns);
		if (total)
			*total += ns;
	}
	return true;
}

/* Waits until the `i`th of so many a second is due. */
static void pace(const struct timespec *start, unsigned i)
{
	uint64_t due = (uint64_t)i * 1000000000u / opt.rate + (uint64_t)start->tv_nsec;
	struct timespec at = {
		start->tv_sec + (time_t)(due / 1000000000u), (long)(due % 1000000000u)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/* Calls that come and go on top of those that stay. */
static bool measure(struct result *result)
{
	struct timespec start;
	uint64_t total = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (unsigned i = 0; i < WARM_UP + opt.calls; i++) {
		unsigned number = 1u << 24 | i;
		bool warm = i >= WARM_UP;
		uint64_t ns;

		if (opt.rate)
			pace(&start, i);
		if (!set_up(number, warm ? result->spent : NULL, warm ? &total : NULL) ||
			!command(number, DELETE, &ns))
			return false;
		if (warm)
			sl_histogram_add(&result->spent[DELETE], ns);
	}
	result->rate = opt.calls / ((double)total * 1e-9);
	return true;
}

static double us(const struct sl_histogram *histogram, double q)
{
	return (double)sl_histogram_quantile(histogram, q) * 1e-3;
}

static json_t *level_json(const struct result *result, const struct result *empty)
{
	json_t *level = json_pack("{s:i s:f}", "calls", result->level, "per-second", result->rate);

	for (enum command what = 0; what < COMMANDS; what++) {
		const struct sl_histogram *spent = &result->spent[what];

		json_object_set_new(level, command_names[what],
			json_pack("{s:f s:f s:f s:f}", "p50-us", us(spent, 0.5), "p99-us",
				us(spent, 0.99), "p99.9-us", us(spent, 0.999), "max-us",
				(double)spent->max * 1e-3));
	}
	if (opt.pid && result->level) {
		double rss = (double)result->memory.rss - (double)empty->memory.rss;
		double huge = (double)result->memory.huge - (double)empty->memory.huge;

		json_object_set_new(
			level, "bytes-per-call", json_real((rss + huge) * 1024 / result->level));
	}
	return level;
}

static void print_level(json_t *level)
{
	json_t *bytes = json_object_get(level, "bytes-per-call");

	printf("%7lld calls up: %6.0f calls/s", json_integer_value(json_object_get(level, "calls")),
		json_real_value(json_object_get(level, "per-second")));
	for (enum command what = 0; what < COMMANDS; what++) {
		json_t *spent = json_object_get(level, command_names[what]);

		printf("  %s p50 %.0f p99 %.0f p99.9 %.0f us", command_names[what],
			json_real_value(json_object_get(spent, "p50-us")),
			json_real_value(json_object_get(spent, "p99-us")),
			json_real_value(json_object_get(spent, "p99.9-us")));
	}
	if (bytes)
		printf("  %.0f bytes/call", json_real_value(bytes));
	printf("\n");
	fflush(stdout);
}

static int run(void)
{
	struct result *empty = calloc(1, sizeof(*empty)), *result = calloc(1, sizeof(*result));
	json_t *levels = json_array();
	unsigned up = 0;
	int status = 0;

	if (!empty || !result)
		return 2;
	for (unsigned i = 0; i < opt.n_levels && !status; i++) {
		*result = (struct result){.level = opt.levels[i]};
		while (up < opt.levels[i] && !status)
			status = set_up(up++, NULL, NULL) ? 0 : 1;
		/* Memory that comes and goes leaves traces in the allocators, calls or not. */
		if (!status && !measure(result))
			status = 1;
		result->memory = memory_now();
		if (i == 0)
			*empty = *result;
		if (status)
			break;
		json_array_append_new(levels, level_json(result, empty));
		print_level(json_array_get(levels, i));
	}
	json_t *all = json_pack("{s:s s:s s:o}", "suite-a", opt.suite[0], "suite-b", opt.suite[1],
		"levels", levels);
	if (opt.json && json_dump_file(all, opt.json, JSON_INDENT(1)))
		status = 2;
	json_decref(all);
	free(empty);
	free(result);
	return status;
}

static unsigned split(char *list, char **items, unsigned max)
{
	unsigned n = 0;

	for (char *item = strtok(list, ","); item && n < max; item = strtok(NULL, ","))
		items[n++] = item;
	return n;
}

static void run_on(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fprintf(stderr, "core %u: %s\n", cpu, strerror(errno));
}

static void take(int code)
{
	char *items[LEVELS_MAX];

	switch (code) {
	case 's':
		opt.socket = optarg;
		break;
	case 'a':
	case 'b':
		opt.suite[code - 'a'] = optarg;
		break;
	case 'i':
		opt.n_interfaces = split(optarg, opt.interfaces, INTERFACES_MAX) & ~1u;
		break;
	case 'l':
		opt.n_levels = split(optarg, items, LEVELS_MAX);
		for (unsigned i = 0; i < opt.n_levels; i++)
			opt.levels[i] = (unsigned)strtoul(items[i], NULL, 10);
		break;
	case 'n':
		opt.calls = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case 'r':
		opt.rate = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case 'p':
		opt.pid = atoi(optarg);
		break;
	case 'A':
		opt.address = optarg;
		break;
	case 'c':
		run_on((unsigned)strtoul(optarg, NULL, 10));
		break;
	case 'j':
		opt.json = optarg;
		break;
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {{"socket", 1, NULL, 's'}, {"suite-a", 1, NULL, 'a'},
		{"suite-b", 1, NULL, 'b'}, {"interfaces", 1, NULL, 'i'}, {"levels", 1, NULL, 'l'},
		{"calls", 1, NULL, 'n'}, {"rate", 1, NULL, 'r'}, {"pid", 1, NULL, 'p'},
		{"address", 1, NULL, 'A'}, {"cpu", 1, NULL, 'c'}, {"json", 1, NULL, 'j'},
		{"help", 0, NULL, 'h'}, {0}};
	int code;

	while ((code = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (code == 'h' || code == '?') {
			fputs(help, code == 'h' ? stdout : stderr);
			return code == 'h' ? 0 : 2;
		}
		take(code);
	}
	if (!opt.n_levels)
		opt.n_levels = 1;
	if (!opt.socket || opt.n_interfaces < 2 || !opt.calls ||
		!sl_load_suite_find(opt.suite[0]) || !sl_load_suite_find(opt.suite[1])) {
		fputs(help, stderr);
		return 2;
	}
	return run();
}
