/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

int sl_address_parse(const char *text, uint8_t ip[16])
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		memcpy(ip, mapped, sizeof(mapped));
		memcpy(ip + 12, bytes, 4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return -EINVAL;
	if (sl_address_is_ipv4(bytes))
		return -EAFNOSUPPORT;
	memcpy(ip, bytes, sizeof(bytes));
	return 0;
}

const char *sl_address_text(const uint8_t ip[16], char text[SL_ADDRESS_TEXT])
{
	if (sl_address_is_ipv4(ip))
		inet_ntop(AF_INET, ip + 12, text, SL_ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, ip, text, SL_ADDRESS_TEXT);
	return text;
}

bool sl_address_is_ipv4(const uint8_t ip[16])
{
	return memcmp(ip, mapped, sizeof(mapped)) == 0;
}

const char *sl_endpoint_text(const uint8_t ip[16], unsigned port, char text[SL_ENDPOINT_TEXT])
{
	char address[SL_ADDRESS_TEXT];

	snprintf(text, SL_ENDPOINT_TEXT, sl_address_is_ipv4(ip) ? "%s:%u" : "[%s]:%u",
		sl_address_text(ip, address), port);
	return text;
}

/* A decimal number from 1 to 65535. */
static bool read_port(const char *text, uint16_t *port)
{
	size_t len = strlen(text);
	unsigned long number;

	if (!len || len > 5 || strspn(text, "0123456789") != len)
		return false;
	number = strtoul(text, NULL, 10);
	*port = (uint16_t)number;
	return number > 0 && number <= UINT16_MAX;
}

int sl_endpoint_parse(const char *text, uint8_t ip[16], uint16_t *port)
{
	char copy[SL_ENDPOINT_TEXT], *address = copy, *colon;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	colon = strrchr(copy, ':');
	if (!colon)
		return -EINVAL;
	*colon++ = '\0';
	if (*address == '[') {
		address++;
		if (colon - address < 3 || colon[-2] != ']')
			return -EINVAL;
		colon[-2] = '\0';
	}
	if (sl_address_parse(address, ip) || !read_port(colon, port))
		return -EINVAL;
	return (address == copy) == sl_address_is_ipv4(ip) ? 0 : -EINVAL;
}

int sl_address_family(const uint8_t ip[16])
{
	return sl_address_is_ipv4(ip) ? SL_IPV4 : SL_IPV6;
}

static const char *refused_ipv4(const uint8_t ip[4])
{
	if (ip[0] == 0)
		return "an unspecified address";
	if (ip[0] == 127)
		return "a loopback address";
	if (ip[0] == 169 && ip[1] == 254)
		return "a link-local address";
	if (ip[0] >= 224 && ip[0] <= 239)
		return "a multicast address";
	if (ip[0] == 255 && ip[1] == 255 && ip[2] == 255 && ip[3] == 255)
		return "the broadcast address";
	if (ip[0] >= 240)
		return "a reserved address";
	return NULL;
}

static const char *refused_ipv6(const uint8_t ip[16])
{
	static const uint8_t zero[16];

	if (memcmp(ip, zero, 16) == 0)
		return "an unspecified address";
	if (memcmp(ip, zero, 15) == 0 && ip[15] == 1)
		return "a loopback address";
	if (memcmp(ip, zero, 12) == 0)
		return "an IPv4-compatible address (deprecated, RFC 4291 2.5.5.1)";
	if (ip[0] == 0xff)
		return "a multicast address";
	if (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80)
		return "a link-local address";
	return NULL;
}

const char *sl_address_refused(const uint8_t ip[16])
{
	return sl_address_is_ipv4(ip) ? refused_ipv4(ip + 12) : refused_ipv6(ip);
}
