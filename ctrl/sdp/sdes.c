/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/sdp/sdes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SECRET_MAX = SL_MASTER_KEY_MAX + SL_MASTER_SALT_MAX };

static const struct {
	const char *name;
	enum sl_suite suite;
} draft_names[] = {
	{"AES_CM_192_HMAC_SHA1_80", SL_SUITE_AES_192_CM_HMAC_SHA1_80},
	{"AES_CM_192_HMAC_SHA1_32", SL_SUITE_AES_192_CM_HMAC_SHA1_32},
	{"AES_CM_256_HMAC_SHA1_80", SL_SUITE_AES_256_CM_HMAC_SHA1_80},
	{"AES_CM_256_HMAC_SHA1_32", SL_SUITE_AES_256_CM_HMAC_SHA1_32},
};

enum { DRAFT_NAMES = sizeof(draft_names) / sizeof(draft_names[0]) };

struct text {
	const char *at;
	size_t len;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* The next run of non-spaces; empty at the end. */
static struct text next_word(struct text *rest)
{
	struct text word;

	for (; rest->len > 0 && is_space(*rest->at); rest->at++)
		rest->len--;
	word = (struct text){rest->at, 0};
	for (; rest->len > 0 && !is_space(*rest->at); rest->at++, rest->len--)
		word.len++;
	return word;
}

static bool same(struct text text, const char *name)
{
	return text.len == strlen(name) && !strncasecmp(text.at, name, text.len);
}

/* Whether `text` begins with `prefix`, which is then cut off. */
static bool cut_prefix(struct text *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len < len || strncasecmp(text->at, prefix, len))
		return false;
	text->at += len;
	text->len -= len;
	return true;
}

/* A decimal number of 1 to `digits` digits; at most 18, so that it cannot overflow. */
static bool number(struct text text, size_t digits, uint64_t *value)
{
	if (text.len == 0 || text.len > digits)
		return false;
	*value = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*value = *value * 10 + (uint64_t)(text.at[i] - '0');
	}
	return true;
}

static bool find_suite(struct text name, struct sl_sdes *sdes)
{
	for (int suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++) {
		if (same(name, sl_suites[suite].name)) {
			sdes->master.suite = suite;
			return true;
		}
	}
	for (size_t i = 0; i < DRAFT_NAMES; i++) {
		if (same(name, draft_names[i].name)) {
			sdes->master.suite = draft_names[i].suite;
			sdes->draft_name = true;
			return true;
		}
	}
	return false;
}

enum sl_suite sl_sdes_suite(const char *name, size_t len)
{
	struct sl_sdes sdes = {.master.suite = SL_SUITE_NONE};

	find_suite((struct text){name, len}, &sdes);
	return sdes.master.suite;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/*
 * Key and salt (RFC 4568 6.1). Padding may be missing, as many phones leave it out, and the bits of
 * the last digit that carry nothing may be anything.
 */
static int decode_key(struct text text, struct sl_master *master, const char **reason)
{
	const struct sl_suite_info *suite = &sl_suites[master->suite];
	size_t size = (size_t)suite->key_len + suite->salt_len, have = 0, padding = 0;
	unsigned char secret[SECRET_MAX];
	uint32_t bits = 0;
	int n_bits = 0, rc = -EINVAL;

	for (; text.len > 0 && text.at[text.len - 1] == '='; text.len--)
		padding++;
	*reason = "key and salt do not have the length of the suite";
	if (text.len != (size * 8 + 5) / 6 || padding > (3 - size % 3) % 3)
		goto out;
	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.at[i]);

		*reason = "key and salt are not base64";
		if (digit < 0)
			goto out;
		bits = bits << 6 | (uint32_t)digit;
		n_bits += 6;
		if (n_bits >= 8 && have < size) {
			n_bits -= 8;
			secret[have++] = (unsigned char)(bits >> n_bits);
		}
	}
	memcpy(master->key, secret, suite->key_len);
	memcpy(master->salt, secret + suite->key_len, suite->salt_len);
	*reason = NULL;
	rc = 0;
out:
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(&bits, sizeof(bits));
	return rc;
}

/* RFC 4568 6.1: 2^N or a decimal number of packets. */
static bool parse_lifetime(struct text text, uint64_t *lifetime)
{
	const uint64_t max = UINT64_C(1) << 48;

	if (cut_prefix(&text, "2^")) {
		if (!number(text, 2, lifetime) || *lifetime > 48)
			return false;
		*lifetime = UINT64_C(1) << *lifetime;
		return true;
	}
	return number(text, 15, lifetime) && *lifetime > 0 && *lifetime <= max;
}

/* inline:KEY[|LIFETIME][|MKI:LENGTH] */
static int parse_key(struct text text, struct sl_sdes *sdes, const char **reason)
{
	struct text key, rest;
	const char *bar;
	int rc;

	*reason = "key method is not inline";
	if (!cut_prefix(&text, "inline:"))
		return -ENOTSUP;
	*reason = "more than one master key";
	if (memchr(text.at, ';', text.len))
		return -ENOTSUP;
	bar = memchr(text.at, '|', text.len);
	key = (struct text){text.at, bar ? (size_t)(bar - text.at) : text.len};
	rc = decode_key(key, &sdes->master, reason);
	if (rc || !bar)
		return rc;
	rest = (struct text){bar + 1, text.len - key.len - 1};
	*reason = "master key identifier (MKI) is not supported";
	if (memchr(rest.at, ':', rest.len))
		return -ENOTSUP;
	*reason = "master key lifetime is not a number from 1 to 2^48";
	return parse_lifetime(rest, &sdes->lifetime) ? 0 : -EINVAL;
}

/* One session parameter (RFC 4568 6.3). */
static int parse_parameter(struct text text, const char **reason)
{
	static const struct {
		const char *prefix, *reason;
	} refused[] = {
		{"UNENCRYPTED_SRTP", "unencrypted SRTP is not accepted"},
		{"UNENCRYPTED_SRTCP", "unencrypted SRTCP is not accepted"},
		{"UNAUTHENTICATED_SRTP", "unauthenticated SRTP is not accepted"},
		{"FEC_ORDER=", "forward error correction (FEC_ORDER) is not supported"},
		{"FEC_KEY=", "forward error correction (FEC_KEY) is not supported"},
	};
	uint64_t value;

	*reason = NULL;
	if (cut_prefix(&text, "-")) /* 6.3.7: may be ignored */
		return 0;
	if (cut_prefix(&text, "WSH=")) {
		*reason = "window size hint (WSH) is not a number";
		return number(text, 9, &value) ? 0 : -EINVAL;
	}
	if (cut_prefix(&text, "KDR=")) {
		*reason = "key derivation rate (KDR) is not a number from 0 to 24";
		if (!number(text, 2, &value) || value > 24)
			return -EINVAL;
		*reason = "key derivation rate (KDR) other than 0 is not supported";
		return value == 0 ? 0 : -ENOTSUP;
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		*reason = refused[i].reason;
		if (cut_prefix(&text, refused[i].prefix))
			return -ENOTSUP;
	}
	*reason = "unknown session parameter";
	return -ENOTSUP;
}

static int parse(struct sl_sdes *sdes, struct text rest, const char **reason)
{
	uint64_t tag;
	int rc;

	*reason = "tag is not a number of 1 to 9 digits";
	if (!number(next_word(&rest), 9, &tag))
		return -EINVAL;
	sdes->tag = (uint32_t)tag;
	*reason = "unsupported suite";
	if (!find_suite(next_word(&rest), sdes))
		return -ENOTSUP;
	rc = parse_key(next_word(&rest), sdes, reason);
	if (rc)
		return rc;
	for (struct text word = next_word(&rest); word.len > 0; word = next_word(&rest)) {
		rc = parse_parameter(word, reason);
		if (rc)
			return rc;
	}
	*reason = NULL;
	return 0;
}

int sl_sdes_parse(struct sl_sdes *sdes, const char *text, size_t len, const char **reason)
{
	int rc;

	memset(sdes, 0, sizeof(*sdes));
	rc = parse(sdes, (struct text){text, len}, reason);
	if (rc)
		explicit_bzero(&sdes->master, sizeof(sdes->master));
	return rc;
}

static void base64(char *out, const unsigned char *in, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned a = in[i], b = i + 1 < len ? in[i + 1] : 0,
			 c = i + 2 < len ? in[i + 2] : 0;

		*out++ = digits[a >> 2];
		*out++ = digits[(a & 3) << 4 | b >> 4];
		*out++ = i + 1 < len ? digits[(b & 15) << 2 | c >> 6] : '=';
		*out++ = i + 2 < len ? digits[c & 63] : '=';
	}
	*out = '\0';
}

static const char *suite_name(enum sl_suite suite, bool draft_name)
{
	for (size_t i = 0; draft_name && i < DRAFT_NAMES; i++) {
		if (draft_names[i].suite == suite)
			return draft_names[i].name;
	}
	return sl_suites[suite].name;
}

int sl_sdes_format(
	char *buf, size_t size, uint32_t tag, const struct sl_master *master, bool draft_name)
{
	char text[(SECRET_MAX + 2) / 3 * 4 + 1];
	unsigned char secret[SECRET_MAX];
	const struct sl_suite_info *suite;
	int n;

	if (master->suite <= SL_SUITE_NONE || master->suite >= SL_SUITE_COUNT ||
		tag > SL_SDES_TAG_MAX)
		return -EINVAL;
	suite = &sl_suites[master->suite];
	memcpy(secret, master->key, suite->key_len);
	memcpy(secret + suite->key_len, master->salt, suite->salt_len);
	base64(text, secret, (size_t)suite->key_len + suite->salt_len);
	n = snprintf(
		buf, size, "%u %s inline:%s", tag, suite_name(master->suite, draft_name), text);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(text, sizeof(text));
	if (n < 0 || (size_t)n >= size) {
		if (size > 0)
			explicit_bzero(buf, size);
		return -ENOSPC;
	}
	return n;
}
