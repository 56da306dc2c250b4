/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/crypto.h"

#include <endian.h>
#include <string.h>

#include "dataplane/crypto/crypto_selftest.h"

static bool is_called(const struct sl_crypto_backend *backend, const char *name)
{
	return strcmp(name, "auto") == 0 || strcmp(name, backend->name) == 0;
}

const struct sl_crypto_backend *sl_crypto_select(const char *name, const char **why)
{
	const struct sl_crypto_backend *const *backend = sl_crypto_backends;
	const char *reason = "this build has no such backend: set crypto = auto";

	while (*backend && !is_called(*backend, name))
		backend++;
	if (*backend)
		reason = sl_crypto_selftest(*backend);
	if (!reason)
		return *backend;
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
