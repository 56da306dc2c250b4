/* SPDX-License-Identifier: BSD-3-Clause */
/* The ports of a call, and a packet of it as a line of JSON. */
#include <string.h>

#include "ctrl/admin/tap_parts.h"
#include "ctrl/base/address.h"
#include "ctrl/records/json_text.h"
#include "dataplane/path/parse.h"

/* A record's cookie names leg, medium and component. */
static uint64_t cookie_of(const struct sl_leg *leg, unsigned m, unsigned component)
{
	return (leg->cookie | m) << 1 | component;
}

/* Who is first at a port keeps it. */
static unsigned add(struct sl_tap_port *ports, unsigned n, const struct sl_tap_port *port)
{
	for (unsigned i = 0; i < n; i++)
		if (ports[i].slot == port->slot && ports[i].udp_port == port->udp_port)
			return n;
	if (n < SL_TAP_PORTS)
		ports[n++] = *port;
	return n;
}

static unsigned add_live(
	struct sl_tap_port *ports, unsigned n, const struct sl_leg *leg, unsigned m)
{
	const struct sl_path *path = &leg->media[m].path;

	for (unsigned c = 0; c < SL_COMPONENTS && path->live; c++) {
		const struct sl_tap_port port = {
			cookie_of(leg, m, c), path->spec.in_port[c], path->spec.in_slot};

		n = add(ports, n, &port);
	}
	return n;
}

/* Not open yet, or not any more. */
static unsigned add_local(
	struct sl_tap_port *ports, unsigned n, const struct sl_leg *leg, unsigned m)
{
	const struct sl_port_pair *pair = leg->media[m].ports;

	for (unsigned c = 0; c < SL_COMPONENTS && pair; c++) {
		const struct sl_tap_port port = {cookie_of(leg, m, c), (uint16_t)(pair->rtp + c),
			pair->interface->local[pair->address].slot};

		n = add(ports, n, &port);
	}
	return n;
}

/* Forks share ports: those that media flows at go first. */
unsigned sl_tap_call_ports(const struct sl_call *call, struct sl_tap_port ports[SL_TAP_PORTS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < call->n_legs; i++)
		for (unsigned m = 0; m < call->leg[i]->n_media; m++)
			n = add_live(ports, n, call->leg[i], m);
	for (unsigned i = 0; i < call->n_legs; i++)
		for (unsigned m = 0; m < call->leg[i]->n_media; m++)
			n = add_local(ports, n, call->leg[i], m);
	return n;
}

static const struct sl_leg *leg_of(const struct sl_call *call, uint64_t cookie)
{
	for (unsigned i = 0; call && i < call->n_legs; i++)
		if (call->leg[i]->cookie == (cookie >> 1 & ~(uint64_t)(SL_MAX_MEDIA - 1)))
			return call->leg[i];
	return NULL;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* By the first bytes of the payload. The port tells RTCP from RTP or, where both have one, the
 * second byte. */
static void set_media(json_t *line, const struct sl_tap_record *r, bool mux)
{
	const struct sl_tap_frame *f = &r->frame[SL_TAP_RECEIVED];
	const uint8_t *p = f->data + r->payload;
	bool rtcp = r->cookie & 1;

	if (!r->payload || r->payload_len < 8 || r->payload + 12 > f->kept || p[0] >> 6 != 2) {
		json_object_set_new(line, "component", json_string(rtcp ? "RTCP" : "RTP"));
		return;
	}
	rtcp |= mux && sl_parse_class(p, r->payload_len) == SL_CLASS_RTCP;
	json_object_set_new(line, "component", json_string(rtcp ? "RTCP" : "RTP"));
	json_object_set_new(line, "ssrc", json_integer(be32(p + (rtcp ? 4 : 8))));
	if (!rtcp)
		json_object_set_new(line, "sequence", json_integer(p[2] << 8 | p[3]));
}

static void set_leg(json_t *line, const struct sl_leg *leg, unsigned m)
{
	bool known = leg && m < leg->n_media;

	json_object_set_new(line, "leg", sl_json_text(leg ? leg->tag : NULL));
	json_object_set_new(line, "medium", json_integer(m + 1));
	json_object_set_new(line, "type", known ? sl_json_text(leg->media[m].kind) : json_null());
}

static void set_endpoint(json_t *line, const char *key, const uint8_t ip[16], unsigned port)
{
	char text[SL_ENDPOINT_TEXT];

	json_object_set_new(line, key, json_string(sl_endpoint_text(ip, port, text)));
}

/* From where to where a frame went. */
static void set_way(
	json_t *line, const struct sl_tap_frame *frame, const char *from, const char *to)
{
	struct sl_view view;

	if (!frame->len)
		return;
	sl_parse_frame(frame->data, frame->kept, &view);
	if (!view.ports)
		return;
	set_endpoint(line, from, view.source, view.source_port);
	set_endpoint(line, to, view.destination, view.destination_port);
}

json_t *sl_tap_line(const struct sl_call *call, const struct sl_tap_record *r, int64_t offset)
{
	const struct sl_leg *leg = leg_of(call, r->cookie);
	unsigned m = r->cookie >> 1 & (SL_MAX_MEDIA - 1);
	double at = (double)((int64_t)r->frame[SL_TAP_RECEIVED].at + offset) / 1e9;
	json_t *line = json_pack("{s:f}", "time", at);

	if (!line)
		return NULL;
	set_leg(line, leg, m);
	set_way(line, &r->frame[SL_TAP_RECEIVED], "from", "to");
	set_media(line, r, leg && m < leg->n_media && leg->media[m].params.mux);
	json_object_set_new(line, "length", json_integer(r->payload_len));
	json_object_set_new(line, "stage", json_string(sl_tap_stage_name(r)));
	json_object_set_new(line, "verdict", json_string(sl_tap_verdict(r)));
	set_way(line, &r->frame[SL_TAP_SENT], "sent_from", "sent_to");
	return line;
}
