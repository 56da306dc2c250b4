/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/filter/prefixes.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/base/packet_path.h"

enum { DEEPEST = 129 }; /* prefixes within each other */

static struct sl_range_start number_of(const uint8_t ip[16])
{
	uint64_t half[2];

	memcpy(half, ip, sizeof(half));
	return (struct sl_range_start){be64toh(half[0]), be64toh(half[1])};
}

static bool above(struct sl_range_start a, struct sl_range_start b)
{
	return a.high > b.high || (a.high == b.high && a.low > b.low);
}

/* The first address behind it; 0: there is none. */
static struct sl_range_start behind(const struct sl_listed *listed)
{
	struct sl_range_start at = number_of(listed->ip);
	unsigned bits = listed->bits;

	if (bits > 64) {
		uint64_t low = at.low + (UINT64_C(1) << (128 - bits));

		at.high += low < at.low;
		at.low = low;
	} else {
		at.high += bits ? UINT64_C(1) << (64 - bits) : 0;
		at.low = 0;
	}
	return at;
}

/* Those that lie within another stand behind it. */
static int in_order(const void *a, const void *b)
{
	const struct sl_listed *x = a, *y = b;
	int order = memcmp(x->ip, y->ip, sizeof(x->ip));

	return order ? order : (int)x->bits - (int)y->bits;
}

/* From `start` on it is `says`. What began there before is over. */
static void begin(struct sl_prefixes *p, struct sl_range_start start, uint8_t says)
{
	if (p->n == 0 || above(start, p->start[p->n - 1]))
		p->n++;
	p->start[p->n - 1] = start;
	p->says[p->n - 1] = says;
}

/* Behind the innermost it is the one around it that counts. */
static void end(struct sl_prefixes *p, const struct sl_listed *const *open, unsigned depth)
{
	struct sl_range_start next = behind(open[depth - 1]);

	if (next.high || next.low)
		begin(p, next, depth > 1 ? open[depth - 2]->prefix : SL_PREFIX_NONE);
}

void sl_prefixes_make(struct sl_prefixes *prefixes, struct sl_listed *list, unsigned n)
{
	const struct sl_listed *open[DEEPEST];
	unsigned depth = 0;

	prefixes->n = 0;
	if (n == 0)
		return;
	qsort(list, n, sizeof(*list), in_order);
	begin(prefixes, (struct sl_range_start){0, 0}, SL_PREFIX_NONE);
	for (unsigned i = 0; i < n; i++) {
		struct sl_range_start start = number_of(list[i].ip);

		for (; depth; depth--) {
			struct sl_range_start next = behind(open[depth - 1]);

			if ((next.high == 0 && next.low == 0) || above(next, start))
				break;
			end(prefixes, open, depth);
		}
		open[depth++] = &list[i];
		begin(prefixes, start, list[i].prefix);
	}
	for (; depth; depth--)
		end(prefixes, open, depth);
}

enum sl_prefix sl_prefixes_find(const struct sl_prefixes *p, const uint8_t ip[16])
{
	struct sl_range_start at = number_of(ip);
	unsigned low = 0, n = p->n;

	if (n == 0)
		return SL_PREFIX_NONE;
	while (n > 1) { /* it begins in [low, low + n) */
		unsigned half = n / 2;

		low += above(p->start[low + half], at) ? 0 : half;
		n -= half;
	}
	return (enum sl_prefix)p->says[low];
}
