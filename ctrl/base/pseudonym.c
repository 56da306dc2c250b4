/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/pseudonym.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t the_key[SL_PSEUDONYM_KEY];
static uint8_t kept[SL_PSEUDONYM_KEEPS][16];
static unsigned n_kept;

enum { DIGEST = 8 }; /* bytes of the HMAC that make a pseudonym */

static void digest(const uint8_t key[SL_PSEUDONYM_KEY], const uint8_t ip[16], uint8_t out[DIGEST])
{
	unsigned char mac[EVP_MAX_MD_SIZE] = {0};

	HMAC(EVP_sha256(), key, SL_PSEUDONYM_KEY, ip, 16, mac, NULL);
	memcpy(out, mac, DIGEST);
}

const char *sl_pseudonym(
	const uint8_t key[SL_PSEUDONYM_KEY], const uint8_t ip[16], char text[SL_PSEUDONYM_TEXT])
{
	uint8_t mac[DIGEST];

	digest(key, ip, mac);
	snprintf(text, SL_PSEUDONYM_TEXT, "ip-%02x%02x%02x%02x%02x%02x%02x%02x", mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5], mac[6], mac[7]);
	return text;
}

/* NULL, or why a file of this kind is not to be trusted with a key. */
static const char *distrusted(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return "is no file";
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return "belongs to another user; chown root";
	if (status->st_mode & (S_IWGRP | S_IRWXO))
		return "can be read or written by others; chmod 0640, and the service's group";
	return NULL;
}

static bool read_digits(const char *text, size_t len, uint8_t key[SL_PSEUDONYM_KEY])
{
	enum { DIGITS = 2 * SL_PSEUDONYM_KEY };

	if (len < DIGITS)
		return false;
	for (unsigned i = 0; i < DIGITS; i++) {
		const char c = (char)tolower((unsigned char)text[i]);

		if (!isxdigit((unsigned char)c))
			return false;
		key[i / 2] = (uint8_t)(key[i / 2] << 4 | (c <= '9' ? c - '0' : c - 'a' + 10));
	}
	while (len > DIGITS && isspace((unsigned char)text[len - 1]))
		len--;
	return len == DIGITS;
}

int sl_pseudonym_key_read(const char *path, uint8_t key[SL_PSEUDONYM_KEY], struct sl_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc = 0;
	const char *why = NULL;
	struct stat status;
	char text[128];
	ssize_t len;

	if (fd < 0 || fstat(fd, &status)) {
		rc = sl_refuse(error, -errno, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return rc;
	}
	why = distrusted(&status);
	len = why ? 0 : read(fd, text, sizeof(text));
	if (!why && (len < 0 || !read_digits(text, (size_t)len, key)))
		why = "is no key: write 64 hexadecimal digits (openssl rand -hex 32)";
	if (why)
		rc = sl_refuse(error, -EINVAL, "%s %s", path, why);
	explicit_bzero(text, sizeof(text));
	close(fd);
	return rc;
}

void sl_pseudonyms_start(const uint8_t key[SL_PSEUDONYM_KEY])
{
	memcpy(the_key, key, sizeof(the_key));
}

void sl_pseudonyms_keep(const uint8_t ip[16])
{
	if (n_kept < SL_PSEUDONYM_KEEPS)
		memcpy(kept[n_kept++], ip, 16);
}

static bool is_kept(const uint8_t ip[16])
{
	static const uint8_t zero[16], mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!memcmp(ip, zero, 15) && ip[15] <= 1)
		return true;
	if (!memcmp(ip, mapped, 12) && (ip[12] == 127 || !memcmp(ip + 12, zero, 4)))
		return true;
	for (unsigned i = 0; i < n_kept; i++)
		if (!memcmp(ip, kept[i], 16))
			return true;
	return false;
}

void sl_pseudonyms_address(const uint8_t ip[16], uint8_t out[16])
{
	static const uint8_t discard[DIGEST] = {0x01};

	if (is_kept(ip)) {
		memcpy(out, ip, 16);
		return;
	}
	memcpy(out, discard, DIGEST);
	digest(the_key, ip, out + DIGEST);
}

/* The length of a dotted quad at the beginning of the text; 0: there is none. */
static size_t match_ipv4(const char *text, size_t len, uint8_t quad[4])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		unsigned octet = 0, digits = 0;

		if (i && (at == len || text[at++] != '.'))
			return 0;
		while (digits < 3 && at < len && isdigit((unsigned char)text[at])) {
			unsigned more = octet * 10 + (unsigned)(text[at] - '0');

			if (more > 255)
				break;
			octet = more;
			digits++;
			at++;
		}
		if (!digits)
			return 0;
		quad[i] = (uint8_t)octet;
	}
	return at;
}

static size_t hex_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && n < 4 && isxdigit((unsigned char)text[n]))
		n++;
	return n;
}

/* The longest beginning of the text that has the form of an IPv6 address; 0: none has. */
static size_t ipv6_form(const char *text, size_t len)
{
	size_t at = 0, longest = 0;
	unsigned groups = 0;
	bool gap = false;
	uint8_t quad[4];

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = true;
		longest = at = 2;
	}
	while (groups < 8) {
		size_t tail = groups <= 6 ? match_ipv4(text + at, len - at, quad) : 0;
		size_t digits = hex_digits(text + at, len - at);

		if (tail && (gap ? groups <= 5 : groups == 6))
			return at + tail;
		if (!digits)
			break;
		at += digits;
		groups++;
		if (gap ? groups <= 7 : groups == 8)
			longest = at;
		if (at + 1 < len && text[at] == ':' && text[at + 1] == ':' && !gap && groups <= 7) {
			gap = true;
			longest = at += 2;
		} else if (at < len && text[at] == ':') {
			at++;
		} else {
			break;
		}
	}
	return longest;
}

static size_t match_ipv6(const char *text, size_t len, uint8_t ip[16])
{
	size_t n = ipv6_form(text, len);
	char copy[INET6_ADDRSTRLEN + 16];

	if (!n || n >= sizeof(copy))
		return 0;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return inet_pton(AF_INET6, copy, ip) == 1 ? n : 0;
}

static size_t match(const char *text, size_t len, uint8_t ip[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	size_t n = match_ipv6(text, len, ip);

	if (n)
		return n;
	memcpy(ip, mapped, sizeof(mapped));
	return match_ipv4(text, len, ip + 12);
}

/* The length of an escape of JSON (RFC 8259 7): its hexadecimal digits are no address's. */
static size_t json_escape(const char *text, size_t len)
{
	size_t n = len > 1 && text[1] == 'u' ? 6 : 2;

	return n < len ? n : len;
}

static size_t hide(char *out, size_t room, const char *text, size_t len, enum sl_pseudonym_in in)
{
	size_t used = 0, at = 0;

	while (at < len) {
		bool may = isxdigit((unsigned char)text[at]) || text[at] == ':';
		char pseudonym[SL_PSEUDONYM_TEXT];
		const char *from = text + at;
		size_t n = 1, put;
		uint8_t ip[16];

		if (may) {
			n = match(text + at, len - at, ip);
			if (n && !is_kept(ip))
				from = sl_pseudonym(the_key, ip, pseudonym);
			n += !n;
		} else if (in == SL_PSEUDONYM_IN_JSON && text[at] == '\\') {
			n = json_escape(text + at, len - at);
		}
		put = from == pseudonym ? strlen(pseudonym) : n;
		if (used + put >= room)
			break;
		memcpy(out + used, from, put);
		used += put;
		at += n;
	}
	if (room)
		out[used] = '\0';
	return used;
}

size_t sl_pseudonyms_hide(char *out, size_t room, const char *text, size_t len)
{
	return hide(out, room, text, len, SL_PSEUDONYM_IN_TEXT);
}

char *sl_pseudonyms_hide_all(const char *text, size_t len, enum sl_pseudonym_in in, size_t *hidden)
{
	/* "1::" is the shortest that may become a pseudonym. */
	size_t room = len / 3 * (SL_PSEUDONYM_TEXT - 1) + 3;
	char *out = malloc(room), *fit;

	if (!out)
		return NULL;
	*hidden = hide(out, room, text, len, in);
	fit = realloc(out, *hidden + 1);
	return fit ? fit : out;
}

size_t sl_pseudonyms_trim(const char *text, size_t len)
{
	while (len && (isxdigit((unsigned char)text[len - 1]) || text[len - 1] == '.' ||
			      text[len - 1] == ':'))
		len--;
	return len;
}
