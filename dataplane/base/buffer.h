/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules for packet buffers. A worker decrypts in place, writes new headers in front and
 * a tag behind; but a driver may deliver buffers that somebody else reads as well (clones, the
 * stripes of one large buffer), that consist of several pieces, or that end where the packet does.
 */
#ifndef SL_DATAPLANE_BUFFER_H
#define SL_DATAPLANE_BUFFER_H

#include <rte_mbuf.h>
#include <stdbool.h>

/* The flags that say whose memory it is, and where to it goes back: they stay, whatever is sent. */
#define SL_BUFFER_FLAGS (RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT)

/* In one piece, and nobody else's. */
static inline bool sl_buffer_is_ours(const struct rte_mbuf *m)
{
	return m->nb_segs == 1 && rte_mbuf_refcnt_read(m) == 1 && !RTE_MBUF_CLONED(m) &&
	       (!RTE_MBUF_HAS_EXTBUF(m) || rte_mbuf_ext_refcnt_read(m->shinfo) == 1);
}

/* Can `before` bytes be written in front of the byte at offset `at`, and `behind` after the last?
 */
static inline bool sl_buffer_has_room(
	const struct rte_mbuf *m, uint16_t at, uint16_t before, uint16_t behind)
{
	return m->data_off + at >= before && rte_pktmbuf_tailroom(m) >= behind;
}

#endif
