/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/neigh/neigh_fixture.h"

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/base/address.h"

enum { SKIP = 77 };

const uint8_t mac_b[6] = {2, 0, 0, 0, 0, 0x0b}, mac_c[6] = {2, 0, 0, 0, 0, 0x0c};
pid_t peer_b, peer_c;
uv_loop_t loop;
struct sl_neigh *neigh;
sl_nexthop table[ENTRIES];
int br0;
unsigned came, went;

int run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool is(uint32_t id, const uint8_t *mac)
{
	sl_nexthop found = sl_nexthop_get(&table[id]);

	return found ? mac && !memcmp(&found, mac, 6) : !mac;
}

bool becomes(uint32_t id, const uint8_t *mac)
{
	uint64_t end = now_ms() + PATIENCE;

	while (!is(id, mac) && now_ms() < end) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(500);
	}
	return is(id, mac);
}

bool comes_true(const char *command)
{
	uint64_t end = now_ms() + PATIENCE;
	int ret;

	while ((ret = run("%s", command)) && now_ms() < end) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(20000);
	}
	return ret == 0;
}

uint32_t get_for(uint64_t owner, int ifindex, const char *text)
{
	uint8_t ip[16];
	uint32_t id = 0;

	assert_int_equal(sl_address_parse(text, ip), 0);
	assert_int_equal(sl_neigh_get(neigh, ifindex, ip, owner, &id), 0);
	assert_in_range(id, 1, ENTRIES - 1);
	return id;
}

uint32_t get(int ifindex, const char *text)
{
	return get_for(1, ifindex, text);
}

static void changed(void *context, uint32_t id, bool valid)
{
	assert_ptr_equal(context, table);
	assert_int_equal(valid, !is(id, NULL));
	valid ? came++ : went++;
}

int neigh_setup(void **state)
{
	uv_loop_init(&loop);
	br0 = (int)if_nametoindex("br0");
	return sl_neigh_open(&neigh, &loop, table, ENTRIES, changed, table);
}

int neigh_teardown(void **state)
{
	sl_neigh_close(neigh);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop);
}

/* A process that only holds a network namespace, and ends with us. */
static pid_t new_namespace(void)
{
	int ready[2];
	pid_t parent = getpid(), child;
	char byte;

	if (pipe(ready))
		return -1;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || unshare(CLONE_NEWNET))
			_exit(1);
		byte = write(ready[1], "", 1) != 1;
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (child > 0 && read(ready[0], &byte, 1) != 1)
		child = -1;
	close(ready[0]);
	return child;
}

static int add_peer(pid_t peer, const char *name, int number)
{
	int ret =
		run("ip link add v%s type veth peer name eth0 netns %d address 02:00:00:00:00:0%s",
			name, peer, name);

	ret = ret ? ret : run("ip link set v%s master br0 up", name);
	return ret ? ret
		   : run("nsenter -t %d -n sh -ec '"
			 "echo 1 >/proc/sys/net/ipv4/conf/all/arp_notify;"
			 "echo 1 >/proc/sys/net/ipv6/conf/all/ndisc_notify;"
			 "ip addr add 10.1.0.%d/24 dev eth0;"
			 "ip addr add fd01::%d/64 dev eth0 nodad;"
			 "ip link set eth0 up'",
			     peer, number, number);
}

static int make_network(void)
{
	/* The kernel gives up after three tries: let them follow each other quickly. */
	return run("set -e; ip link add br0 type bridge; ip link set lo up; ip link set br0 up;"
		   "ip addr add 10.1.0.1/24 dev br0; ip addr add fd01::1/64 dev br0 nodad;"
		   "echo 50 >/proc/sys/net/ipv4/neigh/br0/retrans_time_ms;"
		   "echo 50 >/proc/sys/net/ipv6/neigh/br0/retrans_time_ms") ||
	       add_peer(peer_b, "b", 2) || add_peer(peer_c, "c", 3);
}

int neigh_begin(void)
{
	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr, "no network namespaces for this user: skipped\n");
		return SKIP;
	}
	peer_b = new_namespace();
	peer_c = new_namespace();
	if (peer_b < 0 || peer_c < 0 || make_network()) {
		fprintf(stderr, "the test network cannot be made\n");
		return 1;
	}
	return 0;
}

void neigh_end(void)
{
	kill(peer_b, SIGKILL);
	kill(peer_c, SIGKILL);
	waitpid(peer_b, NULL, 0);
	waitpid(peer_c, NULL, 0);
}
