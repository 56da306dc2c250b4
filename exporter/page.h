/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of the status page (exporter/page), which lie within the program. */
#ifndef SL_EXPORTER_PAGE_H
#define SL_EXPORTER_PAGE_H

#include <stddef.h>

struct sl_page_file {
	const char *path, *type; /* of the URL, of the content */
	const unsigned char *data;
	size_t len;
};

/* By embed.py; the last has no path. */
extern const struct sl_page_file sl_page_files[];

/* The file at that path of a URL, or NULL. */
const struct sl_page_file *sl_page_find(const char *path);

#endif
