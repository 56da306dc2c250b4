/* SPDX-License-Identifier: BSD-3-Clause */
/* The backends of a build with IPsec-MB, the best one first. */
#include <stddef.h>

#include "dataplane/crypto/crypto.h"

const struct sl_crypto_backend *const sl_crypto_backends[] = {
	&sl_crypto_ipsecmb, &sl_crypto_srtp2, NULL};
