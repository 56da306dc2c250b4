/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames and media headers, whole and broken; every case also truncated at every byte. */
#include "dataplane/path/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Hex text to bytes; spaces are skipped, "*N:xx" repeats a byte N times. */
static uint16_t hex(const char *text, uint8_t *out)
{
	uint16_t n = 0;

	while (*text) {
		unsigned byte;
		long times = 1;

		if (*text == ' ') {
			text++;
			continue;
		}
		if (*text == '*') {
			char *end;

			times = strtol(text + 1, &end, 10);
			text = end + 1;
		}
		assert_int_equal(sscanf(text, "%2x", &byte), 1);
		memset(out + n, (int)byte, (size_t)times);
		n += (uint16_t)times;
		text += 2;
	}
	return n;
}

#define MACS                  "020000000001 020000000002 "
#define IP4(len, frag, proto) "4500" len "0000" frag "40" proto "0000 0a000001 0a000002 "
#define UDP(len)              "1388 4e20" len "beef "
#define IP6(len, next)        "60000000" len next "40 20010db8 *11:00 01 20010db8 *11:00 02 "

static const struct {
	const char *what, *frame;
	enum sl_verdict want;
	uint16_t payload, payload_len;
	bool fragment;
	uint16_t vlan;
} frames[] = {
	{"IPv4", MACS "0800" IP4("0020", "0000", "11") UDP("000c") "80000001", SL_FORWARD, 42, 4},
	{"IPv4, link padding", MACS "0800" IP4("0020", "4000", "11") UDP("000c") "80000001 *14:00",
		SL_FORWARD, 42, 4},
	{"IPv4, empty datagram", MACS "0800" IP4("001c", "0000", "11") UDP("0008"), SL_FORWARD, 42,
		0},
	{"priority tag", MACS "8100 e000 0800" IP4("0020", "0000", "11") UDP("000c") "80000001",
		SL_FORWARD, 46, 4},
	{"VLAN", MACS "8100 6064 0800" IP4("0020", "0000", "11") UDP("000c") "80000001", SL_FORWARD,
		46, 4, .vlan = 100},
	{"VLAN, IPv6", MACS "8100 0fff 86dd" IP6("000c", "11") UDP("000c") "80000001", SL_FORWARD,
		66, 4, .vlan = 4095},
	{"IPv4 options",
		MACS "0800 4600 0024 0000 0000 40 11 0000 0a000001 0a000002 01010101" UDP(
			"000c") "80000001",
		SL_FORWARD, 46, 4},
	{"IPv6", MACS "86dd" IP6("000c", "11") UDP("000c") "80000001", SL_FORWARD, 62, 4},
	{"IPv6 hop-by-hop", MACS "86dd" IP6("0014", "00") "1100 *6:00" UDP("000c") "80000001",
		SL_FORWARD, 70, 4},
	{"service tag", MACS "88a8 0000 0800" IP4("0020", "0000", "11") UDP("000c") "80000001",
		SL_FORWARD, 46, 4},
	{"ARP", MACS "0806 *28:00", SL_PUNT, 0, 0},
	{"two tags",
		MACS "88a8 0000 8100 e000 0800" IP4("0020", "0000", "11") UDP("000c") "80000001",
		SL_FORWARD, 50, 4},
	{"two tags, the second with an id",
		MACS "88a8 0000 8100 0064 0800" IP4("0020", "0000", "11") UDP("000c") "80000001",
		SL_FORWARD, 50, 4, .vlan = 100},
	{"two tags with ids",
		MACS "88a8 0001 8100 0064 0800" IP4("0020", "0000", "11") UDP("000c") "80000001",
		SL_PUNT, 0, 0},
	{"three tags", MACS "8100 0000 8100 0000 8100 0000 0800 *28:00", SL_PUNT, 0, 0},
	{"cut in the second tag", MACS "8100 0000 8100 00", SL_DROP_FRAME, 0, 0},
	{"TCP", MACS "0800" IP4("0028", "0000", "06") "*20:00", SL_PUNT, 0, 0},
	{"first fragment", MACS "0800" IP4("0020", "2000", "11") UDP("000c") "80000001", SL_FORWARD,
		42, 0, true},
	{"first fragment of more than is here",
		MACS "0800" IP4("0020", "2000", "11") UDP("0fff") "80000001", SL_FORWARD, 42, 0,
		true},
	{"first fragment, TCP", MACS "0800" IP4("0028", "2000", "06") "*20:00", SL_PUNT, 0, 0},
	{"first fragment, TCP without its flags",
		MACS "0800" IP4("0020", "2000", "06") UDP("000c") "80000001", SL_DROP_FRAGMENT},
	{"later fragment", MACS "0800" IP4("0020", "0001", "11") "*12:00", SL_PUNT, 0, 0},
	{"IPv6, first fragment",
		MACS "86dd" IP6("0014", "2c") "1100 0001 *4:00" UDP("0fff") "80000001", SL_FORWARD,
		70, 0, true},
	{"IPv6, only fragment",
		MACS "86dd" IP6("0014", "2c") "11ff 0000 *4:00" UDP("000c") "80000001", SL_FORWARD,
		70, 0, true},
	{"IPv6, later fragment",
		MACS "86dd" IP6("0014", "2c") "1100 0018 *4:00" UDP("000c") "80000001", SL_PUNT, 0,
		0},
	{"IPv6, later fragment within the first headers",
		MACS "86dd" IP6("0014", "2c") "1100 0008 *4:00" UDP("000c") "80000001",
		SL_DROP_FRAGMENT},
	{"IPv6, routing not done",
		MACS "86dd" IP6("0014", "2b") "1100 0401 *4:00" UDP("000c") "80000001", SL_PUNT, 0,
		0},
	{"IPv6, routing done",
		MACS "86dd" IP6("0014", "2b") "1100 0400 *4:00" UDP("000c") "80000001", SL_FORWARD,
		70, 4},
	{"IPv6, no payload", MACS "86dd" IP6("0000", "11") UDP("000c") "80000001", SL_DROP_IP},
	{"IPv6, a jumbogram that is none",
		MACS "86dd" IP6("0000", "00") "1100 *6:00" UDP("000c") "80000001", SL_DROP_IP},
	{"IPv6, mapped source",
		MACS "86dd 60000000 000c 11 40 *10:00 ffff 0a000001 20010db8 *11:00 02" UDP(
			"000c") "80000001",
		SL_PUNT, 0, 0},
	{"IPv6, mapped destination",
		MACS "86dd 60000000 000c 11 40 20010db8 *11:00 01 *10:00 ffff 0a000001" UDP(
			"000c") "80000001",
		SL_PUNT, 0, 0},
	{"IPv6, five extension headers",
		MACS "86dd" IP6("0034", "3c") "3c00 *6:00 3c00 *6:00 3c00 *6:00 3c00 *6:00 1100 "
					      "*6:00" UDP("000c") "80000001",
		SL_DROP_IP, 0, 0},
	{"IPv4, no hop left",
		MACS "0800 45000020 0000 0000 00 11 0000 0a000001 0a000002" UDP("000c") "80000001",
		SL_DROP_IP, 0, 0},
	{"IPv6, no hop left",
		MACS "86dd 60000000 000c 11 00 20010db8 *11:00 01 20010db8 *11:00 02" UDP(
			"000c") "80000001",
		SL_DROP_IP, 0, 0},
	{"IPv6, no checksum", MACS "86dd" IP6("000c", "11") "1388 4e20 000c 0000 80000001",
		SL_DROP_UDP, 0, 0},
	{"IPv4, no checksum",
		MACS "0800 45000020 0000 0000 40 11 0000 0a000001 0a000002 1388 4e20 000c 0000 "
		     "80000001",
		SL_FORWARD, 42, 4},
	{"ICMPv6", MACS "86dd" IP6("0008", "3a") "*8:00", SL_PUNT, 0, 0},
	{"IPv4 version", MACS "0800 5500 001c *16:00", SL_DROP_IP, 0, 0},
	{"IPv4 header length 4", MACS "0800 4400 001c *16:00 " UDP("0008"), SL_DROP_IP, 0, 0},
	{"IPv4 length beyond the frame",
		MACS "0800" IP4("0021", "0000", "11") UDP("000c") "80000001", SL_DROP_IP},
	{"IPv4 length below its header", MACS "0800" IP4("0013", "0000", "11") UDP("0008"),
		SL_DROP_IP},
	{"IPv6 length beyond the frame", MACS "86dd" IP6("000d", "11") UDP("000c") "80000001",
		SL_DROP_IP},
	{"IPv6 option beyond the packet",
		MACS "86dd" IP6("0014", "00") "1103 *6:00" UDP("000c") "80000001", SL_DROP_IP},
	{"UDP length 7", MACS "0800" IP4("0020", "0000", "11") UDP("0007") "80000001", SL_DROP_UDP},
	{"UDP length beyond IP", MACS "0800" IP4("0020", "0000", "11") UDP("000d") "80000001",
		SL_DROP_UDP},
	{"no room for UDP", MACS "0800" IP4("0018", "0000", "11") "*4:00", SL_DROP_UDP},
};

static void frames_as_the_table_says(void **state)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct sl_view v = {0};
		uint8_t b[256];
		uint16_t n = hex(frames[i].frame, b);
		uint8_t *exact = malloc(n); /* so that a sanitizer sees one byte too far */

		memcpy(exact, b, n);
		if (sl_parse_frame(exact, n, &v) != frames[i].want)
			fail_msg("%s", frames[i].what);
		if (frames[i].want == SL_FORWARD) {
			assert_int_equal(v.payload, frames[i].payload);
			assert_int_equal(v.payload_len, frames[i].payload_len);
			assert_int_equal(v.fragment, frames[i].fragment);
			assert_int_equal(v.vlan, frames[i].vlan);
			assert_int_equal(v.source_port, 5000);
			assert_int_equal(v.destination_port, 20000);
			assert_int_equal(v.source[15], 1);
			assert_int_equal(v.destination[15], 2);
		}
		free(exact);
	}
}

static void frames_cut_anywhere_are_dropped(void **state)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		uint8_t b[256];
		uint16_t n = hex(frames[i].frame, b);

		for (uint16_t cut = 0; cut < n; cut++) {
			struct sl_view v;
			uint8_t *exact = malloc(cut ? cut : 1);

			memcpy(exact, b, cut);
			enum sl_verdict got = sl_parse_frame(exact, cut, &v);

			free(exact);
			if (got == SL_FORWARD)
				assert_in_range(v.payload + v.payload_len, 42, cut);
			else if (cut < 14)
				assert_int_equal(got, SL_DROP_FRAME);
		}
	}
}

/* Packets of unknown sources that the kernel gets within limits, and TCP that nobody gets. */
static void what_is_limited(void **state)
{
#define TCP(flags) "1388 0016 00000001 00000000 50" flags "faf0 0000 0000"
#define ICMP(type) type "00 0000 0001 0001"
#define HIDDEN(name, bytes)                          \
	{                                            \
		name, bytes, SL_DROP_FRAGMENT, false \
	}
#define LIMITED(name, bytes)               \
	{                                  \
		name, bytes, SL_PUNT, true \
	}
#define FREE(name, bytes)                   \
	{                                   \
		name, bytes, SL_PUNT, false \
	}
#define FRAME4(len, frag, proto, rest) MACS "0800" IP4(len, frag, proto) rest
#define FRAME6(len, next, rest)        MACS "86dd" IP6(len, next) rest
#define LINK6(type)                    MACS "86dd 60000000 0008 3a ff 20010db8 *11:00 01 20010db8 *11:00 02" ICMP(type)
	static const struct {
		const char *what, *frame;
		enum sl_verdict verdict;
		bool limited;
	} cases[] = {
		LIMITED("SYN", FRAME4("0028", "0000", "06", TCP("02"))),
		LIMITED("SYN, ECN", FRAME4("0028", "0000", "06", TCP("c2"))),
		LIMITED("SYN and FIN", FRAME4("0028", "0000", "06", TCP("03"))),
		LIMITED("no flag", FRAME4("0028", "0000", "06", TCP("00"))),
		LIMITED("FIN", FRAME4("0028", "0000", "06", TCP("01"))),
		LIMITED("RST", FRAME4("0028", "0000", "06", TCP("04"))),
		LIMITED("FIN, PSH and URG", FRAME4("0028", "0000", "06", TCP("29"))),
		FREE("SYN and ACK", FRAME4("0028", "0000", "06", TCP("12"))),
		FREE("ACK", FRAME4("0028", "0000", "06", TCP("10"))),
		FREE("RST and ACK", FRAME4("0028", "0000", "06", TCP("14"))),
		LIMITED("no room for flags, whole",
			FRAME4("0027", "0000", "06",
				"1388 0016 00000001 00000000 5010 faf0 0000 00")),
		LIMITED("flags in the padding", FRAME4("0020", "0000", "06", TCP("10"))),
		HIDDEN("first fragment of 8 bytes",
			FRAME4("001c", "2000", "06", "1388 0016 00000001")),
		HIDDEN("first fragment of 16 bytes", FRAME4("0024", "2000", "06", TCP("02"))),
		HIDDEN("first fragment of 8 bytes, ACK in the padding",
			FRAME4("001c", "2000", "06", TCP("10"))),
		LIMITED("first fragment of 24 bytes",
			FRAME4("002c", "2000", "06", TCP("02") "*4:01")),
		LIMITED("first fragment of 24 bytes with ACK",
			FRAME4("002c", "2000", "06", TCP("10") "*4:01")),
		HIDDEN("fragment at 8", FRAME4("0028", "0001", "06", TCP("02"))),
		HIDDEN("fragment at 8, of more", FRAME4("0028", "2001", "06", TCP("02"))),
		HIDDEN("fragment at 16", FRAME4("0028", "0002", "06", TCP("02"))),
		LIMITED("fragment at 24", FRAME4("0028", "0003", "06", TCP("02"))),
		LIMITED("fragment at 65528", FRAME4("0028", "1fff", "06", TCP("02"))),
		LIMITED("fragment at 8, UDP", FRAME4("0028", "0001", "11", "*20:00")),
		LIMITED("fragment at 8, ESP", FRAME4("0028", "0001", "32", "*20:00")),
		LIMITED("first fragment, ESP", FRAME4("0028", "2000", "32", "*20:00")),
		LIMITED("SYN, IPv6", FRAME6("0014", "06", TCP("02"))),
		FREE("ACK, IPv6", FRAME6("0014", "06", TCP("10"))),
		LIMITED("SYN, IPv6 with options",
			FRAME6("001c", "3c", "0600 010400000000" TCP("02"))),
		LIMITED("SYN, routing not done", FRAME6("001c", "2b", "0600 0401 *4:00" TCP("02"))),
		LIMITED("SYN, only fragment", FRAME6("001c", "2c", "0600 0000 *4:00" TCP("02"))),
		LIMITED("ACK, only fragment", FRAME6("001c", "2c", "0600 0000 *4:00" TCP("10"))),
		HIDDEN("only fragment of 8 bytes",
			FRAME6("0010", "2c", "0600 0000 *4:00 1388 0016 00000001")),
		HIDDEN("first fragment of 16 bytes, IPv6",
			FRAME6("0018", "2c", "0600 0001 *4:00" TCP("02"))),
		HIDDEN("first fragment of 8 bytes behind options",
			FRAME6("0018", "2c", "3c00 0001 *4:00 0600 010400000000" TCP("02"))),
		HIDDEN("fragment at 8, IPv6", FRAME6("001c", "2c", "0600 0008 *4:00" TCP("02"))),
		HIDDEN("fragment at 16, said to be UDP",
			FRAME6("001c", "2c", "1100 0011 *4:00" TCP("02"))),
		LIMITED("fragment at 24, IPv6", FRAME6("001c", "2c", "0600 0018 *4:00" TCP("02"))),
		LIMITED("echo request", FRAME4("001c", "0000", "01", ICMP("08"))),
		LIMITED("echo reply", FRAME4("001c", "0000", "01", ICMP("00"))),
		LIMITED("timestamp", FRAME4("001c", "0000", "01", ICMP("0d"))),
		LIMITED("redirect", FRAME4("001c", "0000", "01", ICMP("05"))),
		FREE("unreachable", FRAME4("001c", "0000", "01", ICMP("03"))),
		FREE("time exceeded", FRAME4("001c", "0000", "01", ICMP("0b"))),
		FREE("parameter problem", FRAME4("001c", "0000", "01", ICMP("0c"))),
		LIMITED("unreachable, first fragment", FRAME4("001c", "2000", "01", ICMP("03"))),
		LIMITED("ICMP of no byte", FRAME4("0014", "0000", "01", "")),
		LIMITED("ICMP of no byte, padded", FRAME4("0014", "0000", "01", ICMP("03"))),
		LIMITED("echo request, IPv6", FRAME6("0008", "3a", ICMP("80"))),
		LIMITED("echo reply, IPv6", FRAME6("0008", "3a", ICMP("81"))),
		FREE("unreachable, IPv6", FRAME6("0008", "3a", ICMP("01"))),
		FREE("too big", FRAME6("0008", "3a", ICMP("02"))),
		FREE("time exceeded, IPv6", FRAME6("0008", "3a", ICMP("03"))),
		FREE("parameter problem, IPv6", FRAME6("0008", "3a", ICMP("04"))),
		LIMITED("error 0", FRAME6("0008", "3a", ICMP("00"))),
		LIMITED("error 5", FRAME6("0008", "3a", ICMP("05"))),
		FREE("router solicitation", LINK6("85")),
		FREE("neighbour solicitation", LINK6("87")),
		FREE("neighbour advertisement", LINK6("88")),
		FREE("redirect, IPv6", LINK6("89")),
		LIMITED("neighbour solicitation from afar", FRAME6("0008", "3a", ICMP("87"))),
		LIMITED("node information", LINK6("8b")),
		LIMITED("listener report", LINK6("84")),
		LIMITED("neighbour solicitation in a fragment",
			MACS "86dd 60000000 0010 2c ff 20010db8 *11:00 01 20010db8 *11:00 02"
			     "3a00 0000 *4:00" ICMP("87")),
		FREE("ESP", FRAME4("001c", "0000", "32", ICMP("08"))),
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_view v = {.limited = !cases[i].limited};
		uint8_t b[128];
		uint16_t n = hex(cases[i].frame, b);
		uint8_t *exact = malloc(n);

		memcpy(exact, b, n);
		if (sl_parse_frame(exact, n, &v) != cases[i].verdict ||
			(cases[i].verdict == SL_PUNT && v.limited != cases[i].limited))
			fail_msg("%s", cases[i].what);
		free(exact);
	}
}

static void classes_of_rfc_7983(void **state)
{
	for (unsigned first = 0; first < 256; first++) {
		uint8_t p[2] = {(uint8_t)first, 0};
		enum sl_class want = first < 4                      ? SL_CLASS_STUN
				     : first >= 20 && first <= 63   ? SL_CLASS_DTLS
				     : first >= 128 && first <= 191 ? SL_CLASS_RTP
								    : SL_CLASS_OTHER;

		assert_int_equal(sl_parse_class(p, 2), want);
	}
	for (unsigned second = 0; second < 256; second++) {
		uint8_t p[2] = {0x80, (uint8_t)second};

		assert_int_equal(sl_parse_class(p, 2),
			second >= 192 && second <= 223 ? SL_CLASS_RTCP : SL_CLASS_RTP);
	}
	assert_int_equal(sl_parse_class(NULL, 0), SL_CLASS_OTHER);
	assert_int_equal(sl_parse_class((uint8_t[]){0x80}, 1), SL_CLASS_RTP);
}

static void media_headers(void **state)
{
	static const struct {
		const char *what, *bytes;
		bool plain;
		enum sl_verdict want;
		uint16_t header_len;
	} cases[] = {
		{"RTP", "8000 1234 00000000 deadbeef aabb", true, SL_FORWARD, 12},
		{"RTP without payload", "8000 1234 00000000 deadbeef", true, SL_FORWARD, 12},
		{"RTP, 15 CSRCs", "8f00 1234 00000000 deadbeef *60:01", true, SL_FORWARD, 72},
		{"RTP, CSRCs beyond the packet", "8f00 1234 00000000 deadbeef *59:01", true,
			SL_DROP_RTP},
		{"RTP, extension", "9000 1234 00000000 deadbeef bede0001 11223344 aa", true,
			SL_FORWARD, 20},
		{"RTP, extension cut", "9000 1234 00000000 deadbeef bede00", true, SL_DROP_RTP},
		{"RTP, extension overrun", "9000 1234 00000000 deadbeef bede0002 11223344", true,
			SL_DROP_RTP},
		{"RTP, huge extension", "9000 1234 00000000 deadbeef bedeffff 11223344", true,
			SL_DROP_RTP},
		{"RTP, padding", "a000 1234 00000000 deadbeef aabb0002", true, SL_FORWARD, 12},
		{"RTP, padding is all", "a000 1234 00000000 deadbeef 00000004", true, SL_FORWARD,
			12},
		{"RTP, padding too long", "a000 1234 00000000 deadbeef 00000005", true,
			SL_DROP_RTP},
		{"RTP, padding zero", "a000 1234 00000000 deadbeef 00000000", true, SL_DROP_RTP},
		{"SRTP: padding is encrypted", "a000 1234 00000000 deadbeef 000000ff", false,
			SL_FORWARD, 12},
		{"RTP, 11 bytes", "8000 1234 00000000 deadbe", true, SL_DROP_RTP},
		{"RTCP", "80c9 0001 deadbeef", true, SL_FORWARD, 8},
		{"RTCP compound", "80c9 0001 deadbeef 81ca 0001 00000001", true, SL_FORWARD, 8},
		{"RTCP, 4 bytes", "80c9 0000", true, SL_DROP_RTCP},
		{"RTCP, length beyond", "80c9 0002 deadbeef", true, SL_DROP_RTCP},
		{"RTCP, second cut", "80c9 0001 deadbeef 81ca", true, SL_DROP_RTCP},
		{"RTCP, second not version 2", "80c9 0001 deadbeef 01ca 0001 00000001", true,
			SL_DROP_RTCP},
		{"SRTCP: lengths are encrypted", "80c9 0001 deadbeef *30:ff", false, SL_FORWARD, 8},
		{"STUN", "0001 0000 2112a442 *12:00", true, SL_DROP_DEMUX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_view v = {0};
		uint8_t b[128];
		uint16_t n = hex(cases[i].bytes, b);
		uint8_t *exact = malloc(n);

		memcpy(exact, b, n);
		v.class = sl_parse_class(exact, n);
		if (sl_parse_media(exact, n, cases[i].plain, &v) != cases[i].want)
			fail_msg("%s", cases[i].what);
		if (cases[i].want == SL_FORWARD) {
			assert_int_equal(v.header_len, cases[i].header_len);
			assert_int_equal(v.ssrc, 0xdeadbeef);
			if (v.class == SL_CLASS_RTP)
				assert_int_equal(v.seq, 0x1234);
		}
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_as_the_table_says),
		cmocka_unit_test(frames_cut_anywhere_are_dropped),
		cmocka_unit_test(what_is_limited),
		cmocka_unit_test(classes_of_rfc_7983),
		cmocka_unit_test(media_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
