/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/pseudonym.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/address.h"
#include "ctrl/base/pseudonym.h"
#include "ctrl/cli/exit_status.h"

int sl_show_pseudonyms(const char *path, char *const *addresses, int n)
{
	uint8_t key[SL_PSEUDONYM_KEY], ip[16];
	char text[SL_PSEUDONYM_TEXT];
	struct sl_error error = {0};
	int status = EXIT_SUCCESS;

	if (sl_pseudonym_key_read(path, key, &error)) {
		fprintf(stderr, "sluicectl: %s\n", error.text);
		return EXIT_FAILURE;
	}
	for (int i = 0; i < n && status == EXIT_SUCCESS; i++) {
		if (sl_address_parse(addresses[i], ip)) {
			fprintf(stderr, "sluicectl: '%s' is no IPv4 or IPv6 address\n",
				addresses[i]);
			status = SL_EXIT_USAGE;
		} else {
			printf("%s %s\n", sl_pseudonym(key, ip, text), addresses[i]);
		}
	}
	explicit_bzero(key, sizeof(key));
	return status;
}
