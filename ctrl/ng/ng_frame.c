/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/ng_frame.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void sl_ng_frame_start(void *frame)
{
	struct sl_ng_frame *f = frame;

	f->started = f->json = false;
	f->body = 0;
}

/* Does the request start right here? A cookie may be in hexadecimal: d12f0a77 starts no dictionary.
 * -1: cannot tell yet. */
static int bare(const char *data, size_t len)
{
	size_t i = 1;

	if (data[0] == '{')
		return 1;
	if (data[0] != 'd')
		return 0;
	if (len == 2 && data[1] == 'e')
		return 1;
	while (i < len && i < SL_NG_COOKIE_MAX && isdigit((unsigned char)data[i]))
		i++;
	if (i == len)
		return -1;
	return i > 1 && data[i] == ':';
}

size_t sl_ng_cookie(const char *data, size_t len)
{
	const char *space = memchr(data, ' ', len < SL_NG_COOKIE_MAX ? len : SL_NG_COOKIE_MAX);

	return space && bare(data, len) != 1 ? (size_t)(space - data) : 0;
}

/* 1: `body` is known; 0: cannot tell yet. */
static int find_body(struct sl_ng_frame *f, const char *data, size_t len, struct sl_error *error)
{
	size_t cookie;
	int here;

	if (len < 2)
		return 0;
	here = bare(data, len);
	if (here)
		return here > 0;
	cookie = sl_ng_cookie(data, len);
	if (!cookie && data[0] != ' ' && len < SL_NG_COOKIE_MAX)
		return 0;
	if (!cookie)
		return sl_refuse(error, -EBADMSG, "neither a bencode dictionary nor a JSON object");
	f->body = cookie + 1; /* a refusal echoes it */
	return f->body < len;
}

ssize_t sl_ng_frame_feed(void *frame, const char *data, size_t len, struct sl_error *error)
{
	struct sl_ng_frame *f = frame;
	int rc;

	if (!f->started) {
		rc = find_body(f, data, len, error);
		if (rc <= 0)
			return rc;
		f->started = true;
		f->json = data[f->body] == '{';
		memset(&f->scan, 0, sizeof(f->scan));
		sl_bencode_start(&f->bencode, f->nodes, SL_NG_NODES, SL_NG_REQUEST_MAX - f->body);
	}
	if (f->json) {
		rc = sl_json_scan_feed(&f->scan, data + f->body, len - f->body);
		if (rc < 0)
			sl_refuse(error, rc, "malformed JSON at byte %zu", f->scan.pos);
		return rc > 0 ? (ssize_t)(f->body + f->scan.pos) : rc;
	}
	rc = sl_bencode_feed(&f->bencode, data + f->body, len - f->body);
	if (rc < 0)
		sl_refuse(error, rc, "malformed bencode at byte %zu: %s", f->bencode.error_at,
			f->bencode.reason);
	return rc > 0 ? (ssize_t)(f->body + f->bencode.pos) : rc;
}
