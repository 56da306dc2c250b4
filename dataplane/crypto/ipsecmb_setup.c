/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/ipsecmb.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "dataplane/crypto/kdf.h"
#include "dataplane/crypto/pages.h"
#include "dataplane/crypto/slab.h"

enum { SHA1_BLOCK = 64 };

/* Key expansion keeps no state in the manager, so one serves the whole control side. */
static IMB_MGR *expander;

static void expander_init(void)
{
	IMB_ARCH arch;

	expander = alloc_mb_mgr(0);
	if (expander)
		init_mb_mgr_auto(expander, &arch);
}

static size_t round_keys_len(unsigned key_len)
{
	return (key_len / 4 + 7) * 16; /* Nr + 1 blocks, Nr = Nk + 6 (FIPS 197) */
}

static void expand_aes(IMB_MGR *mgr, const uint8_t *raw, unsigned key_len, uint8_t *round_keys)
{
	uint8_t decrypt[IPSECMB_ROUND_KEYS_MAX] __attribute__((aligned(16)));

	if (key_len == 16)
		IMB_AES_KEYEXP_128(mgr, raw, round_keys, decrypt);
	else if (key_len == 24)
		IMB_AES_KEYEXP_192(mgr, raw, round_keys, decrypt);
	else
		IMB_AES_KEYEXP_256(mgr, raw, round_keys, decrypt);
	explicit_bzero(decrypt, sizeof(decrypt));
}

/* RFC 2104: the key is shorter than a block, so it is padded with zeros, not hashed. */
static void expand_hmac(IMB_MGR *mgr, const uint8_t *auth, uint8_t pad, uint32_t *state)
{
	uint8_t block[SHA1_BLOCK];

	memset(block, pad, sizeof(block));
	for (unsigned i = 0; i < SL_AUTH_KEY_LEN; i++)
		block[i] ^= auth[i];
	IMB_SHA1_ONE_BLOCK(mgr, block, state);
	explicit_bzero(block, sizeof(block));
}

void sl_ipsecmb_fill_cm(IMB_MGR *mgr, struct ipsecmb_cm *cm, const uint8_t *salt,
	const uint8_t *auth, const uint8_t *encryption)
{
	memcpy(cm->salt, salt, SL_MASTER_SALT_MAX);
	expand_hmac(mgr, auth, 0x36, cm->inner);
	expand_hmac(mgr, auth, 0x5c, cm->outer);
	expand_aes(mgr, encryption, cm->head.key_len, cm->round_keys);
}

static void keep_cm_rtcp(struct ipsecmb_cm_rtcp *rtcp, const struct sl_session_keys *session)
{
	memcpy(rtcp->salt, session->salt, sizeof(rtcp->salt));
	memcpy(rtcp->auth, session->auth, sizeof(rtcp->auth));
	memcpy(rtcp->encryption, session->encryption, sl_suites[session->suite].key_len);
}

static void fill_gcm(struct ipsecmb_gcm *gcm, const struct sl_session_keys *rtp,
	const struct sl_session_keys *rtcp)
{
	memcpy(gcm->salt, rtp->salt, sizeof(gcm->salt));
	memcpy(gcm->rtcp_salt, rtcp->salt, sizeof(gcm->rtcp_salt));
	memcpy(gcm->rtcp_encryption, rtcp->encryption, sizeof(gcm->rtcp_encryption));
	if (gcm->head.key_len == 16)
		IMB_AES128_GCM_PRE(expander, rtp->encryption, &gcm->expanded);
	else
		IMB_AES256_GCM_PRE(expander, rtp->encryption, &gcm->expanded);
}

/* One that is still empty, of the size that its suite needs. */
static struct sl_key *key_take(enum sl_suite suite)
{
	static struct sl_slab slabs[SL_SUITE_COUNT];
	const struct sl_suite_info *info = &sl_suites[suite];
	const size_t rtcp_offset = sizeof(struct ipsecmb_cm) + round_keys_len(info->key_len);
	const size_t cm = rtcp_offset + sizeof(struct ipsecmb_cm_rtcp) + info->key_len;

	const size_t size = info->aead ? sizeof(struct ipsecmb_gcm) : RTE_CACHE_LINE_ROUNDUP(cm);

	slabs[suite].size = sizeof(struct sl_history) + size;
	struct sl_history *history = sl_slab_take(&slabs[suite]);
	struct sl_key *key = history ? (struct sl_key *)(history + 1) : NULL;
	if (key)
		*key = (struct sl_key){
			.suite = (uint8_t)suite,
			.aead = info->aead,
			.key_len = info->key_len,
			.tag_len = info->rtp_tag,
			.rtcp_offset = (uint16_t)rtcp_offset,
			.size = (uint16_t)size,
		};
	return key;
}

int sl_ipsecmb_key_new(struct sl_key **key, const struct sl_master *master)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sl_session_keys rtp, rtcp;

	*key = NULL;
	pthread_once(&once, expander_init);
	if (!expander)
		return -ENOMEM;
	int rc = sl_kdf_session(master, &rtp, &rtcp);
	if (rc)
		return rc == -EINVAL ? -EINVAL : -ENOMEM;

	*key = key_take(master->suite);
	if (*key && (*key)->aead) {
		fill_gcm((struct ipsecmb_gcm *)*key, &rtp, &rtcp);
	} else if (*key) {
		sl_ipsecmb_fill_cm(
			expander, (struct ipsecmb_cm *)*key, rtp.salt, rtp.auth, rtp.encryption);
		keep_cm_rtcp(RTE_PTR_ADD(*key, (*key)->rtcp_offset), &rtcp);
	}
	explicit_bzero(&rtp, sizeof(rtp));
	explicit_bzero(&rtcp, sizeof(rtcp));
	return *key ? 0 : -ENOMEM;
}

void sl_ipsecmb_key_free(struct sl_key *key)
{
	if (!key)
		return;
	sl_pages_take_back(sl_key_history(key));
	explicit_bzero(key, key->size);
	sl_slab_give(sl_key_history(key));
}

void sl_ipsecmb_close(struct sl_crypto *crypto)
{
	if (!crypto)
		return;
	sl_imb_close(&crypto->imb);
	explicit_bzero(crypto, sizeof(*crypto));
	rte_free(crypto);
}

struct sl_crypto *sl_ipsecmb_open(void)
{
	struct sl_crypto *crypto = rte_zmalloc("sl_crypto", sizeof(*crypto), RTE_CACHE_LINE_SIZE);

	if (!crypto)
		return NULL;
	if (sl_imb_open(&crypto->imb) < 0) {
		rte_free(crypto);
		return NULL;
	}
	crypto->mgr = crypto->imb.mgr;
	for (unsigned i = 0; i < SL_BURST; i++) {
		crypto->jobs[i] = (IMB_JOB){
			.cipher_direction = IMB_DIR_ENCRYPT,
			.cipher_mode = IMB_CIPHER_CNTR,
			.hash_alg = IMB_AUTH_HMAC_SHA_1,
			.chain_order = IMB_ORDER_HASH_CIPHER,
			.iv = crypto->ivs[i],
			.iv_len_in_bytes = IPSECMB_SLOT,
			.auth_tag_output = crypto->macs[i],
			.auth_tag_output_len_in_bytes = IPSECMB_HASH_LEN,
		};
	}
	return crypto;
}
