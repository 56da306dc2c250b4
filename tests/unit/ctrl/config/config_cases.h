/* SPDX-License-Identifier: BSD-3-Clause */
/* Files with mistakes, and all of those, for config_test.c. */
#ifndef SL_TESTS_CONFIG_CASES_H
#define SL_TESTS_CONFIG_CASES_H

#define PORT "[port wan]\ndevice = af_xdp:eth1\ncores = 2,3\n"
#define A8(net)                                                                      \
	"address = " net "1\naddress = " net "2\naddress = " net "3\naddress = " net \
	"4\naddress = " net "5\naddress = " net "6\naddress = " net "7\naddress = " net "8\n"
#define A32(net) A8(net "1.") A8(net "2.") A8(net "3.") A8(net "4.")
#define IFACE    "[interface public]\nport = wan\naddress = 203.0.113.10\nmedia-ports = 20000-20099\n"
#define CTRL     "[control]\nng = unix:/run/sluice/ng.sock\n"
#define VALID    PORT IFACE CTRL /* lines 1-3, 4-7, 8-9; what is appended starts in line 10 */

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
		"control-core = 4\nlog-level = loud\nlog-format = xml\n" VALID,
		{{2, "absolute"}, {3, "ipsec-mb or srtp2"}, {4, "hugepages"}, {5, "MiB"},
			{6, "0 to 3"}, {7, "error, warning, notice, info or debug"},
			{8, "auto, journal, text or json"}}},
	{"addresses",
		"[sluice]\nlog-addresses = hidden\npseudonym-key = here\n" VALID
		"[records]\ndirectory = /r\naddresses = none\n",
		{{2, "write plain or pseudonym"}, {3, "pseudonym-key: path 'here'"},
			{15, "write plain or pseudonym"}}},
	{"pseudonyms without a key",
		"[sluice]\nlog-addresses = pseudonym\n" VALID
		"[records]\ndirectory = /r\naddresses = pseudonym\n",
		{{2, "needs pseudonym-key = PATH"}, {14, "needs pseudonym-key = PATH"}}},
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
		{{8, "'ROT13' is no suite"}, {9, "yes or no"}, {10, "always gets port 0"},
			{11, "follow or strict"}}},
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
		"[port wan]\ndevice = vdev:net_null0\ncores = 1\nset-channels = no\n" IFACE CTRL,
		{{4, "'set-channels' goes with"}}},
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
		{{7, "[port a] has the TAP exception port 'sl-a'"}}},
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
	{"an address twice",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1\naddress = 10.0.0.2\n"
		      "address = 10.0.0.1/24\nmedia-ports = 20000-20001\n",
		{{14, "address: 10.0.0.1 was already given"}}},
	{"a pool of more than there may be",
		VALID "[interface x]\nport = wan\nmedia-ports = 20000-20001\n" A8("10.0.1.")
			A8("10.0.2.") A8("10.0.3.") A8("10.0.4.") "address = 10.0.5.1\n",
		{{45, "more than 32 in one interface"}}},
	{"more addresses than there may be",
		PORT CTRL "[interface a]\nport = wan\nmedia-ports = 20000-20001\n" A32(
			"10.1.") "[interface b]\nport = wan\nmedia-ports = "
				 "20000-20001\n" A32(
					 "10.2.") "[interface c]\nport = "
						  "wan\nmedia-ports = "
						  "20000-20001\n" A32(
							  "10.3.") "[interface "
								   "d]\nport = "
								   "wan\nmedia-"
								   "ports = "
								   "20000-"
								   "20001"
								   "\n" A32(
									   "10."
									   "4.") "[interface "
										 "e]\nport = "
										 "wan\nmedia-ports "
										 "= 20000-20001\n"
										 "address = "
										 "10.5.0.1\n",
		{{149, "more than 128 media addresses in all"}}},
	{"advertise above a pool",
		VALID "[interface x]\nport = wan\nadvertise = 198.51.100.1\naddress = 10.0.0.1\n"
		      "address = 10.0.0.2\nmedia-ports = 20000-20001\n",
		{{12, "has 2 IPv4 addresses; write it below"}}},
	{"advertise twice for one of a pool",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1\naddress = 10.0.0.2\n"
		      "advertise = 198.51.100.1\nadvertise = 198.51.100.2\n"
		      "media-ports = 20000-20001\n",
		{{15, "second IPv4 address for one address (line 14)"}}},
	{"advertise above and below the only address",
		VALID "[interface x]\nport = wan\nadvertise = 198.51.100.1\naddress = 10.0.0.1\n"
		      "advertise = 198.51.100.2\nmedia-ports = 20000-20001\n",
		{{14, "second IPv4 address for one address (line 12)"}}},
	{"one advertise for two of a pool",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1\nadvertise = 198.51.100.1\n"
		      "address = 10.0.0.2\nadvertise = 198.51.100.1\naddress = 198.51.100.3\n"
		      "address = 10.0.0.4\nadvertise = 198.51.100.3\nmedia-ports = 20000-20001\n",
		{{15, "198.51.100.1 stands for 10.0.0.1 already"},
			{18, "198.51.100.3 stands for 198.51.100.3 already"}}},
	{"a pool that shares one address with another interface",
		VALID "[interface x]\nport = wan\naddress = 10.0.0.1\naddress = 203.0.113.10\n"
		      "media-ports = 20098-20199\n",
		{{14, "[interface public] has 203.0.113.10 too"}}},
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
	{"records", VALID "[records]\ndirectory = here\ncdr = xml\naudit = yes\nfsync = 5\n",
		{{11, "directory: path 'here'"}, {12, "write json, csv, both or off"},
			{13, "write on or off"}, {14, "write never, second or each"}}},
	{"records without directory", VALID "[records]\ncdr = csv\n",
		{{10, "needs directory = PATH"}}},
	{"homer", VALID "[homer]\nhep = tcp:192.0.2.9:9060\ncapture-id = -1\n",
		{{11, "write udp:ADDRESS:PORT"}, {12, "from 0 to 4294967295"}}},
	{"homer by name", VALID "[homer]\nhep = udp:homer.example:9060\n",
		{{11, "names are not looked up"}}},
	{"homer nowhere", VALID "[homer]\ncapture-id = 7\n", {{11, "needs hep = udp:"}}},
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
		{{10, "write user:NAME"}, {11, "no user 'no-such-user'"},
			{12, "uid:-1: write a number"}, {13, "no group ''"}}},
	{"ctl is ng", VALID "ctl = unix:/run/sluice/ng.sock\n", {{9, "separate them"}}},
	{"numbers", VALID "delete-delay = -1\nmax-sessions = 0\n",
		{{10, "seconds from 0"}, {11, "from 1 to"}}},
};

/* For the guard alone. */
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

#endif
