/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/crypto.h"

#include <endian.h>
#include <string.h>

#include "dataplane/crypto/crypto_selftest.h"

static const struct sl_crypto_backend *const backends[] = {&sl_crypto_ipsecmb, &sl_crypto_srtp2};

const struct sl_crypto_backend *sl_crypto_select(const char *name, const char **why)
{
	const char *reason = "no such crypto backend: ipsec-mb or srtp2";

	for (unsigned i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		if (strcmp(backends[i]->name, name) != 0)
			continue;
		reason = sl_crypto_selftest(backends[i]);
		if (!reason)
			return backends[i];
		break;
	}
	if (why)
		*why = reason;
	return NULL;
}

uint32_t sl_srtcp_trailer(enum sl_suite suite, const uint8_t *data, uint16_t len)
{
	const struct sl_suite_info *info = &sl_suites[suite];
	uint32_t word;

	/* AEAD: last in the packet; else in front of the tag. */
	memcpy(&word, data + len - sizeof(word) - (info->aead ? 0 : info->rtcp_tag), sizeof(word));
	return be32toh(word);
}
