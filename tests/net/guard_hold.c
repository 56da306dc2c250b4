/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard without a dataplane, for scripts.
 *   guard_hold stale IFACE                               removes a guard that was left behind
 *   guard_hold OBJECT|- IFACE ADDRESS MIN-MAX PORT...    attaches the program natively (-: another
 *       did) and guards ADDRESS with PORT... open; prints "ready", the counters at every SIGUSR1,
 *       and detaches at SIGTERM
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard_user.h"

static int refuse(const char *text)
{
	fprintf(stderr, "guard_hold: %s\n", text);
	return 1;
}

static int attach(const char *path, unsigned ifindex)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object || bpf_object__load(object))
		return refuse("cannot load the program");
	program = bpf_object__find_program_by_name(object, SL_GUARD_PROGRAM);
	if (bpf_xdp_attach((int)ifindex, bpf_program__fd(program),
		    XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL))
		return refuse("cannot attach the program");
	return 0; /* the object stays, as with the driver */
}

static void print_counters(struct sl_guard *guard)
{
	static const char *const labels[] = {
#define X(id, label, text) label,
		SL_GUARD_COUNTERS(X)
#undef X
	};
	uint64_t counters[SL_GUARD_COUNTER_COUNT];
	struct sl_error error = {0};

	if (sl_guard_counters(guard, counters, &error)) {
		refuse(error.text);
		return;
	}
	for (int i = 0; i < SL_GUARD_COUNTER_COUNT; i++)
		printf("%s=%llu ", labels[i], (unsigned long long)counters[i]);
	printf("\n");
	fflush(stdout);
}

static int hold(unsigned ifindex, const char *address, const char *range, char **ports)
{
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff};
	unsigned min, max;
	struct sl_guard *guard;
	struct sl_error error = {0};
	sigset_t signals;
	int signal;

	if (inet_pton(AF_INET6, address, ip) != 1 && inet_pton(AF_INET, address, ip + 12) != 1)
		return refuse("not an address");
	if (sscanf(range, "%u-%u", &min, &max) != 2)
		return refuse("not a range of ports");
	if (sl_guard_open(ifindex, &guard, &error))
		return refuse(error.text);
	if (sl_guard_address_add(guard, 0, ip, 0, (uint16_t)min, (uint16_t)max, &error))
		return refuse(error.text);
	for (; *ports; ports++)
		sl_guard_pinhole_open(guard, 0, (uint16_t)atoi(*ports));
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	printf("ready\n");
	fflush(stdout);
	while (sigwait(&signals, &signal) == 0 && signal == SIGUSR1)
		print_counters(guard);
	sl_guard_close(guard);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned ifindex = argc > 2 ? if_nametoindex(argv[2]) : 0;
	struct sl_error error = {0};
	int status;

	if (ifindex == 0)
		return refuse("no such network device");
	if (strcmp(argv[1], "stale") == 0)
		return sl_guard_stale_detach(ifindex, &error) ? refuse(error.text) : 0;
	if (argc < 5)
		return refuse("what to guard?");
	if (strcmp(argv[1], "-") != 0 && attach(argv[1], ifindex))
		return 1;
	status = hold(ifindex, argv[3], argv[4], argv + 5);
	if (strcmp(argv[1], "-") != 0)
		bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE, NULL);
	return status;
}
