/* SPDX-License-Identifier: BSD-3-Clause */
/* A tree of files that stands for a machine's /proc and /sys, in a directory of its own. */
#ifndef SL_TESTS_HOST_TREE_H
#define SL_TESTS_HOST_TREE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The path below the root, with its parents made. */
static inline void host_tree_path(const struct host_tree *tree, const char *path, char whole[256])
{
	snprintf(whole, 256, "%s%s", tree->root, path);
	for (char *slash = whole + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
}

static inline void host_tree_put(
	const struct host_tree *tree, const char *path, const char *content)
{
	char whole[256];
	FILE *file;

	host_tree_path(tree, path, whole);
	file = fopen(whole, "w");
	if (!file || fputs(content, file) < 0 || fclose(file))
		abort();
}

static inline void host_tree_link(
	const struct host_tree *tree, const char *path, const char *target)
{
	char whole[256];

	host_tree_path(tree, path, whole);
	if (symlink(target, whole))
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
