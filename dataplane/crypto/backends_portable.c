/* SPDX-License-Identifier: BSD-3-Clause */
/* The backends of a build without IPsec-MB, which exists for x86 alone. */
#include <stddef.h>

#include "dataplane/crypto/crypto.h"

const struct sl_crypto_backend *const sl_crypto_backends[] = {&sl_crypto_srtp2, NULL};
