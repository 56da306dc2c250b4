/* SPDX-License-Identifier: BSD-3-Clause */
/* Every mistake of a file is named with its line; a file without mistakes means what it says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/config/config_parser.h"
#include "tests/unit/ctrl/config/config_cases.h"

enum { CPUS = 4 };

static struct sl_config config, again;
static struct sl_config_errors errors;

static int read_for(enum sl_config_use use, const char *text, struct sl_config *out)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ret;

	assert_non_null(file);
	ret = sl_config_read(file, use, CPUS, out, &errors);
	fclose(file);
	return ret;
}

static int read_text(const char *text, struct sl_config *out)
{
	return read_for(SL_CONFIG_RELAY, text, out);
}

static void expect_mistakes(enum sl_config_use use, const struct bad *bad)
{
	unsigned n = 0;

	assert_int_equal(read_for(use, bad->file, &config), -EINVAL);
	for (; n < 8 && bad->mistakes[n].text; n++) {
		if (n < errors.count && errors.list[n].line == bad->mistakes[n].line &&
			strstr(errors.list[n].text, bad->mistakes[n].text))
			continue;
		sl_config_print_errors(stderr, bad->name, &errors);
		fail_msg("%s: expected line %u: %s", bad->name, bad->mistakes[n].line,
			bad->mistakes[n].text);
	}
	if (errors.count != n) {
		sl_config_print_errors(stderr, bad->name, &errors);
		fail_msg("%s: %u mistakes, expected %u", bad->name, errors.count, n);
	}
}

static void names_every_mistake(void **state)
{
	for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++)
		expect_mistakes(SL_CONFIG_RELAY, &bad_files[i]);
}

static void a_nul_byte_is_a_mistake(void **state)
{
	static const char text[] = VALID "delete-delay = 3\0000\n";
	FILE *file = fmemopen((void *)text, sizeof(text) - 1, "r");

	assert_int_equal(sl_config_read(file, SL_CONFIG_RELAY, CPUS, &config, &errors), -EINVAL);
	fclose(file);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.list[0].line, 10);
}

static void the_list_of_mistakes_is_bounded(void **state)
{
	char text[8192] = VALID, *out = NULL;
	size_t len;
	FILE *file;

	for (int i = 0; i < 100; i++)
		strcat(text, "nonsense\n");
	assert_int_equal(read_text(text, &config), -EINVAL);
	assert_int_equal(errors.count, 100);
	file = open_memstream(&out, &len);
	sl_config_print_errors(file, "x.conf", &errors);
	fclose(file);
	assert_non_null(strstr(out, "x.conf:73: neither"));
	assert_null(strstr(out, "x.conf:74: neither"));
	assert_non_null(strstr(out, "x.conf: and 36 more\n"));
	free(out);
}

static void an_unreadable_file_is_a_mistake(void **state)
{
	assert_int_equal(
		sl_config_load("/nonexistent/sluice.conf", SL_CONFIG_RELAY, CPUS, &config, &errors),
		-EINVAL);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.list[0].text, "No such file"));
	assert_int_equal(sl_config_load("/", SL_CONFIG_RELAY, CPUS, &config, &errors), -EINVAL);
	assert_true(errors.count > 0);
}

static void fills_in_defaults(void **state)
{
	assert_int_equal(read_text(VALID, &config), 0);
	assert_string_equal(config.user, "sluice");
	assert_string_equal(config.runtime_dir, "/run/sluice");
	assert_string_equal(config.crypto, "auto");
	assert_int_equal(config.hugepages, SL_HUGEPAGES_AUTO);
	assert_int_equal(config.control_core, -1);
	assert_int_equal(config.log_level, SL_LOG_INFO);
	assert_false(config.no_seccomp);
	assert_string_equal(config.ctl, "/run/sluice/ctl.sock");
	assert_int_equal(config.n_ng_allow, 0);
	assert_int_equal(config.delete_delay, 0);
	assert_int_equal(config.limits.sessions, 0);
	assert_int_equal(config.limits.reserve, 0);
	assert_int_equal(config.timers.media, 60);
	assert_int_equal(config.timers.silent, 3600);
	assert_int_equal(config.timers.offer, 600);
	assert_int_equal(config.timers.final, 0);
	assert_int_equal(config.n_ports, 1);
	assert_true(config.ports[0].set_channels);
	assert_int_equal(config.ports[0].poll, SL_POLL_BUSY);
	assert_string_equal(config.ports[0].tap, "");
	assert_int_equal(config.interfaces[0].address[SL_IPV4].prefix, 32);
	assert_memory_equal(config.interfaces[0].address[SL_IPV4].advertise,
		config.interfaces[0].address[SL_IPV4].ip, 16);
	assert_int_equal(config.interfaces[0].n_addresses, 1);
	assert_int_equal(config.interfaces[0].min_suite, SL_SUITE_NONE);
	assert_false(config.interfaces[0].secure_only || config.interfaces[0].strict_source);
	assert_false(config.homer.on);
}

/* An advertise is for the address above it; for the only one of its family, wherever it stands. */
static void a_pool_of_addresses(void **state)
{
	static const struct {
		const char *ip, *advertise;
		unsigned prefix;
	} want[] = {
		{"10.0.0.1", "198.51.100.1", 24},
		{"10.0.0.2", "10.0.0.2", 32},
		{"fd00::1", "2001:db8::1", 64},
		{"10.0.0.3", "198.51.100.3", 32},
	};
	const struct sl_config_interface *x;
	char text[SL_ADDRESS_TEXT];

	assert_int_equal(
		read_text(VALID "[interface x]\nport = wan\nadvertise = 2001:db8::1\n"
				"address = 10.0.0.1/24\nadvertise = 198.51.100.1\n"
				"address = 10.0.0.2\naddress = fd00::1/64\naddress = 10.0.0.3\n"
				"advertise = 198.51.100.3\nmedia-ports = 20000-20001\n",
			&config),
		0);
	x = sl_config_interface(&config, "x");
	assert_int_equal(x->n_addresses, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_string_equal(sl_address_text(x->address[i].ip, text), want[i].ip);
		assert_string_equal(
			sl_address_text(x->address[i].advertise, text), want[i].advertise);
		assert_int_equal(x->address[i].prefix, want[i].prefix);
	}
}

static const char full[] =
	"# a full file\n"
	"[interface outside] ; its port comes later\n"
	"port = wan\n"
	"  address = 203.0.113.10/24 ; indented\n"
	"address = 2001:db8::10/64\n"
	"advertise = 198.51.100.7\n"
	"media-ports = 20001-59998\n"
	"min-suite = AES_256_CM_HMAC_SHA1_80\nallow-rtp = no\nother-media = refuse\nsource = "
	"strict\n"
	"[interface inside]\nport=lan\naddress=10.0.0.10\naddress = 10.0.0.11\n"
	"advertise = 198.51.100.11\naddress = fd00::11\nmedia-ports = 20000-59999\n"
	"[interface other]\nport=lan\naddress=10.0.0.10\nmedia-ports = 60000-65535\n"
	"source = follow\n"
	"[sluice]\nuser = root\nruntime-dir = /run/x\ncrypto = srtp2\nhugepages = 512\n"
	"memory = 1024\ncontrol-core = 0\nlog-level = debug\nseccomp = no\n"
	"log-format = json\nlog-addresses = pseudonym\npseudonym-key = /etc/sluice/p.key\n"
	"[port wan]\ndevice = af_xdp:eth1\ncores = 1, 2-3\nset-channels = no\n"
	"[port lan]\ndevice = vdev:net_memif0,role=client,id=0\ncores = 0\npoll = adaptive\n"
	"mac = 02:00:00:00:00:0A\nneighbor = 10.0.0.1 02:00:00:00:00:01\n"
	"neighbor = fd00::1 02:00:00:00:00:02\n"
	"[port vf]\ndevice = pci:3B:02.1\ncores = 3\ntap = none\n"
	"[control]\nng = unix:/run/x/ng.sock\nng = unix:/run/x/ng2.sock\n"
	"ng-allow = user:root\nng-allow = group:root\nng-allow = uid:1000\n"
	"ctl = unix:/run/x/c.sock\ndelete-delay = 7\nmax-sessions = 20000\n"
	"[timers]\nmedia-timeout = 0\nsilent-timeout = 7200\noffer-timeout = 180\n"
	"final-timeout = 43200\nsilence-notice = 5\nkeep-ended = 60\n"
	"[limits]\nmax-worker-load = 80\nmax-load-average = 8\nmax-bandwidth = 9000\n"
	"emergency-reserve = 200\n"
	"[guard]\nunknown-source-pps = 100\nunknown-pps = off\nflow-rate-slack = 1.5\n"
	"rtcp-pps = off\nlearning-pps = 100\n"
	"allow = 192.0.2.7\ndeny = 192.0.2.0/24\ndeny = 2001:db8:bad::/48\n"
	"deny = 0.0.0.0/0\n"
	"[records]\ndirectory = /var/log/sluice\ncdr = both\naudit = off\nfsync = each\n"
	"addresses = pseudonym\n"
	"[homer]\nhep = udp:[2001:db8::9]:9060\ncapture-id = 7\n";

static const struct sl_listed *denied(const char *address)
{
	uint8_t ip[16];

	assert_int_equal(sl_address_parse(address, ip), 0);
	return sl_guard_config_denies(&config.guard, ip);
}

static void means_what_it_says(void **state)
{
	const struct sl_config_interface *outside;

	assert_int_equal(read_text(full, &config), 0);
	outside = sl_config_interface(&config, "outside");
	assert_non_null(outside);
	assert_null(sl_config_interface(&config, "none"));
	assert_string_equal(config.ports[outside->port].name, "wan");
	assert_int_equal(outside->port_min, 20002);
	assert_int_equal(outside->port_max, 59997);
	assert_int_equal(outside->min_suite, SL_SUITE_AES_256_CM_HMAC_SHA1_80);
	assert_true(outside->strict_source);
	assert_false(sl_config_interface(&config, "inside")->strict_source);
	assert_false(sl_config_interface(&config, "other")->strict_source);
	assert_true(outside->secure_only);
	assert_int_equal(outside->address[SL_IPV4].prefix, 24);
	assert_int_equal(outside->address[SL_IPV4].advertise[12], 198);
	assert_int_equal(outside->address[SL_IPV6].prefix, 64);
	assert_int_equal(outside->address[SL_IPV6].ip[15], 0x10);
	assert_int_equal(config.control_core, 0);
	assert_true(config.no_seccomp);
	assert_int_equal(config.hugepages, SL_HUGEPAGES_FIXED);
	assert_int_equal(config.hugepages_mib, 512);
	assert_int_equal(config.ports[0].n_cores, 3);
	assert_int_equal(config.ports[0].cores[2], 3);
	assert_false(config.ports[0].set_channels);
	assert_string_equal(config.ports[1].tap, "sl-lan");
	assert_int_equal(config.ports[1].mac[5], 10);
	assert_int_equal(config.guard.unknown_source_pps, 100);
	assert_int_equal(config.guard.unknown_source_burst, 200);
	assert_int_equal(config.guard.unknown_pps, 0);
	assert_int_equal(config.guard.flow_slack, 150);
	assert_int_equal(config.guard.n_listed, 4);
	assert_int_equal(config.guard.listed[0].bits, 128);
	assert_int_equal(config.guard.listed[0].prefix, SL_PREFIX_ALLOW);
	assert_int_equal(config.guard.listed[1].bits, 120);
	assert_int_equal(config.guard.listed[2].bits, 48);
	assert_int_equal(config.guard.listed[3].bits, 96);
	assert_true(denied("192.0.2.6") == &config.guard.listed[1]);
	assert_true(denied("192.0.2.7") == NULL); /* the longest prefix counts */
	assert_true(denied("192.0.3.7") == &config.guard.listed[3]);
	assert_true(denied("2001:db8:bad:1::1") == &config.guard.listed[2]);
	assert_true(denied("2001:db8:bae::1") == NULL);
	assert_int_equal(config.ports[1].n_neighbors, 2);
	assert_string_equal(config.ports[2].device, "0000:3b:02.1");
	assert_string_equal(config.ports[2].tap, "");
	assert_int_equal(config.n_ng, 2);
	assert_int_equal(config.n_ng_allow, 3);
	assert_int_equal(config.ng_allow[1].kind, SL_ALLOW_GID);
	assert_int_equal(config.ng_allow[2].id, 1000);
	assert_int_equal(config.delete_delay, 7);
	assert_int_equal(config.limits.sessions, 20000);
	assert_int_equal(config.limits.worker_percent, 80);
	assert_int_equal(config.limits.load_average, 8);
	assert_int_equal(config.limits.mbit, 9000);
	assert_int_equal(config.limits.reserve, 200);
	assert_int_equal(config.timers.media, 0);
	assert_int_equal(config.timers.silent, 7200);
	assert_int_equal(config.timers.offer, 180);
	assert_int_equal(config.timers.final, 43200);
	assert_int_equal(config.timers.notice, 5);
	assert_int_equal(config.timers.kept, 60);
	assert_string_equal(config.records.directory, "/var/log/sluice");
	assert_true(config.records.cdr_json && config.records.cdr_csv);
	assert_false(config.records.audit);
	assert_int_equal(config.records.sync, SL_SYNC_EACH);
	assert_true(config.records.pseudonyms && config.log_pseudonyms);
	assert_string_equal(config.pseudonym_key, "/etc/sluice/p.key");
	assert_int_equal(config.log_format, SL_LOG_JSON);
	assert_true(config.homer.on);
	assert_int_equal(config.homer.ip[15], 9);
	assert_int_equal(config.homer.port, 9060);
	assert_int_equal(config.homer.capture_id, 7);
}

/* Who says where wants records; nobody else has any. */
static void records_have_a_place(void **state)
{
	assert_int_equal(read_text(VALID, &config), 0);
	assert_false(config.records.cdr_json || config.records.cdr_csv || config.records.audit);
	assert_int_equal(read_text(VALID "[records]\ndirectory = /r\n", &config), 0);
	assert_true(config.records.cdr_json && config.records.audit);
	assert_false(config.records.cdr_csv);
	assert_int_equal(config.records.sync, SL_SYNC_SECOND);
	assert_int_equal(read_text(VALID "[records]\ndirectory = /r\ncdr = off\n", &config), 0);
	assert_false(config.records.cdr_json);
}

static void what_is_printed_reads_back_the_same(void **state)
{
	static const char *const files[] = {VALID, full};

	for (int i = 0; i < 2; i++) {
		char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		assert_int_equal(read_text(files[i], &config), 0);
		sl_config_print(out, &config);
		fclose(out);
		if (read_text(text, &again)) {
			sl_config_print_errors(stderr, "printed", &errors);
			fail_msg("%s", text);
		}
		assert_memory_equal(&config, &again, sizeof(config));
		free(text);
	}
}

/* The guard does without parts of a relay's file; a relay does not. */
static void the_guard_alone_needs_less(void **state)
{
	static const char least[] =
		"[interface sip]\naddress = 203.0.113.10\nkernel-ports = 5060,5061\n";

	for (size_t i = 0; i < sizeof(bad_guard_files) / sizeof(bad_guard_files[0]); i++)
		expect_mistakes(SL_CONFIG_GUARD, &bad_guard_files[i]);
	assert_int_equal(read_for(SL_CONFIG_RELAY, least, &config), -EINVAL);
	assert_int_equal(read_for(SL_CONFIG_GUARD, least, &config), 0);
	assert_int_equal(config.n_ports, 0);
	assert_int_equal(config.n_interfaces, 1);
	assert_int_equal(config.interfaces[0].port, 0);
	assert_int_equal(config.interfaces[0].port_max, 0);
	assert_int_equal(config.interfaces[0].n_kernel_ports, 2);
	assert_int_equal(config.guard.unknown_pps, 20000);
	assert_int_equal(read_for(SL_CONFIG_GUARD,
				 "[port wan]\ndevice = af_xdp:eth1\ngeneric-xdp = no\n" IFACE
				 "kernel-ports = 20002\n",
				 &config),
		0);
	assert_int_equal(config.interfaces[0].port_min, 20000);
	assert_true(config.ports[0].no_generic);
	assert_int_equal(read_for(SL_CONFIG_GUARD, VALID, &config), 0);
}

static void must_load(enum sl_config_use use, const char *path)
{
	if (sl_config_load(path, use, CPUS, &config, &errors)) {
		sl_config_print_errors(stderr, path, &errors);
		fail();
	}
}

static void the_samples_are_right(void **state)
{
	must_load(SL_CONFIG_RELAY, SL_DEPLOY "/sluice.conf");
	must_load(SL_CONFIG_GUARD, SL_DEPLOY "/guard.conf");
}

/* Used or shown behind a semicolon, at the start of a line. */
static bool shows(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n;");
		if (!strncmp(line, key, len) && !strncmp(line + len, " = ", 3))
			return true;
	}
	return false;
}

static void the_sample_shows_every_key(void **state)
{
	FILE *file = fopen(SL_DEPLOY "/sluice.conf", "r");
	static char text[32768];

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	for (const struct sl_config_section *s = sl_config_sections; s->name; s++)
		for (const struct sl_config_key *key = s->keys; key->name; key++)
			if (!shows(text, key->name))
				fail_msg("[%s] %s", s->name, key->name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_every_mistake),
		cmocka_unit_test(a_nul_byte_is_a_mistake),
		cmocka_unit_test(the_list_of_mistakes_is_bounded),
		cmocka_unit_test(an_unreadable_file_is_a_mistake),
		cmocka_unit_test(fills_in_defaults),
		cmocka_unit_test(a_pool_of_addresses),
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(records_have_a_place),
		cmocka_unit_test(what_is_printed_reads_back_the_same),
		cmocka_unit_test(the_guard_alone_needs_less),
		cmocka_unit_test(the_samples_are_right),
		cmocka_unit_test(the_sample_shows_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
