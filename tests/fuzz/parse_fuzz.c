/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever a frame holds, the view of it lies inside the frame. Reading past it is for ASan to
 * find. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/path/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

static void media(const uint8_t *payload, uint16_t len, bool plain, struct sl_view view)
{
	enum sl_verdict verdict = sl_parse_media(payload, len, plain, &view);

	demand(verdict < SL_VERDICTS);
	if (verdict == SL_FORWARD)
		demand(view.header_len >= 8 && view.header_len <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_view view;
	enum sl_verdict verdict;
	uint8_t *payload;

	if (size > UINT16_MAX)
		return 0;
	memset(&view, 0, sizeof(view));
	verdict = sl_parse_frame(data, (uint16_t)size, &view);
	demand(verdict < SL_VERDICTS || verdict == SL_PUNT);
	if (verdict != SL_FORWARD)
		return 0;
	demand(view.payload + view.payload_len <= size);

	/* A copy of its own, so that the frame's padding is out of bounds. */
	payload = malloc(view.payload_len ? view.payload_len : 1);
	demand(payload != NULL);
	memcpy(payload, data + view.payload, view.payload_len);
	view.class = (uint8_t)sl_parse_class(payload, view.payload_len);
	if (view.class == SL_CLASS_RTP || view.class == SL_CLASS_RTCP) {
		media(payload, view.payload_len, true, view);
		media(payload, view.payload_len, false, view);
	}
	free(payload);
	return 0;
}
