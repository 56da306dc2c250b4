/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/exception_port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <rte_ring.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dataplane/port/ethdev.h"
#include "dataplane/port/netlink.h"

enum {
	TWIN_RING = 1024, /* frames each way */
	TWIN_WAIT_MS = 1, /* how late a frame to the kernel may be: workers never wake the thread,
			     they must not */
};

struct sl_exception_port {
	char name[IFNAMSIZ];
	int fd;
	unsigned ifindex;
	struct rte_ring *to_kernel, *from_kernel;
	struct sl_wait *worker; /* who takes from_kernel */
	pthread_t thread;
	bool started;
	atomic_bool stop;
};

static int set(struct ifreq *ifr, const char *name, unsigned long op, const char *what,
	struct sl_error *error)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	snprintf(ifr->ifr_name, IFNAMSIZ, "%s", name);
	if (fd < 0 || ioctl(fd, op, ifr) < 0) {
		err = sl_refuse(
			error, -errno, "%s: cannot set the %s: %s", name, what, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static int configure(const char *name, const uint8_t *mac, uint16_t mtu, struct sl_error *error)
{
	struct ifreq hw = {.ifr_hwaddr.sa_family = 1 /* ARPHRD_ETHER */};
	struct ifreq size = {.ifr_mtu = mtu};
	struct ifreq up = {.ifr_flags = IFF_UP | IFF_BROADCAST | IFF_MULTICAST};
	int err;

	memcpy(hw.ifr_hwaddr.sa_data, mac, 6);
	err = set(&hw, name, SIOCSIFHWADDR, "MAC address", error);
	if (!err)
		err = set(&size, name, SIOCSIFMTU, "MTU", error);
	if (!err)
		err = set(&up, name, SIOCSIFFLAGS, "state to up", error);
	return err;
}

static struct rte_ring *ring(const char *name, const char *way, unsigned flags)
{
	char full[RTE_RING_NAMESIZE];

	snprintf(full, sizeof(full), "%s_%s", name, way);
	return rte_ring_create(full, TWIN_RING, SOCKET_ID_ANY, flags);
}

int sl_exception_open(const char *name, const uint8_t *mac, uint16_t mtu,
	struct sl_exception_port **out, struct sl_error *error)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL};
	struct sl_exception_port *exception = calloc(1, sizeof(*exception));
	int err = -ENOMEM;

	if (!exception)
		return err;
	snprintf(exception->name, sizeof(exception->name), "%s", name);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	exception->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (exception->fd < 0 || ioctl(exception->fd, TUNSETIFF, &ifr) < 0) {
		err = sl_refuse(error, -errno, "cannot create TAP %s: %s%s", name, strerror(errno),
			errno == EBUSY ? " (another sluiced? else: ip link del that interface)"
				       : "");
		goto fail;
	}
	err = configure(name, mac, mtu, error);
	if (err)
		goto fail;
	exception->ifindex = if_nametoindex(name);
	exception->to_kernel = ring(name, "to", RING_F_SC_DEQ);
	exception->from_kernel = ring(name, "from", RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (!exception->to_kernel || !exception->from_kernel) {
		err = sl_refuse(error, -ENOMEM,
			"no memory for the rings of TAP %s: raise `memory` in [sluice]", name);
		goto fail;
	}
	*out = exception;
	return 0;
fail:
	sl_exception_close(exception);
	return err;
}

/* The netdev of a VLAN on the TAP; it goes away with it. */
static int vlan_netdev(const struct sl_exception_port *exception, uint16_t vlan, unsigned *ifindex,
	struct sl_error *error)
{
	char name[IFNAMSIZ + 8];
	int err;

	snprintf(name, sizeof(name), "%s.%u", exception->name, vlan);
	if (strlen(name) >= IFNAMSIZ)
		return sl_refuse(error, -ENAMETOOLONG,
			"%s is too long a name for the VLAN of a TAP: set a shorter tap =", name);
	*ifindex = if_nametoindex(name);
	if (*ifindex)
		return 0;
	err = sl_netlink_add_vlan(exception->ifindex, vlan, name);
	if (err)
		sl_refuse(error, err, "cannot create %s: %s%s", name, strerror(-err),
			err == -EOPNOTSUPP ? " (modprobe 8021q)" : "");
	*ifindex = if_nametoindex(name);
	return err;
}

int sl_exception_address(struct sl_exception_port *exception, uint16_t vlan, const uint8_t ip[16],
	unsigned prefix, struct sl_error *error)
{
	unsigned ifindex = exception->ifindex;
	int err = vlan ? vlan_netdev(exception, vlan, &ifindex, error) : 0;

	if (err)
		return err;
	err = sl_netlink_add_address(ifindex, ip, prefix);
	if (err)
		return sl_refuse(error, err, "%s: cannot set the address: %s", exception->name,
			strerror(-err));
	return 0;
}

unsigned sl_exception_ifindex(const struct sl_exception_port *exception, uint16_t vlan)
{
	char name[IFNAMSIZ + 8];

	if (!vlan)
		return exception->ifindex;
	snprintf(name, sizeof(name), "%s.%u", exception->name, vlan);
	return if_nametoindex(name);
}

static void drain_to_kernel(struct sl_exception_port *exception)
{
	struct rte_mbuf *m[32];

	/* At most a ring's worth a turn: a flood at the kernel must not keep the kernel from
	 * answering. */
	for (unsigned total = 0, n = 1; total < TWIN_RING && n > 0; total += n) {
		n = rte_ring_sc_dequeue_burst(exception->to_kernel, (void **)m, 32, NULL);
		for (unsigned i = 0; i < n; i++) {
			/* A TAP that is down or full loses the frame, as any network may. */
			ssize_t done = write(
				exception->fd, rte_pktmbuf_mtod(m[i], void *), m[i]->data_len);

			(void)done;
			rte_pktmbuf_free(m[i]);
		}
	}
}

static void fill_from_kernel(struct sl_exception_port *exception)
{
	for (int i = 0; i < 64; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);
		ssize_t len;

		if (!m)
			return;
		len = read(exception->fd, rte_pktmbuf_mtod(m, void *), rte_pktmbuf_tailroom(m));
		if (len <= 0 || !rte_pktmbuf_append(m, (uint16_t)len) ||
			rte_ring_sp_enqueue(exception->from_kernel, m) != 0) {
			rte_pktmbuf_free(m);
			if (len <= 0)
				return;
		}
	}
}

static void *run(void *arg)
{
	struct sl_exception_port *exception = arg;
	struct pollfd readable = {.fd = exception->fd, .events = POLLIN};

	pthread_setname_np(pthread_self(), "sluice-excp");
	while (!atomic_load_explicit(&exception->stop, memory_order_relaxed)) {
		if (poll(&readable, 1, TWIN_WAIT_MS) > 0) {
			fill_from_kernel(exception);
			sl_wait_wake(exception->worker);
		}
		drain_to_kernel(exception);
	}
	return NULL;
}

int sl_exception_start(
	struct sl_exception_port *exception, struct sl_wait *worker, struct sl_error *error)
{
	exception->worker = worker;

	int err = pthread_create(&exception->thread, NULL, run, exception);

	if (err)
		sl_refuse(error, -err, "%s: cannot start its thread: %s", exception->name,
			strerror(err));
	exception->started = !err;
	return -err;
}

void sl_exception_close(struct sl_exception_port *exception)
{
	struct rte_ring *rings[] = {exception->to_kernel, exception->from_kernel};
	struct rte_mbuf *m;

	if (exception->started) {
		atomic_store(&exception->stop, true);
		pthread_join(exception->thread, NULL);
	}
	for (unsigned i = 0; i < RTE_DIM(rings); i++) {
		while (rings[i] && rte_ring_sc_dequeue(rings[i], (void **)&m) == 0)
			rte_pktmbuf_free(m);
		rte_ring_free(rings[i]);
	}
	if (exception->fd >= 0)
		close(exception->fd);
	free(exception);
}

bool sl_exception_give(struct sl_exception_port *exception, struct rte_mbuf *m)
{
	return rte_ring_mp_enqueue(exception->to_kernel, m) == 0;
}

unsigned sl_exception_take(struct sl_exception_port *exception, struct rte_mbuf **m, unsigned n)
{
	return rte_ring_sc_dequeue_burst(exception->from_kernel, (void **)m, n, NULL);
}
