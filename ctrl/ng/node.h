/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A decoded control request: the tree that bencode.h and json_request.h both produce, so that
 * command handlers need not know which of the two the proxy spoke. Nodes live in an array of the
 * caller's and point into text of the caller's; both must stay in place while the tree is read.
 * Nothing here allocates.
 */
#ifndef SL_CTRL_NODE_H
#define SL_CTRL_NODE_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_NODE_DEPTH = 32 }; /* lists and dictionaries inside each other, the outermost included */

enum sl_node_type {
	SL_NODE_STRING,
	SL_NODE_INTEGER,
	SL_NODE_LIST,
	SL_NODE_DICT,
};

struct sl_node {
	enum sl_node_type type;
	uint32_t len;     /* string: bytes; list and dictionary: number of members */
	const char *str;  /* string: not terminated, may hold any byte (JSON: no NUL) */
	int64_t integer;  /* integer */
	const char *key;  /* member of a dictionary: its key, not terminated; else NULL */
	uint32_t key_len; /* bytes */
	const struct sl_node *first; /* list and dictionary: first member, NULL when empty */
	const struct sl_node
		*next; /* next member of the same list or dictionary, NULL at the end */
};

/* Iterates over the members of a list or dictionary; no round for NULL and for scalars. */
#define SL_NODE_FOREACH(member, parent)                                                \
	for (const struct sl_node *member = (parent) ? (parent)->first : NULL; member; \
		member = member->next)

/*
 * The value of `key` in a dictionary; case makes no difference, and ' ', '-' and '_' are the same
 * letter, since proxies write both `received from` and `received-from`. The first of equal keys
 * counts. NULL: not there, or `dict` is NULL or no dictionary.
 */
const struct sl_node *sl_node_get(const struct sl_node *dict, const char *key);

/* As sl_node_get, but NULL also when the value is not of `type`. */
const struct sl_node *sl_node_get_type(
	const struct sl_node *dict, const char *key, enum sl_node_type type);

/* True when `node` is a string of exactly these bytes. NULL is never equal. */
bool sl_node_is(const struct sl_node *node, const char *text);

/* The same, with words spelt as keys may be. */
bool sl_node_names(const struct sl_node *node, const char *text);

/* The number in an integer, or in a string of decimal digits (some proxies quote them). False:
 * neither. */
bool sl_node_number(const struct sl_node *node, int64_t *number);

#endif
