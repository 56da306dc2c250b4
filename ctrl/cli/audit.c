/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/records/verify.h"

/* -1: go on; else the exit status. */
static int verify_file(struct sl_verify *verify, const char *path)
{
	FILE *file = fopen(path, "re");
	bool right;

	if (!file) {
		fprintf(stderr, "sluicectl: %s: %s\n", path, strerror(errno));
		return 2;
	}
	right = sl_verify_file(verify, file, path);
	fclose(file);
	return right ? -1 : EXIT_FAILURE;
}

static void show(const struct sl_verify *v, int files)
{
	char head[SL_CHAIN_HEAD];

	printf("%" PRIu64 " records, %" PRIu64 " to %" PRIu64
	       ", in %d file(s): none changed, missing or reordered\n",
		v->records, v->first, v->last.seq, files);
	if (v->lost)
		printf("%" PRIu64 " more could not be written at their time, as those behind them "
		       "say\n",
			v->lost);
	if (v->torn)
		printf("%" PRIu64 " line(s) torn by a crash, as those behind them say\n", v->torn);
	printf("head %s\n", sl_chain_text(&v->last, head));
}

int sl_audit_verify(char *const *files, int n, const char *head)
{
	struct sl_chain anchor;
	struct sl_verify verify;
	int status = -1;

	if (head && !sl_chain_parse(head, &anchor)) {
		fprintf(stderr, "sluicectl: --head: write NUMBER:HASH, as `sluicectl audit head` "
				"does\n");
		return 2;
	}
	sl_verify_init(&verify, head ? &anchor : NULL);
	for (int i = 0; i < n && status < 0; i++)
		status = verify_file(&verify, files[i]);
	if (status == 2)
		return status;
	if (!sl_verify_end(&verify)) {
		fprintf(stderr, "sluicectl: %s\n", verify.text);
		return EXIT_FAILURE;
	}
	show(&verify, n);
	return EXIT_SUCCESS;
}
