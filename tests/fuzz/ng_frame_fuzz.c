/* SPDX-License-Identifier: BSD-3-Clause */
/* A request ends at the same byte, behind the same cookie, whether it arrives whole or byte by
 * byte. */
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/ng_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sl_ng_frame whole, slow;
	static struct sl_node nodes[SL_NG_NODES];
	struct sl_error error = {0};
	struct sl_json_request json;
	const char *text = (const char *)data;
	size_t cookie = sl_ng_cookie(text, size);
	ssize_t end, step = 0;

	demand(cookie == 0 || (cookie < SL_NG_COOKIE_MAX && text[cookie] == ' '));
	sl_ng_frame_start(&whole);
	end = sl_ng_frame_feed(&whole, text, size, &error);
	demand(end <= (ssize_t)size && whole.body <= size);
	demand(end >= 0 || error.text[0]);
	demand(!cookie || !whole.body || whole.body == cookie + 1);

	sl_ng_frame_start(&slow);
	for (size_t len = 0; len <= size && !step; len++)
		step = sl_ng_frame_feed(&slow, text, len, &error);
	/* "de" alone is an empty dictionary; a cookie that begins so has to come in more than two
	 * bytes. */
	if (size < 3 || memcmp(text, "de", 2))
		demand(step == end && slow.body == whole.body);
	if (end > 0 && whole.json &&
		!sl_json_request_parse(
			&json, text + whole.body, (size_t)end - whole.body, nodes, SL_NG_NODES))
		sl_json_request_free(&json);
	return 0;
}
