/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_look.h"

#include <errno.h>
#include <stdio.h>

#include "ctrl/cli/admin_socket.h"
#include "ctrl/cli/show.h"

enum { PATIENCE_S = 10 };

static const char *const names[] = {"status", "ports", "guard"};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static int ask_next_view(const char *socket, struct sl_top_look *look)
{
	const char *name = names[look->views_asked++];
	json_t *request = json_pack("{s:s}", "view", name), *answer = NULL;
	int rc = sl_admin_try(socket, request, PATIENCE_S, &answer);

	if (!rc && !json_object_get(answer, "error"))
		json_object_set_new(look->views, name, sl_show_plain(answer, SL_ESCAPE_LINE));
	json_decref(request);
	json_decref(answer);
	return rc;
}

static int ask_next_page(const char *socket, struct sl_top_look *look)
{
	json_t *calls = json_object_get(look->views, "calls");
	int rc;

	if (!calls) {
		calls = json_pack("{s:[]}", "calls");
		json_object_set_new(look->views, "calls", calls);
	}
	rc = sl_admin_try_page(socket, PATIENCE_S, &look->next, calls);
	look->done = !rc && !look->next;
	/* Who may read counters only does without the calls. */
	if (json_object_get(calls, "error"))
		json_object_del(look->views, "calls");
	return rc;
}

int sl_top_look_on(const char *socket, struct sl_top_look *look)
{
	if (!look->views)
		look->views = json_object();
	if (look->views_asked < NAMES)
		return ask_next_view(socket, look);
	return ask_next_page(socket, look);
}

void sl_top_look_free(struct sl_top_look *look)
{
	json_decref(look->views);
	*look = (struct sl_top_look){0};
}

/* One of the two; the error, if there is one, in its place. */
static int ask_view(const char *socket, const char *view, const char *id, FILE *out,
	void (*print)(FILE *out, const json_t *answer))
{
	json_t *request = json_pack("{s:s, s:s}", "view", view, "id", id), *answer = NULL, *shown;
	int rc = sl_admin_try(socket, request, PATIENCE_S, &answer);
	const char *error;

	shown = sl_show_plain(answer, SL_ESCAPE_LINE);
	error = json_string_value(json_object_get(shown, "error"));
	if (error)
		fprintf(out, "%s\n", error);
	else if (!rc)
		print(out, shown);
	json_decref(shown);
	json_decref(answer);
	json_decref(request);
	return rc;
}

int sl_top_ask_call(const char *socket, const char *id, char **text)
{
	size_t len = 0;
	FILE *out = open_memstream(text, &len);
	int rc;

	if (!out)
		return -ENOMEM;
	rc = ask_view(socket, "why", id, out, sl_print_why);
	fputc('\n', out);
	if (!rc)
		rc = ask_view(socket, "call", id, out, sl_print_call);
	fclose(out);
	return rc;
}
