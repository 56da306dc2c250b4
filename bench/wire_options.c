/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bench/wire.h"

static const char help[] =
	"wire_load --vdev STRING --relay-mac MAC [option ...] -- CALL-OPTION ...\n"
	"Sends the packets of many SRTP calls through a relay at one rate, or looks for the "
	"highest\n"
	"rate that loses nothing (RFC 2544 26.1). CALL-OPTIONs are those of srtp_load that say "
	"what a\n"
	"call is: --ng, --addr-a, --addr-b, --suite-a, --calls, --payload, --direction, ...\n"
	"  --vdev STRING    DPDK device: net_af_packet0,iface=X,qdisc_bypass=1\n"
	"                   net_af_xdp0,iface=X   net_memif0,role=client,socket=PATH,...\n"
	"  --relay-mac MAC  where frames go\n"
	"  --rate PPS (10000)  --seconds X (2)\n"
	"  --search-to PPS  looks between --rate and this\n"
	"  --loss PERCENT   that a rate may lose (0.1)   --tries N  a rate may fail before (2)\n"
	"  --repeat N       trials at --rate, one after the other (1)\n"
	"  --samples N      packets decrypted and compared in each trial (2000)\n"
	"  --queues N       of the device (1); each stream keeps to one\n"
	"  --core N (0)     --memory MB (256)   --relay-pid PID  its CPU time is read\n"
	"  --pcap FILE      writes the frames there instead of sending them; the calls stay up\n"
	"  --json FILE\n"
	"Exit: 0 done, and every sample was what was sent; 1 one was not; 2 could not be tried.\n";

enum {
	OPT_VDEV = 256,
	OPT_MAC,
	OPT_RATE,
	OPT_SECONDS,
	OPT_SEARCH,
	OPT_LOSS,
	OPT_TRIES,
	OPT_REPEAT,
	OPT_SAMPLES,
	OPT_QUEUES,
	OPT_CORE,
	OPT_MEMORY,
	OPT_PID,
	OPT_PCAP,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{"vdev", 1, NULL, OPT_VDEV},
	{"relay-mac", 1, NULL, OPT_MAC},
	{"rate", 1, NULL, OPT_RATE},
	{"seconds", 1, NULL, OPT_SECONDS},
	{"search-to", 1, NULL, OPT_SEARCH},
	{"loss", 1, NULL, OPT_LOSS},
	{"tries", 1, NULL, OPT_TRIES},
	{"repeat", 1, NULL, OPT_REPEAT},
	{"samples", 1, NULL, OPT_SAMPLES},
	{"queues", 1, NULL, OPT_QUEUES},
	{"core", 1, NULL, OPT_CORE},
	{"memory", 1, NULL, OPT_MEMORY},
	{"relay-pid", 1, NULL, OPT_PID},
	{"pcap", 1, NULL, OPT_PCAP},
	{"json", 1, NULL, OPT_JSON},
	{"help", 0, NULL, OPT_HELP},
	{0},
};

static bool take(struct wire_options *opt, int code)
{
	unsigned char *mac = opt->relay_mac;

	switch (code) {
	case OPT_VDEV:
		opt->vdev = optarg;
		return true;
	case OPT_MAC:
		return sscanf(optarg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2,
			       mac + 3, mac + 4, mac + 5) == 6;
	case OPT_RATE:
		return (opt->rate = strtod(optarg, NULL)) >= 1;
	case OPT_SECONDS:
		return (opt->seconds = strtod(optarg, NULL)) > 0;
	case OPT_SEARCH:
		return (opt->search_to = strtod(optarg, NULL)) >= 1;
	case OPT_LOSS:
		opt->tolerated = strtod(optarg, NULL) / 100;
		return true;
	case OPT_TRIES:
		return (opt->tries = (unsigned)strtoul(optarg, NULL, 10)) > 0;
	case OPT_REPEAT:
		return (opt->repeat = (unsigned)strtoul(optarg, NULL, 10)) > 0;
	case OPT_SAMPLES:
		opt->samples = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case OPT_QUEUES:
		opt->queues = (unsigned)strtoul(optarg, NULL, 10);
		return opt->queues >= 1 && opt->queues <= WIRE_QUEUES;
	case OPT_CORE:
		opt->core = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case OPT_MEMORY:
		return (opt->memory_mb = (unsigned)strtoul(optarg, NULL, 10)) >= 64;
	case OPT_PID:
		return (opt->relay_pid = atoi(optarg)) > 0;
	case OPT_PCAP:
		opt->pcap = optarg;
		return true;
	case OPT_JSON:
		opt->json = optarg;
		return true;
	}
	return false;
}

/* IPv4 only: what is measured does not depend on it. */
static bool take_addresses(struct wire *wire)
{
	for (unsigned leg = 0; leg < 2; leg++) {
		const struct sl_leg_options *own = &wire->load->opt.leg[leg];

		if (inet_pton(AF_INET, own->address, &wire->address[leg]) != 1) {
			fprintf(stderr, "%s: want an IPv4 address\n", own->address);
			return false;
		}
	}
	if (wire->load->opt.calls <= 32000 && wire->address[0] != wire->address[1])
		return true;
	fprintf(stderr, "at most 32,000 calls, and the legs need addresses of their own\n");
	return false;
}

int wire_options_parse(struct wire *wire, int argc, char **argv)
{
	struct wire_options *opt = &wire->opt;
	int code, wrong;

	*opt = (struct wire_options){.rate = 10000,
		.seconds = 2,
		.tolerated = 0.001,
		.tries = 2,
		.repeat = 1,
		.samples = 2000,
		.queues = 1,
		.memory_mb = 256};
	while ((code = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		if (code == OPT_HELP) {
			fputs(help, stdout);
			return -1;
		}
		if (!take(opt, code)) {
			fputs(help, stderr);
			return 2;
		}
	}
	if (!opt->vdev && !opt->pcap) {
		fputs(help, stderr);
		return 2;
	}
	argv += optind - 1;
	argc -= optind - 1;
	optind = 1;
	wrong = sl_options_parse(&wire->load->opt, argc, argv);
	if (wrong)
		return wrong;
	wire->load->opt.leg[SL_LEG_A].port = wire->load->opt.leg[SL_LEG_B].port = 1024;
	wire->n_streams = wire->load->opt.calls * 2;
	return take_addresses(wire) ? 0 : 2;
}
