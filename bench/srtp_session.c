/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/srtp_session.h"

#include <stdlib.h>
#include <string.h>

#include "bench/srtp_aes192.h"

enum { RECEIVE_WINDOW = 4096 }; /* wide, so that a late duplicate is told from a forged packet */

struct sl_session {
	srtp_t srtp;
	struct sl_aes192 *aes192; /* instead of srtp */
};

static srtp_t srtp_new(
	const struct sl_load_suite *suite, const struct sl_load_key *key, bool inbound)
{
	uint8_t master[SRTP_MAX_KEY_LEN];
	srtp_policy_t policy = {0};
	srtp_t session = NULL;

	memcpy(master, key->bytes, sizeof(master));
	suite->rtp(&policy.rtp);
	suite->rtcp(&policy.rtcp);
	policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
	policy.key = master;
	policy.window_size = RECEIVE_WINDOW;
	if (srtp_create(&session, &policy) != srtp_err_status_ok)
		return NULL;
	return session;
}

struct sl_session *sl_session_new(
	const struct sl_load_suite *suite, const struct sl_load_key *key, bool inbound)
{
	struct sl_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	if (suite->rtp)
		session->srtp = srtp_new(suite, key, inbound);
	else
		session->aes192 = sl_aes192_new(key->bytes, suite->rtp_tag);
	if (session->srtp || session->aes192)
		return session;
	free(session);
	return NULL;
}

void sl_session_free(struct sl_session *session)
{
	if (!session)
		return;
	if (session->srtp)
		srtp_dealloc(session->srtp);
	sl_aes192_free(session->aes192);
	free(session);
}

static enum sl_session_status status_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return SL_SESSION_OK;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
		return SL_SESSION_REPLAY;
	default:
		return SL_SESSION_BAD;
	}
}

enum sl_session_status sl_session_protect(
	struct sl_session *session, bool rtcp, uint8_t *data, unsigned *len)
{
	int size = (int)*len;
	enum sl_session_status status;

	if (session->aes192)
		return sl_aes192_protect(session->aes192, rtcp, data, len) ? SL_SESSION_OK
									   : SL_SESSION_BAD;
	status = status_of(rtcp ? srtp_protect_rtcp(session->srtp, data, &size)
				: srtp_protect(session->srtp, data, &size));
	*len = (unsigned)size;
	return status;
}

enum sl_session_status sl_session_unprotect(
	struct sl_session *session, bool rtcp, uint8_t *data, unsigned *len)
{
	int size = (int)*len;
	enum sl_session_status status;

	if (session->aes192)
		return sl_aes192_unprotect(session->aes192, rtcp, data, len) ? SL_SESSION_OK
									     : SL_SESSION_BAD;
	status = status_of(rtcp ? srtp_unprotect_rtcp(session->srtp, data, &size)
				: srtp_unprotect(session->srtp, data, &size));
	*len = (unsigned)size;
	return status;
}
