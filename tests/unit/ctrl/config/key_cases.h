/* SPDX-License-Identifier: BSD-3-Clause */
/* A change of each key of the configuration, and how it takes effect. */
#ifndef SL_CONFIG_KEY_CASES_H
#define SL_CONFIG_KEY_CASES_H

#include <stdio.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

static const char key_base[] =
	"[sluice]\nuser = root\nlog-level = error\npseudonym-key = /k\n"
	"[port wan]\ndevice = af_xdp:eth1\ncores = 1\npoll = adaptive\n"
	"[port lan]\ndevice = vdev:net_null0\ncores = 0\n"
	"[interface out]\nport = wan\naddress = 203.0.113.10\naddress = 203.0.113.11\n"
	"advertise = 198.51.100.1\nmedia-ports = 20000-20099\n"
	"[interface in]\nport = lan\naddress = 10.0.0.1\nmedia-ports = 20000-20099\n"
	"[control]\nng = unix:/run/x/ng.sock\nng-allow = uid:1000\nng-allow = net:10.0.0.0/8\n"
	"ctl = unix:/run/x/c.sock\n"
	"[timers]\nmedia-timeout = 60\n[limits]\nmax-worker-load = 50\n"
	"[homer]\nhep = udp:192.0.2.9:9060\n"
	"[guard]\nallow = 192.0.2.7\ndeny = 192.0.2.0/24\nmin-ttl = 2\n"
	"[records]\ndirectory = /r\n";

/* `lines` take the place of those that the base has for the key; NULL: it has but one value. */
static const struct key_case {
	const char *section, *key, *lines;
	enum sl_config_when when;
	unsigned differences;
} key_cases[] = {
	{"sluice", "user", "user = daemon", SL_WHEN_RESTART, 1},
	{"sluice", "runtime-dir", "runtime-dir = /run/y", SL_WHEN_RESTART, 1},
	{"sluice", "crypto", "crypto = srtp2", SL_WHEN_RESTART, 1},
	{"sluice", "hugepages", "hugepages = 64", SL_WHEN_RESTART, 1},
	{"sluice", "memory", "memory = 128", SL_WHEN_RESTART, 1},
	{"sluice", "control-core", "control-core = 1", SL_WHEN_RESTART, 1},
	{"sluice", "log-level", "log-level = warning", SL_WHEN_LIVE, 1},
	{"sluice", "log-format", "log-format = json", SL_WHEN_RESTART, 1},
	{"sluice", "log-addresses", "log-addresses = pseudonym", SL_WHEN_RESTART, 1},
	{"sluice", "pseudonym-key", "pseudonym-key = /l", SL_WHEN_RESTART, 1},
	{"sluice", "seccomp", "seccomp = no", SL_WHEN_RESTART, 1},
	{"port wan", "device", "device = af_xdp:eth2", SL_WHEN_RESTART, 1},
	{"port wan", "cores", "cores = 0,1", SL_WHEN_RESTART, 1},
	{"port wan", "poll", "poll = busy", SL_WHEN_RESTART, 1},
	{"port wan", "set-channels", "set-channels = no", SL_WHEN_RESTART, 1},
	{"port wan", "generic-xdp", "generic-xdp = no", SL_WHEN_RESTART, 1},
	{"port lan", "mac", "mac = 02:00:00:00:00:01", SL_WHEN_RESTART, 1},
	{"port lan", "tap", "tap = none", SL_WHEN_RESTART, 1},
	{"port wan", "neighbor", "neighbor = 10.0.0.2 02:00:00:00:00:01", SL_WHEN_RESTART, 1},
	{"interface out", "port", "port = lan", SL_WHEN_RESTART, 1},
	{"interface out", "vlan", "vlan = 7", SL_WHEN_RESTART, 1},
	/* The second address is gone, and with it what is shown for it. */
	{"interface out", "address", "address = 203.0.113.10", SL_WHEN_RESTART, 2},
	{"interface out", "advertise", "", SL_WHEN_RESTART, 1},
	{"interface out", "media-ports", "media-ports = 30000-30099", SL_WHEN_RESTART, 1},
	{"interface out", "kernel-ports", "kernel-ports = 5060,5062", SL_WHEN_RESTART, 1},
	{"interface out", "min-suite", "min-suite = AES_256_CM_HMAC_SHA1_80", SL_WHEN_LIVE, 1},
	{"interface out", "allow-rtp", "allow-rtp = no", SL_WHEN_LIVE, 1},
	{"interface out", "other-media", NULL, SL_WHEN_LIVE, 0},
	{"interface in", "source", "source = strict", SL_WHEN_LIVE, 1},
	{"control", "ng", "ng = unix:/run/x/ng2.sock", SL_WHEN_RESTART, 2},
	{"control", "ng-allow", "ng-allow = uid:1001\nng-allow = net:10.0.0.0/8", SL_WHEN_LIVE, 2},
	{"control", "ctl", "ctl = unix:/run/x/c2.sock", SL_WHEN_RESTART, 1},
	{"control", "admin-read", "admin-read = uid:1000", SL_WHEN_LIVE, 1},
	{"control", "delete-delay", "delete-delay = 3", SL_WHEN_LIVE, 1},
	{"control", "max-sessions", "max-sessions = 9", SL_WHEN_LIVE, 1},
	{"timers", "media-timeout", "media-timeout = 61", SL_WHEN_LIVE, 1},
	{"timers", "silent-timeout", "silent-timeout = 61", SL_WHEN_LIVE, 1},
	{"timers", "offer-timeout", "offer-timeout = 61", SL_WHEN_LIVE, 1},
	{"timers", "final-timeout", "final-timeout = 61", SL_WHEN_LIVE, 1},
	{"timers", "silence-notice", "silence-notice = 61", SL_WHEN_LIVE, 1},
	{"timers", "keep-ended", "keep-ended = 61", SL_WHEN_LIVE, 1},
	{"limits", "max-worker-load", "max-worker-load = 51", SL_WHEN_LIVE, 1},
	{"limits", "max-load-average", "max-load-average = 51", SL_WHEN_LIVE, 1},
	{"limits", "max-bandwidth", "max-bandwidth = 51", SL_WHEN_LIVE, 1},
	{"limits", "emergency-reserve", "emergency-reserve = 51", SL_WHEN_LIVE, 1},
	{"guard", "unknown-source-pps", "unknown-source-pps = 51", SL_WHEN_LIVE, 1},
	{"guard", "unknown-source-burst", "unknown-source-burst = 51", SL_WHEN_LIVE, 1},
	{"guard", "unknown-pps", "unknown-pps = off", SL_WHEN_LIVE, 1},
	{"guard", "flow-rate-slack", "flow-rate-slack = 1.25", SL_WHEN_LIVE, 1},
	{"guard", "min-ttl", "min-ttl = 51", SL_WHEN_LIVE, 1},
	{"guard", "rtcp-pps", "rtcp-pps = off", SL_WHEN_LIVE, 1},
	{"guard", "learning-pps", "learning-pps = 51", SL_WHEN_LIVE, 1},
	{"guard", "max-unknown-sources", "max-unknown-sources = 2048", SL_WHEN_RESTART, 1},
	{"guard", "max-expected-sources", "max-expected-sources = 2048", SL_WHEN_RESTART, 1},
	{"guard", "alarm-pps", "alarm-pps = off", SL_WHEN_LIVE, 1},
	{"guard", "alarm-auth-pps", "alarm-auth-pps = 51", SL_WHEN_LIVE, 1},
	{"guard", "alarm-loss-pps", "alarm-loss-pps = 51", SL_WHEN_LIVE, 1},
	{"guard", "alarm-core-wait-ms", "alarm-core-wait-ms = 51", SL_WHEN_LIVE, 1},
	{"guard", "allow", "", SL_WHEN_LIVE, 1},
	{"guard", "deny", "deny = 192.0.2.0/25\ndeny = 2001:db8::/32", SL_WHEN_LIVE, 3},
	{"records", "directory", "directory = /s", SL_WHEN_RESTART, 1},
	{"records", "cdr", "cdr = both", SL_WHEN_RESTART, 1},
	{"records", "audit", "audit = off", SL_WHEN_RESTART, 1},
	{"records", "addresses", "addresses = pseudonym", SL_WHEN_RESTART, 1},
	{"records", "fsync", "fsync = each", SL_WHEN_LIVE, 1},
	{"homer", "hep", "hep = udp:[2001:db8::9]:9060", SL_WHEN_RESTART, 1},
	{"homer", "capture-id", "capture-id = 7", SL_WHEN_RESTART, 1},
};

enum { KEY_CASES = sizeof(key_cases) / sizeof(key_cases[0]), KEY_FILE = 4096 };

static bool has_word(const char *line, const char *word, char end)
{
	return !strncmp(line, word, strlen(word)) && line[strlen(word)] == end;
}

/* Writes the base with the change of that case. The lines of a list stay where they were. */
static void key_file(const struct key_case *c, char out[KEY_FILE])
{
	char base[sizeof(key_base)], *save = NULL;
	bool here = false, done = false;

	strcpy(base, key_base);
	out[0] = '\0';
	for (char *line = strtok_r(base, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '[')
			here = has_word(line + 1, c->section, ']');
		if (here && c->lines && has_word(line, c->key, ' '))
			continue;
		strcat(strcat(out, line), "\n");
		if (here && *line == '[' && c->lines && !done) {
			strcat(strcat(out, c->lines), "\n");
			done = true;
		}
	}
}

#endif
