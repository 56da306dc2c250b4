/* SPDX-License-Identifier: BSD-3-Clause */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "bench/load_packet.h"

static const char help[] =
	"srtp_load --ng unix:PATH|udp:ADDRESS:PORT --addr-a ADDRESS --addr-b ADDRESS [option ...]\n"
	"Plays both endpoints of calls through a relay and judges every packet that comes out.\n"
	"  --netns-a NAME, --netns-b NAME     network namespace of that leg's sockets\n"
	"  --port-a N, --port-b N             first local UDP port (4000, 34000)\n"
	"  --suite-a NAME, --suite-b NAME     SDES suite, or RTP (AES_CM_128_HMAC_SHA1_80)\n"
	"  --direction A,B                    logical interfaces for NG direction\n"
	"  --mux a|b|ab                       legs that ask for a=rtcp-mux\n"
	"  --sdes LIST|only                   NG SDES of the offer; only: only-SUITE of leg B\n"
	"  --rtcp-mux LIST, --flags LIST      NG rtcp-mux of the offer, flags of offer and answer\n"
	"  --calls N (1)  --pps N (50)  --seconds X (1)  --payload BYTES (160)  --rounds N (1)\n"
	"  --rtcp MS          RTCP reports per stream, every MS milliseconds\n"
	"  --seq-start N      first sequence number of every stream\n"
	"  --ssrc-packets N   a new SSRC every N packets\n"
	"  --loss PERCENT  --dup PERCENT  --reorder PERCENT       at the sender\n"
	"  --bad              inject wrong-key, wrong-source, replayed and closed-port packets\n"
	"  --after-delete N   packets per stream sent when the calls are gone\n"
	"  --video (VP8 m-line)  --avpf  --keep (no delete)  --query (ask for and compare counts)\n"
	"  --share N          calls per socket (1)   --live   no packets made or kept ahead\n"
	"  --in-flight N      send no more than N packets that have not come, and no second one of "
	"a\n"
	"                     stream before the first of each has, so that a slow machine loses "
	"or\n"
	"                     reorders none; after a second they are given up as lost\n"
	"  --halfway COMMAND  run by the shell, and waited for, when half of the packets are sent\n"
	"  --until FILE       media ends when there is such a file, at latest after --seconds\n"
	"  --memory MB (1536)  --drain MS (1000)  --cpu N  --relay-pid PID (report its memory)\n"
	"  --json FILE        the result as JSON too\n"
	"Exit: 0 everything arrived once, in order and unchanged; 1 not so; 2 could not be "
	"tried.\n";

enum {
	OPT_NG = 256,
	OPT_ADDR,
	OPT_NETNS = OPT_ADDR + 2,
	OPT_PORT = OPT_NETNS + 2,
	OPT_SUITE = OPT_PORT + 2,
	OPT_DIRECTION = OPT_SUITE + 2,
	OPT_MUX,
	OPT_SDES,
	OPT_RTCP_MUX,
	OPT_FLAGS,
	OPT_CALLS,
	OPT_PPS,
	OPT_SECONDS,
	OPT_PAYLOAD,
	OPT_ROUNDS,
	OPT_RTCP,
	OPT_SEQ,
	OPT_SSRC,
	OPT_LOSS,
	OPT_DUP,
	OPT_REORDER,
	OPT_BAD,
	OPT_AFTER,
	OPT_VIDEO,
	OPT_AVPF,
	OPT_KEEP,
	OPT_QUERY,
	OPT_SHARE,
	OPT_LIVE,
	OPT_IN_FLIGHT,
	OPT_HALFWAY,
	OPT_UNTIL,
	OPT_MEMORY,
	OPT_DRAIN,
	OPT_CPU,
	OPT_PID,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{"ng", 1, NULL, OPT_NG},
	{"addr-a", 1, NULL, OPT_ADDR},
	{"addr-b", 1, NULL, OPT_ADDR + 1},
	{"netns-a", 1, NULL, OPT_NETNS},
	{"netns-b", 1, NULL, OPT_NETNS + 1},
	{"port-a", 1, NULL, OPT_PORT},
	{"port-b", 1, NULL, OPT_PORT + 1},
	{"suite-a", 1, NULL, OPT_SUITE},
	{"suite-b", 1, NULL, OPT_SUITE + 1},
	{"direction", 1, NULL, OPT_DIRECTION},
	{"mux", 1, NULL, OPT_MUX},
	{"sdes", 1, NULL, OPT_SDES},
	{"rtcp-mux", 1, NULL, OPT_RTCP_MUX},
	{"flags", 1, NULL, OPT_FLAGS},
	{"calls", 1, NULL, OPT_CALLS},
	{"pps", 1, NULL, OPT_PPS},
	{"seconds", 1, NULL, OPT_SECONDS},
	{"payload", 1, NULL, OPT_PAYLOAD},
	{"rounds", 1, NULL, OPT_ROUNDS},
	{"rtcp", 1, NULL, OPT_RTCP},
	{"seq-start", 1, NULL, OPT_SEQ},
	{"ssrc-packets", 1, NULL, OPT_SSRC},
	{"loss", 1, NULL, OPT_LOSS},
	{"dup", 1, NULL, OPT_DUP},
	{"reorder", 1, NULL, OPT_REORDER},
	{"bad", 0, NULL, OPT_BAD},
	{"after-delete", 1, NULL, OPT_AFTER},
	{"video", 0, NULL, OPT_VIDEO},
	{"avpf", 0, NULL, OPT_AVPF},
	{"keep", 0, NULL, OPT_KEEP},
	{"query", 0, NULL, OPT_QUERY},
	{"share", 1, NULL, OPT_SHARE},
	{"live", 0, NULL, OPT_LIVE},
	{"in-flight", 1, NULL, OPT_IN_FLIGHT},
	{"halfway", 1, NULL, OPT_HALFWAY},
	{"until", 1, NULL, OPT_UNTIL},
	{"memory", 1, NULL, OPT_MEMORY},
	{"drain", 1, NULL, OPT_DRAIN},
	{"cpu", 1, NULL, OPT_CPU},
	{"relay-pid", 1, NULL, OPT_PID},
	{"json", 1, NULL, OPT_JSON},
	{"help", 0, NULL, OPT_HELP},
	{0},
};

struct parse {
	struct sl_load_options *opt;
	double seconds;
	bool wrong;
};

static unsigned number(struct parse *parse, unsigned min, unsigned max)
{
	char *end;
	unsigned long value = strtoul(optarg, &end, 10);

	if (!*optarg || *end || value < min || value > max) {
		fprintf(stderr, "%s: want a number from %u to %u\n", optarg, min, max);
		parse->wrong = true;
		return min;
	}
	return (unsigned)value;
}

static const struct sl_load_suite *suite(struct parse *parse)
{
	const struct sl_load_suite *found = sl_load_suite_find(optarg);

	if (!found) {
		fprintf(stderr, "%s: no such suite\n", optarg);
		parse->wrong = true;
	}
	return found;
}

static void take_leg(struct parse *parse, int code)
{
	struct sl_leg_options *leg = &parse->opt->leg[(code - OPT_ADDR) & 1];

	switch (code - ((code - OPT_ADDR) & 1)) {
	case OPT_ADDR:
		leg->address = optarg;
		break;
	case OPT_NETNS:
		leg->netns = optarg;
		break;
	case OPT_PORT:
		leg->port = number(parse, 1, 65533) & ~1u;
		break;
	case OPT_SUITE:
		leg->suite = suite(parse);
		break;
	}
}

static void take_direction(struct parse *parse)
{
	char *comma = strchr(optarg, ',');

	if (!comma) {
		parse->wrong = true;
		return;
	}
	*comma = '\0';
	parse->opt->leg[SL_LEG_A].direction = optarg;
	parse->opt->leg[SL_LEG_B].direction = comma + 1;
}

static unsigned *number_of(struct sl_load_options *opt, int code, unsigned *max)
{
	switch (code) {
	case OPT_CALLS:
		*max = 1000000;
		return &opt->calls;
	case OPT_PPS:
		*max = 8000;
		return &opt->pps;
	case OPT_PAYLOAD:
		*max = SL_PACKET_PAYLOAD_MAX;
		return &opt->payload;
	case OPT_LOSS:
		*max = 50;
		return &opt->loss;
	case OPT_DUP:
		*max = 100;
		return &opt->dup;
	case OPT_REORDER:
		*max = 100;
		return &opt->reorder;
	case OPT_ROUNDS:
		return &opt->rounds;
	case OPT_RTCP:
		return &opt->rtcp_ms;
	case OPT_AFTER:
		return &opt->after_delete;
	case OPT_SHARE:
		return &opt->share;
	case OPT_IN_FLIGHT:
		return &opt->in_flight;
	case OPT_MEMORY:
		return &opt->memory_mb;
	case OPT_DRAIN:
		return &opt->drain_ms;
	}
	return NULL;
}

static void take_other(struct parse *parse, int code)
{
	struct sl_load_options *opt = parse->opt;

	switch (code) {
	case OPT_NG:
		opt->ng = optarg;
		break;
	case OPT_DIRECTION:
		take_direction(parse);
		break;
	case OPT_MUX:
		opt->leg[SL_LEG_A].mux = strchr(optarg, 'a');
		opt->leg[SL_LEG_B].mux = strchr(optarg, 'b');
		break;
	case OPT_SDES:
		opt->sdes = optarg;
		break;
	case OPT_HALFWAY:
		opt->halfway = optarg;
		break;
	case OPT_UNTIL:
		opt->until = optarg;
		break;
	case OPT_RTCP_MUX:
		opt->rtcp_mux = optarg;
		break;
	case OPT_FLAGS:
		opt->flags = optarg;
		break;
	case OPT_JSON:
		opt->json = optarg;
		break;
	case OPT_SECONDS:
		parse->seconds = strtod(optarg, NULL);
		break;
	case OPT_SEQ:
		opt->seq_start = (int)number(parse, 0, 65535);
		break;
	case OPT_SSRC:
		opt->ssrc_packets = (unsigned)number(parse, 1, 1000000);
		break;
	case OPT_CPU:
		opt->cpu = (int)number(parse, 0, 1023);
		break;
	case OPT_PID:
		opt->relay_pid = (int)number(parse, 1, 1u << 30);
		break;
	default:
		parse->wrong = true;
	}
}

static bool *switch_of(struct sl_load_options *opt, int code)
{
	switch (code) {
	case OPT_BAD:
		return &opt->bad;
	case OPT_VIDEO:
		return &opt->video;
	case OPT_AVPF:
		return &opt->avpf;
	case OPT_KEEP:
		return &opt->keep;
	case OPT_QUERY:
		return &opt->query;
	case OPT_LIVE:
		return &opt->live;
	}
	return NULL;
}

static int complete(struct parse *parse)
{
	struct sl_load_options *opt = parse->opt;

	if (!parse->wrong && (!opt->ng || !opt->leg[0].address || !opt->leg[1].address)) {
		fprintf(stderr, "--ng, --addr-a and --addr-b are needed; see --help\n");
		return 2;
	}
	if (opt->payload < SL_PACKET_PAYLOAD_MIN || !opt->pps || !opt->calls || !opt->share ||
		!opt->rounds) {
		fprintf(stderr, "payload from %d bytes, and at least one call, share, round, pps\n",
			SL_PACKET_PAYLOAD_MIN);
		return 2;
	}
	opt->packets = (unsigned)(parse->seconds * opt->pps + 0.5);
	if (opt->live && (opt->bad || opt->dup)) {
		fprintf(stderr, "--bad and --dup need packets made ahead, so not --live\n");
		return 2;
	}
	return parse->wrong ? 2 : 0;
}

int sl_options_parse(struct sl_load_options *opt, int argc, char **argv)
{
	struct parse parse = {.opt = opt, .seconds = 1};
	int code;

	*opt = (struct sl_load_options){.calls = 1,
		.pps = 50,
		.payload = 160,
		.rounds = 1,
		.share = 1,
		.drain_ms = 1000,
		.memory_mb = 1536,
		.seq_start = -1,
		.cpu = -1};
	opt->leg[SL_LEG_A].port = 4000;
	opt->leg[SL_LEG_B].port = 34000;
	opt->leg[0].suite = opt->leg[1].suite = sl_load_suite_find("AES_CM_128_HMAC_SHA1_80");
	while ((code = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		unsigned max = 1u << 24, *value;
		bool *flag;

		if (code == OPT_HELP) {
			fputs(help, stdout);
			return -1;
		}
		if (code >= OPT_ADDR && code < OPT_DIRECTION)
			take_leg(&parse, code);
		else if ((value = number_of(opt, code, &max)))
			*value = number(&parse, 0, max);
		else if ((flag = switch_of(opt, code)))
			*flag = true;
		else
			take_other(&parse, code);
	}
	if (optind < argc)
		parse.wrong = true;
	return complete(&parse);
}
