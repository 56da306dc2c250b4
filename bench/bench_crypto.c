/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cycles of one re-key (verify, decrypt, encrypt, sign) with keys and packets close to the core:
 * each backend through dataplane/crypto/crypto.h, beside the bare IPsec-MB calls with the same
 * keys, by suite, payload and burst. Then what a second thread costs the first, with a private copy
 * of the library per thread (dataplane/crypto/imb_copy.h) and without.
 *
 * Every packet of a burst has two keys of its own and goes back and forth between them, so that
 * each turn verifies what the turn before made; one that does not ends the benchmark.
 */
#include <pthread.h>
#include <rte_cycles.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/bare_imb.h"
#include "dataplane/port/port.h"
#include "sluice/drop.h"

enum { PACKET = 1600, SAMPLES = 4096, MAX_THREADS = 2, HEADER = 12 };

struct packet {
	uint8_t data[PACKET] __attribute__((aligned(64)));
	struct sl_crypto_op op;
	struct sl_key *key[2];
};

/* One thread's measurement. */
struct rig {
	const struct sl_crypto_backend *backend;
	enum sl_suite suite;
	unsigned payload, burst, core, milliseconds;
	bool bare, shared; /* shared: the process's one copy of the library */
	pthread_barrier_t *start;
	double cycles; /* the result, per re-key: the median burst */
	struct packet packet[SL_BURST];
	uint32_t sample[SAMPLES];
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_crypto: %s\n", what);
	exit(1);
}

static struct sl_key *random_key(const struct rig *r)
{
	struct sl_master master = {.suite = r->suite};
	struct sl_key *key;

	for (unsigned i = 0; i < sizeof(master.key); i++)
		master.key[i] = (uint8_t)random();
	for (unsigned i = 0; i < sizeof(master.salt); i++)
		master.salt[i] = (uint8_t)random();
	if (r->backend->key_new(&key, &master) != 0)
		fail("no memory for keys");
	return key;
}

static void set_sequence(struct packet *p, uint64_t index)
{
	p->op.index = index;
	p->data[2] = (uint8_t)(index >> 8);
	p->data[3] = (uint8_t)index;
}

static void protect(
	struct rig *r, struct sl_crypto *crypto, struct sl_crypto_op **ops, uint64_t turn)
{
	for (unsigned i = 0; i < r->burst; i++) {
		r->packet[i].op.key = r->packet[i].key[turn & 1];
		set_sequence(&r->packet[i], turn + 1);
	}
	r->backend->rtp_protect(crypto, ops, r->burst);
}

static void prepare(struct rig *r, struct sl_crypto *crypto, struct sl_crypto_op **ops)
{
	for (unsigned i = 0; i < r->burst; i++) {
		struct packet *p = &r->packet[i];

		memset(p->data, (int)i, PACKET);
		p->data[0] = 0x80;
		p->data[1] = 8;
		p->op = (struct sl_crypto_op){.data = p->data,
			.ssrc = i,
			.len = HEADER + r->payload,
			.header_len = HEADER};
		memcpy(p->data + 8, &(uint32_t){htobe32(i)}, 4);
		ops[i] = &p->op;
	}
	protect(r, crypto, ops, 0);
}

static bool all_good(const struct rig *r)
{
	for (unsigned i = 0; i < r->burst; i++)
		if (r->packet[i].op.verdict != SL_FORWARD)
			return false;
	return true;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Keeps every second sample, and takes half as many from here on: they cover the whole time. */
static unsigned thin_out(uint32_t sample[SAMPLES], unsigned *every)
{
	for (unsigned i = 0; i < SAMPLES / 2; i++)
		sample[i] = sample[2 * i];
	*every *= 2;
	return SAMPLES / 2;
}

/* Turns for as long as asked; the clock runs over the calls only. */
static void turns(struct rig *r, struct sl_crypto *crypto, struct sl_crypto_op **ops)
{
	struct bare_imb bare;
	uint64_t until = rte_rdtsc() + rte_get_tsc_hz() * r->milliseconds / 1000;
	unsigned n = 0, total = 0, every = 1;

	if (r->bare)
		bare_imb_prepare(&bare, crypto->mgr, ops, r->packet[0].key[1], r->burst);
	for (uint64_t turn = 1, start; (start = rte_rdtsc()) < until || total < 64; turn++) {
		if (r->bare) {
			bare_imb_rekey(&bare);
		} else {
			r->backend->rtp_unprotect(crypto, ops, r->burst);
			protect(r, crypto, ops, turn);
		}
		if (total++ % every == 0)
			r->sample[n++] = (uint32_t)(rte_rdtsc() - start);
		if (n == SAMPLES)
			n = thin_out(r->sample, &every);
		if (!r->bare && !all_good(r))
			fail("a packet did not verify");
	}
	qsort(r->sample, n, sizeof(*r->sample), by_value);
	r->cycles = (double)r->sample[n / 2] / r->burst;
}

static void *run(void *arg)
{
	struct rig *r = arg;
	struct sl_crypto_op *ops[SL_BURST];
	struct sl_crypto *crypto = r->backend->open();
	IMB_MGR *shared = NULL, *own = NULL;
	IMB_ARCH arch;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(r->core, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	if (!crypto)
		fail("the backend did not open");
	if (r->shared) {
		shared = alloc_mb_mgr(0);
		init_mb_mgr_auto(shared, &arch);
		own = crypto->mgr;
		crypto->mgr = shared;
	}
	prepare(r, crypto, ops);
	pthread_barrier_wait(r->start);
	turns(r, crypto, ops);
	if (r->shared) {
		crypto->mgr = own;
		free_mb_mgr(shared);
	}
	r->backend->close(crypto);
	return NULL;
}

/* Keys are made and freed by one thread, as the daemon's are by its control thread. */
static void make_keys(struct rig *r)
{
	for (unsigned i = 0; i < r->burst; i++)
		for (int k = 0; k < 2; k++)
			r->packet[i].key[k] = random_key(r);
}

static void free_keys(struct rig *r)
{
	for (unsigned i = 0; i < r->burst; i++)
		for (int k = 0; k < 2; k++)
			r->backend->key_free(r->packet[i].key[k]);
}

/* `threads` of the same rig at once, on cores 0 and up; the results are in rigs[]. */
static void measure(struct rig *rigs, unsigned threads, const struct rig *like)
{
	pthread_barrier_t start;
	pthread_t thread[MAX_THREADS];

	pthread_barrier_init(&start, NULL, threads);
	for (unsigned i = 0; i < threads; i++) {
		rigs[i] = *like;
		rigs[i].core = i;
		rigs[i].start = &start;
		make_keys(&rigs[i]);
		if (pthread_create(&thread[i], NULL, run, &rigs[i]) != 0)
			fail("no thread");
	}
	for (unsigned i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	for (unsigned i = 0; i < threads; i++)
		free_keys(&rigs[i]);
	pthread_barrier_destroy(&start);
}

static struct rig rigs[MAX_THREADS], like;

static double cycles_of(const struct sl_crypto_backend *backend, bool bare)
{
	like.backend = backend;
	like.bare = bare;
	like.shared = false;
	like.milliseconds = 10;
	measure(rigs, 1, &like);
	return rigs[0].cycles;
}

static void one_thread(bool json, bool quick)
{
	static const unsigned payloads[] = {20, 40, 80, 160, 320, 640, 1200};
	static const unsigned bursts[] = {1, 4, 16, 32, 64};

	if (!json)
		printf("%-24s %7s %5s | %8s %8s %8s\n", "suite, cycles per re-key", "payload",
			"burst", "ipsec-mb", "bare", "srtp2");
	for (int s = 1; s < SL_SUITE_COUNT; s++)
		for (unsigned p = 0; p < 7; p++)
			for (unsigned b = 0; b < 5; b++) {
				if (quick && (payloads[p] != 160 || bursts[b] != 16))
					continue;
				like.suite = (enum sl_suite)s;
				like.payload = payloads[p];
				like.burst = bursts[b];

				double ours = cycles_of(&sl_crypto_ipsecmb, false);
				double bare = cycles_of(&sl_crypto_ipsecmb, true);
				double srtp2 = sl_crypto_srtp2.supports(like.suite)
						       ? cycles_of(&sl_crypto_srtp2, false)
						       : 0;

				printf(json ? "{\"bench\":\"crypto\",\"suite\":\"%s\",\"payload\":%"
					      "u,"
					      "\"burst\":%u,\"ipsec_mb\":%.1f,\"bare\":%.1f,"
					      "\"srtp2\":%.1f}\n"
					    : "%-24s %7u %5u | %8.0f %8.0f %8.0f\n",
					sl_suites[s].name, payloads[p], bursts[b], ours, bare,
					srtp2);
				fflush(stdout);
			}
}

static void scaling(bool json)
{
	static const enum sl_suite suites[] = {
		SL_SUITE_AES_CM_128_HMAC_SHA1_80, SL_SUITE_AEAD_AES_256_GCM};

	if (!json)
		printf("\n%-24s %-8s %7s | %10s\n", "suite, 160 B, burst 32", "library", "threads",
			"Mpps");
	like.payload = 160;
	like.burst = 32;
	like.milliseconds = 300; /* long beside the moment until both run */
	like.backend = &sl_crypto_ipsecmb;
	like.bare = false;
	for (unsigned i = 0; i < 8; i++) {
		unsigned threads = 1 + i % 2;
		double mpps = 0;

		like.suite = suites[i / 4];
		like.shared = i / 2 % 2;
		measure(rigs, threads, &like);
		for (unsigned t = 0; t < threads; t++)
			mpps += (double)rte_get_tsc_hz() / 1e6 / rigs[t].cycles;
		printf(json ? "{\"bench\":\"crypto_threads\",\"suite\":\"%s\",\"library\":\"%s\","
			      "\"threads\":%u,\"mpps\":%.2f}\n"
			    : "%-24s %-8s %7u | %10.2f\n",
			sl_suites[like.suite].name, like.shared ? "shared" : "private", threads,
			mpps);
	}
}

int main(int argc, char **argv)
{
	bool json = false, quick = false, huge;
	struct sl_error error = {0};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			json = true;
		else if (strcmp(argv[i], "--quick") == 0)
			quick = true;
		else
			fail("usage: bench_crypto [--json] [--quick]");
	}
	if (sl_eal_init(&(struct sl_eal_config){.memory_mib = 64}, &huge, &error) != 0)
		fail(error.text);
	setpriority(PRIO_PROCESS, 0, -20); /* two threads must run at once; needs root */
	one_thread(json, quick);
	scaling(json);
	sl_eal_cleanup();
	return 0;
}
