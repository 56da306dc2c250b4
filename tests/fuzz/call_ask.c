/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "call_judge.h"
#include "call_life.h"

struct call calls[CALLS];

static const char *const kinds[MEDIA] = {"audio", "video", "audio", "video"};
static const char *const shown[] = {"203.0.113.77", "2001:db8::77"};
static const char *const profiles[8] = {"RTP/AVP", "RTP/SAVP", "RTP/AVPF", "RTP/SAVPF", "rtp/savp",
	"RTP/XYZ", "UDP/TLS/RTP/SAVPF", "udptl"};

/* A request of a step, decoded. */
struct meaning {
	const struct step *s;
	bool answer;
	unsigned call, from, to, speaker;
	bool has_to, has_branch;
	unsigned branch;            /* BRANCHES: none */
	const struct view *to_whom; /* what is answered */
};

void key_master(unsigned key, enum sl_suite suite, struct sl_master *master)
{
	memset(master, 0, sizeof(*master));
	master->suite = suite;
	for (unsigned i = 0; i < sizeof(master->key); i++)
		master->key[i] = (uint8_t)((key + 1) * 37 + i * 11 + (i * key >> 2));
	for (unsigned i = 0; i < sizeof(master->salt); i++)
		master->salt[i] = (uint8_t)((key + 1) * 91 + i * 7);
}

static struct party *party_of(const struct meaning *w)
{
	return &calls[w->call].party[w->speaker];
}

static void understand(const struct step *s, bool answer, struct meaning *w)
{
	*w = (struct meaning){.s = s, .answer = answer, .call = s->call % CALLS};
	w->from = s->a[0] % TAGS;
	w->to = s->a[0] >> 3 & (TAGS - 1);
	w->has_to = answer || s->a[0] & 0x40;
	if (w->has_to && w->to == w->from && !(s->a[0] & 0x80))
		w->to = (w->to + 1) % TAGS;
	w->has_branch = s->a[1] & 4;
	w->branch = w->has_branch ? s->a[1] % BRANCHES : BRANCHES;
	w->speaker = answer ? w->to : w->from;
	if (!answer)
		return;
	w->to_whom = &party_of(w)->offered;
	if (!w->to_whom->n)
		w->to_whom = &calls[w->call].pending[w->branch];
}

static void keys_of_offer(const struct meaning *w, unsigned m, struct medium *is)
{
	const struct party *p = party_of(w);
	const uint8_t *a = w->s->a;
	bool secure = (a[5] & 7) == 1 || (a[5] & 7) == 3 || (a[5] & 7) == 4;

	if (a[6] & 0x20 && p->said.n > m && p->said.m[m].n_lines) {
		is->n_lines = p->said.m[m].n_lines;
		memcpy(is->tag, p->said.m[m].tag, sizeof(is->tag));
		memcpy(is->line, p->said.m[m].line, sizeof(is->line));
		return;
	}
	is->n_lines = a[6] & 3;
	if (!is->n_lines && secure)
		is->n_lines = 1;
	if (!secure && !(a[6] & 0x40))
		is->n_lines = 0;
	for (unsigned i = 0; i < is->n_lines; i++) {
		unsigned suite = 1 + ((a[6] >> 2 & 7) + i) % (SL_SUITE_COUNT - 1);
		unsigned key = (a[7] & 15) + i + (a[7] & 0x10 ? 0 : m + 3 * w->speaker);

		key_master(key % KEYS, suite, &is->line[i]);
		is->tag[i] = i + 1 + (a[7] >> 5 & 1);
	}
	if (a[7] & 0x80 && is->n_lines && p->told.n > m && p->told.m[m].n_lines)
		is->line[0] = p->told.m[m].line[0]; /* the relay's own */
}

static void keys_of_answer(const struct meaning *w, unsigned m, struct medium *is)
{
	const struct medium *o = &w->to_whom->m[m];
	const uint8_t *a = w->s->a;
	unsigned line;

	is->n_lines = 0;
	if (m >= w->to_whom->n || !o->n_lines)
		return;
	is->n_lines = (a[6] & 3) == 2 ? 2 : 1;
	for (unsigned i = 0; i < is->n_lines; i++) {
		line = ((a[6] >> 2 & 7) + i) % o->n_lines;
		is->tag[i] = o->tag[line] + ((a[6] & 3) == 3);
		key_master(((a[7] & 15) + m + 3 * w->speaker) % KEYS, o->line[line].suite,
			&is->line[i]);
	}
	if (a[7] & 0x80)
		is->line[0] = o->line[0];
}

static enum sl_sdp_proto proto_of(const char *name)
{
	for (int p = SL_SDP_OTHER + 1; p < SL_SDP_PROTO_COUNT; p++)
		if (!strcasecmp(name, sl_sdp_proto_name(p)))
			return p;
	return SL_SDP_OTHER;
}

static void speak_where(const struct meaning *w, unsigned m, struct medium *is)
{
	const struct party *p = party_of(w);
	const uint8_t *a = w->s->a;
	unsigned number = a[4] + 16u * w->speaker + m;
	char text[SL_ADDRESS_TEXT];

	world_host(p->family, p->host, is->ip, text);
	is->port = (uint16_t)(PARTY_PORT + 2 * (number & 0x7f) + (a[4] >> 7));
	is->rtcp = is->mux ? is->port : (uint16_t)(is->port + 1);
}

static void speak_medium(const struct meaning *w, unsigned m, struct speech *speech)
{
	static const char *const directions[4] = {NULL, "sendonly", "recvonly", "inactive"};
	const struct medium *o = w->answer && m < w->to_whom->n ? &w->to_whom->m[m] : NULL;
	struct medium *is = &speech->m[m].is;
	const uint8_t *a = w->s->a;

	speech->m[m].kind = kinds[m];
	speech->m[m].proto = profiles[a[5] & 7];
	if (o && !(a[5] & 7) && o->proto != SL_SDP_OTHER)
		speech->m[m].proto = sl_sdp_proto_name(o->proto);
	speech->m[m].held = (a[5] >> 5) == 4;
	speech->m[m].direction = directions[(a[5] >> 5) & 3];
	speech->m[m].rtcp = a[3] & 0x80;
	is->proto = proto_of(speech->m[m].proto);
	is->active = !(a[3] >> (2 + m) & 1) && (!o || o->active);
	is->mux = a[5] & 8 || (o && o->mux && !(a[5] & 0x10));
	speak_where(w, m, is);
	if (w->answer)
		keys_of_answer(w, m, is);
	else
		keys_of_offer(w, m, is);
}

/* A description that the relay has given somebody, of another call or of this one. */
static bool speak_hairpin(const struct meaning *w, struct speech *speech)
{
	const uint8_t *a = w->s->a;
	const struct party *other = &calls[a[13] % CALLS].party[a[13] >> 2 & (TAGS - 1)];
	const struct view *v = a[13] & 0x20 ? &other->offered : &other->told;

	if (!(a[13] & 0x80))
		return false;
	if (!v->n) /* who is offered something may have no tag so far */
		v = &calls[a[13] % CALLS].pending[BRANCHES];
	for (unsigned m = 0; m < v->n && m < speech->n; m++) {
		speech->m[m].is = v->m[m];
		if (w->answer)
			keys_of_answer(w, m, &speech->m[m].is);
		else if (v->m[m].proto != SL_SDP_OTHER)
			speech->m[m].proto = sl_sdp_proto_name(v->m[m].proto);
	}
	return v->n;
}

static void speak(const struct meaning *w, struct speech *speech)
{
	struct party *p = party_of(w);
	const uint8_t *a = w->s->a;

	memset(speech, 0, sizeof(*speech));
	if (!p->spoke || a[2] & 0x20) {
		p->family = a[2] >> 4 & 1;
		p->host = (uint8_t)(((a[2] & 15) + 16 * (w->speaker % 4)) % HOSTS);
		p->spoke = true;
	}
	speech->lf = a[2] & 0x40;
	speech->version = a[13] & 0x1f;
	speech->n = 1 + (a[3] & 3);
	if (w->answer)
		speech->n = (w->to_whom->n + (a[3] & 3)) % (MEDIA + 1);
	for (unsigned m = 0; m < speech->n; m++)
		speak_medium(w, m, speech);
	speak_hairpin(w, speech);
}

static void write_options(struct request *r, const struct meaning *w)
{
	static const char *const transports[8] = {NULL, "RTP/AVP", "RTP/SAVP", "RTP/AVPF",
		"RTP/SAVPF", "accept", "UDP/TLS/RTP/SAVPF", "rtp/savp"};
	const uint8_t *a = w->s->a;
	char text[SL_ADDRESS_TEXT];
	uint8_t ip[16];

	if (transports[a[8] & 7])
		request_string(r, "transport-protocol", transports[a[8] & 7]);
	if (a[9] & 1)
		request_string(r, "address family", a[9] & 2 ? "IP6" : "IP4");
	if (a[9] & 4)
		sl_reply_key_integer(&r->out, "TOS", a[10]);
	if (a[9] & 8)
		request_string(r, "media-address", shown[a[9] >> 6 & 1]);
	if (a[9] & 0x20)
		request_string(r, "label", tag_name(a[10]));
	if (a[9] & 0x80) {
		sl_reply_key(&r->out, "supports");
		sl_reply_list(&r->out);
		sl_reply_string(&r->out, "load limit");
		sl_reply_end(&r->out);
	}
	if (!(a[9] & 0x10))
		return;
	world_host(a[10] >> 7, a[10] % HOSTS, ip, text);
	sl_reply_key(&r->out, "received-from");
	sl_reply_list(&r->out);
	sl_reply_string(&r->out, a[10] >> 7 ? "IP6" : "IP4");
	sl_reply_string(&r->out, text);
	sl_reply_end(&r->out);
}

static void put_question(const struct meaning *w, const struct text *sdp, struct answer *answer)
{
	static struct request r;
	const uint8_t *a = w->s->a;
	bool swapped = w->answer && a[1] & 0x10;

	request_begin(&r, w->answer ? "answer" : "offer", w->call, a[1] >> 3 & 1 ? AS_JSON : 0);
	request_string(&r, "from-tag", tag_name(swapped ? w->to : w->from));
	if (w->has_to)
		request_string(&r, "to-tag", tag_name(swapped ? w->from : w->to));
	if (w->has_branch)
		request_branch(&r, w->branch);
	write_options(&r, w);
	request_flags(&r, NULL);
	sl_reply_key_bytes(&r.out, "sdp", sdp->at, sdp->len);
	request_send(&r, answer);
}

static void said(struct party *p, const struct view *now)
{
	p->before = p->said;
	p->said = *now;
}

/* Notes an SDP for all parties, after it was accepted. */
static void accepted(const struct meaning *w, const struct speech *speech, const struct view *told)
{
	struct call *c = &calls[w->call];
	struct view now = {.n = speech->n};
	struct party *p = party_of(w), *other = &c->party[w->from];

	for (unsigned m = 0; m < now.n; m++)
		now.m[m] = speech->m[m].is;
	if (!w->answer) {
		p->next = now;
		if (!p->said.n)
			p->said = now;
		*(w->has_to ? &c->party[w->to].offered : &c->pending[w->branch]) = *told;
		return;
	}
	p->told = *w->to_whom;
	said(p, &now);
	other->told = *told;
	if (other->next.n)
		said(other, &other->next);
	other->next.n = 0;
}

void ask_offer(const struct step *s, bool answer)
{
	static struct text sdp;
	static struct answer first, again;
	struct speech speech;
	struct meaning w;
	struct view told;

	understand(s, answer, &w);
	speak(&w, &speech);
	draft_sdp(&sdp, &speech);
	calls[w.call].tampered |= sdp.tampered;
	put_question(&w, &sdp, &first);
	if (first.ok && !first.sdp_len)
		violated("accepted without SDP");
	if (first.ok) {
		judge_state();
		judge_sdp(first.sdp, first.sdp_len, s->a[9] & 8 ? shown[s->a[9] >> 6 & 1] : NULL,
			!calls[w.call].tampered, &told);
		accepted(&w, &speech, &told);
	}
	if (first.ok && s->a[1] & 0x40) {
		put_question(&w, &sdp, &again);
		if (!again.ok || strcmp(first.sdp, again.sdp) != 0)
			violated("the same again gets another reply");
	}
	draft_reset();
}

void ask_delete(const struct step *s)
{
	static struct request r;
	static struct answer answer;
	const uint8_t *a = s->a;

	request_begin(&r, "delete", s->call, a[3] & 3);
	if (a[0] & 0x80)
		request_string(&r, "from-tag", tag_name(a[0]));
	if (a[0] & 0x40)
		request_string(&r, "to-tag", tag_name(a[0] >> 3));
	if (a[1] & 4)
		request_branch(&r, a[1]);
	if (a[2])
		sl_reply_key_integer(&r.out, "delete-delay", a[2] - 1);
	request_flags(&r, a[3] & 8 ? "fatal" : a[3] & 4 ? "fast" : NULL);
	request_send(&r, &answer);
	draft_reset();
}

void ask_delete_all(void)
{
	for (unsigned k = 0; k < CALLS; k++)
		ask_delete(&(struct step){.call = (uint8_t)k, .a = {0, 0, 1, 0}});
	if (world.sessions.n)
		violated("a call that was deleted is there");
}

void ask_command(const struct step *s)
{
	static struct request r;
	static struct answer answer;
	const uint8_t *a = s->a;

	request_begin(&r,
		sl_ng_command_names[SL_NG_query + a[0] % (SL_NG_COMMAND_COUNT - SL_NG_query)],
		s->call, a[3] & 3);
	if (a[1] & 0x80)
		request_string(&r, "from-tag", tag_name(a[1]));
	if (a[2])
		sl_reply_key_integer(&r.out, "limit", a[2]);
	request_flags(&r, a[3] & 4 ? "directional" : NULL);
	request_send(&r, &answer);
}
