/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/path_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CM80   SL_SUITE_AES_CM_128_HMAC_SHA1_80
#define CM32   SL_SUITE_AES_CM_128_HMAC_SHA1_32
#define CM256  SL_SUITE_AES_256_CM_HMAC_SHA1_80
#define GCM128 SL_SUITE_AEAD_AES_128_GCM
#define GCM256 SL_SUITE_AEAD_AES_256_GCM
#define PLAIN  SL_SUITE_NONE

static const struct work_suites suites[] = {
	{"cm", 1, {{CM80, CM32}}},
	{"gcm", 1, {{GCM256, GCM256}}},
	{"cm256", 1, {{CM256, CM256}}},
	{"gcm-cm", 2, {{GCM256, CM80}, {CM80, GCM256}}},
	{"rtp", 1, {{PLAIN, PLAIN}}},
	{"rtp-cm", 2, {{PLAIN, CM80}, {CM80, PLAIN}}},
	{"mixed", 4, {{CM80, CM32}, {GCM256, CM80}, {PLAIN, CM80}, {GCM256, GCM128}}},
};

const char *const path_arrivals[3] = {
	[WORK_RANDOM] = "random", [WORK_PERIODIC] = "periodic", [WORK_BURSTY] = "bursty"};

static const char usage[] =
	"usage: bench_path [options]\n"
	"  --flows N,...     per worker (1000,10000,40000); 100 to 100000\n"
	"  --suites NAME,... cm (CM_128_80 to CM_128_32), gcm (GCM-256), cm256, gcm-cm, rtp,\n"
	"                    rtp-cm, mixed (cm,gcm)\n"
	"  --arrival NAME    random, periodic or bursty (random)\n"
	"  --payload BYTES   of each RTP packet (160)\n"
	"  --burst N         packets handed to the worker at once, 1 to 64 (64)\n"
	"  --cores N,...     one worker each (0)\n"
	"  --packets N       of a lap (262144)\n"
	"  --rounds N        laps of each kind; the median counts (9)\n"
	"  --backend NAME    ipsec-mb or srtp2 (ipsec-mb)\n"
	"  --no-ceiling      leave the bare IPsec-MB calls out; with srtp2 they always are\n"
	"  --no-huge         ordinary pages, and no change to the machine\n"
	"  --setups N        then at 80 % of that rate, without set-ups and with N a second\n"
	"  --quick           a short run that tells only whether every packet came out right\n"
	"  --json            one JSON object per line instead of a table\n";

static void refuse(const char *what)
{
	fprintf(stderr, "bench_path: %s\n%s", what, usage);
	exit(2);
}

static unsigned number(const char *text, unsigned min, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n < min || n > max)
		refuse(text);
	return (unsigned)n;
}

static unsigned numbers(char *text, unsigned *out, unsigned room, unsigned min, unsigned max)
{
	unsigned n = 0;

	for (char *t = strtok(text, ","); t; t = strtok(NULL, ",")) {
		if (n == room)
			refuse("too many values");
		out[n++] = number(t, min, max);
	}
	return n;
}

static void pick_suites(struct path_options *o, char *text)
{
	o->n_suites = 0;
	for (char *t = strtok(text, ","); t; t = strtok(NULL, ",")) {
		unsigned i = 0;

		while (i < sizeof(suites) / sizeof(suites[0]) && strcmp(suites[i].name, t) != 0)
			i++;
		if (i == sizeof(suites) / sizeof(suites[0]) || o->n_suites == PATH_SERIES)
			refuse(t);
		o->suites[o->n_suites++] = &suites[i];
	}
}

static enum work_arrival arrival(const char *text)
{
	for (int a = 0; a < 3; a++)
		if (strcmp(path_arrivals[a], text) == 0)
			return (enum work_arrival)a;
	refuse(text);
	return WORK_RANDOM;
}

static void quick(struct path_options *o)
{
	o->hugepages = false;
	o->flows[0] = 100;
	o->n_flows = 1;
	o->packets = 4096;
	o->rounds = 2;
	pick_suites(o, (char[]){"cm,gcm,rtp-cm,mixed"});
}

static void set(struct path_options *o, int option, char *value)
{
	switch (option) {
	case 'f':
		o->n_flows = numbers(value, o->flows, PATH_SERIES, 1, 200000);
		break;
	case 's':
		pick_suites(o, value);
		break;
	case 'a':
		o->arrival = arrival(value);
		break;
	case 'p':
		o->payload = (uint16_t)number(value, 0, 1400);
		break;
	case 'b':
		o->burst = number(value, 1, SL_BURST);
		break;
	case 'c':
		o->workers = numbers(value, o->core, SL_MAX_WORKERS, 0, 1023);
		break;
	case 'n':
		o->packets = number(value, 64, 1u << 24);
		break;
	case 'r':
		o->rounds = number(value, 1, 1000);
		break;
	case 'k':
		o->backend = value;
		break;
	case 'C':
		o->ceiling = false;
		break;
	case 'H':
		o->hugepages = false;
		break;
	case 'S':
		o->setups = number(value, 1, 1000000);
		break;
	case 'q':
		quick(o);
		break;
	case 'j':
		o->json = true;
		break;
	default:
		refuse("unknown option");
	}
}

void path_options(struct path_options *o, int argc, char **argv)
{
	static const struct option long_options[] = {{"flows", 1, NULL, 'f'},
		{"suites", 1, NULL, 's'}, {"arrival", 1, NULL, 'a'}, {"payload", 1, NULL, 'p'},
		{"burst", 1, NULL, 'b'}, {"cores", 1, NULL, 'c'}, {"packets", 1, NULL, 'n'},
		{"rounds", 1, NULL, 'r'}, {"backend", 1, NULL, 'k'}, {"no-ceiling", 0, NULL, 'C'},
		{"no-huge", 0, NULL, 'H'}, {"quick", 0, NULL, 'q'}, {"json", 0, NULL, 'j'},
		{"setups", 1, NULL, 'S'}, {0}};

	*o = (struct path_options){
		.backend = "ipsec-mb",
		.flows = {1000, 10000, 40000},
		.n_flows = 3,
		.suites = {&suites[0], &suites[1]},
		.n_suites = 2,
		.workers = 1,
		.payload = 160,
		.burst = SL_BURST,
		.packets = 262144,
		.rounds = 9,
		.hugepages = true,
		.ceiling = true,
	};
	for (int c; (c = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
		set(o, c, optarg);
	if (optind != argc)
		refuse(argv[optind]);
	if (strcmp(o->backend, "ipsec-mb") != 0)
		o->ceiling = false;
	/* A lap of whole bursts, so that every burst weighs the same. */
	o->packets = (o->packets + 63) / 64 * 64;
	o->packets = (o->packets + o->burst - 1) / o->burst * o->burst;
}
