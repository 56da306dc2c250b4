/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "bench/load_calls.h"
#include "bench/load_route.h"

static long resident_kb(int pid)
{
	char path[64], line[128];
	long kb = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *status = fopen(path, "r");
	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "VmRSS:", 6))
			kb = strtol(line + 6, NULL, 10);
	if (status)
		fclose(status);
	return kb;
}

static int play_round(struct sl_load *load, struct sl_ng_client *ng)
{
	int error = sl_calls_set_up(load, ng);

	if (!error)
		error = sl_calls_open(load);
	if (!error)
		error = sl_plan_make(load);
	if (!error)
		error = sl_plan_protect(load);
	if (!error && load->opt.packets)
		error = sl_run_media(load);
	if (error)
		fprintf(stderr, "%s\n", strerror(-error));
	else if (load->opt.query)
		sl_calls_query(load, ng);
	sl_report_round(load);
	if (error || !load->opt.keep)
		sl_calls_delete(load, ng);
	if (!error && !load->opt.keep && load->opt.after_delete)
		error = sl_run_after_delete(load);
	sl_plan_free(load);
	sl_calls_close(load);
	return error;
}

static int play(struct sl_load *load)
{
	struct sl_ng_client *ng = sl_ng_client_new(load->opt.ng);
	int error = ng ? 0 : -EINVAL;

	if (!error)
		error = sl_sockets_open(load);
	for (unsigned i = 0; i < load->opt.rounds && !error; i++) {
		error = play_round(load, ng);
		if (load->opt.relay_pid)
			load->rss_kb[i] = resident_kb(load->opt.relay_pid);
	}
	sl_sockets_close(load);
	sl_ng_client_free(ng);
	return error;
}

static bool prepare(struct sl_load *load)
{
	cpu_set_t cpus;

	if (load->opt.cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET((unsigned)load->opt.cpu, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus)) {
			fprintf(stderr, "--cpu %d: %s\n", load->opt.cpu, strerror(errno));
			return false;
		}
	}
	load->calls = calloc(load->opt.calls, sizeof(*load->calls));
	load->rss_kb = calloc(load->opt.rounds, sizeof(*load->rss_kb));
	load->route[0] = sl_route_new();
	load->route[1] = sl_route_new();
	if (!load->calls || !load->rss_kb || !load->route[0] || !load->route[1]) {
		fputs("out of memory\n", stderr);
		return false;
	}
	if (srtp_init() != srtp_err_status_ok) {
		fputs("libsrtp2 does not start; are NSS's modules installed?\n", stderr);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct sl_load *load = calloc(1, sizeof(*load));
	int code = 2;

	if (!load)
		return 2;
	int wrong = sl_options_parse(&load->opt, argc, argv);
	if (wrong)
		return wrong < 0 ? 0 : wrong;
	if (prepare(load) && !play(load))
		code = !sl_report_print(load);
	for (unsigned leg = 0; leg < 2; leg++)
		free(load->route[leg]);
	free(load->rss_kb);
	free(load->calls);
	free(load);
	return code;
}
