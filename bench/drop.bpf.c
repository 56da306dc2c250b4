/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/* The least that a guard could cost: reads the headers up to the UDP port, and drops. For
 * bench_guard. */
#include <stdbool.h>

#include <linux/bpf.h>

#include "ebpf/parse.bpf.h"

SEC("xdp")
int parse_and_drop(struct xdp_md *ctx)
{
	const void *start = (const void *)(long)ctx->data;
	const void *end = (const void *)(long)ctx->data_end;
	struct packet packet = {0};

	/* The port decides, so that the compiler cannot leave the parsing out. */
	return parse(start, end, end - start, &packet) == PARSED_UDP && packet.port == 0 ? XDP_PASS
											 : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
