/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/random.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

static struct {
	uint8_t bytes[1024];
	size_t left; /* the first ones of them */
} pool;

static int refill(void)
{
	while (pool.left < sizeof(pool.bytes)) {
		ssize_t n = getrandom(pool.bytes + pool.left, sizeof(pool.bytes) - pool.left, 0);

		if (n < 0 && errno != EINTR)
			return -errno;
		pool.left += n < 0 ? 0 : (size_t)n;
	}
	return 0;
}

int sl_random(void *out, size_t len)
{
	uint8_t *to = out;

	for (size_t n; len; to += n, len -= n) {
		int rc = pool.left ? 0 : refill();

		if (rc) {
			explicit_bzero(out, (size_t)(to - (uint8_t *)out) + len);
			return rc;
		}
		n = len < pool.left ? len : pool.left;
		pool.left -= n;
		memcpy(to, pool.bytes + pool.left, n);
		explicit_bzero(pool.bytes + pool.left, n);
	}
	return 0;
}
