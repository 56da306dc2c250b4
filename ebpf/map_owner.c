/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ebpf/map_owner.h"

static bool holds(const char *path, uint32_t map_id)
{
	FILE *file = fopen(path, "re");
	char line[128];
	unsigned id;
	bool found = false;

	if (!file)
		return false; /* closed meanwhile */
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "map_id: %u", &id) == 1 && id == map_id;
	fclose(file);
	return found;
}

static bool process_holds(const char *pid, uint32_t map_id)
{
	char path[64 + 256];
	const struct dirent *entry;
	bool found = false;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	directory = opendir(path);
	if (!directory)
		return false;
	while (!found && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		found = entry->d_name[0] != '.' && holds(path, map_id);
	}
	closedir(directory);
	return found;
}

static void name_process(const char *pid, struct sl_map_owner *owner)
{
	char path[64];
	FILE *file;

	owner->pid = (pid_t)atol(pid);
	snprintf(owner->name, sizeof(owner->name), "unknown");
	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(owner->name, sizeof(owner->name), file))
		owner->name[strcspn(owner->name, "\n")] = '\0';
	fclose(file);
}

bool sl_map_owner_find(uint32_t map_id, struct sl_map_owner *owner)
{
	const struct dirent *entry;
	bool found = false;
	DIR *proc = opendir("/proc");

	if (!proc)
		return false;
	while (!found && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		found = process_holds(entry->d_name, map_id);
		if (found)
			name_process(entry->d_name, owner);
	}
	closedir(proc);
	return found;
}
