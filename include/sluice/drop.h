/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every reason for which a packet is not forwarded. One list makes the verdict enum, the per-worker
 * and per-flow counters, what `sluicectl drops` prints and the metrics label.
 *
 * X(identifier, label, what an operator reads)
 */
#ifndef SLUICE_DROP_H
#define SLUICE_DROP_H

/* clang-format off */
#define SL_DROP_REASONS(X)                                                                         \
	X(FRAME, "frame", "truncated Ethernet or VLAN header")                                     \
	X(IP, "ip", "malformed IPv4 or IPv6 header, or length beyond the frame")                   \
	X(UDP, "udp", "malformed UDP header, or length beyond the IP packet")                      \
	X(FRAGMENT, "fragment",                                                                    \
		"fragment of UDP to a media port, or one that hides TCP's flags")                  \
	X(NOT_MEDIA, "not-media", "not media, and this port has no exception port to pass it to")     \
	X(CLOSED, "closed", "UDP to a media port that no call has open")                           \
	X(DENIED, "denied", "from a prefix that is denied")                                        \
	X(TTL, "ttl", "to an open port, with fewer hops left than [guard] min-ttl")                \
	X(MARTIAN, "martian", "from an address that cannot send")                                  \
	X(UNKNOWN_SOURCE, "unknown-source-rate", "to an open port, from an unknown source beyond its rate")                \
	X(UNKNOWN_TOTAL, "unknown-total-rate", "to an open port, from unknown sources beyond their budget")           \
	X(KERNEL_UNKNOWN_SOURCE, "kernel-unknown-source-rate", "to the kernel, from an unknown source beyond its rate")    \
	X(KERNEL_UNKNOWN_TOTAL, "kernel-unknown-total-rate",                                                    \
		"to the kernel, from unknown sources beyond their budget")                               \
	X(SOURCE, "source", "not from the address and port that signalling announced")             \
	X(DEMUX, "demux", "neither RTP nor RTCP (RFC 7983), or RTP on an RTCP-only port")          \
	X(CHECKSUM, "checksum", "plain RTP or RTCP whose UDP checksum is wrong")                   \
	X(RTP, "rtp", "malformed RTP header")                                                      \
	X(RTCP, "rtcp", "malformed RTCP header")                                                   \
	X(SHORT, "short", "too short for the suite's authentication tag or SRTCP trailer")         \
	X(SRTCP_CLEAR, "srtcp-clear", "SRTCP without encryption (E flag off) was not agreed")      \
	X(SSRC_LIMIT, "ssrc-limit", "of an SSRC that its key has forgotten after a thousand others, or no memory for it") \
	X(REPLAY, "replay", "an index that was already received")                                  \
	X(REPLAY_OLD, "replay-old", "an index older than the replay window")                       \
	X(RATE, "rate", "more than its SDP announced, with slack")                                 \
	X(RTCP_RATE, "rtcp-rate", "more RTCP than a party may send")                               \
	X(UNPROVEN, "unproven", "of a new SSRC, beyond what is tried of those a second")           \
	X(AUTH, "auth", "authentication tag did not verify")                                       \
	X(CRYPTO, "crypto", "the crypto backend failed")                                           \
	X(INDEX_REUSE, "index-reuse", "egress index was already sent under this key")              \
	X(INDEX_LIMIT, "index-limit", "key used up: 2^48 SRTP or 2^31 SRTCP packets (RFC 3711 9.2)") \
	X(BLOCKED, "blocked", "RTP of a party that the proxy told to block, or to silence in a codec without silence") \
	X(NEIGHBOUR, "neighbour", "the next hop's link-layer address is not known")                \
	X(BUFFER, "buffer",                                                                        \
		"delivered in pieces, in memory that is not ours alone, or without room for headers or tag") \
	X(MTU, "mtu", "larger than the egress port's MTU after re-keying")                         \
	X(LOOP, "loop", "went from call to call of this relay more than four times: a circle")     \
	X(HANDOFF_FULL, "handoff-full", "the owning worker's hand-off ring is full")               \
	X(PUNT_FULL, "punt-full", "the ring to the exception port is full")                           \
	X(PORT_RESET, "port-reset", "the egress port's device was reset, and is not set up anew yet") \
	X(TX_FULL, "tx-full", "the egress queue is full")
/* clang-format on */

enum sl_verdict {
	SL_FORWARD = 0, /* still on its way */
#define X(id, label, text) SL_DROP_##id,
	SL_DROP_REASONS(X)
#undef X
		SL_VERDICTS, /* number of counters: index 0 counts what was forwarded */
	/* Not counted as drops: the packet left the pipeline by another door. */
	SL_PUNT = SL_VERDICTS, /* to the exception port */
	SL_HANDED_OFF,         /* by a ring, to a worker */
	SL_DEFERRED,           /* to the second round of this burst */
};

#endif
