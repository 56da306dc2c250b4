/* SPDX-License-Identifier: BSD-3-Clause */
/* sluiced: the media relay. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "ctrl/base/log.h"
#include "ctrl/daemon/dpdk_text.h"
#include "ctrl/daemon/relay.h"
#include "ctrl/daemon/syscall_filter.h"
#include "dataplane/path/workers.h"

enum { EXIT_CONFIG = 2 };

static const char usage[] =
	"usage: sluiced -c FILE [--check] [--debug]\n"
	"\n"
	"  -c, --config FILE  configuration\n"
	"      --check        read it, show what is in effect, start nothing\n"
	"      --debug        log-level = debug with DPDK's messages; core dumps and debuggers "
	"are\n"
	"                     allowed, and both see keys\n"
	"      --version      show the version\n"
	"      --help         show this\n"
	"\n"
	"Stays in the foreground and says one line when it is ready. SIGTERM or SIGINT stops it, "
	"SIGHUP\n"
	"reloads its configuration.\n";

struct options {
	const char *config;
	bool check, debug;
};

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"debug", no_argument, NULL, 'd'},
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
		case 'd':
			options->debug = true;
			break;
		case 'v':
			puts("sluiced " SL_VERSION);
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

enum { SIGNALS = 3 };

struct watched {
	uv_signal_t signals[SIGNALS];
	struct sl_relay *relay;
};

static void unwatch(struct watched *watched)
{
	for (int i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&watched->signals[i], NULL);
	signal(SIGHUP, SIG_IGN); /* there is nothing to reload any more */
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct watched *watched = handle->data;

	if (number == SIGHUP) {
		sl_relay_reload(watched->relay);
		return;
	}
	sl_log(SL_LOG_NOTICE, "stopping: %s", strsignal(number));
	unwatch(watched);
	uv_stop(handle->loop);
}

/* The loop runs, and hears of them, once the relay serves. */
static void watch_signals(uv_loop_t *loop, struct watched *watched)
{
	static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

	for (int i = 0; i < SIGNALS; i++) {
		uv_signal_init(loop, &watched->signals[i]);
		watched->signals[i].data = watched;
		uv_signal_start(&watched->signals[i], on_signal, numbers[i]);
	}
}

/* Every worker of a proxy may hold a socket. */
static void set_limits(void)
{
	struct rlimit files;

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

#ifdef SL_TRACED_AT_EXIT

static int confine(const struct sl_config *config, struct sl_error *error)
{
	return 0;
}

#else

/* Modules of the name service (nsswitch.conf(5)) can be asked behind the filter, but not loaded any
 * more, and a reload may have names to look up. Where nobody has a name, all of it is asked. */
static void load_name_service(void)
{
	static const char nobody[] = "sluice-no-such-name";

	getpwnam(nobody);
	getgrnam(nobody);
}

static int confine(const struct sl_config *config, struct sl_error *error)
{
	if (config->no_seccomp)
		return 0;
	load_name_service();
	return sl_syscall_filter_load(error);
}

#endif

static int run(const char *path, struct sl_config *config)
{
	static struct sl_relay relay;
	struct sl_error error = {0};
	struct watched watched = {.relay = &relay};
	uv_loop_t loop;
	int rc;

	set_limits();
	sl_heap_for_all();
	if (config->debug)
		sl_dpdk_text_release();
	signal(SIGPIPE, SIG_IGN);
	if (!config->no_seccomp && sl_syscall_filter_begin(&error)) {
		sl_log(SL_LOG_ERROR, "%s", error.text);
		return EXIT_FAILURE;
	}
	uv_loop_init(&loop);
	watch_signals(&loop, &watched);
	rc = sl_relay_start(&relay, path, config, &loop, &error);
	if (!rc)
		rc = confine(config, &error);
	if (rc)
		sl_log(SL_LOG_ERROR, "%s", error.text);
	sl_dpdk_text_release();
	if (rc) {
		unwatch(&watched);
	} else {
		sl_log(SL_LOG_NOTICE, "ready: sluiced %s, %u port(s), %u worker(s), %s, %s",
			SL_VERSION, config->n_ports, sl_workers_count(), relay.crypto->name,
			relay.network.hugepages ? "hugepages" : "no hugepages");
		sl_notify_ready("serving");
		uv_run(&loop, UV_RUN_DEFAULT);
		sl_notify_stopping();
	}
	sl_relay_stop(&relay);
	uv_loop_close(&loop);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct sl_config config;
	static struct sl_config_errors errors;
	struct options options = {0};
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (sl_config_load(options.config, SL_CONFIG_RELAY, 0, &config, &errors)) {
		sl_config_print_errors(stderr, options.config, &errors);
		return EXIT_CONFIG;
	}
	config.debug = options.debug;
	if (options.debug)
		config.log_level = SL_LOG_DEBUG;
	sl_log_set_level(config.log_level);
	sl_log_set_format(config.log_format);
	if (options.check) {
		sl_config_print(stdout, &config);
		return EXIT_SUCCESS;
	}
	return run(options.config, &config);
}
