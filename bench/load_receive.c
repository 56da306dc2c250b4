/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/load_receive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/load_packet.h"

enum { BURST = 32, EVENTS = 256, RTCP_ROOM = 192, TAG_ROOM = 64 };

struct slot {
	uint64_t rx_ns;
	struct sockaddr_in6 from;
	uint32_t socket;
	uint16_t len;
	_Alignas(8) uint8_t data[];
};

struct sl_receiver {
	struct sl_load *load;
	int epoll;
	size_t slot_size, data_size;
	uint64_t slots, used;
	uint8_t *kept, *scratch;
	struct mmsghdr messages[BURST];
	struct iovec parts[BURST];
	_Alignas(struct cmsghdr) char control[BURST][CMSG_SPACE(sizeof(struct timespec))];
};

static int watch(struct sl_receiver *receiver)
{
	receiver->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (receiver->epoll < 0)
		return -errno;
	for (unsigned i = 0; i < receiver->load->socket_count; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		if (epoll_ctl(
			    receiver->epoll, EPOLL_CTL_ADD, receiver->load->sockets[i].fd, &event))
			return -errno;
	}
	return 0;
}

struct sl_receiver *sl_receiver_new(struct sl_load *load, uint64_t keep)
{
	struct sl_receiver *receiver = calloc(1, sizeof(*receiver));

	if (!receiver)
		return NULL;
	receiver->load = load;
	receiver->data_size = SL_PACKET_RTP_HEADER + load->opt.payload + TAG_ROOM;
	if (receiver->data_size < RTCP_ROOM)
		receiver->data_size = RTCP_ROOM;
	receiver->slot_size = (sizeof(struct slot) + receiver->data_size + 63) & ~(size_t)63;
	receiver->scratch = calloc(BURST, receiver->slot_size);
	if (!receiver->scratch || watch(receiver)) {
		sl_receiver_free(receiver);
		return NULL;
	}
	if (keep * receiver->slot_size >> 20 > load->opt.memory_mb / 2)
		return receiver;
	receiver->kept = mmap(NULL, keep * receiver->slot_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (receiver->kept == MAP_FAILED)
		receiver->kept = NULL;
	else
		receiver->slots = keep;
	return receiver;
}

void sl_receiver_free(struct sl_receiver *receiver)
{
	if (!receiver)
		return;
	if (receiver->epoll > 0)
		close(receiver->epoll);
	if (receiver->kept)
		munmap(receiver->kept, receiver->slots * receiver->slot_size);
	free(receiver->scratch);
	free(receiver);
}

static struct slot *slot_at(const struct sl_receiver *receiver, uint8_t *base, uint64_t index)
{
	return (struct slot *)(base + index * receiver->slot_size);
}

static void aim(struct sl_receiver *receiver, uint8_t *base)
{
	for (unsigned i = 0; i < BURST; i++) {
		struct slot *slot = slot_at(receiver, base, i);

		receiver->parts[i] = (struct iovec){slot->data, receiver->data_size};
		receiver->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &slot->from,
			.msg_namelen = sizeof(slot->from),
			.msg_iov = &receiver->parts[i],
			.msg_iovlen = 1,
			.msg_control = receiver->control[i],
			.msg_controllen = sizeof(receiver->control[i]),
		};
	}
}

static uint64_t stamp_of(struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct timespec stamp = {0};

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS)
		memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
	return (uint64_t)stamp.tv_sec * 1000000000u + (uint64_t)stamp.tv_nsec;
}

static void judge(struct sl_receiver *receiver, struct slot *slot)
{
	sl_check_packet(
		receiver->load, slot->socket, &slot->from, slot->rx_ns, slot->data, slot->len);
}

static int take(struct sl_receiver *receiver, unsigned socket)
{
	int fd = receiver->load->sockets[socket].fd, total = 0, got;

	do {
		bool keep = receiver->used + BURST <= receiver->slots;
		uint8_t *base = keep ? receiver->kept + receiver->used * receiver->slot_size
				     : receiver->scratch;

		aim(receiver, base);
		got = recvmmsg(fd, receiver->messages, BURST, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++) {
			struct slot *slot = slot_at(receiver, base, (unsigned)i);

			slot->socket = socket;
			slot->len = (uint16_t)receiver->messages[i].msg_len;
			slot->rx_ns = stamp_of(&receiver->messages[i].msg_hdr);
			if (!keep)
				judge(receiver, slot);
		}
		if (got > 0) {
			receiver->used += keep ? (unsigned)got : 0;
			total += got;
		}
	} while (got == BURST);
	return total;
}

int sl_receiver_poll(struct sl_receiver *receiver, uint64_t wait_ns)
{
	struct timespec wait = {(time_t)(wait_ns / 1000000000u), (long)(wait_ns % 1000000000u)};
	struct epoll_event events[EVENTS];
	int total = 0;

	int ready = epoll_pwait2(receiver->epoll, events, EVENTS, &wait, NULL);
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < ready; i++)
		total += take(receiver, events[i].data.u32);
	return total;
}

void sl_receiver_judge(struct sl_receiver *receiver)
{
	for (uint64_t i = 0; i < receiver->used; i++)
		judge(receiver, slot_at(receiver, receiver->kept, i));
	receiver->used = 0;
}
