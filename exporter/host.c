/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/host.h"

#include <string.h>
#include <strings.h>

/* The host of HOST[:PORT], without an IPv6 address' brackets. False: it is none. */
static bool read_name(const char *host, char name[SL_SETTINGS_HOST])
{
	bool bracket = *host == '[';
	size_t len = strcspn(host += bracket, bracket ? "]" : ":");
	const char *rest = host + len + bracket;

	if (!len || len >= SL_SETTINGS_HOST || (bracket && !host[len]))
		return false;
	if (*rest && (*rest != ':' || strspn(rest + 1, "0123456789") != strlen(rest + 1)))
		return false;
	memcpy(name, host, len);
	name[len] = '\0';
	return true;
}

bool sl_host_is_ours(const struct sl_settings *s, const char *host)
{
	char name[SL_SETTINGS_HOST];
	uint8_t ip[16];

	if (!host)
		return true;
	if (!read_name(host, name))
		return false;
	if (!sl_address_parse(name, ip))
		return sl_settings_is_loopback(ip) || !memcmp(ip, s->ip, sizeof(ip));
	for (unsigned i = 0; i < s->n_host; i++)
		if (!strcasecmp(name, s->host[i]))
			return true;
	return !strcasecmp(name, "localhost");
}
