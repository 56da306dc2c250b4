/* SPDX-License-Identifier: BSD-3-Clause */
/* The IPsec-MB calls of one burst of re-keys and nothing else: jobs are filled once. */
#ifndef SL_BENCH_BARE_IMB_H
#define SL_BENCH_BARE_IMB_H

#include "dataplane/crypto/ipsecmb.h"

struct bare_imb {
	IMB_MGR *mgr;
	struct sl_crypto_op *const *ops;
	const struct sl_key *out; /* of every packet, where AEAD */
	unsigned n;
	IMB_JOB hash[SL_BURST], cipher[SL_BURST];
	uint8_t iv[SL_BURST][16], tag[SL_BURST][32];
	struct gcm_context_data gcm;
};

/* For `ops` as they are, and with the keys of their suite; every call may change their data. */
void bare_imb_prepare(struct bare_imb *b, IMB_MGR *mgr, struct sl_crypto_op *const *ops,
	const struct sl_key *out, unsigned n);

/* Hash and cipher, cipher and hash; or the direct AEAD calls. Tags are not compared. */
void bare_imb_rekey(struct bare_imb *b);

#endif
