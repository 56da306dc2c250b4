/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <string.h>

#include "bench/load_packet.h"
#include "bench/load_route.h"
#include "bench/wire.h"

enum { CATCH_UP = 128, DRAIN_MS = 300 };

uint64_t wire_process_cpu_ns(int pid)
{
	unsigned long long total = 0;
	struct dirent *entry;
	char path[300];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		unsigned long long ns = 0;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid, entry->d_name);
		FILE *file = fopen(path, "re");
		if (file && fscanf(file, "%llu", &ns) == 1)
			total += ns;
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return total;
}

/* The place in the trial of what a frame carries, or UINT64_MAX if it is none of ours. */
static uint64_t identify(const struct wire *wire, const struct wire_trial *trial,
	const uint8_t *frame, unsigned len, unsigned *index)
{
	const struct sl_load *load = wire->load;
	const uint8_t *ip = frame + 14, *udp = ip + 20, *rtp = udp + 8;

	if (len < WIRE_HEADERS + SL_PACKET_RTP_HEADER || frame[12] != 8 || frame[13] ||
		ip[0] != 0x45 || ip[9] != 17)
		return UINT64_MAX;
	unsigned to = memcmp(ip + 16, &wire->address[SL_LEG_A], 4) ? SL_LEG_B : SL_LEG_A;
	const uint32_t *at = sl_route_find(load, to, ip + 12, (uint16_t)(udp[0] << 8 | udp[1]));
	if (!at || !*at)
		return UINT64_MAX;
	uint32_t route = *at;
	*index = (route - 1) * 2 + !to;
	const struct sl_stream *stream = &load->calls[route - 1].stream[!to];
	uint16_t seq = (uint16_t)(rtp[2] << 8 | rtp[3]);
	uint64_t number = (uint16_t)(seq - stream->seq_start - wire->streams[*index].base);
	uint64_t place = number * wire->n_streams + *index;
	return place < trial->packets ? place : UINT64_MAX;
}

static void keep(struct wire *wire, unsigned index, uint32_t number, const uint8_t *frame)
{
	struct wire_sample *sample = &wire->samples[wire->n_samples++];

	sample->stream = index;
	sample->number = wire->streams[index].base + number;
	/* By the UDP header: short frames are padded. */
	sample->len = (uint16_t)((frame[38] << 8 | frame[39]) - 8);
	if (sample->len > sizeof(sample->data))
		sample->len = sizeof(sample->data);
	memcpy(sample->data, frame + WIRE_HEADERS, sample->len);
}

static void take(struct wire *wire, struct wire_trial *trial, struct rte_mbuf *m, uint64_t now)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned index;
	uint64_t place = identify(wire, trial, frame, m->data_len, &index);

	if (place == UINT64_MAX) {
		trial->foreign++;
		return;
	}
	struct wire_slot *slot = wire_slot(wire, place);
	uint32_t number = (uint32_t)(place / wire->n_streams);
	struct wire_stream *stream = &wire->streams[index];
	if (slot->got || !slot->sent) {
		trial->duplicated++;
		return;
	}
	slot->got = true;
	trial->received++;
	if (number < stream->last)
		trial->reordered++;
	else
		stream->last = number + 1;
	sl_histogram_add(&trial->latency,
		(uint64_t)((double)(now - slot->sent) * 1e9 / (double)rte_get_tsc_hz()));
	if (place % wire->sample_every == 0 && wire->n_samples < wire->opt.samples)
		keep(wire, index, number, frame);
}

static void receive_from(struct wire *wire, struct wire_trial *trial, uint16_t queue)
{
	struct rte_mbuf *m[2 * WIRE_BURST];
	unsigned n = rte_eth_rx_burst(wire->port, queue, m, 2 * WIRE_BURST);
	uint64_t now = rte_rdtsc();

	for (unsigned i = 0; i < n; i++) {
		if (i + 4 < n)
			rte_prefetch0(rte_pktmbuf_mtod(m[i + 4], void *));
		take(wire, trial, m[i], now);
	}
	rte_pktmbuf_free_bulk(m, n);
}

static void receive(struct wire *wire, struct wire_trial *trial)
{
	for (uint16_t queue = 0; queue < wire->opt.queues; queue++)
		receive_from(wire, trial, queue);
}

/* Those of a burst whose streams keep to a queue. */
static void send_to(struct wire *wire, struct wire_trial *trial, uint64_t first,
	struct rte_mbuf *const *m, unsigned n, uint16_t queue)
{
	struct rte_mbuf *of[WIRE_BURST];
	uint16_t count = 0;

	for (unsigned i = 0; i < n; i++)
		if ((first + i) % wire->n_streams % wire->opt.queues == queue)
			of[count++] = m[i];

	uint16_t taken = rte_eth_tx_burst(wire->port, queue, of, count);

	trial->sent += taken;
	trial->refused += count - taken;
	rte_pktmbuf_free_bulk(of + taken, count - taken);
}

static void transmit(struct wire *wire, struct wire_trial *trial, uint64_t first, unsigned n)
{
	struct rte_mbuf *m[WIRE_BURST];

	if (rte_pktmbuf_alloc_bulk(wire_mbufs, m, n)) {
		trial->refused += n;
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		const struct wire_slot *slot = wire_slot(wire, first + i);

		rte_prefetch0(wire_slot(wire, first + i + WIRE_BURST));
		memcpy(rte_pktmbuf_mtod(m[i], void *), slot->frame, slot->len);
		m[i]->data_len = slot->len;
		m[i]->pkt_len = slot->len;
	}
	uint64_t now = rte_rdtsc();
	for (unsigned i = 0; i < n; i++)
		wire_slot(wire, first + i)->sent = now;
	for (uint16_t queue = 0; queue < wire->opt.queues; queue++)
		send_to(wire, trial, first, m, n, queue);
}

/* A generator that was held up goes on from where it is: making up for it would be another load. */
static void pump(struct wire *wire, struct wire_trial *trial)
{
	double per_cycle = trial->rate / (double)rte_get_tsc_hz();
	uint64_t begin, start, done = 0;

	/* A memif's client gives its server room in a queue by receiving from it: until then, what
	 * comes back has no place. */
	receive(wire, trial);
	begin = start = rte_rdtsc();
	while (done < trial->packets) {
		uint64_t due = (uint64_t)((double)(rte_rdtsc() - start) * per_cycle) + 1;

		if (due > done + CATCH_UP) {
			start += (uint64_t)((double)(due - done - CATCH_UP) / per_cycle);
			trial->stalls++;
			due = done + CATCH_UP;
		}
		uint64_t n = due > done ? due - done : 0;
		n = n > WIRE_BURST ? WIRE_BURST : n;
		n = n > trial->packets - done ? trial->packets - done : n;
		if (n)
			transmit(wire, trial, done, (unsigned)n);
		done += n;
		receive(wire, trial);
	}
	trial->offered =
		(double)trial->packets * (double)rte_get_tsc_hz() / (double)(rte_rdtsc() - begin);
}

static void drain(struct wire *wire, struct wire_trial *trial)
{
	uint64_t end = rte_rdtsc() + rte_get_tsc_hz() / 1000 * DRAIN_MS;

	while (rte_rdtsc() < end && trial->received < trial->sent)
		receive(wire, trial);
}

bool wire_trial_run(struct wire *wire, struct wire_trial *trial)
{
	if (!wire_frames_make(wire, trial)) {
		fprintf(stderr, "cannot make the packets of a trial\n");
		return false;
	}
	uint64_t before = wire->opt.relay_pid ? wire_process_cpu_ns(wire->opt.relay_pid) : 0;
	pump(wire, trial);
	if (wire->opt.relay_pid)
		trial->relay_cpu_ns = wire_process_cpu_ns(wire->opt.relay_pid) - before;
	drain(wire, trial);
	wire_frames_judge(wire, trial);
	return true;
}
