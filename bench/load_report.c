/* SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>

#include "bench/load.h"

static const char *const kind_names[SL_INJECT_KINDS] = {
	[SL_INJECT_WRONG_KEY] = "wrong-key",
	[SL_INJECT_WRONG_SOURCE] = "wrong-source",
	[SL_INJECT_REPLAY] = "replay",
	[SL_INJECT_REPLAY_OLD] = "replay-old",
	[SL_INJECT_CLOSED] = "closed",
};

static void add(struct sl_stream_counts *sum, const struct sl_stream_counts *one)
{
	sum->sent += one->sent;
	sum->expected += one->expected;
	sum->received += one->received;
	sum->duplicated += one->duplicated;
	sum->reordered += one->reordered;
	sum->bad_decrypt += one->bad_decrypt;
	sum->bad_content += one->bad_content;
}

/* RTP packets in a row of which none came. */
static uint64_t longest_gap(const struct sl_load *load, const struct sl_stream *stream)
{
	uint64_t longest = 0, gap = 0;

	for (uint32_t i = 0; stream->seen && i < load->opt.packets; i++) {
		gap = stream->seen[i / 64] >> (i & 63) & 1 ? 0 : gap + 1;
		if (gap > longest)
			longest = gap;
	}
	return longest;
}

void sl_report_round(struct sl_load *load)
{
	for (unsigned i = 0; i < load->opt.calls * 2; i++) {
		struct sl_stream *stream = &load->calls[i / 2].stream[i % 2];

		uint64_t gap = longest_gap(load, stream);

		if (gap > load->totals.longest_gap)
			load->totals.longest_gap = gap;
		add(&load->totals.rtp, &stream->rtp);
		add(&load->totals.rtcp, &stream->rtcp);
	}
}

static bool all_there(const struct sl_stream_counts *counts)
{
	return counts->sent == counts->expected && counts->received == counts->expected &&
	       !counts->duplicated && !counts->reordered && !counts->bad_decrypt &&
	       !counts->bad_content;
}

/* Injected packets and duplicates reach the relay too: its counts are only compared without them.
 */
static bool query_agrees(const struct sl_load *load)
{
	const struct sl_load_totals *totals = &load->totals;

	if (!load->opt.query || load->opt.bad || load->opt.dup)
		return true;
	return totals->relay_rtp_packets + totals->relay_rtcp_packets ==
	       totals->rtp.sent + totals->rtcp.sent;
}

static bool verdict(const struct sl_load *load)
{
	const struct sl_load_totals *totals = &load->totals;

	return all_there(&totals->rtp) && all_there(&totals->rtcp) && !totals->foreign &&
	       !totals->misdelivered && !totals->after_delete && !totals->send_errors &&
	       !totals->ng_errors && query_agrees(load);
}

static json_t *counts_json(const struct sl_stream_counts *counts)
{
	return json_pack("{s:I s:I s:I s:I s:I s:I s:I}", "sent", (json_int_t)counts->sent,
		"received", (json_int_t)counts->received, "lost",
		(json_int_t)counts->expected - (json_int_t)counts->received, "duplicated",
		(json_int_t)counts->duplicated, "reordered", (json_int_t)counts->reordered,
		"bad-decrypt", (json_int_t)counts->bad_decrypt, "bad-content",
		(json_int_t)counts->bad_content);
}

static json_t *histogram_json(const struct sl_histogram *histogram)
{
	return json_pack("{s:f s:f s:f s:f}", "p50", sl_histogram_quantile(histogram, 0.5) / 1e3,
		"p99", sl_histogram_quantile(histogram, 0.99) / 1e3, "p99.9",
		sl_histogram_quantile(histogram, 0.999) / 1e3, "max", (double)histogram->max / 1e3);
}

static double rate(uint64_t count, uint64_t ns)
{
	return ns ? (double)count * 1e9 / (double)ns : 0;
}

static void print_json(struct sl_load *load, FILE *out)
{
	const struct sl_load_totals *totals = &load->totals;
	const struct sl_load_options *opt = &load->opt;
	json_t *root = json_pack("{s:b s:i s:i s:s s:s s:i}", "ok", verdict(load), "calls",
		opt->calls, "rounds", opt->rounds, "suite-a", opt->leg[0].suite->name, "suite-b",
		opt->leg[1].suite->name, "payload", opt->payload);
	json_t *injected = json_object(), *rss = json_array();

	json_object_set_new(root, "rtp", counts_json(&totals->rtp));
	json_object_set_new(root, "rtcp", counts_json(&totals->rtcp));
	json_object_update_new(root,
		json_pack("{s:I s:I s:I s:I s:I s:I s:I}", "foreign", (json_int_t)totals->foreign,
			"longest-gap", (json_int_t)totals->longest_gap, "held-up",
			(json_int_t)totals->held_up, "misdelivered",
			(json_int_t)totals->misdelivered, "after-delete",
			(json_int_t)totals->after_delete, "send-errors",
			(json_int_t)totals->send_errors, "ng-errors",
			(json_int_t)totals->ng_errors));
	for (unsigned i = 0; i < SL_INJECT_KINDS; i++)
		json_object_set_new(
			injected, kind_names[i], json_integer((json_int_t)totals->injected[i]));
	json_object_set_new(root, "injected", injected);
	json_object_set_new(root, "query",
		json_pack("{s:I s:I}", "rtp", (json_int_t)totals->relay_rtp_packets, "rtcp",
			(json_int_t)totals->relay_rtcp_packets));
	json_object_set_new(
		root, "media-ms", json_integer((json_int_t)(totals->media_ns / 1000000)));
	json_object_set_new(root, "latency-us", histogram_json(&load->latency));
	json_object_set_new(root, "offer-us", histogram_json(&load->offer));
	json_object_set_new(root, "answer-us", histogram_json(&load->answer));
	json_object_set_new(root, "delete-us", histogram_json(&load->erase));
	json_object_set_new(root, "setup-per-s",
		json_real(rate((uint64_t)opt->calls * opt->rounds, totals->setup_ns)));
	json_object_set_new(
		root, "sent-per-s", json_real(rate(totals->rtp.sent, totals->media_ns)));
	json_object_set_new(root, "sender-late-us", json_real((double)totals->late_ns / 1e3));
	for (unsigned i = 0; opt->relay_pid && i < opt->rounds; i++)
		json_array_append_new(rss, json_integer(load->rss_kb[i]));
	json_object_set_new(root, "rss-kb", rss);
	json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(8));
	fputc('\n', out);
	json_decref(root);
}

static void print_counts(const char *name, const struct sl_stream_counts *counts, FILE *out)
{
	if (!counts->sent && !counts->expected)
		return;
	fprintf(out,
		"%-5s sent %llu, received %llu, lost %lld, duplicated %llu, reordered %llu, "
		"bad decrypt %llu, bad content %llu\n",
		name, (unsigned long long)counts->sent, (unsigned long long)counts->received,
		(long long)counts->expected - (long long)counts->received,
		(unsigned long long)counts->duplicated, (unsigned long long)counts->reordered,
		(unsigned long long)counts->bad_decrypt, (unsigned long long)counts->bad_content);
}

static void print_times(const char *name, const struct sl_histogram *histogram, FILE *out)
{
	if (!histogram->count)
		return;
	fprintf(out, "%-8s p50 %.1f, p99 %.1f, p99.9 %.1f, max %.1f us\n", name,
		sl_histogram_quantile(histogram, 0.5) / 1e3,
		sl_histogram_quantile(histogram, 0.99) / 1e3,
		sl_histogram_quantile(histogram, 0.999) / 1e3, (double)histogram->max / 1e3);
}

static void print_text(struct sl_load *load, FILE *out)
{
	const struct sl_load_totals *totals = &load->totals;
	const struct sl_load_options *opt = &load->opt;

	fprintf(out, "%u calls, %u round(s), %s <-> %s, payload %u bytes\n", opt->calls,
		opt->rounds, opt->leg[0].suite->name, opt->leg[1].suite->name, opt->payload);
	print_counts("RTP", &totals->rtp, out);
	print_counts("RTCP", &totals->rtcp, out);
	fprintf(out,
		"foreign %llu, misdelivered %llu, after delete %llu, send errors %llu, NG errors "
		"%llu\n",
		(unsigned long long)totals->foreign, (unsigned long long)totals->misdelivered,
		(unsigned long long)totals->after_delete, (unsigned long long)totals->send_errors,
		(unsigned long long)totals->ng_errors);
	for (unsigned i = 0; i < SL_INJECT_KINDS && opt->bad; i++)
		fprintf(out, "injected %s: %llu\n", kind_names[i],
			(unsigned long long)totals->injected[i]);
	if (opt->query)
		fprintf(out, "relay counted RTP %llu, RTCP %llu\n",
			(unsigned long long)totals->relay_rtp_packets,
			(unsigned long long)totals->relay_rtcp_packets);
	print_times("latency", &load->latency, out);
	print_times("offer", &load->offer, out);
	print_times("answer", &load->answer, out);
	print_times("delete", &load->erase, out);
	fprintf(out, "%.0f calls set up/s, %.0f packets sent/s, sender at most %.0f us late\n",
		rate((uint64_t)opt->calls * opt->rounds, totals->setup_ns),
		rate(totals->rtp.sent, totals->media_ns), (double)totals->late_ns / 1e3);
	for (unsigned i = 0; opt->relay_pid && i < opt->rounds; i++)
		fprintf(out, "round %u: relay resident %ld kB\n", i + 1, load->rss_kb[i]);
	fprintf(out, "%s\n", verdict(load) ? "ok" : "FAILED");
}

bool sl_report_print(struct sl_load *load)
{
	print_text(load, stdout);
	if (load->opt.json) {
		FILE *out = fopen(load->opt.json, "w");

		if (!out) {
			perror(load->opt.json);
			return false;
		}
		print_json(load, out);
		fclose(out);
	}
	return verdict(load);
}
