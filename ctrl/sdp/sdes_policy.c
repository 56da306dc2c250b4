/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/sdp/sdes_policy.h"

#include <string.h>

/* Strongest first, and few: an INVITE should stay inside one MTU. */
static const enum sl_suite default_suites[] = {
	SL_SUITE_AEAD_AES_256_GCM,
	SL_SUITE_AES_256_CM_HMAC_SHA1_80,
	SL_SUITE_AES_CM_128_HMAC_SHA1_80,
};

enum { DEFAULT_SUITES = sizeof(default_suites) / sizeof(default_suites[0]) };

void sl_suite_list_add(struct sl_suite_list *list, enum sl_suite suite)
{
	if (!memchr(list->suite, (int)suite, list->n))
		list->suite[list->n++] = (uint8_t)suite;
}

bool sl_suite_strong(enum sl_suite suite, enum sl_suite minimum)
{
	return sl_suites[suite].key_len >= sl_suites[minimum].key_len &&
	       sl_suites[suite].rtp_tag >= sl_suites[minimum].rtp_tag;
}

bool sl_sdes_allows(const struct sl_sdes_options *options, enum sl_suite suite)
{
	if (options->only)
		return options->only & sl_suite_bit(suite);
	return !(options->no & sl_suite_bit(suite));
}

/* Suites that the options allow, as bits; what they do not speak of is left to the defaults. */
static uint16_t wanted(
	const struct sl_sdes_options *options, uint16_t offered, enum sl_suite in_force)
{
	uint16_t defaults = in_force == SL_SUITE_NONE ? 0 : sl_suite_bit(in_force);

	for (unsigned i = 0; i < DEFAULT_SUITES; i++)
		defaults |= sl_suite_bit(default_suites[i]);
	if (options->nonew && offered)
		return offered;
	if (options->only)
		return options->only;
	return defaults & (uint16_t)~options->no;
}

struct sl_suite_list sl_sdes_propose(const struct sl_sdes_options *options, uint16_t offered,
	enum sl_suite in_force, enum sl_suite minimum)
{
	struct sl_suite_list all = {0}, list = {0};
	uint16_t bits = wanted(options, offered, in_force);

	if (in_force != SL_SUITE_NONE)
		sl_suite_list_add(&all, in_force);
	for (unsigned i = 0; i < options->order.n; i++)
		sl_suite_list_add(&all, options->order.suite[i]);
	for (unsigned i = 0; i < DEFAULT_SUITES; i++)
		sl_suite_list_add(&all, default_suites[i]);
	for (int suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++)
		sl_suite_list_add(&all, suite);
	for (unsigned i = 0; i < all.n; i++)
		if (bits & sl_suite_bit(all.suite[i]) && sl_suite_strong(all.suite[i], minimum))
			sl_suite_list_add(&list, all.suite[i]);
	list.kept = list.n && list.suite[0] == in_force;
	return list;
}

unsigned sl_sdes_rank(const struct sl_sdes_options *options, enum sl_suite suite, unsigned at)
{
	for (unsigned i = 0; i < options->offerer_pref.n; i++)
		if (options->offerer_pref.suite[i] == suite)
			return i;
	return options->offerer_pref.n + at;
}

bool sl_suite_list_shorten(struct sl_suite_list *list)
{
	unsigned last = list->n;

	if (last < 2)
		return false;
	if (list->suite[--last] == SL_SUITE_AES_CM_128_HMAC_SHA1_80 && last > list->kept)
		last--;
	memmove(list->suite + last, list->suite + last + 1, list->n - last - 1u);
	list->n--;
	return true;
}
