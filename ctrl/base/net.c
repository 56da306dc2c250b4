/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/net.h"

#include <string.h>

static void clear_host_bits(uint8_t ip[16], unsigned bits)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits > 8 * i ? bits - 8 * i : 0;

		if (keep < 8)
			ip[i] &= (uint8_t)(0xff00 >> keep);
	}
}

/* 0 to `max`, in decimal. */
static bool read_bits(const char *text, unsigned max, unsigned *bits)
{
	size_t len = strlen(text);

	*bits = 0;
	if (!len || len > 3 || strspn(text, "0123456789") != len)
		return false;
	for (; *text; text++)
		*bits = *bits * 10 + (unsigned)(*text - '0');
	return *bits <= max;
}

const char *sl_net_parse(const char *value, struct sl_net *net)
{
	static const char scheme[] = "net:";
	char copy[SL_NET_TEXT], *ip = copy + strlen(scheme), *slash;
	uint8_t whole[16];
	unsigned width, bits;

	if (strlen(value) >= sizeof(copy) || strncmp(value, scheme, strlen(scheme)))
		return "write net:ADDRESS/BITS";
	strcpy(copy, value);
	slash = strchr(ip, '/');
	if (slash)
		*slash++ = '\0';
	if (sl_address_parse(ip, net->ip))
		return "write net:ADDRESS/BITS";
	width = bits = sl_address_is_ipv4(net->ip) ? 32 : 128;
	if (slash && !read_bits(slash, width, &bits))
		return width == 32 ? "its prefix is not 0 to 32 bits"
				   : "its prefix is not 0 to 128 bits";
	net->bits = (uint8_t)(128 - width + bits);
	memcpy(whole, net->ip, sizeof(whole));
	clear_host_bits(net->ip, net->bits);
	if (memcmp(whole, net->ip, sizeof(whole)))
		return "it has bits set behind the prefix";
	strcpy(net->text, value);
	return NULL;
}

bool sl_net_has(const struct sl_net *nets, unsigned n, const uint8_t ip[16])
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t prefix[16];

		memcpy(prefix, ip, sizeof(prefix));
		clear_host_bits(prefix, nets[i].bits);
		/* An IPv6 /0 is no leave for IPv4. */
		if (sl_address_is_ipv4(ip) == sl_address_is_ipv4(nets[i].ip) &&
			!memcmp(prefix, nets[i].ip, sizeof(prefix)))
			return true;
	}
	return false;
}
