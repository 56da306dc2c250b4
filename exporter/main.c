/* SPDX-License-Identifier: BSD-3-Clause */
/* sluice-exporter: the relay's counters over HTTP, in a process that holds nothing else. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "exporter/http.h"

enum { EXIT_CONFIG = 2 };

static const char usage[] = "usage: sluice-exporter -c FILE [--check]\n"
			    "\n"
			    "  -c, --config FILE  configuration\n"
			    "      --check        read it, start nothing\n"
			    "      --version      show the version\n"
			    "      --help         show this\n"
			    "\n"
			    "Serves /metrics, /healthz, /readyz and a page at /. Stays in "
			    "the foreground; SIGTERM or SIGINT stops it.\n";

struct options {
	const char *config;
	bool check;
};

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'v':
			puts("sluice-exporter " SL_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_CONFIG;
		}
	}
	if (options->config && optind == argc)
		return -1;
	fputs(usage, stderr);
	return EXIT_CONFIG;
}

static void on_signal(uv_signal_t *handle, int number)
{
	uv_stop(handle->loop);
}

/* It parses what comes from the network: whoever takes it over must have gained nothing. */
static int give_up_privileges(struct sl_error *error)
{
	const struct rlimit none = {0, 0};

	if (geteuid() == 0)
		return sl_refuse(error, -EPERM,
			"it does not run as root; take a user of its own (User=sluice-exporter), "
			"which admin-read of sluice.conf names");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
		setrlimit(RLIMIT_CORE, &none))
		return sl_refuse(error, -errno, "cannot give up privileges: %s", strerror(errno));
	return 0;
}

static int run(const struct sl_settings *settings)
{
	static const int numbers[2] = {SIGTERM, SIGINT};
	char text[SL_ENDPOINT_TEXT];
	struct sl_error error = {0};
	struct sl_http *http = NULL;
	uv_signal_t signals[2];
	uv_loop_t loop;

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&loop);
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&loop, &signals[i]);
		uv_signal_start(&signals[i], on_signal, numbers[i]);
	}
	if (!give_up_privileges(&error))
		http = sl_http_start(&loop, settings, &error);
	if (http) {
		sl_log_notice("ready: sluice-exporter %s, %s://%s, relay %s", SL_VERSION,
			settings->key[0] ? "https" : "http",
			sl_endpoint_text(settings->ip, settings->port, text), settings->relay);
		sl_notify_ready("serving");
		uv_run(&loop, UV_RUN_DEFAULT);
		sl_notify_stopping();
	} else {
		sl_log(SL_LOG_ERROR, "%s", error.text);
	}
	sl_http_stop(http);
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&signals[i], NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return http ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static struct sl_settings settings;
	struct options options = {0};
	struct sl_error error = {0};
	int status = read_options(argc, argv, &options);

	sl_log_set_name("sluice-exporter");
	if (status >= 0)
		return status;
	if (sl_settings_load(options.config, &settings, &error)) {
		sl_log(SL_LOG_ERROR, "%s", error.text);
		return EXIT_CONFIG;
	}
	return options.check ? EXIT_SUCCESS : run(&settings);
}
