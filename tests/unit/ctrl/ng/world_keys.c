/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/world_keys.h"

#include <stdlib.h>
#include <string.h>

#include "dataplane/path/worker.h"

enum { KEYS = 1 << 14, LAST = 1024 };

/* One index that was sent. */
struct sent {
	uint64_t index; /* RTCP: bit 63 is set */
	uint32_t master, ssrc;
};

static const struct sl_crypto_backend *real;
static struct sl_crypto_backend watched;

static struct sl_master masters[KEYS]; /* by number - 1 */
static unsigned n_masters;

static struct {
	const struct sl_key *key;
	uint32_t master;
} alive[KEYS];
static unsigned n_alive;

static struct sent *table;
static size_t room, n_sent;
static unsigned reused;

static struct {
	const uint8_t *data;
	uint64_t index;
	uint32_t master;
} last[LAST];
static unsigned n_last;

static uint32_t number_of(const struct sl_master *master)
{
	for (unsigned i = 0; i < n_masters; i++)
		if (masters[i].suite == master->suite &&
			!memcmp(masters[i].key, master->key, sl_suites[master->suite].key_len) &&
			!memcmp(masters[i].salt, master->salt, sl_suites[master->suite].salt_len))
			return i + 1;
	if (n_masters == KEYS)
		abort();
	masters[n_masters++] = *master;
	return n_masters;
}

static int find(const struct sl_key *key)
{
	for (unsigned i = n_alive; i-- > 0;)
		if (alive[i].key == key)
			return (int)i;
	return -1;
}

static int key_new(struct sl_key **key, const struct sl_master *master)
{
	int rc = real->key_new(key, master);

	if (rc)
		return rc;
	if (n_alive == KEYS)
		abort();
	alive[n_alive].key = *key;
	alive[n_alive++].master = number_of(master);
	return 0;
}

static void key_free(struct sl_key *key)
{
	int i = find(key);

	if (i >= 0)
		alive[i] = alive[--n_alive];
	else if (key)
		abort();
	real->key_free(key);
}

static struct sent *place(const struct sent *s)
{
	uint64_t h = s->index * UINT64_C(0x9e3779b97f4a7c15) ^
		     ((uint64_t)s->master << 32 | s->ssrc) * UINT64_C(0xbf58476d1ce4e5b9);
	size_t at = (size_t)((h ^ h >> 29) & (room - 1));

	while (table[at].master && memcmp(&table[at], s, sizeof(*s)) != 0)
		at = (at + 1) & (room - 1);
	return &table[at];
}

static void grow(void)
{
	struct sent *old = table;
	size_t old_room = room;

	room = room ? 2 * room : 1 << 10;
	table = calloc(room, sizeof(*table));
	if (!table)
		abort();
	for (size_t i = 0; i < old_room; i++)
		if (old[i].master)
			*place(&old[i]) = old[i];
	free(old);
}

static void note(struct sl_crypto_op *const *ops, unsigned n, uint64_t kind)
{
	for (unsigned i = 0; i < n; i++) {
		int key = find(ops[i]->key);
		struct sent s = {.index = ops[i]->index | kind, .ssrc = ops[i]->ssrc};
		struct sent *at;

		if (key < 0)
			abort(); /* sent with a key that was freed */
		s.master = alive[key].master;
		if (2 * n_sent >= room)
			grow();
		at = place(&s);
		reused += at->master != 0;
		n_sent += at->master == 0;
		*at = s;
		last[n_last % LAST].data = ops[i]->data;
		last[n_last % LAST].index = ops[i]->index;
		last[n_last++ % LAST].master = s.master;
	}
}

static void rtp_protect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	note(ops, n, 0);
	real->rtp_protect(crypto, ops, n);
}

static void rtcp_protect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	note(ops, n, UINT64_C(1) << 63);
	real->rtcp_protect(crypto, ops, n);
}

/* A packet that was protected for another call of ours, and has come there. */
static void forget_last(struct sl_crypto_op *const *ops, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		keys_leave(ops[i]->data);
}

static void rtp_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	forget_last(ops, n);
	real->rtp_unprotect(crypto, ops, n);
}

static void rtcp_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	forget_last(ops, n);
	real->rtcp_unprotect(crypto, ops, n);
}

const struct sl_crypto_backend *keys_watch(const struct sl_crypto_backend *backend)
{
	real = backend;
	watched = *backend;
	watched.key_new = key_new;
	watched.key_free = key_free;
	watched.rtp_protect = rtp_protect;
	watched.rtcp_protect = rtcp_protect;
	watched.rtp_unprotect = rtp_unprotect;
	watched.rtcp_unprotect = rtcp_unprotect;
	return &watched;
}

void keys_forget(void)
{
	free(table);
	table = NULL;
	room = n_sent = 0;
	n_masters = n_last = 0;
	reused = 0;
}

unsigned keys_alive(void)
{
	return n_alive;
}

unsigned keys_number(const struct sl_key *key)
{
	int i = find(key);

	return i < 0 ? 0 : alive[i].master;
}

unsigned keys_reused(void)
{
	return reused;
}

unsigned long keys_sent(void)
{
	return n_sent;
}

void keys_leave(const uint8_t *data)
{
	for (unsigned i = 0; i < LAST && i < n_last; i++)
		if (last[i].data == data)
			last[i].data = NULL;
}

bool keys_taken(const uint8_t *data, uint64_t *index, struct sl_master *master)
{
	for (unsigned i = 0; i < LAST && i < n_last; i++) {
		unsigned at = (n_last - 1 - i) % LAST;

		if (last[at].data != data)
			continue;
		*index = last[at].index;
		*master = masters[last[at].master - 1];
		last[at].data = NULL; /* the buffer is used again */
		return true;
	}
	return false;
}

static uint16_t rtp_header(const uint8_t *data, uint16_t len)
{
	uint16_t at = (uint16_t)(12 + 4 * (data[0] & 15));

	if (data[0] & 16 && at + 4 <= len)
		at = (uint16_t)(at + 4 + 4 * (data[at + 2] << 8 | data[at + 3]));
	return at < len ? at : len;
}

/* By the same library as the relay; that it does what others do is for other tests. */
bool keys_transform(uint8_t *data, uint16_t *len, const struct sl_master *master, uint64_t index,
	uint32_t ssrc, bool rtcp, bool protect)
{
	struct sl_crypto *crypto = sl_workers[0].crypto;
	struct sl_crypto_op op = {.data = data,
		.index = index,
		.ssrc = ssrc,
		.len = *len,
		.header_len = rtcp ? 8 : rtp_header(data, *len)};
	struct sl_crypto_op *ops[1] = {&op};

	if (real->key_new(&op.key, master))
		abort();
	if (protect)
		(rtcp ? real->rtcp_protect : real->rtp_protect)(crypto, ops, 1);
	else
		(rtcp ? real->rtcp_unprotect : real->rtp_unprotect)(crypto, ops, 1);
	real->key_free(op.key);
	*len = op.len;
	return op.verdict == SL_FORWARD;
}
