/* SPDX-License-Identifier: BSD-3-Clause */
/* A tree of files that stands for a machine's /proc and /sys, in a directory of its own. */
#ifndef SL_TESTS_HOST_TREE_H
#define SL_TESTS_HOST_TREE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct host_tree {
	char root[64];
};

static inline void host_tree_open(struct host_tree *tree)
{
	const char *above = getenv("TMPDIR");

	snprintf(
		tree->root, sizeof(tree->root), "%.32s/sluice-host.XXXXXX", above ? above : "/tmp");
	if (!mkdtemp(tree->root))
		abort();
}

/* Its parents are made too. */
static inline void host_tree_put(
	const struct host_tree *tree, const char *path, const char *content)
{
	char whole[256];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", tree->root, path);
	for (char *slash = whole + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	file = fopen(whole, "w");
	if (!file || fputs(content, file) < 0 || fclose(file))
		abort();
}

static inline void host_tree_close(struct host_tree *tree)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", tree->root);
	if (system(command))
		abort();
}

#endif
