/* SPDX-License-Identifier: BSD-3-Clause */
/* sluicectl: asks a running sluiced for a view and prints it, for people or as JSON. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/cli/admin_socket.h"
#include "ctrl/cli/audit.h"
#include "ctrl/cli/doctor.h"
#include "ctrl/cli/exit_status.h"
#include "ctrl/cli/guard_only.h"
#include "ctrl/cli/pseudonym.h"
#include "ctrl/cli/show.h"
#include "ctrl/cli/tap.h"
#include "ctrl/cli/top.h"

static const char usage[] =
	"usage: sluicectl [-s PATH] [--json] VERB\n"
	"\n"
	"  status     what runs, how much it does\n"
	"  calls      one line per call\n"
	"  call ID    one call: suites, key fingerprints, addresses, packets, drops\n"
	"  why ID     what stands between the two ends of a call, in words\n"
	"  events     what happens to calls, as it happens, until interrupted\n"
	"  trace ID [COUNT]   the next packets of a call (20): where the way of each ended\n"
	"  capture ID FILE [COUNT|SECONDSs]   its packets, as received and as sent, into a\n"
	"             new file for Wireshark (pcapng), for 60s unless told otherwise;\n"
	"             --clear: also decrypted\n"
	"  drops      packets not forwarded, by reason: by XDP, by the workers; --all: also\n"
	"             reasons that did not occur\n"
	"  guard      limits in force, who is refused, alarms\n"
	"  guard set KEY VALUE                change a limit until the next start\n"
	"  guard allow|deny|forget PREFIX     change the list of prefixes likewise\n"
	"  guard attach NETDEV -c FILE        guard it without sluiced, as FILE says\n"
	"  guard detach NETDEV                remove a guard that nobody holds\n"
	"  guard show NETDEV                  its counters, with or without sluiced\n"
	"  ports      ports, queues, guard, media addresses and their port pools\n"
	"  audit head                         number and hash of the last record of the audit\n"
	"                                     trail, to be noted elsewhere\n"
	"  audit verify FILE...               is the audit trail in these files, oldest first,\n"
	"                                     whole? --head HEAD: and does it have that record?\n"
	"  pseudonym ADDRESS...               what stands for addresses in the log; --key FILE\n"
	"  rotate     close and open the files of [records] again, after they were renamed\n"
	"  reload     have sluiced read its configuration again and apply what has changed:\n"
	"             all, or nothing where something takes a restart\n"
	"  config show                        the configuration that runs\n"
	"  config diff                        where the file says other than what runs\n"
	"  metrics    counters, in the text format of Prometheus\n"
	"  top        the relay and its calls, once a second: sorted, searched, shown by keys\n"
	"             (?: which), until q; --once: one frame, as text\n"
	"  doctor     is this machine fit for it? Memory, cores, devices, clock, kernel,\n"
	"             permissions, the proxy: each with what to do; also without sluiced\n"
	"\n"
	"  -s, --socket PATH  control socket (default /run/sluice/ctl.sock)\n"
	"  -c, --config FILE  guard attach: its configuration; doctor: sluiced's, if it is not in\n"
	"                     /etc/sluice or /usr/local/etc/sluice\n"
	"      --json         the answer as it came\n"
	"      --all          drops: all reasons\n"
	"      --key FILE         pseudonym: the key (default " SL_PSEUDONYM_KEY_FILE ")\n"
	"      --head HEAD        audit verify: as `audit head` told it once\n"
	"      --clear        capture: also in clear, which the daemon's log tells\n"
	"      --once         top: one frame, then end; needs no terminal\n"
	"      --version      show the version\n"
	"      --help         show this\n";

struct options {
	const char *socket, *verb, *id;
	const char *view;        /* if it is not called as the verb */
	const char *key, *value; /* guard: what to set; NULL: nothing */
	const char *config;
	const char *head;
	const char *pseudonym_key;
	struct sl_tap_options tap; /* trace, capture */
	bool json, once;
};

static void show_metrics(const json_t *answer)
{
	fputs(json_string_value(json_object_get(answer, "metrics")), stdout);
}

static void show_head(const json_t *answer)
{
	puts(json_string_value(json_object_get(answer, "head")));
}

static void show_nothing(const json_t *answer)
{
}

static const struct verb {
	const char *name;
	void (*show)(const json_t *answer);
	bool has_id;
	bool changes; /* a verb of the admin socket, no view */
} verbs[] = {
	{"status", sl_show_status, false, false},
	{"calls", sl_show_calls, false, false},
	{"call", sl_show_call, true, false},
	{"why", sl_show_why, true, false},
	{"events", NULL, false, false},
	{"drops", sl_show_drops, false, false},
	{"ports", sl_show_ports, false, false},
	{"guard", sl_show_guard, false, false},
	{"metrics", show_metrics, false, false},
	{"audit", show_head, false, false},
	{"rotate", show_nothing, false, true},
	{"doctor", NULL, false, false},
	{"top", NULL, false, false},
	{"reload", sl_show_reload, false, true},
	{"config", sl_show_config, false, false},
};

/* guard set KEY VALUE; guard deny PREFIX */
static int read_change(int argc, char **argv, struct options *o)
{
	bool set = !strcmp(argv[optind], "set");

	if (argc - optind != (set ? 3 : 2))
		return SL_EXIT_USAGE;
	o->key = argv[optind + set];
	o->value = argv[argc - 1];
	if (!set && strcmp(o->key, "allow") && strcmp(o->key, "deny") && strcmp(o->key, "forget"))
		return SL_EXIT_USAGE;
	return -1;
}

/* Does what needs no sluiced: guard attach, detach, show. -1: something else; otherwise the exit
 * status.
 */
static int act_here(int argc, char **argv, const struct options *o)
{
	const char *act = argv[optind];

	if (argc - optind != 2)
		return -1;
	if (!strcmp(act, "attach") && o->config)
		return sl_guard_only_attach(argv[optind + 1], o->config);
	if (!strcmp(act, "detach"))
		return sl_guard_only_detach(argv[optind + 1]);
	if (!strcmp(act, "show"))
		return sl_guard_only_show(argv[optind + 1]);
	return -1;
}

/* trace ID [COUNT]; capture ID FILE [COUNT|SECONDSs] */
static int read_tap(int argc, char **argv, struct options *o)
{
	bool capture = !strcmp(o->verb, "capture");

	if (optind < argc)
		o->tap.call = argv[optind++];
	if (capture && optind < argc)
		o->tap.file = argv[optind++];
	if (optind < argc)
		o->tap.limit = argv[optind++];
	if (optind < argc || !o->tap.call || capture != (o->tap.file != NULL))
		return SL_EXIT_USAGE;
	return o->tap.clear && !capture ? SL_EXIT_USAGE : -1;
}

/* audit head; audit verify FILE..., which needs no sluiced */
static int read_audit(int argc, char **argv, const struct options *o)
{
	const char *act = optind < argc ? argv[optind++] : "";

	if (!strcmp(act, "verify") && optind < argc)
		exit(sl_audit_verify(argv + optind, argc - optind, o->head));
	return !strcmp(act, "head") && optind == argc ? -1 : SL_EXIT_USAGE;
}

/* config show; config diff */
static int read_config(int argc, char **argv, struct options *o)
{
	const char *act = optind < argc ? argv[optind++] : "";

	if (!strcmp(act, "diff"))
		o->view = "config-diff";
	return (o->view || !strcmp(act, "show")) && optind == argc ? -1 : SL_EXIT_USAGE;
}

/* pseudonym ADDRESS..., which needs no sluiced */
static int read_pseudonym(int argc, char **argv, const struct options *o)
{
	if (optind == argc)
		return SL_EXIT_USAGE;
	exit(sl_show_pseudonyms(o->pseudonym_key, argv + optind, argc - optind));
}

static bool is_tap(const struct options *o)
{
	return o->verb && (!strcmp(o->verb, "trace") || !strcmp(o->verb, "capture"));
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"socket", required_argument, NULL, 's'},
		{"config", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"all", no_argument, NULL, 'a'},
		{"head", required_argument, NULL, 'H'},
		{"key", required_argument, NULL, 'K'},
		{"clear", no_argument, NULL, 'k'},
		{"once", no_argument, NULL, '1'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "s:c:", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			o->socket = optarg;
			break;
		case 'c':
			o->config = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'a':
			sl_show_all = true;
			break;
		case 'H':
			o->head = optarg;
			break;
		case 'K':
			o->pseudonym_key = optarg;
			break;
		case 'k':
			o->tap.clear = true;
			break;
		case '1':
			o->once = true;
			break;
		case 'v':
			puts("sluicectl " SL_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return SL_EXIT_USAGE;
		}
	}
	o->verb = optind < argc ? argv[optind++] : NULL;
	if (o->verb && !strcmp(o->verb, "guard") && optind < argc) {
		int status = act_here(argc, argv, o);

		if (status >= 0)
			exit(status);
		return read_change(argc, argv, o);
	}
	if (o->verb && !strcmp(o->verb, "pseudonym"))
		return read_pseudonym(argc, argv, o);
	if (is_tap(o))
		return read_tap(argc, argv, o);
	if (o->verb && !strcmp(o->verb, "audit"))
		return read_audit(argc, argv, o);
	if (o->verb && !strcmp(o->verb, "config"))
		return read_config(argc, argv, o);
	o->id = optind < argc ? argv[optind++] : NULL;
	return optind < argc ? SL_EXIT_USAGE : -1;
}

static const struct verb *find_verb(const struct options *o)
{
	for (size_t i = 0; o->verb && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(o->verb, verbs[i].name) && verbs[i].has_id == (o->id != NULL))
			return &verbs[i];
	return NULL;
}

/* Its answer is a text of lines. */
static bool has_lines(const struct verb *verb)
{
	return verb->show == show_metrics || verb->show == sl_show_config;
}

/* Sets the answer. EXIT_SUCCESS, or the exit status, having said why. */
static int ask(const struct options *o, bool changes, json_t **answer)
{
	json_t *request = json_pack("{s:s, s:s*, s:s*, s:s*}", o->key || changes ? "do" : "view",
		o->key    ? "set-guard"
		: o->view ? o->view
			  : o->verb,
		"id", o->id, "key", o->key, "value", o->value);
	bool calls = !strcmp(o->verb, "calls");
	int status = calls ? sl_admin_explain(o->socket, sl_admin_try_calls(o->socket, 0, answer))
			   : sl_admin_ask(o->socket, request, answer);

	json_decref(request);
	return status;
}

/* With what a running sluiced tells, if there is one. */
static int examine(const struct options *o)
{
	struct options asked = *o;
	json_t *answer = NULL;
	int fd = sl_admin_connect(o->socket), status;

	asked.verb = "status";
	if (fd >= 0) {
		close(fd);
		ask(&asked, false, &answer);
	}
	status = sl_doctor_examine(
		o->config, json_object_get(answer, "pid") ? answer : NULL, o->json);
	json_decref(answer);
	return status;
}

/* As it came, but that nothing in it is more than ASCII. */
static void show_json_line(const char *line)
{
	json_t *event = json_loads(line, 0, NULL);

	if (event)
		json_dumpf(
			event, stdout, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(13));
	putchar('\n');
	json_decref(event);
}

/* Lines as they come: for people, or as they are. Ends with the connection. */
static int show_events(const struct options *o)
{
	static const char request[] = "{\"view\":\"events\"}\n";
	int fd = sl_admin_connect(o->socket);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;

	if (!stream || !sl_admin_send(fd, request, sizeof(request) - 1)) {
		int status = sl_admin_unreachable(o->socket);

		if (stream)
			fclose(stream);
		return status;
	}
	while (getline(&line, &room, stream) > 0) {
		if (o->json)
			show_json_line(line);
		else
			sl_show_event(line);
		fflush(stdout);
	}
	free(line);
	fclose(stream);
	fprintf(stderr, "sluicectl: sluiced has ended the stream\n");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct options options = {
		.socket = "/run/sluice/ctl.sock", .pseudonym_key = SL_PSEUDONYM_KEY_FILE};
	int status = read_options(argc, argv, &options);
	const struct verb *verb = find_verb(&options);
	const char *error;
	json_t *answer = NULL, *shown;

	if (status == EXIT_SUCCESS)
		return status;
	if (status > 0 || (!verb && !is_tap(&options))) {
		fputs(usage, stderr);
		return SL_EXIT_USAGE;
	}
	if (is_tap(&options)) {
		options.tap.socket = options.socket;
		options.tap.json = options.json;
		return sl_tap_run(&options.tap);
	}
	if (!strcmp(verb->name, "doctor"))
		return examine(&options);
	if (!strcmp(verb->name, "top"))
		return sl_top_run(options.socket, options.once);
	if (!verb->show)
		return show_events(&options);
	status = ask(&options, verb->changes, &answer);
	if (status)
		return status;
	shown = sl_show_plain(answer, has_lines(verb) ? SL_ESCAPE_LINES : SL_ESCAPE_LINE);
	error = json_string_value(json_object_get(shown, "error"));
	status = error || json_array_size(json_object_get(shown, "differences")) ? EXIT_FAILURE
										 : EXIT_SUCCESS;
	if (error) {
		sl_show_obstacles(shown);
		fprintf(stderr, "sluicectl: %s\n", error);
	} else if (options.json) {
		json_dumpf(answer, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII);
		putchar('\n');
	} else {
		verb->show(shown);
	}
	json_decref(shown);
	json_decref(answer);
	return status;
}
