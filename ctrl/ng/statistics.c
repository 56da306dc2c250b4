/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/statistics.h"
#include "dataplane/path/workers.h"

/* As unsigned 64-bit counters wrap, and bencode has signed integers. */
static void number(struct sl_reply *reply, const char *key, uint64_t value)
{
	sl_reply_key_integer(reply, key, (int64_t)(value & INT64_MAX));
}

static void current(struct sl_reply *reply, const struct sl_sessions *sessions)
{
	sl_reply_key(reply, "currentstatistics");
	sl_reply_dict(reply);
	number(reply, "sessionsown", sessions->n);
	number(reply, "sessionsforeign", 0);
	number(reply, "sessionstotal", sessions->n);
	sl_reply_end(reply);
}

static void total(struct sl_reply *reply, const struct sl_sessions *sessions)
{
	uint64_t forwarded = 0, dropped = 0;
	struct sl_worker_stats worker;

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		sl_worker_stats(i, &worker);
		forwarded += worker.verdicts[SL_FORWARD];
		for (int v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
			dropped += worker.verdicts[v];
	}
	sl_reply_key(reply, "totalstatistics");
	sl_reply_dict(reply);
	number(reply, "managedsessions", sessions->created);
	number(reply, "timeoutsessions", sessions->timeouts);
	number(reply, "relayedpackets", forwarded);
	number(reply, "relayedpacketerrors", dropped);
	sl_reply_end(reply);
}

static void control(struct sl_reply *reply, const struct sl_ng *ng)
{
	sl_reply_key(reply, "controlstatistics");
	sl_reply_dict(reply);
	for (unsigned i = 0; i < SL_NG_COMMAND_COUNT; i++) {
		sl_reply_key(reply, sl_ng_command_names[i]);
		sl_reply_dict(reply);
		number(reply, "count", ng->count[i].requests);
		number(reply, "errors", ng->count[i].errors);
		sl_reply_end(reply);
	}
	number(reply, "malformed", ng->malformed);
	sl_reply_end(reply);
}

void sl_statistics_write(struct sl_reply *reply, const struct sl_ng *ng)
{
	sl_reply_dict(reply);
	current(reply, ng->sessions);
	total(reply, ng->sessions);
	control(reply, ng);
	sl_reply_end(reply);
}
