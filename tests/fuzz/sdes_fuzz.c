/* SPDX-License-Identifier: BSD-3-Clause */
/* A line that is taken can be written and read back as the same; one that is refused leaves no key.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sdp/sdes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sl_master none;
	struct sl_sdes sdes, again;
	char text[SL_SDES_TEXT_MAX];
	const char *reason;
	int rc = sl_sdes_parse(&sdes, (const char *)data, size, &reason);

	if (rc) {
		demand(rc == -EINVAL || rc == -ENOTSUP);
		demand(reason != NULL && *reason != '\0');
		demand(!memcmp(&sdes.master, &none, sizeof(none)));
		return 0;
	}
	demand(sdes.lifetime <= UINT64_C(1) << 48);
	rc = sl_sdes_format(text, sizeof(text), sdes.tag, &sdes.master, sdes.draft_name);
	demand(rc > 0 && (size_t)rc == strlen(text));
	demand(sl_sdes_parse(&again, text, (size_t)rc, &reason) == 0);
	demand(again.tag == sdes.tag && again.draft_name == sdes.draft_name);
	demand(!memcmp(&again.master, &sdes.master, sizeof(none)));
	return 0;
}
