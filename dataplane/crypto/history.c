/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/history.h"

#include <string.h>

#include "dataplane/base/packet_path.h"

enum { PAGE_BITS = 8 * sizeof(struct sl_history_page), BITS = PAGE_BITS * SL_HISTORY_FILTER };

/* Lies in a page of its own. */
struct sl_forgotten {
	struct sl_history_page *hand; /* where the search for a record to give up goes on */
	uint64_t at;                  /* record of that page */
	struct sl_history_page *filter[SL_HISTORY_FILTER]; /* NULL: all bits are zero */
};
_Static_assert(sizeof(struct sl_forgotten) <= sizeof(struct sl_history_page), "fits into a page");

struct sl_record *sl_history_find(const struct sl_history *h, uint32_t ssrc)
{
	unsigned far = h->n > SL_HISTORY_NEAR ? h->n - SL_HISTORY_NEAR : 0;

	for (unsigned i = 0; i < h->n && i < SL_HISTORY_NEAR; i++)
		if (h->near[i].ssrc == ssrc)
			return (struct sl_record *)&h->near[i];
	for (struct sl_history_page *page = h->pages; page; page = page->next) {
		unsigned n = (far - 1) % SL_HISTORY_PAGE + 1;

		for (unsigned i = 0; i < n; i++)
			if (page->record[i].ssrc == ssrc)
				return &page->record[i];
		far -= n;
	}
	return NULL;
}

/* The bits of an SSRC: double hashing of a mix of its 32 bits (splitmix64's finalizer). */
static uint32_t probe(uint32_t ssrc, unsigned i)
{
	uint64_t x = ssrc + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	return ((uint32_t)x + i * ((uint32_t)(x >> 32) | 1)) % BITS;
}

static bool is_forgotten(const struct sl_history *h, uint32_t ssrc)
{
	for (unsigned i = 0; h->forgotten && i < SL_HISTORY_PROBES; i++) {
		uint32_t bit = probe(ssrc, i);
		const struct sl_history_page *page = h->forgotten->filter[bit / PAGE_BITS];

		if (!page || !(page->bits[bit % PAGE_BITS / 8] >> bit % 8 & 1))
			return false;
	}
	return h->forgotten;
}

/* Before its record goes to another. false: there is no page now. */
static bool forget(struct sl_history *h, uint32_t ssrc, const struct sl_page_source *source)
{
	for (unsigned i = 0; i < SL_HISTORY_PROBES; i++) {
		uint32_t bit = probe(ssrc, i);
		struct sl_history_page **page = &h->forgotten->filter[bit / PAGE_BITS];

		if (!*page)
			*page = source->take(source->context);
		if (!*page)
			return false;
		(*page)->bits[bit % PAGE_BITS / 8] |= (uint8_t)(1 << bit % 8);
	}
	return true;
}

static struct sl_record *next_candidate(struct sl_history *h)
{
	struct sl_forgotten *f = h->forgotten;

	if (!f->hand)
		f->hand = h->pages;

	struct sl_record *r = &f->hand->record[f->at++];

	if (f->at == SL_HISTORY_PAGE) {
		f->at = 0;
		f->hand = f->hand->next;
	}
	return r;
}

/* The record of an SSRC that was not heard for long; NULL: there is no page now. */
static struct sl_record *give_up(struct sl_history *h, const struct sl_page_source *source)
{
	if (!h->forgotten)
		h->forgotten = (struct sl_forgotten *)source->take(source->context);
	if (!h->forgotten)
		return NULL;
	/* The first round may find that all are recent; few are live. */
	for (unsigned i = 0; i < 3 * SL_HISTORY_FAR; i++) {
		struct sl_record *r = next_candidate(h);

		if (r->live)
			continue;
		if (!r->recent)
			return forget(h, r->ssrc, source) ? r : NULL;
		r->recent = false;
	}
	return NULL;
}

static struct sl_record *empty_record(struct sl_history *h, const struct sl_page_source *source)
{
	unsigned far = h->n - SL_HISTORY_NEAR;

	if (h->n < SL_HISTORY_NEAR)
		return &h->near[h->n++];
	if (far == SL_HISTORY_FAR)
		return give_up(h, source);
	if (far % SL_HISTORY_PAGE == 0) {
		struct sl_history_page *page = source->take(source->context);

		if (!page)
			return NULL;
		page->next = h->pages;
		h->pages = page;
	}
	h->n++;
	return &h->pages->record[far % SL_HISTORY_PAGE];
}

struct sl_record *sl_history_enter(
	struct sl_history *h, uint32_t ssrc, const struct sl_page_source *source)
{
	struct sl_record *r = sl_history_find(h, ssrc);

	if (!r) {
		if (is_forgotten(h, ssrc))
			return NULL;
		r = empty_record(h, source);
		if (!r)
			return NULL;
		*r = (struct sl_record){.ssrc = ssrc};
	}
	r->live = r->recent = true;
	return r;
}

void sl_history_clear(struct sl_history *h, void (*give)(struct sl_history_page *page))
{
	while (h->pages) {
		struct sl_history_page *page = h->pages;

		h->pages = page->next;
		give(page);
	}
	for (unsigned i = 0; h->forgotten && i < SL_HISTORY_FILTER; i++)
		if (h->forgotten->filter[i])
			give(h->forgotten->filter[i]);
	if (h->forgotten)
		give((struct sl_history_page *)h->forgotten);
	*h = (struct sl_history){0};
}
