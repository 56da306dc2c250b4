/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/page.h"

#include <string.h>

const struct sl_page_file *sl_page_find(const char *path)
{
	const struct sl_page_file *file = sl_page_files;

	while (file->path && strcmp(file->path, path) != 0)
		file++;
	return file->path ? file : NULL;
}
