/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/load.h"
#include "bench/load_packet.h"
#include "bench/load_receive.h"

enum {
	BATCH = 32,
	TURN = 256,               /* packets sent before the sockets are looked at again */
	START_DELAY = 20000000,   /* ns */
	GRACE = 100000000,        /* ns after the last expected packet, for duplicates to show */
	AFTER_DELETE = 300000000, /* ns without anything arriving */
	STALLED = 1000000000,     /* ns: what is in flight and has not come by then is lost */
	LATE = 200000000,         /* ns behind the schedule that are made up for */
	GLANCE = 100000000,       /* ns between two looks for --until */
};

/* Datagrams that leave by one socket in one system call. */
struct batch {
	struct sl_load *load;
	uint64_t sent; /* that should arrive */
	int fd;
	unsigned n;
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint64_t *stamp[BATCH];
	uint8_t scratch[BATCH][SL_PACKET_MAX + SRTP_MAX_TRAILER_LEN];
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void flush(struct batch *batch)
{
	uint64_t now = clock_ns(CLOCK_REALTIME);
	unsigned done = 0;

	for (unsigned i = 0; i < batch->n; i++)
		if (batch->stamp[i])
			*batch->stamp[i] = now;
	while (done < batch->n) {
		int sent = sendmmsg(batch->fd, batch->messages + done, batch->n - done, 0);

		if (sent <= 0) {
			batch->load->totals.send_errors++;
			sent = 1; /* past the one that failed */
		}
		done += (unsigned)sent;
	}
	batch->n = 0;
}

/* `data` may be in `scratch` of the next message, which must be asked for by room(). */
static void queue(struct batch *batch, int fd, const struct sockaddr_in6 *to, uint8_t *data,
	unsigned len, uint64_t *stamp)
{
	struct iovec *part = &batch->parts[batch->n];

	*part = (struct iovec){data, len};
	batch->messages[batch->n].msg_hdr = (struct msghdr){
		.msg_name = (void *)(uintptr_t)to,
		.msg_namelen = sizeof(*to),
		.msg_iov = part,
		.msg_iovlen = 1,
	};
	batch->fd = fd;
	batch->stamp[batch->n++] = stamp;
}

static uint8_t *room(struct batch *batch, int fd)
{
	if (batch->n == BATCH || (batch->n && batch->fd != fd))
		flush(batch);
	return batch->scratch[batch->n];
}

static void send_rtp(struct batch *batch, struct sl_stream *stream, uint32_t position)
{
	struct sl_load *load = batch->load;
	struct sl_leg *leg = &load->calls[stream->call].leg[stream->dir];
	uint32_t entry = stream->plan[position], number = entry & SL_PLAN_NUMBER;
	int fd = load->sockets[leg->socket].fd;
	uint8_t *scratch = room(batch, fd), *data;

	if (entry & SL_PLAN_LOST)
		return;
	unsigned len = sl_plan_packet(load, stream, number, scratch, &data);
	queue(batch, fd, &leg->relay, data, len, &stream->sent_ns[number]);
	stream->rtp.sent++;
	batch->sent++;
	if (entry & SL_PLAN_DUP) {
		room(batch, fd);
		queue(batch, fd, &leg->relay, data, len, NULL);
	}
}

static void send_rtcp(struct batch *batch, struct sl_stream *stream)
{
	struct sl_load *load = batch->load;
	struct sl_leg *leg = &load->calls[stream->call].leg[stream->dir];
	int fd = load->sockets[leg->rtcp_socket].fd;
	uint8_t *data = room(batch, fd);
	unsigned len = sl_packet_rtcp(load, stream, stream->rtcp_next++, data);

	if (leg->tx && sl_session_protect(leg->tx, true, data, &len) != SL_SESSION_OK) {
		load->totals.send_errors++;
		return;
	}
	queue(batch, fd, &leg->relay_rtcp, data, len, NULL);
	stream->rtcp.sent++;
	batch->sent++;
}

static void send_bad(struct batch *batch, struct sl_bad_packet *bad)
{
	struct sl_load *load = batch->load;
	struct sl_leg *leg = &load->calls[bad->stream / 2].leg[bad->stream % 2];
	int fd = load->sockets[leg->socket].fd;

	if (bad->kind == SL_INJECT_WRONG_SOURCE)
		fd = load->rogue[bad->stream % 2];
	room(batch, fd);
	queue(batch, fd, &bad->to, bad->data, bad->len, NULL);
	load->totals.injected[bad->kind]++;
}

struct schedule {
	uint64_t start, interval; /* ns between two packets of the whole load */
	uint64_t next, total;     /* packets of all streams, in order */
	unsigned streams;
	unsigned *bad_next; /* by stream: its next entry in load->bad */

	/* --in-flight */
	uint64_t arrived, gone; /* of those that were sent */
	uint64_t moved;         /* when one last arrived, or was given up */
	uint64_t marked, mark;  /* when that many had been sent */
};

/* How many more may be sent. The first packets of all streams arrive before any second one leaves:
 * the kernel keeps packets while it asks for the next hop, lets them go on the core that gets the
 * answer, and what this core sends meanwhile overtakes them. */
static uint64_t credit(const struct batch *batch, const struct schedule *schedule)
{
	uint64_t over = schedule->arrived + schedule->gone, most = batch->load->opt.in_flight;
	uint64_t flying = batch->sent > over ? batch->sent - over : 0;

	if (!most)
		return TURN;
	if (schedule->next == schedule->streams && flying)
		return 0;
	most = most > flying ? most - flying : 0;
	if (schedule->next < schedule->streams && most > schedule->streams - schedule->next)
		most = schedule->streams - schedule->next;
	return most;
}

/* Gives up what nobody has seen for long; a schedule that fell behind begins later, lest the relay
 * take what makes up for it for a flood. */
static void wait_for_flight(const struct batch *batch, struct schedule *schedule, uint64_t now)
{
	uint64_t due = schedule->start + schedule->next * schedule->interval;

	if (!batch->load->opt.in_flight)
		return;
	if (now > due && schedule->next == schedule->streams)
		schedule->start += now - due; /* there the first ones are waited for */
	else if (now > due + LATE)
		schedule->start += now - due - LATE;
	if (now - schedule->marked >= STALLED) {
		if (schedule->mark > schedule->arrived + schedule->gone)
			schedule->gone = schedule->mark - schedule->arrived;
		schedule->mark = batch->sent;
		schedule->marked = now;
	}
	if (credit(batch, schedule) || now - schedule->moved < STALLED)
		return;
	schedule->gone = batch->sent - schedule->arrived;
	schedule->moved = now;
}

/* Streams are visited leg by leg, so that a socket shared by calls sends in one system call. */
static void send_event(struct batch *batch, struct schedule *schedule)
{
	struct sl_load *load = batch->load;
	unsigned turn = (unsigned)(schedule->next % schedule->streams);
	uint32_t position = (uint32_t)(schedule->next / schedule->streams);
	unsigned call = turn % load->opt.calls, dir = turn / load->opt.calls;
	struct sl_stream *stream = &load->calls[call].stream[dir];
	unsigned *bad = &schedule->bad_next[call * 2 + dir];
	uint64_t elapsed_ms = (uint64_t)position * 1000 / load->opt.pps;

	send_rtp(batch, stream, position);
	if (load->opt.rtcp_ms && stream->rtcp_next < load->rtcp_packets &&
		elapsed_ms >= (uint64_t)stream->rtcp_next * load->opt.rtcp_ms)
		send_rtcp(batch, stream);
	for (; *bad < load->bad_count && load->bad[*bad].stream == call * 2 + dir &&
		load->bad[*bad].after <= position;
		++*bad)
		send_bad(batch, &load->bad[*bad]);
	schedule->next++;
}

static bool schedule_init(struct schedule *schedule, const struct sl_load *load)
{
	unsigned streams = load->opt.calls * 2;

	*schedule = (struct schedule){
		.start = clock_ns(CLOCK_MONOTONIC) + START_DELAY,
		.moved = clock_ns(CLOCK_MONOTONIC),
		.interval = 1000000000u / ((uint64_t)load->opt.pps * streams),
		.total = (uint64_t)streams * load->opt.packets,
		.streams = streams,
		.bad_next = calloc(streams, sizeof(unsigned)),
	};
	if (!schedule->bad_next)
		return false;
	for (unsigned i = load->bad_count; i-- > 0;)
		schedule->bad_next[load->bad[i].stream] = i;
	for (unsigned i = 0; i < streams; i++) /* streams without an entry: none to send */
		if (!load->bad_count || load->bad[schedule->bad_next[i]].stream != i)
			schedule->bad_next[i] = load->bad_count;
	return true;
}

/* Sends what is due; returns ns until the next packet is. */
static uint64_t send_due(struct batch *batch, struct schedule *schedule)
{
	struct sl_load *load = batch->load;
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t most;

	wait_for_flight(batch, schedule, now);
	most = credit(batch, schedule);
	for (unsigned i = 0; i < TURN && schedule->next < schedule->total; i++) {
		if (i == most) {
			flush(batch);
			return STALLED / 100;
		}

		uint64_t due = schedule->start + schedule->next * schedule->interval;

		if (due > now) {
			flush(batch);
			now = clock_ns(CLOCK_MONOTONIC);
			if (due > now)
				return due - now;
		}
		if (now - due > load->totals.late_ns)
			load->totals.late_ns = now - due;
		send_event(batch, schedule);
	}
	flush(batch);
	return 0;
}

static uint64_t expected_datagrams(const struct sl_load *load)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < load->opt.calls * 2; i++) {
		const struct sl_stream *stream = &load->calls[i / 2].stream[i % 2];

		sum += stream->rtp.expected + stream->rtcp.expected;
	}
	return sum;
}

/* Until all arrived and nothing more comes, or nothing has come for drain_ms. */
static int drain(
	struct sl_load *load, struct sl_receiver *receiver, uint64_t arrived, uint64_t expected)
{
	uint64_t last = clock_ns(CLOCK_MONOTONIC), now = last;

	while (now - last < (arrived >= expected ? GRACE : load->opt.drain_ms * 1000000ull)) {
		int got = sl_receiver_poll(receiver, 10000000);

		if (got < 0)
			return got;
		now = clock_ns(CLOCK_MONOTONIC);
		arrived += (unsigned)got;
		last = got ? now : last;
	}
	return 0;
}

/* True: it was done, or is none. */
static bool halfway(const struct sl_load *load)
{
	return !load->opt.halfway || system(load->opt.halfway) == 0;
}

/* Has --until ended the media? Then nothing more is expected than what was sent. */
static bool is_over(struct sl_load *load, uint64_t *looked)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (!load->opt.until || now - *looked < GLANCE)
		return false;
	*looked = now;
	if (access(load->opt.until, F_OK))
		return false;
	for (unsigned i = 0; i < load->opt.calls * 2; i++) {
		struct sl_stream *stream = &load->calls[i / 2].stream[i % 2];

		stream->rtp.expected = stream->rtp.sent;
		stream->rtcp.expected = stream->rtcp.sent;
	}
	return true;
}

static int pump(struct sl_load *load, struct batch *batch, struct sl_receiver *receiver)
{
	struct schedule schedule;
	uint64_t looked = 0;
	bool second_half = false;
	int got = 0;

	if (!schedule_init(&schedule, load))
		return -ENOMEM;
	while (schedule.next < schedule.total && got >= 0 && !is_over(load, &looked)) {
		got = sl_receiver_poll(receiver, send_due(batch, &schedule));
		if (got > 0) {
			schedule.arrived += (unsigned)got;
			schedule.moved = clock_ns(CLOCK_MONOTONIC);
		}
		if (!second_half && schedule.next >= schedule.total / 2) {
			second_half = true;
			if (!halfway(load))
				got = -ECHILD;
		}
	}
	load->totals.media_ns += clock_ns(CLOCK_MONOTONIC) - schedule.start;
	free(schedule.bad_next);
	return got < 0 ? got : drain(load, receiver, schedule.arrived, expected_datagrams(load));
}

int sl_run_media(struct sl_load *load)
{
	uint64_t expected = expected_datagrams(load);
	struct batch *batch = calloc(1, sizeof(*batch));
	struct sl_receiver *receiver =
		sl_receiver_new(load, load->opt.live ? 0 : expected + expected / 8 + 4096);
	int error = -ENOMEM;

	prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
	if (batch && receiver) {
		batch->load = load;
		error = pump(load, batch, receiver);
		sl_receiver_judge(receiver);
	}
	sl_receiver_free(receiver);
	free(batch);
	return error;
}

int sl_run_after_delete(struct sl_load *load)
{
	const struct sl_load_options *opt = &load->opt;
	struct batch *batch = calloc(1, sizeof(*batch));
	struct sl_receiver *receiver = sl_receiver_new(load, 0);
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	int got = -ENOMEM;

	if (batch && receiver) {
		batch->load = load;
		for (uint32_t i = opt->packets; i < opt->packets + opt->after_delete; i++)
			for (unsigned stream = 0; stream < opt->calls * 2; stream++)
				send_rtp(batch, &load->calls[stream / 2].stream[stream % 2], i);
		flush(batch);
		do
			got = sl_receiver_poll(receiver, 10000000);
		while (got >= 0 && clock_ns(CLOCK_MONOTONIC) - start < AFTER_DELETE);
	}
	sl_receiver_free(receiver);
	free(batch);
	return got < 0 ? got : 0;
}
