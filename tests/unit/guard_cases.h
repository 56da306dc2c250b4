/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames and the guard's verdicts on them, with these pinholes open: SLOT4's 20000, 20002, 20008
 * and 20999, SLOT6's 20002 and SLOT_VLAN's 20004.
 */
#ifndef SL_TESTS_GUARD_CASES_H
#define SL_TESTS_GUARD_CASES_H

#include "guard_fixture.h"
#include "guard_frame.h"

static const struct shape verdicts_of[] = {
#define OPEN4   .to = OURS4, .port = 20002
#define OPEN6   .to = OURS6, .port = 20002
#define CLOSED4 .to = OURS4, .port = 20004
#define CLOSED6 .to = OURS6, .port = 20004
#define OTHER4  .to = "10.0.0.11", .port = 20002
#define GIVEN   .want = SL_GUARD_REDIRECTED
#define PASS    .want = SL_GUARD_PASSED
#define CLOSED  .want = SL_GUARD_CLOSED
#define BAD_IP  .want = SL_GUARD_IP
#define BAD_UDP .want = SL_GUARD_UDP
#define MARTIAN .want = SL_GUARD_MARTIAN
#define SPLIT   .want = SL_GUARD_FRAGMENT
	{"open", OPEN4, GIVEN},
	{"open, IPv6", OPEN6, GIVEN},
	{"closed", CLOSED4, CLOSED},
	{"closed, IPv6", CLOSED6, CLOSED},
	{"another address", OTHER4, PASS},
	{"another IPv6 address", .to = "fd00::11", .port = 20002, PASS},
	{"IPv4 address in mapped form on the wire", .to = "::ffff:10.0.0.1", .port = 20002, PASS},
	{"one below the range, bit set", .to = OURS4, .port = PORT_MIN - 1, PASS},
	{"first of the range", .to = OURS4, .port = PORT_MIN, GIVEN},
	{"last of the range", .to = OURS4, .port = PORT_MAX, GIVEN},
	{"one above the range, bit set", .to = OURS4, .port = PORT_MAX + 1, PASS},
	{"SIP", .to = OURS4, .port = 5060, PASS},
	{"port 0", .to = OURS4, .port = 0, PASS},
	{"port 65535", .to = OURS6, .port = 65535, PASS},
	{"another slot's pinhole", .to = OURS6, .port = 20008, CLOSED},
	{"TCP", OPEN4, .protocol = 6, PASS},
	{"ICMP", OPEN4, .protocol = 1, PASS},
	{"ICMPv6", OPEN6, .protocol = 58, PASS},
	{"UDP-Lite", OPEN4, .protocol = 136, PASS},
	{"priority tag", OPEN4, .tags = 1, GIVEN},
	{"priority tag, IPv6, closed", CLOSED6, .tags = 1, CLOSED},
	{"VLAN, closed without", CLOSED4, .tags = 1, .vlan = VLAN, GIVEN},
	{"VLAN, open without", OPEN4, .tags = 1, .vlan = VLAN, CLOSED},
	{"VLAN, from ourselves", CLOSED4, .tags = 1, .vlan = VLAN, .from = OURS4, MARTIAN},
	{"VLAN, IPv6", OPEN6, .tags = 1, .vlan = VLAN, PASS},
	{"another VLAN", OPEN4, .tags = 1, .vlan = VLAN + 1, PASS},
	{"VLAN, IPv6, closed", CLOSED6, .tags = 1, .vlan = 4095, PASS},
	{"service and customer tag", OPEN4, .tags = 2, GIVEN},
	{"three tags", OPEN4, .tags = 3, PASS},
	{"service and customer VLAN", OPEN4, .tags = 2, .vlan = VLAN, CLOSED},
	{"IPv4 options", OPEN4, .options = 1, GIVEN},
	{"most IPv4 options, closed", CLOSED4, .options = 10, CLOSED},
	{"first fragment", OPEN4, .fragment = 0x2000, SPLIT},
	{"first fragment, closed", CLOSED4, .fragment = 0x2000, SPLIT},
	{"first fragment of more than is here", OPEN4, .fragment = 0x2000, .udp_lie = 3000, SPLIT},
	{"first fragment, not media", .to = OURS4, .port = 5060, .fragment = 0x2000, PASS},
	{"first fragment, TCP", OPEN4, .protocol = 6, .fragment = 0x2000, PASS},
	{"first fragment, elsewhere", OTHER4, .fragment = 0x2000, PASS},
	{"first fragment without the ports", OPEN4, .fragment = 0x2000, .ip_lie = -24, BAD_UDP},
	{"later fragment", OPEN4, .fragment = 0x2001, PASS},
	{"last fragment", OPEN4, .fragment = 0x0005, PASS},
	{"don't fragment", OPEN4, .fragment = 0x4000, GIVEN},
	{"IPv6, first fragment", OPEN6, .chain = "f", .fragment = 1, SPLIT},
	{"IPv6, first fragment, closed", CLOSED6, .chain = "f", .fragment = 1, SPLIT},
	{"IPv6, first fragment, not media", .to = OURS6, .port = 53, .chain = "f", .fragment = 1,
		PASS},
	{"IPv6, later fragment", OPEN6, .chain = "f", .fragment = 0x9, PASS},
	{"IPv6, last fragment", OPEN6, .chain = "f", .fragment = 0x10, PASS},
	{"IPv6, only fragment", OPEN6, .chain = "f", SPLIT},
	{"IPv6, first fragment of more than is here", OPEN6, .chain = "f", .fragment = 1,
		.udp_lie = 3000, SPLIT},
	{"IPv6, options before and in the first fragment", CLOSED6, .chain = "hfd", .fragment = 1,
		SPLIT},
	{"IPv6, first fragment, TCP", OPEN6, .protocol = 6, .chain = "f", .fragment = 1, PASS},
	{"IPv6 authentication header", OPEN6, .chain = "a", PASS},
	{"hop-by-hop", OPEN6, .chain = "h", GIVEN},
	{"destination options, closed", CLOSED6, .chain = "d", CLOSED},
	{"routing header that is done", OPEN6, .chain = "r", GIVEN},
	{"routing header that is not", OPEN6, .chain = "R", PASS},
	{"the longest chain", OPEN6, .chain = "hdrd", GIVEN},
	{"a chain too long", OPEN6, .chain = "hdrdd", BAD_IP},
	{"no hop left", OPEN4, .hops = -1, BAD_IP},
	{"no hop left, IPv6, closed", CLOSED6, .hops = -1, BAD_IP},
	{"no hop left, TCP", OPEN4, .protocol = 6, .hops = -1, PASS},
	{"one hop left", OPEN4, .hops = 1, GIVEN},
	{"no checksum", OPEN4, .unchecked = true, GIVEN},
	{"no checksum, IPv6", OPEN6, .unchecked = true, BAD_UDP},
	{"no checksum, IPv6, closed", CLOSED6, .unchecked = true, BAD_UDP},
	{"no checksum, IPv6, not media", .to = OURS6, .port = 53, .unchecked = true, PASS},
	{"no checksum, IPv6, first fragment", OPEN6, .chain = "f", .fragment = 1, .unchecked = true,
		SPLIT},
	{"martian", OPEN4, .from = "127.0.0.1", MARTIAN},
	{"martian, multicast", OPEN4, .from = "239.1.2.3", MARTIAN},
	{"martian, closed", CLOSED4, .from = "0.0.0.0", CLOSED},
	{"martian, not media", .to = OURS4, .port = 5060, .from = "127.0.0.1", PASS},
	{"martian, IPv6", OPEN6, .from = "::1", MARTIAN},
	{"martian, IPv6 multicast", OPEN6, .from = "ff02::1", MARTIAN},
	{"from ourselves", OPEN4, .from = OURS4, MARTIAN},
	{"from ourselves, IPv6", OPEN6, .from = OURS6, MARTIAN},
	{"IPv4-mapped source on the wire", OPEN6, .from = "::ffff:192.0.2.1", PASS},
	{"Ethernet padding", OPEN4, .padding = 18, GIVEN},
	{"Ethernet padding, IPv6", OPEN6, .padding = 6, GIVEN},
	{"IPv4 in name only", OPEN4, .version = 0x65, PASS},
	{"IPv6 in name only", OPEN6, .version = 0x40, PASS},
	{"IPv4 header of 16 bytes", OPEN4, .version = 0x44, BAD_IP},
	{"IPv4 header of 16 bytes, elsewhere", OTHER4, .version = 0x44, PASS},
	{"IPv4 header over the packet", OPEN4, .version = 0x4f, BAD_IP},
	{"IPv4 total length below the header", OPEN4, .ip_lie = -29, BAD_IP},
	{"IPv4 total length without UDP", OPEN4, .ip_lie = -21, BAD_UDP},
	{"IPv4 total length over the frame", OPEN4, .ip_lie = 1, BAD_IP},
	{"IPv4 total length over the frame, TCP", OPEN4, .protocol = 6, .ip_lie = 1, BAD_IP},
	{"IPv4 total length over the frame, elsewhere", OTHER4, .ip_lie = 1, PASS},
	{"IPv4 total length within padding", OPEN4, .ip_lie = 4, .padding = 4, GIVEN},
	{"IPv6 payload over the frame", OPEN6, .ip_lie = 1, BAD_IP},
	{"IPv6 payload without UDP", OPEN6, .ip_lie = -21, BAD_UDP},
	{"IPv6 without payload", OPEN6, .ip_lie = -28, PASS},
	{"IPv6 jumbogram", OPEN6, .chain = "h", .ip_lie = -36, PASS},
	{"extension header over the packet", OPEN6, .chain = "d", .chain_lie = 200, BAD_IP},
	{"extension header up to the end", OPEN6, .chain = "d", .chain_lie = 3, BAD_UDP},
	{"extension header into the padding", OPEN6, .chain = "d", .chain_lie = 4, .padding = 60,
		BAD_IP},
	{"UDP length over the packet", OPEN4, .udp_lie = 1, BAD_UDP},
	{"UDP length over the packet, closed", CLOSED4, .udp_lie = 1, BAD_UDP},
	{"UDP length over the packet, not media", .to = OURS4, .port = 53, .udp_lie = 1, PASS},
	{"UDP length below its header", OPEN6, .udp_lie = -FRAME_PAYLOAD - 1, BAD_UDP},
	{"UDP length short of the packet", OPEN4, .udp_lie = -1, GIVEN},
	{"UDP without payload", OPEN4, .udp_lie = -FRAME_PAYLOAD, GIVEN},
};

#endif
