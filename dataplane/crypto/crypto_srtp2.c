/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The libsrtp2 backend: portable, and the oracle of the differential test. libsrtp keeps its own
 * idea of a stream's index and refuses replays; here the caller is the authority on both. So each
 * SSRC gets a session of its own, per use of the key, which is made to agree with the caller before
 * every packet: the ROC is set, and where libsrtp would not take the index (a long jump, a step
 * back, a repetition) the session is replaced by a fresh one. A session is only kept once a packet
 * has authenticated.
 *
 * libsrtp allocates on this path, and a forged packet of an unknown SSRC costs the making of a
 * session (some 50 us). The ipsec-mb backend does neither.
 */
#include "dataplane/crypto/crypto.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <srtp2/srtp.h>

#include "dataplane/crypto/crypto_ref.h"
#include "dataplane/crypto/kdf.h"
#include "dataplane/crypto/pages.h"
#include "sluice/drop.h"
#include "sluice/limits.h"
#include "sluice/stack_wipe.h"

enum {
	STREAMS =
		2 * SL_LIVE_SSRCS, /* sessions kept per use; a new SSRC replaces the longest idle */
	WINDOW = 1024,             /* libsrtp's replay window, packets: wider than any of ours */
	MAX_JUMP = 0x4000,         /* well below the 2^15 at which libsrtp's estimate turns over */
	RTCP_WINDOW = 128,         /* rdb_bits_in_bitmask */
	RTCP_INDEX_MAX = 0x7fffffff,
	RTCP_HEADER = 8,
};

enum use { RTP_IN, RTP_OUT, RTCP_IN, RTCP_OUT, USES };

struct stream {
	srtp_t session; /* NULL: free */
	uint32_t ssrc;
	uint32_t last_use;
	uint64_t highest; /* RTP: highest index seen; RTCP_OUT: last index sent; 0 when fresh */
};

struct sl_key {
	struct sl_master master;
	struct sl_session_keys rtcp; /* to step libsrtp's SRTCP index */
	uint32_t clock;              /* counts lookups */
	struct stream streams[USES][STREAMS];
};

/*
 * libsrtp needs nothing per worker. But one built on NSS (Debian 12's is) loads NSS's modules with
 * its first session and unloads them with its last: that would be the first packet of the first
 * call, which would wait for the disk, and find that nothing is loaded any more
 * (ctrl/daemon/syscall_filter.h). So there is always one session.
 */
struct sl_crypto {
	srtp_t keeper;
};

/*
 * Before 2.8 libsrtp runs the key derivation of AES-192 suites with AES-256 (its issue 763): it
 * would agree with itself, and with nobody who follows RFC 6188.
 */
static bool supports(enum sl_suite suite)
{
	if (suite <= SL_SUITE_NONE || suite >= SL_SUITE_COUNT)
		return false;
	return sl_suites[suite].key_len != 24 || srtp_get_version() >= (2u << 24 | 8u << 16);
}

static int set_policy(srtp_policy_t *policy, enum sl_suite suite)
{
	switch (suite) {
	case SL_SUITE_AES_CM_128_HMAC_SHA1_80:
	case SL_SUITE_AES_CM_128_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtp);
		break;
	case SL_SUITE_AES_192_CM_HMAC_SHA1_80:
	case SL_SUITE_AES_192_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80(&policy->rtp);
		break;
	case SL_SUITE_AES_256_CM_HMAC_SHA1_80:
	case SL_SUITE_AES_256_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
		break;
	case SL_SUITE_AEAD_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
		break;
	case SL_SUITE_AEAD_AES_256_GCM:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
		break;
	default:
		return -EINVAL;
	}
	policy->rtcp = policy->rtp;
	policy->rtp.auth_tag_len = sl_suites[suite].rtp_tag;
	policy->rtcp.auth_tag_len = sl_suites[suite].rtcp_tag;
	return 0;
}

static srtp_t session_new(const struct sl_master *master, uint32_t ssrc)
{
	const struct sl_suite_info *info = &sl_suites[master->suite];
	uint8_t key[SRTP_MAX_KEY_LEN];
	srtp_policy_t policy = {
		.ssrc = {.type = ssrc_specific, .value = ssrc},
		.key = key,
		.window_size = WINDOW,
		.allow_repeat_tx = 1,
	};
	srtp_t session = NULL;

	if (set_policy(&policy, master->suite))
		return NULL;
	memcpy(key, master->key, info->key_len);
	memcpy(key + info->key_len, master->salt, info->salt_len);
	if (srtp_create(&session, &policy) != srtp_err_status_ok)
		session = NULL;
	explicit_bzero(key, sizeof(key));
	sl_stack_wipe(); /* libsrtp derives session keys there */
	return session;
}

static void stream_drop(struct stream *stream)
{
	if (stream->session)
		srtp_dealloc(stream->session);
	*stream = (struct stream){0};
}

/* Back to a session that has seen nothing. False: out of memory; the slot is free then. */
static bool stream_reset(struct sl_key *key, struct stream *stream)
{
	const struct stream old = *stream;

	stream_drop(stream);
	stream->session = session_new(&key->master, old.ssrc);
	stream->ssrc = old.ssrc;
	stream->last_use = old.last_use;
	return stream->session != NULL;
}

/* The stream of `ssrc`, or a free slot set up for it in `spare`, which is not yet in the table. */
static struct stream *stream_find(
	struct sl_key *key, enum use use, uint32_t ssrc, struct stream *spare)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		struct stream *stream = &key->streams[use][i];
		if (stream->session && stream->ssrc == ssrc) {
			stream->last_use = ++key->clock;
			return stream;
		}
	}
	*spare = (struct stream){.session = session_new(&key->master, ssrc), .ssrc = ssrc};
	return spare->session ? spare : NULL;
}

/* Keeps the stream of an authenticated packet: over a free slot, or over the longest idle. */
static void stream_keep(struct sl_key *key, enum use use, const struct stream *spare)
{
	struct stream *slot = &key->streams[use][0];

	for (unsigned i = 0; i < STREAMS && slot->session; i++) {
		struct stream *stream = &key->streams[use][i];
		if (!stream->session || key->clock - stream->last_use > key->clock - slot->last_use)
			slot = stream;
	}
	stream_drop(slot);
	*slot = *spare;
	slot->last_use = ++key->clock;
}

static uint8_t verdict_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return SL_FORWARD;
	case srtp_err_status_auth_fail:
	case srtp_err_status_cant_check: /* E flag off: not what the key's tag can vouch for */
		return SL_DROP_AUTH;
	default:
		return SL_DROP_CRYPTO;
	}
}

static bool is_replay(srtp_err_status_t status)
{
	return status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old;
}

/* Makes libsrtp's estimate of the next packet's index come out as `index` (RFC 3711 3.3.1). */
static bool aim_rtp(struct sl_key *key, struct stream *stream, uint64_t index)
{
	const uint64_t distance =
		index > stream->highest ? index - stream->highest : stream->highest - index;

	/* In a fresh session any ROC set is taken at its word. */
	if (stream->highest &&
		(distance > MAX_JUMP || (index < stream->highest && distance > WINDOW / 2)) &&
		!stream_reset(key, stream))
		return false;
	return srtp_set_stream_roc(stream->session, stream->ssrc, (uint32_t)(index >> 16)) ==
	       srtp_err_status_ok;
}

static srtp_err_status_t rtp_packet(
	struct sl_key *key, enum use use, struct stream *stream, struct sl_crypto_op *op, int *len)
{
	srtp_err_status_t (*run)(srtp_t, void *, int *) =
		use == RTP_IN ? srtp_unprotect : srtp_protect;

	if (!aim_rtp(key, stream, op->index))
		return srtp_err_status_alloc_fail;
	srtp_err_status_t status = run(stream->session, op->data, len);
	if (is_replay(status)) { /* refused before anything was touched */
		if (!stream_reset(key, stream) || !aim_rtp(key, stream, op->index))
			return srtp_err_status_alloc_fail;
		status = run(stream->session, op->data, len);
	}
	if (status == srtp_err_status_ok && op->index > stream->highest)
		stream->highest = op->index;
	return status;
}

static srtp_err_status_t rtcp_in(
	struct sl_key *key, struct stream *stream, struct sl_crypto_op *op, int *len)
{
	srtp_err_status_t status = srtp_unprotect_rtcp(stream->session, op->data, len);

	if (is_replay(status)) {
		if (!stream_reset(key, stream))
			return srtp_err_status_alloc_fail;
		status = srtp_unprotect_rtcp(stream->session, op->data, len);
	}
	return status;
}

/*
 * Makes libsrtp send `index` next. It has no call for that: it sends its counter's successor. But
 * the counter is the lower edge of the stream's replay window, so an authentic packet taken in at
 * the upper edge moves it, over any distance at once; what is left are fewer than 128 steps of
 * protecting and throwing away.
 */
static bool aim_rtcp(struct sl_key *key, struct stream *stream, uint32_t index)
{
	uint8_t packet[RTCP_HEADER + SL_CRYPTO_TAILROOM + SL_TAG_MAX];
	const uint8_t header[RTCP_HEADER] = {0x80, 201, 0, 1, (uint8_t)(stream->ssrc >> 24),
		(uint8_t)(stream->ssrc >> 16), (uint8_t)(stream->ssrc >> 8), (uint8_t)stream->ssrc};

	if (index == 0 || index > RTCP_INDEX_MAX)
		return false;
	if (index <= stream->highest && !stream_reset(key, stream))
		return false;
	if (index - stream->highest > RTCP_WINDOW) {
		const uint32_t edge = index - 1 > RTCP_INDEX_MAX - (RTCP_WINDOW - 1)
					      ? RTCP_INDEX_MAX
					      : index - 1 + (RTCP_WINDOW - 1);
		struct sl_ref_packet step = {.data = packet,
			.index = edge,
			.ssrc = stream->ssrc,
			.len = RTCP_HEADER,
			.header_len = RTCP_HEADER,
			.rtcp = true};
		memcpy(packet, header, sizeof(header));
		if (sl_ref_protect(&key->rtcp, &step))
			return false;
		int len = step.len;
		if (srtp_unprotect_rtcp(stream->session, packet, &len) != srtp_err_status_ok)
			return false;
		stream->highest = edge - (RTCP_WINDOW - 1);
	}
	for (; stream->highest + 1 < index; stream->highest++) {
		int len = RTCP_HEADER;
		memcpy(packet, header, sizeof(header));
		if (srtp_protect_rtcp(stream->session, packet, &len) != srtp_err_status_ok)
			return false;
	}
	return true;
}

static srtp_err_status_t rtcp_out(
	struct sl_key *key, struct stream *stream, struct sl_crypto_op *op, int *len)
{
	if (op->index > RTCP_INDEX_MAX || !aim_rtcp(key, stream, (uint32_t)op->index))
		return srtp_err_status_bad_param;
	srtp_err_status_t status = srtp_protect_rtcp(stream->session, op->data, len);
	if (status == srtp_err_status_ok)
		stream->highest = op->index;
	return status;
}

static void run(struct sl_crypto_op *const *ops, unsigned n, enum use use)
{
	for (unsigned i = 0; i < n; i++) {
		struct sl_crypto_op *op = ops[i];
		struct stream spare;
		int len = op->len;
		srtp_err_status_t status;

		if (op->verdict != SL_FORWARD)
			continue;
		struct stream *stream = stream_find(op->key, use, op->ssrc, &spare);
		if (!stream) {
			op->verdict = SL_DROP_CRYPTO;
			continue;
		}
		if (use == RTP_IN || use == RTP_OUT)
			status = rtp_packet(op->key, use, stream, op, &len);
		else if (use == RTCP_IN)
			status = rtcp_in(op->key, stream, op, &len);
		else
			status = rtcp_out(op->key, stream, op, &len);
		op->verdict = verdict_of(status);
		if (op->verdict == SL_FORWARD)
			op->len = (uint16_t)len;
		if (stream == &spare) {
			if (op->verdict == SL_FORWARD)
				stream_keep(op->key, use, &spare);
			else
				stream_drop(&spare);
		}
	}
}

static void rtp_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(ops, n, RTP_IN);
}

static void rtp_protect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(ops, n, RTP_OUT);
}

static void rtcp_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(ops, n, RTCP_IN);
}

static void rtcp_protect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(ops, n, RTCP_OUT);
}

static bool library_ready;

static void library_init(void)
{
	/* Without a handler libsrtp prints its events (SSRC collisions: our RTCP_OUT takes packets
	 * in). */
	library_ready = srtp_init() == srtp_err_status_ok &&
			srtp_install_event_handler(NULL) == srtp_err_status_ok;
}

static void key_free(struct sl_key *key)
{
	if (!key)
		return;
	for (unsigned use = 0; use < USES; use++)
		for (unsigned i = 0; i < STREAMS; i++)
			stream_drop(&key->streams[use][i]);
	sl_pages_take_back(sl_key_history(key));
	explicit_bzero(key, sizeof(*key));
	free(sl_key_history(key));
}

static bool library_is_ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, library_init);
	return library_ready;
}

static int key_new(struct sl_key **key, const struct sl_master *master)
{
	struct sl_session_keys rtp;

	*key = NULL;
	if (!supports(master->suite))
		return -EINVAL;
	struct sl_history *history =
		library_is_ready() ? calloc(1, sizeof(*history) + sizeof(struct sl_key)) : NULL;
	if (!history)
		return -ENOMEM;
	struct sl_key *made = (struct sl_key *)(history + 1);

	made->master = *master;
	int rc = sl_kdf_session(master, &rtp, &made->rtcp);
	explicit_bzero(&rtp, sizeof(rtp));
	if (rc) {
		key_free(made);
		return rc == -EINVAL ? -EINVAL : -ENOMEM;
	}
	*key = made;
	return 0;
}

static struct sl_crypto *open_crypto(void)
{
	static const struct sl_master nobodys = {.suite = SL_SUITE_AES_CM_128_HMAC_SHA1_80};
	struct sl_crypto *crypto = library_is_ready() ? calloc(1, sizeof(*crypto)) : NULL;

	if (!crypto)
		return NULL;
	crypto->keeper = session_new(&nobodys, 0);
	if (crypto->keeper)
		return crypto;
	free(crypto);
	return NULL;
}

static void close_crypto(struct sl_crypto *crypto)
{
	srtp_dealloc(crypto->keeper);
	free(crypto);
}

const struct sl_crypto_backend sl_crypto_srtp2 = {
	.name = "srtp2",
	.supports = supports,
	.key_new = key_new,
	.key_free = key_free,
	.open = open_crypto,
	.close = close_crypto,
	.rtp_unprotect = rtp_unprotect,
	.rtp_protect = rtp_protect,
	.rtcp_unprotect = rtcp_unprotect,
	.rtcp_protect = rtcp_protect,
};
