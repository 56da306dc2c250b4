/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/chain.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const char hash_key[] = ",\"hash\":\"", end[] = "\"}";

enum {
	DIGITS = SL_CHAIN_HASH - 1,
	NUMBER = 19, /* digits of a number, at most: it fits in 63 bits */
	TAIL = sizeof(hash_key) - 1 + DIGITS + sizeof(end) - 1, /* what follows the hashed bytes */
	PREFIX = 256, /* more than stands in front of the body */
};

void sl_chain_hash(const void *data, size_t len, char hash[SL_CHAIN_HASH])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[EVP_MAX_MD_SIZE] = {0};

	EVP_Digest(data, len, raw, NULL, EVP_sha256(), NULL);
	for (unsigned i = 0; i < DIGITS / 2; i++) {
		hash[2 * i] = digits[raw[i] >> 4];
		hash[2 * i + 1] = digits[raw[i] & 15];
	}
	hash[DIGITS] = '\0';
}

void sl_chain_init(struct sl_chain *chain)
{
	chain->seq = 0;
	memset(chain->hash, '0', DIGITS);
	chain->hash[DIGITS] = '\0';
}

static size_t compose_prefix(const struct sl_chain *chain, const struct sl_chain_note *note,
	uint64_t seq, char prefix[PREFIX])
{
	size_t len = (size_t)snprintf(
		prefix, PREFIX, "{\"seq\":%" PRIu64 ",\"prev\":\"%s\"", seq, chain->hash);

	if (note->lost)
		len += (size_t)snprintf(
			prefix + len, PREFIX - len, ",\"lost\":%" PRIu64, note->lost);
	if (note->torn)
		len += (size_t)snprintf(prefix + len, PREFIX - len, ",\"torn\":\"%s\"", note->torn);
	prefix[len++] = ',';
	return len;
}

size_t sl_chain_compose(const struct sl_chain *chain, const struct sl_chain_note *note,
	const char *body, size_t len, char line[SL_CHAIN_LINE + 2], struct sl_chain *next)
{
	char prefix[PREFIX];
	size_t at;

	next->seq = chain->seq + 1 + note->lost;
	at = compose_prefix(chain, note, next->seq, prefix);
	if (at + len + TAIL > SL_CHAIN_LINE)
		return 0;
	memcpy(line, prefix, at);
	memcpy(line + at, body, len);
	at += len;
	sl_chain_hash(line, at, next->hash);
	return at + (size_t)snprintf(line + at, TAIL + 2, "%s%s%s\n", hash_key, next->hash, end);
}

/* The rest of a line that is being read. */
struct cursor {
	const char *at, *end;
};

static bool skip(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool read_number(struct cursor *c, uint64_t *number)
{
	const char *first = c->at;

	*number = 0;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		if (c->at - first == NUMBER)
			return false;
		*number = 10 * *number + (uint64_t)(*c->at - '0');
	}
	return c->at > first && *first != '0';
}

static bool read_hash(struct cursor *c, char hash[SL_CHAIN_HASH])
{
	for (unsigned i = 0; i < DIGITS; i++) {
		if (c->at == c->end || !*c->at || !strchr("0123456789abcdef", *c->at))
			return false;
		hash[i] = *c->at++;
	}
	hash[DIGITS] = '\0';
	return true;
}

static bool read_prefix(struct cursor *c, struct sl_chain_record *record)
{
	if (!skip(c, "{\"seq\":") || !read_number(c, &record->self.seq) ||
		!skip(c, ",\"prev\":\"") || !read_hash(c, record->prev) || !skip(c, "\""))
		return false;
	if (skip(c, ",\"lost\":") && !read_number(c, &record->lost))
		return false;
	if (skip(c, ",\"torn\":\"") && !(read_hash(c, record->torn) && skip(c, "\"")))
		return false;
	return skip(c, ",") && record->lost < record->self.seq;
}

bool sl_chain_read(const char *line, size_t len, struct sl_chain_record *record)
{
	struct cursor c = {line, line + len}, tail;
	char hash[SL_CHAIN_HASH];

	memset(record, 0, sizeof(*record));
	if (len > SL_CHAIN_LINE || len < TAIL || !read_prefix(&c, record))
		return false;
	tail = (struct cursor){line + len - TAIL, line + len};
	if (tail.at < c.at || !skip(&tail, hash_key) || !read_hash(&tail, record->self.hash) ||
		!skip(&tail, end))
		return false;
	sl_chain_hash(line, len - TAIL, hash);
	record->intact = strcmp(hash, record->self.hash) == 0;
	return true;
}

const char *sl_chain_text(const struct sl_chain *chain, char text[SL_CHAIN_HEAD])
{
	snprintf(text, SL_CHAIN_HEAD, "%" PRIu64 ":%s", chain->seq, chain->hash);
	return text;
}

bool sl_chain_parse(const char *text, struct sl_chain *chain)
{
	struct cursor c = {text, text + strlen(text)};

	return read_number(&c, &chain->seq) && skip(&c, ":") && read_hash(&c, chain->hash) &&
	       c.at == c.end;
}
