/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/json_request.h"

#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sl_json_scan_feed(struct sl_json_scan *scan, const char *buf, size_t len)
{
	while (scan->pos < len) {
		char c = buf[scan->pos];

		if (scan->depth == 0 && c != '{')
			return -EBADMSG;
		if (scan->in_string) {
			if (c == '"' && !scan->escaped)
				scan->in_string = false;
			scan->escaped = c == '\\' && !scan->escaped;
		} else if (c == '"') {
			scan->in_string = true;
		} else if (c == '{' || c == '[') {
			if (scan->depth == SL_NODE_DEPTH)
				return -EBADMSG;
			scan->depth++;
		} else if (c == '}' || c == ']') {
			scan->depth--;
		}
		scan->pos++;
		if (scan->depth == 0)
			return 1;
	}
	return 0;
}

/* jansson's memory holds SDP, and so keys: wiped before it goes back. */
static void wiping_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

struct builder {
	struct sl_json_request *request;
	struct sl_node *nodes;
	uint32_t capacity, used;
};

static int fail(struct sl_json_request *request, const char *reason)
{
	snprintf(request->reason, sizeof(request->reason), "%s", reason);
	return -EBADMSG;
}

static void link_member(struct sl_node *parent, struct sl_node **last, struct sl_node *node)
{
	if (*last)
		(*last)->next = node;
	else
		parent->first = node;
	*last = node;
	parent->len++;
}

/* The depth was bounded by the scan, so recursion is. */
static struct sl_node *build(struct builder *b, json_t *json)
{
	struct sl_node *node, *member, *last = NULL;
	const char *key;
	json_t *value;
	size_t index;

	if (b->used == b->capacity) {
		fail(b->request, "more values than a request may hold");
		return NULL;
	}
	node = &b->nodes[b->used++];
	*node = (struct sl_node){.type = SL_NODE_STRING};
	switch (json_typeof(json)) {
	case JSON_STRING:
		node->str = json_string_value(json);
		node->len = (uint32_t)json_string_length(json);
		return node;
	case JSON_INTEGER:
		node->type = SL_NODE_INTEGER;
		node->integer = json_integer_value(json);
		return node;
	case JSON_ARRAY:
		node->type = SL_NODE_LIST;
		json_array_foreach(json, index, value)
		{
			member = build(b, value);
			if (!member)
				return NULL;
			link_member(node, &last, member);
		}
		return node;
	case JSON_OBJECT:
		node->type = SL_NODE_DICT;
		json_object_foreach(json, key, value)
		{
			member = build(b, value);
			if (!member)
				return NULL;
			member->key = key;
			member->key_len = (uint32_t)strlen(key);
			link_member(node, &last, member);
		}
		return node;
	default:
		fail(b->request, "JSON true, false, null and fractions mean nothing here");
		return NULL;
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int sl_json_request_parse(struct sl_json_request *request, const char *text, size_t len,
	struct sl_node *nodes, uint32_t capacity)
{
	struct builder builder = {.request = request, .nodes = nodes, .capacity = capacity};
	struct sl_json_scan scan = {0};
	json_error_t error;

	memset(request, 0, sizeof(*request));
	for (; len > 0 && is_space(text[0]); text++)
		len--;
	for (; len > 0 && is_space(text[len - 1]);)
		len--;
	/* Before jansson, which recurses: no deeper than we would accept anyway. */
	if (sl_json_scan_feed(&scan, text, len) < 0)
		return fail(request,
			scan.pos ? "JSON is nested too deeply" : "JSON request is not an object");
	json_set_alloc_funcs(malloc, wiping_free);
	request->root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!request->root) {
		/* Only the position: jansson's text quotes the request, which may hold a key. */
		snprintf(request->reason, sizeof(request->reason),
			"not valid JSON at line %d, column %d", error.line, error.column);
		explicit_bzero(&error, sizeof(error));
		return -EBADMSG;
	}
	if (!build(&builder, request->root)) {
		json_decref(request->root);
		request->root = NULL;
		return -EBADMSG;
	}
	return 0;
}

void sl_json_request_free(struct sl_json_request *request)
{
	json_decref(request->root);
	request->root = NULL;
}
