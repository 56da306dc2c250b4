/* SPDX-License-Identifier: BSD-3-Clause */
/* Every mistake of a file is named with its line; a file without mistakes means what it says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/config_parser.h"

enum { CPUS = 4 };

static struct sl_config config, again;
static struct sl_config_errors errors;

#define PORT  "[port wan]\ndevice = af_xdp:eth1\ncores = 2,3\n"
#define IFACE "[interface public]\nport = wan\naddress = 203.0.113.10\nmedia-ports = 20000-20099\n"
#define CTRL  "[control]\nng = unix:/run/sluice/ng.sock\n"
#define VALID PORT IFACE CTRL /* lines 1-3, 4-7, 8-9; what is appended starts in line 10 */

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

struct mistake {
	unsigned line;
	const char *text; /* part of the message */
};

struct bad {
	const char *name;
	const char *file;
	struct mistake mistakes[8]; /* all of them, in order */
};

static const struct bad bad_files[] = {
	{"empty", "\n",
		{{0, "needs a [port NAME]"}, {0, "needs an [interface NAME]"},
			{0, "needs a [control]"}}},
	{"unknown section", VALID "[gard]\nunknown-source-pps = 50\nx = 1\n",
		{{10, "unknown section [gard]"}}},
	{"guard",
		VALID "[guard]\nx = 1\nunknown-source-pps = 0\nunknown-source-burst = off\n"
		      "flow-rate-slack = 0.99\nalarm-pps = -1\nunknown-pps = 1.5\n",
		{{11, "unknown key 'x'"}, {12, "unknown-source-pps: '0'; write a number from 1 to"},
			{13, "unknown-source-burst: 'off'"},
			{14, "flow-rate-slack: '0.99'; write a number from 1 to 1000, or off"},
			{15, "alarm-pps: '-1'"}, {16, "unknown-pps: '1.5'"}}},
	{"guard's lists",
		VALID "[guard]\ndeny = 192.0.2.1/24\nallow = 192.0.2.0/33\ndeny = here\n"
		      "deny = ::/0\nallow = 2001:db8::1/\n",
		{{11, "'192.0.2.1/24' has bits set behind its prefix"}, {12, "0 to 32 bits"},
			{13, "'here' is no IPv4 or IPv6 prefix"}, {14, "write 2000::/3"},
			{15, "0 to 128 bits"}}},
	{"unknown section without keys", VALID "[ports wan]\n",
		{{10, "unknown section [ports wan]"}}},
	{"unknown section first", "[x]\na = b\n" VALID, {{1, "unknown section [x]"}}},
	{"key before any section", "user = sluice\n" VALID, {{1, "before the first [section]"}}},
	{"unknown key", PORT "corse = 1\n" IFACE CTRL, {{4, "unknown key 'corse' in [port]"}}},
	{"key of another section", PORT "address = 203.0.113.10\n" IFACE CTRL,
		{{4, "unknown key 'address' in [port]"}}},
	{"empty value", "[sluice]\nuser =\n" VALID, {{2, "'user' needs a value"}}},
	{"same key twice", PORT "cores = 1\n" IFACE CTRL,
		{{4, "'cores' was already set in line 3"}}},
	{"same section twice", VALID PORT, {{10, "already opened in line 1"}}},
	{"same section twice, apart", "[sluice]\n" VALID "[sluice]\nuser = x\n",
		{{11, "already opened in line 1"}}},
	{"unfinished header", VALID "[sluice\nuser = x\n", {{10, "closing ']'"}}},
	{"junk after header", VALID "[sluice] user = x\n", {{10, "may follow [section]"}}},
	{"header with a name too many", VALID "[control x]\n", {{10, "takes no name"}}},
	{"header without a name", VALID "[port]\ndevice = a\n", {{10, "needs a name"}}},
	{"name too long", VALID "[port abcdefghijklmnopqrstuvwxyz012345]\n",
		{{10, "needs a name"}}},
	{"name with a dot", VALID "[port a.b]\n", {{10, "needs a name"}}},
	{"no equals sign", VALID "delete-delay\nnonsense\n",
		{{10, "neither [section] nor"}, {11, "neither [section] nor"}}},
	{"continuation line is not a thing", PORT "  junk\n" IFACE CTRL,
		{{4, "neither [section] nor"}}},
	{"hash is not an inline comment", "[sluice]\nuser = sluice # me\n" VALID,
		{{2, "'sluice # me' is not a user's name"}}},
	{"long line",
		VALID
		"delete-delay = 00000000000000000000000000000000000000000000000000000000000000"
		"00000000000000000000000000000000000000000000000000000000000000000000000000000"
		"00000000000000000000000000000000000000000000000000000000000000000000000000030\n",
		{{10, "longer than"}}},
	{"[sluice] values",
		"[sluice]\nruntime-dir = run\ncrypto = openssl\nhugepages = 1\nmemory = 1k\n"
		"control-core = 4\n" VALID,
		{{2, "absolute"}, {3, "ipsec-mb or srtp2"}, {4, "hugepages"}, {5, "MiB"},
			{6, "0 to 3"}}},
	{"port without keys", "[port wan]\n" IFACE CTRL, {{1, "needs device"}, {1, "needs cores"}}},
	{"devices",
		"[port a]\ndevice = eth0\ncores = 0\n[port b]\ndevice = af_xdp:aaaaaaaaaaaaaaaa\n"
		"cores = 1\n[port c]\ndevice = pci:3b:02\ncores = 2\n[port d]\ndevice = vdev:eth0\n"
		"cores = 3\n[interface x]\nport = a\naddress = 10.0.0.1\nmedia-ports = "
		"2000-2001\n" CTRL,
		{{2, "af_xdp:IFACE"}, {5, "not a network device"}, {8, "not a PCI address"},
			{11, "not a DPDK network vdev"}}},
	{"device name is not a prefix match",
		"[port wan]\ndevice = af_xdpx:eth1\ncores = 1\n" IFACE CTRL, {{2, "af_xdp:IFACE"}}},
	{"pci slot", "[port wan]\ndevice = pci:0000:3b:20.1\ncores = 1\n" IFACE CTRL,
		{{2, "not a PCI address"}}},
	{"core beyond the machine", "[port wan]\ndevice = af_xdp:eth1\ncores = 3-4\n" IFACE CTRL,
		{{3, "core 4 does not exist"}}},
	{"core twice", "[port wan]\ndevice = af_xdp:eth1\ncores = 1-3,2\n" IFACE CTRL,
		{{3, "twice"}}},
	{"core list", "[port wan]\ndevice = af_xdp:eth1\ncores = 1,,2\n" IFACE CTRL,
		{{3, "a list"}}},
	{"core range backwards", "[port wan]\ndevice = af_xdp:eth1\ncores = 3-1\n" IFACE CTRL,
		{{3, "a list"}}},
	{"interface policy",
		PORT "[interface public]\nport = wan\naddress = 203.0.113.10\nmedia-ports = "
		     "20000-20099\nmin-suite = ROT13\nallow-rtp = maybe\nother-media = "
		     "drop\nsource = any\n" CTRL,
		{{8, "'ROT13' is no suite"}, {9, "yes or no"}, {10, "pass or refuse"},
			{11, "strict or follow"}}},
	{"poll and channels",
		PORT "poll = lazy\nset-channels = 1\ngeneric-xdp = maybe\n" IFACE CTRL,
		{{4, "busy or adaptive"}, {5, "yes or no"}, {6, "generic-xdp: 'maybe'"}}},
	{"kernel's ports", PORT IFACE "kernel-ports = 5060-\n" CTRL,
		{{8, "kernel-ports: '5060-'"}}},
	{"kernel's ports among media's", PORT IFACE "kernel-ports = 5060,20099,20100\n" CTRL,
		{{8, "20099 is one of the media-ports"}}},
	{"keys of another device", PORT "tap = x\nmac = 02:00:00:00:00:01\n" IFACE CTRL,
		{{4, "'tap' goes with"}, {5, "'mac' goes with"}}},
	{"af_xdp keys on a vdev",
		"[port wan]\ndevice = vdev:net_null0\ncores = 1\nset-channels = no\nguard-object = "
		"/x\n" IFACE CTRL,
		{{4, "'set-channels' goes with"}, {5, "'guard-object' goes with"}}},
	{"mac",
		"[port wan]\ndevice = vdev:net_null0\ncores = 1\nmac = 01:00:5e:00:00:01\n" IFACE
			CTRL,
		{{4, "not a unicast MAC"}}},
	{"mac short",
		"[port wan]\ndevice = vdev:net_null0\ncores = 1\nmac = 02:00:5e:00:00\n" IFACE CTRL,
		{{4, "not a unicast MAC"}}},
	{"default tap too long", "[port abcdefghijklm]\ndevice = vdev:net_null0\ncores = 1\n" VALID,
		{{1, "'sl-abcdefghijklm' is longer than 15"}}},
	{"tap too long",
		"[port wan]\ndevice = vdev:net_null0\ncores = 1\ntap = aaaaaaaaaaaaaaaa\n" IFACE
			CTRL,
		{{4, "at most 15"}}},
	{"tap twice",
		"[port a]\ndevice = vdev:net_null0\ncores = 1\n"
		"[port b]\ndevice = vdev:net_null1\ncores = 1\ntap = sl-a\n" VALID,
		{{7, "[port a] has the TAP twin 'sl-a'"}}},
	{"neighbors",
		PORT "neighbor = 10.0.0.1\nneighbor = 10.0.0.2 02:00:00:00:00:01\n"
		     "neighbor = 10.0.0.2 02:00:00:00:00:02\n" IFACE CTRL,
		{{4, "write IP MAC"}, {6, "already given"}}},
	{"device twice", VALID "[port lan]\ndevice = af_xdp:eth1\ncores = 1\n",
		{{11, "[port wan] has this device"}}},
	{"vdev twice with other arguments",
		"[port a]\ndevice = vdev:net_ring0,a=1\ncores = 1\n"
		"[port b]\ndevice = vdev:net_ring0,a=2\ncores = 1\n" VALID,
		{{5, "[port a] has this device"}}},
	{"pci twice in two spellings",
		"[port a]\ndevice = pci:3B:02.1\ncores = 1\n"
		"[port b]\ndevice = pci:0000:3b:02.1\ncores = 1\n" VALID,
		{{5, "[port a] has this device"}}},
	{"control core under a busy worker", "[sluice]\ncontrol-core = 3\n" VALID,
		{{5, "core 3 is the control-core"}}},
	{"interface without keys", PORT "[interface public]\n" CTRL,
		{{4, "needs port"}, {4, "needs address"}, {4, "needs media-ports"}}},
	{"interface on no port",
		PORT "[interface public]\nport = lan\naddress = 203.0.113.10\n"
		     "media-ports = 20000-20001\n" CTRL,
		{{5, "no [port lan]"}}},
	{"addresses",
		VALID "[interface x]\nport = wan\naddress = 127.0.0.1\naddress = 0.0.0.0\n"
		      "address = 224.0.0.1\naddress = 255.255.255.255\naddress = 10.0.0\n"
		      "media-ports = 20000-20001\n",
		{{12, "loopback"}, {13, "unspecified"}, {14, "multicast"}, {15, "broadcast"},
			{16, "not an IPv4 or IPv6"}}},
	{"IPv6 addresses",
		VALID "[interface x]\nport = wan\naddress = ::1\naddress = ::\naddress = ff02::1\n"
		      "address = fe80::1\naddress = ::ffff:10.0.0.1\naddress = ::10.0.0.1\n"
		      "media-ports = 20000-20001\n",
		{{12, "loopback"}, {13, "unspecified"}, {14, "multicast"}, {15, "link-local"},
			{16, "IPv6 dress"}, {17, "IPv4-compatible"}}},
	{"prefixes",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1/33\naddress = fd00::1/0\n"
		      "media-ports = 20000-20001\n",
		{{12, "/1 to /32"}, {13, "/1 to /128"}}},
	{"two of a family",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1\naddress = 10.0.0.2\n"
		      "media-ports = 20000-20001\n",
		{{13, "second IPv4"}}},
	{"advertise",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1\nadvertise = fd00::1\n"
		      "advertise = fd00::2\nadvertise = 127.0.0.1\nmedia-ports = 20000-20001\n",
		{{13, "no IPv6 address to advertise"}, {14, "second IPv6"}, {15, "loopback"}}},
	{"media ports",
		PORT
		"[interface a]\nport = wan\naddress = 10.0.0.1\nmedia-ports = 1023-2000\n"
		"[interface b]\nport = wan\naddress = 10.0.0.2\nmedia-ports = 2001-2002\n"
		"[interface c]\nport = wan\naddress = 10.0.0.3\nmedia-ports = 3000\n"
		"[interface d]\nport = wan\naddress = 10.0.0.4\nmedia-ports = 3000-65536\n" CTRL,
		{{7, "both from 1024"}, {11, "no pair"}, {15, "MIN-MAX"}, {19, "both from 1024"}}},
	{"media ports from the top",
		PORT "[interface a]\nport = wan\naddress = 10.0.0.1\n"
		     "media-ports = 65535-65535\n" CTRL,
		{{7, "no pair"}}},
	{"VLAN ids",
		PORT "[interface a]\nport = wan\nvlan = 0\naddress = 10.0.0.1\nmedia-ports = "
		     "2000-2999\n[interface b]\nport = wan\nvlan = 4095\naddress = 10.0.0.2\n"
		     "media-ports = 2000-2999\n" CTRL,
		{{6, "vlan: '0'; write the VLAN's id, 1 to 4094"}, {11, "vlan: '4095'"}}},
	{"overlap",
		VALID
		"[interface x]\nport = wan\naddress = 203.0.113.10\nmedia-ports = 20098-21000\n",
		{{13, "[interface public] has 203.0.113.10 too"}}},
	{"timeout", VALID "[timers]\nmedia-timeout = soon\n", {{11, "media-timeout: 'soon'"}}},
	{"silent shorter", VALID "[timers]\nsilent-timeout = 30\n",
		{{11, "shorter than media-timeout"}}},
	{"percent", VALID "[limits]\nmax-worker-load = 101\n", {{11, "percent from 0"}}},
	{"reserve of all", VALID "max-sessions = 5\n[limits]\nemergency-reserve = 5\n",
		{{12, "leaves no session"}}},
	{"control without ng", PORT IFACE "[control]\n", {{8, "needs ng"}}},
	{"ng",
		VALID
		"ng = tcp:127.0.0.1:22222\nng = unix:ng.sock\nng = unix:/a b\nng = unix:/a=b\n"
		"ng = unix:/a:b\nng = unix:/run/sluice/ng.sock\n",
		{{10, "write unix:PATH"}, {11, "absolute"}, {12, "no spaces"}, {13, "no '='"},
			{14, "no '='"}, {15, "already given"}}},
	{"ng path of 108 bytes",
		VALID
		"ng = unix:/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		{{10, "at most 107"}}},
	{"ng-allow",
		VALID "ng-allow = nobody\nng-allow = user:no-such-user\nng-allow = uid:-1\n"
		      "ng-allow = group:\n",
		{{10, "write user:NAME"}, {11, "no user 'no-such-user'"}, {12, "no uid '-1'"},
			{13, "no group ''"}}},
	{"ctl is ng", VALID "ctl = unix:/run/sluice/ng.sock\n", {{9, "separate them"}}},
	{"numbers", VALID "delete-delay = -1\nmax-sessions = 0\n",
		{{10, "seconds from 0"}, {11, "from 1 to"}}},
};

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
	assert_string_equal(config.crypto, "ipsec-mb");
	assert_int_equal(config.hugepages, SL_HUGEPAGES_AUTO);
	assert_int_equal(config.control_core, -1);
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
	assert_false(config.interfaces[0].address[SL_IPV6].present);
	assert_int_equal(config.interfaces[0].min_suite, SL_SUITE_NONE);
	assert_false(config.interfaces[0].secure_only || config.interfaces[0].refuse_other);
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
	"follow\n"
	"[interface inside]\nport=lan\naddress=10.0.0.10\nmedia-ports = 20000-59999\n"
	"[interface other]\nport=lan\naddress=10.0.0.10\nmedia-ports = 60000-65535\n"
	"[sluice]\nuser = root\nruntime-dir = /run/x\ncrypto = srtp2\nhugepages = 512\n"
	"memory = 1024\ncontrol-core = 0\n"
	"[port wan]\ndevice = af_xdp:eth1\ncores = 1, 2-3\nset-channels = no\n"
	"guard-object = /usr/lib/sluice/guard.bpf.o\n"
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
	"deny = 0.0.0.0/0\n";

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
	assert_true(outside->follow_source);
	assert_false(sl_config_interface(&config, "inside")->follow_source);
	assert_true(outside->secure_only && outside->refuse_other);
	assert_int_equal(outside->address[SL_IPV4].prefix, 24);
	assert_int_equal(outside->address[SL_IPV4].advertise[12], 198);
	assert_int_equal(outside->address[SL_IPV6].prefix, 64);
	assert_int_equal(outside->address[SL_IPV6].ip[15], 0x10);
	assert_int_equal(config.control_core, 0);
	assert_int_equal(config.hugepages, SL_HUGEPAGES_FIXED);
	assert_int_equal(config.hugepages_mib, 512);
	assert_int_equal(config.ports[0].n_cores, 3);
	assert_int_equal(config.ports[0].cores[2], 3);
	assert_false(config.ports[0].set_channels);
	assert_string_equal(config.ports[1].tap, "sl-lan");
	assert_int_equal(config.ports[1].mac[5], 10);
	assert_int_equal(config.guard.stranger_pps, 100);
	assert_int_equal(config.guard.stranger_burst, 200);
	assert_int_equal(config.guard.strangers_pps, 0);
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

static const struct bad bad_guard_files[] = {
	{"empty", "\n", {{0, "needs an [interface NAME]"}}},
	{"no address", "[interface sip]\nkernel-ports = 5060\n", {{1, "needs address"}}},
	{"a port that is not there", "[interface sip]\naddress = 203.0.113.10\nport = wan\n",
		{{3, "there is no [port wan]"}}},
	{"a port, and not whose",
		"[port wan]\ncores = 1\n[interface sip]\naddress = 203.0.113.10\n",
		{{1, "needs device"}, {3, "needs port"}}},
	{"what is wrong anyway", "[interface sip]\naddress = 203.0.113.10\nmedia-ports = 7\n[x]\n",
		{{3, "write MIN-MAX"}, {4, "unknown section [x]"}}},
};

/* Of a relay's file what it does without; the same is refused to a relay. */
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
	assert_int_equal(config.guard.strangers_pps, 20000);
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
		cmocka_unit_test(means_what_it_says),
		cmocka_unit_test(what_is_printed_reads_back_the_same),
		cmocka_unit_test(the_guard_alone_needs_less),
		cmocka_unit_test(the_samples_are_right),
		cmocka_unit_test(the_sample_shows_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
