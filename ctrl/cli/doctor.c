/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/cli/show_json.h"
#include "ctrl/doctor/doctor.h"
#include "ctrl/host/host_file.h"
#include "ctrl/records/json_text.h"

enum { STEP = 256 /* files of a scan at a time */, ERRORS_SHOWN = 8 };

static const char *find_config(const char *path)
{
	static const char *const usual[] = {
		"/etc/sluice/sluice.conf", "/usr/local/etc/sluice/sluice.conf"};

	for (size_t i = 0; !path && i < sizeof(usual) / sizeof(usual[0]); i++)
		if (access(usual[i], F_OK) == 0)
			path = usual[i];
	return path;
}

static void read_config(struct sl_doctor *d, const char *path)
{
	static struct sl_config config;
	static struct sl_config_errors errors;

	d->now = "configuration";
	path = find_config(path);
	if (!path) {
		sl_doctor_found(d, SL_HEALTH_FAIL,
			"sluicectl doctor -c FILE, or make one: man sluice.conf",
			"there is none in /etc/sluice and /usr/local/etc/sluice");
		return;
	}
	if (!sl_config_load(path, SL_CONFIG_RELAY, 0, &config, &errors)) {
		d->config = &config;
		sl_doctor_found(d, SL_HEALTH_OK, "", "%.200s", path);
		return;
	}
	for (unsigned i = 0; i < errors.count && i < ERRORS_SHOWN; i++)
		sl_doctor_found(d, SL_HEALTH_FAIL, "sluiced -c FILE --check shows all of them",
			"%.100s:%u: %.140s", path, errors.list[i].line, errors.list[i].text);
}

static uint64_t requests(const json_t *status, const char *only)
{
	json_t *commands = json_object_get(status, "commands"), *command;
	const char *name;
	uint64_t n = 0;

	json_object_foreach(commands, name, command)
	{
		if (!only || !strcmp(name, only))
			n += (uint64_t)number(command, "requests");
	}
	return n;
}

static void read_status(struct sl_doctor *d, const json_t *status)
{
	const json_t *worker;
	size_t i;

	d->now = "daemon";
	if (!status) {
		sl_doctor_found(d, SL_HEALTH_WARN, "systemctl start sluiced; or name it by -s PATH",
			"sluiced does not answer: what only it knows is left out");
		return;
	}
	d->running = true;
	d->pid = (int)number(status, "pid");
	d->ng_requests = requests(status, NULL);
	d->ng_pings = requests(status, "ping");
	json_array_foreach(json_object_get(status, "workers"), i, worker)
	{
		const json_t *wait = json_object_get(worker, "core_wait");

		if (!json_is_object(wait) || d->n_waits == SL_MAX_WORKERS)
			continue;
		d->wait[d->n_waits].core = (unsigned)number(worker, "core");
		d->wait[d->n_waits++].percent = json_real_value(json_object_get(wait, "percent"));
	}
	sl_doctor_found(d, SL_HEALTH_OK, "", "sluiced %s, pid %d", text(status, "version"), d->pid);
}

static void read_clock(struct sl_doctor *d)
{
	struct timex clock = {.modes = 0};

	if (adjtimex(&clock) >= 0)
		d->clock = clock.status & STA_UNSYNC ? SL_CLOCK_ADRIFT : SL_CLOCK_SYNCHRONISED;
}

/* Threads of the running sluiced that are workers: "sluice-w0". */
struct workers {
	int pid;
	pid_t thread[SL_MAX_WORKERS + 1];
	unsigned n;
};

static void add_worker(void *context, const char *name)
{
	struct workers *workers = context;
	char comm[32];

	if (workers->n < SL_MAX_WORKERS &&
		sl_host_read("", comm, sizeof(comm), "/proc/%d/task/%s/comm", workers->pid, name) >
			0 &&
		!strncmp(comm, "sluice-w", 8))
		workers->thread[workers->n++] = (pid_t)strtol(name, NULL, 10);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Takes a second or two. */
static void scan(struct sl_doctor *d)
{
	unsigned cores[SL_MAX_WORKERS], n = sl_doctor_cores(d->config, cores);
	struct workers workers = {.pid = d->pid};
	struct sl_core_scan *all;

	if (d->running)
		sl_host_each("", add_worker, &workers, "/proc/%d/task", d->pid);
	workers.thread[workers.n++] = getpid(); /* its own looks are no neighbour */
	all = sl_core_scan_new("", cores, n, workers.thread, workers.n);
	if (!all)
		return;
	while (!sl_core_scan_step(all, STEP, now_ns()))
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	for (unsigned i = 0; i < n; i++)
		sl_core_scan_users(all, cores[i], &d->users[i]);
	d->n_users = n;
	sl_core_scan_free(all);
}

static void show_json(const struct sl_doctor *d)
{
	json_t *rows = json_array(), *answer;

	for (unsigned i = 0; i < d->n; i++)
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:o, s:o}", "check", d->finding[i].check,
				      "state", sl_health_names[d->finding[i].health], "fact",
				      sl_json_text(d->finding[i].fact), "fix",
				      sl_json_text(d->finding[i].fix)));
	answer = json_pack("{s:o, s:i, s:i, s:i}", "findings", rows, "ok",
		(int)d->count[SL_HEALTH_OK], "warn", (int)d->count[SL_HEALTH_WARN], "fail",
		(int)d->count[SL_HEALTH_FAIL]);
	json_dumpf(answer, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(answer);
}

static void show(const struct sl_doctor *d)
{
	for (unsigned i = 0; i < d->n; i++) {
		const struct sl_finding *f = &d->finding[i];

		printf("%-4s  %-15s  %s\n", f->health ? sl_health_names[f->health] : "ok", f->check,
			f->fact);
		if (*f->fix)
			printf("                       -> %s\n", f->fix);
	}
	printf("%u ok, %u to think about (warn), %u to mend (fail)\n", d->count[SL_HEALTH_OK],
		d->count[SL_HEALTH_WARN], d->count[SL_HEALTH_FAIL]);
}

int sl_doctor_examine(const char *config, const json_t *status, bool json)
{
	static struct sl_doctor doctor = {.root = ""};

	read_config(&doctor, config);
	read_status(&doctor, status);
	read_clock(&doctor);
	if (doctor.config) {
		sl_doctor_note_interrupts(&doctor);
		scan(&doctor);
	}
	sl_doctor_run(&doctor);
	if (json)
		show_json(&doctor);
	else
		show(&doctor);
	return doctor.count[SL_HEALTH_FAIL] ? EXIT_FAILURE : EXIT_SUCCESS;
}
