/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/negotiate_keys.h"

#include <string.h>

#include "ctrl/sdp/sdes.h"
#include "ctrl/sdp/sdes_policy.h"

static void take_line(struct sl_media_params *params, const struct sl_sdes *line)
{
	params->tag = line->tag;
	params->draft_name = line->draft_name;
	params->theirs = line->master;
}

/* A line that can be served: noted, and taken if it is better than what was taken before. */
static void weigh_line(struct sl_media_params *params, const struct sl_sdes *line,
	const struct sl_offer_policy *policy, unsigned at, unsigned *best)
{
	enum sl_suite suite = line->master.suite;
	unsigned rank = sl_sdes_rank(policy->sdes, suite, at);

	params->suites |= sl_suite_bit(suite);
	if (suite == policy->in_force && params->kept.theirs.suite == SL_SUITE_NONE) {
		params->kept.tag = line->tag;
		params->kept.draft_name = line->draft_name;
		params->kept.theirs = line->master;
	}
	if (rank >= *best)
		return;
	*best = rank;
	take_line(params, line);
}

int sl_keys_choose(const struct sl_sdp_media *media, const struct sl_offer_policy *policy,
	struct sl_media_params *params, struct sl_error *error)
{
	const char *first = NULL;
	unsigned best = UINT32_MAX;
	struct sl_sdes line, spare = {.master.suite = SL_SUITE_NONE};

	for (unsigned i = 0; i < media->n_crypto; i++) {
		const char *reason = NULL;
		int rc = sl_sdes_parse(&line, media->crypto[i].at, media->crypto[i].len, &reason);

		if (!rc && !sl_suite_strong(line.master.suite, policy->minimum))
			reason = "weaker than min-suite of the interface";
		else if (!rc && !sl_sdes_allows(policy->sdes, line.master.suite))
			reason = "the SDES flags forbid the suite";
		else if (!rc)
			weigh_line(params, &line, policy, i, &best);
		if (!rc && !spare.master.suite &&
			sl_suite_strong(line.master.suite, policy->minimum))
			spare = line;
		explicit_bzero(&line, sizeof(line));
		if (!first)
			first = reason;
	}
	/* Nothing that is allowed: the call is worth more than the wish. */
	if (best == UINT32_MAX && spare.master.suite)
		take_line(params, &spare);
	else if (best == UINT32_MAX)
		return sl_refuse(error, -SL_E_NO_KEY, "line %u: no a=crypto that can be served: %s",
			media->line, first ? first : "there is none");
	explicit_bzero(&spare, sizeof(spare));
	if (first)
		sl_remark(error, "line %u: an a=crypto is passed over: %s", media->line, first);
	return 0;
}

/* One line of an answer: by its suite, which was offered once, one of ours. */
static int answer_line(struct sl_text text, const struct sl_suite_list *offered,
	struct sl_sdes *line, struct sl_error *error)
{
	const char *reason = "", *name;
	unsigned at = 0;

	if (sl_sdes_parse(line, text.at, text.len, &reason))
		return sl_refuse(error, -SL_E_NO_KEY, "a=crypto: %s", reason);
	name = sl_suites[line->master.suite].name;
	while (at < offered->n && offered->suite[at] != line->master.suite)
		at++;
	if (at == offered->n)
		return sl_refuse(error, -SL_E_WRONG_KEY, "a=crypto: %s was not offered", name);
	if (line->tag != at + 1)
		sl_remark(error, "a=crypto tag %u answers %s, which has tag %u: taken by its suite",
			line->tag, name, at + 1);
	line->tag = at + 1;
	return 0;
}

int sl_keys_answer(const struct sl_sdp_media *media, const struct sl_proposal *proposal,
	struct sl_media_params *to, struct sl_error *error)
{
	struct sl_error first = {0}, said;
	int rc;
	unsigned usable = 0;
	struct sl_sdes line;

	for (unsigned i = 0; i < media->n_crypto; i++) {
		said = (struct sl_error){0};
		rc = answer_line(media->crypto[i], &proposal->suites, &line, &said);
		if (!rc && !usable++)
			take_line(to, &line);
		explicit_bzero(&line, sizeof(line));
		if (said.text[0] && !first.text[0])
			first = said;
	}
	if (!usable)
		return sl_refuse(error, first.code ? first.code : -SL_E_WRONG_KEY, "line %u: %s",
			media->line,
			first.text[0] ? first.text
				      : "an answer has one a=crypto (RFC 4568 5.1.2), not 0");
	if (usable > 1)
		return sl_refuse(error, -SL_E_WRONG_KEY,
			"line %u: an answer has one a=crypto (RFC 4568 5.1.2), not %u", media->line,
			usable);
	if (first.text[0])
		sl_remark(error, "line %u: %s", media->line, first.text);
	return 0;
}
