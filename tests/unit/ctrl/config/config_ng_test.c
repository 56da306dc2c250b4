/* SPDX-License-Identifier: BSD-3-Clause */
/* Where NG listens and who may speak it is what the file says, or the file is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/config/config.h"

static struct sl_config config;
static struct sl_config_errors errors;

static int read_for(enum sl_config_use use, const char *lines)
{
	char text[1024];
	FILE *file;
	int rc;

	snprintf(text, sizeof(text),
		"[port wan]\ndevice = af_xdp:eth1\ncores = 1\n[interface x]\nport = wan\n"
		"address = 203.0.113.10\nmedia-ports = 20000-20099\n[control]\n%s",
		lines);
	file = fmemopen(text, strlen(text), "r");
	assert_non_null(file);
	rc = sl_config_read(file, use, 4, &config, &errors);
	fclose(file);
	return rc;
}

static int read_control(const char *lines)
{
	return read_for(SL_CONFIG_RELAY, lines);
}

static const struct {
	const char *line;
	const char *why; /* part of what is said; NULL: it is right */
} lines[] = {
	{"ng = udp:127.0.0.1:22222", NULL},
	{"ng = udp:[::1]:22222", NULL},
	{"ng = ws:127.0.0.1:8080", NULL},
	{"ng = ws:[2001:db8::1]:65535", NULL},
	{"ng = tcp:127.0.0.1:22222", "write unix:PATH, udp:ADDRESS:PORT or ws:ADDRESS:PORT"},
	{"ng = udp:22222", "write udp:ADDRESS:PORT"},
	{"ng = udp:127.0.0.1", "write udp:ADDRESS:PORT"},
	{"ng = udp:127.0.0.1:", "write udp:ADDRESS:PORT"},
	{"ng = udp:127.0.0.1:0", "write udp:ADDRESS:PORT"},
	{"ng = udp:127.0.0.1:65536", "write udp:ADDRESS:PORT"},
	{"ng = udp:[127.0.0.1]:1", "write udp:ADDRESS:PORT"},
	{"ng = udp:::1:22222", "IPv6 in brackets"},
	{"ng = udp:[::1:22222", "IPv6 in brackets"},
	{"ng = udp:[]:22222", "IPv6 in brackets"},
	{"ng = udp:]:22222", "IPv6 in brackets"},
	{"ng = udp:localhost:22222", "write udp:ADDRESS:PORT"},
	{"ng = ws:8080", "write ws:ADDRESS:PORT"},
	{"ng = udp:0.0.0.0:22222", "write one address"},
	{"ng = ws:[::]:8080", "write one address"},
	{"ng = udp:127.0.0.1:1\nng = ws:127.0.0.1:1", NULL},
	{"ng = udp:127.0.0.1:1\nng = udp:127.0.0.1:1", "already given"},
	{"ng = udp:[::1]:1\nng = udp:[0::1]:1", "already given"},
	{"ng = unix:/n\nng-allow = net:10.0.0.0/8", NULL},
	{"ng = unix:/n\nng-allow = net:10.1.2.3", NULL},
	{"ng = unix:/n\nng-allow = net:0.0.0.0/0", NULL},
	{"ng = unix:/n\nng-allow = net:2001:db8::/32", NULL},
	{"ng = unix:/n\nng-allow = net:10.0.0.1/8", "bits set behind the prefix"},
	{"ng = unix:/n\nng-allow = net:2001:db8:0:1::/48", "bits set behind the prefix"},
	{"ng = unix:/n\nng-allow = net:10.0.0.0/33", "not 0 to 32"},
	{"ng = unix:/n\nng-allow = net:2001:db8::/129", "not 0 to 128"},
	{"ng = unix:/n\nng-allow = net:10.0.0.0/", "not 0 to 32"},
	{"ng = unix:/n\nng-allow = net:", "write net:ADDRESS/BITS"},
	{"ng = unix:/n\nng-allow = net:lan", "write net:ADDRESS/BITS"},
	{"ng = unix:/n\nng-allow = host:lan", "net:ADDRESS/BITS"},
	{"ng = unix:/n\nadmin-read = user:root\nadmin-read = group:root", NULL},
	{"ng = unix:/n\nadmin-read = uid:0\nadmin-read = gid:4294967294", NULL},
	{"ng = unix:/n\nng-allow = gid:4294967295", "gid:4294967295: write a number"},
	{"ng = unix:/n\nng-allow = gid:games", "gid:games: write a number"},
	{"ng = unix:/n\nadmin-read = user:no-such-user", "there is no user 'no-such-user'"},
	{"ng = unix:/n\nadmin-read = net:10.0.0.0/8",
		"write user:NAME, group:NAME, uid:NUMBER or gid:NUMBER"},
};

static void takes_what_is_right(void **state)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int rc = read_control(lines[i].line);

		if (!lines[i].why != !rc)
			fail_msg("%s: %s", lines[i].line, rc ? errors.list[0].text : "taken");
		if (rc && !strstr(errors.list[0].text, lines[i].why))
			fail_msg("%s: %s", lines[i].line, errors.list[0].text);
	}
}

static const struct {
	const char *allow, *ip;
	bool allowed;
} sources[] = {
	{"", "127.0.0.1", true},
	{"", "127.255.255.255", true},
	{"", "128.0.0.1", false},
	{"", "::1", true},
	{"", "::2", false},
	{"", "10.0.0.1", false},
	{"ng-allow = net:10.0.0.0/8", "10.255.0.1", true},
	{"ng-allow = net:10.0.0.0/8", "11.0.0.0", false},
	{"ng-allow = net:10.0.0.0/8", "127.0.0.1", false},
	{"ng-allow = net:10.0.0.0/9", "10.127.0.1", true},
	{"ng-allow = net:10.0.0.0/9", "10.128.0.1", false},
	{"ng-allow = net:10.1.2.3", "10.1.2.3", true},
	{"ng-allow = net:10.1.2.3", "10.1.2.2", false},
	{"ng-allow = net:10.1.2.3\nng-allow = net:127.0.0.0/8", "127.0.0.1", true},
	{"ng-allow = net:2001:db8::/33", "2001:db8:7fff::1", true},
	{"ng-allow = net:2001:db8::/33", "2001:db8:8000::1", false},
	{"ng-allow = net:0.0.0.0/0", "8.8.8.8", true},
	{"ng-allow = net:0.0.0.0/0", "2001:db8::1", false},
	{"ng-allow = net:::/0", "2001:db8::1", true},
	{"ng-allow = net:::/0", "8.8.8.8", false},
	{"ng-allow = user:root", "127.0.0.1", true},
	{"ng-allow = user:root", "10.0.0.1", false},
};

static void allows_whom_it_names(void **state)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		char text[256];
		uint8_t ip[16];

		snprintf(text, sizeof(text), "ng = udp:127.0.0.1:1\n%s\n", sources[i].allow);
		assert_int_equal(read_control(text), 0);
		assert_int_equal(sl_address_parse(sources[i].ip, ip), 0);
		if (sl_net_has(config.ng_nets, config.n_ng_nets, ip) != sources[i].allowed)
			fail_msg("%s: %s", sources[i].allow, sources[i].ip);
	}
}

static void what_is_printed_reads_back_the_same(void **state)
{
	static struct sl_config before;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len), *file;

	assert_int_equal(read_control("ng = unix:/n\nng = udp:10.0.0.1:22222\nng = ws:[::1]:8080\n"
				      "ng-allow = uid:0\nng-allow = net:10.0.0.0/8\n"),
		0);
	before = config;
	sl_config_print(out, &config);
	fclose(out);
	assert_non_null(strstr(text, "ng = udp:10.0.0.1:22222\nng = ws:[::1]:8080\n"));
	file = fmemopen(text, len, "r");
	assert_int_equal(sl_config_read(file, SL_CONFIG_RELAY, 4, &config, &errors), 0);
	fclose(file);
	assert_memory_equal(&before, &config, sizeof(config));
	free(text);
}

static void a_number_is_as_good_as_a_name(void **state)
{
	assert_int_equal(read_control("ng = unix:/n\nng-allow = group:root\nng-allow = gid:7\n"
				      "ng-allow = user:root\nng-allow = uid:7\n"),
		0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(config.ng_allow[i].kind, i < 2 ? SL_ALLOW_GID : SL_ALLOW_UID);
		assert_int_equal(config.ng_allow[i].id, i % 2 ? 7 : 0);
	}
}

/* It may be there for everybody else: what to do is said. */
static void names_that_a_running_relay_does_not_find(void **state)
{
	assert_int_not_equal(read_for(SL_CONFIG_RELOAD, "ng = unix:/n\nng-allow = group:no-such\n"
							"admin-read = user:no-such\n"),
		0);
	assert_int_equal(errors.count, 2);
	assert_non_null(strstr(errors.list[0].text, "the running relay finds no group 'no-such'"));
	assert_non_null(strstr(errors.list[0].text, "write gid: and its number, or restart"));
	assert_non_null(strstr(errors.list[1].text, "the running relay finds no user 'no-such'"));
	assert_non_null(strstr(errors.list[1].text, "write uid: and its number, or restart"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_right),
		cmocka_unit_test(allows_whom_it_names),
		cmocka_unit_test(a_number_is_as_good_as_a_name),
		cmocka_unit_test(names_that_a_running_relay_does_not_find),
		cmocka_unit_test(what_is_printed_reads_back_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
