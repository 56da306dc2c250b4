/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of the policy ([guard] in the configuration) whoever looks at packets needs: the XDP
 * program, as its map `policy`, and the workers.
 *
 * A stranger is a source that no call names, neither in its signalling nor by what authenticated.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include "sluice/bucket.h"

struct sl_policy {
	struct sl_rate stranger;  /* packets of each stranger, an IPv4 address or an IPv6 /64, to
				     open ports */
	struct sl_rate strangers; /* of all strangers together */
	struct sl_rate unproven;  /* per flow: packets that its sender's stream does not explain: a
				     new SSRC, a source that is yet to be believed */
	__u32 prefixes;           /* in the map of prefixes; 0: nobody need look */
	__u32 unused;
};

/* What a prefix of the lists says; of several that match, the longest counts. */
enum sl_prefix {
	SL_PREFIX_NONE,
	SL_PREFIX_ALLOW, /* never counted as a stranger */
	SL_PREFIX_DENY,  /* refused, whatever it sends */
};

/*
 * What nobody can send from: nobody, this host, many, or what was never given out (RFC 6890,
 * RFC 4291 2.5). IPv4 in mapped form. Our own addresses are not looked at.
 */
static inline bool sl_is_martian(const __u8 ip[16])
{
	__u32 word[3];

	__builtin_memcpy(word, ip, sizeof(word));
	if ((word[0] | word[1]) != 0)
		return ip[0] == 0xff;
	if (ip[8] == 0 && ip[9] == 0 && ip[10] == 0xff && ip[11] == 0xff)
		return ip[12] == 0 || ip[12] == 127 || ip[12] >= 224;
	return word[2] == 0;
}

#endif
