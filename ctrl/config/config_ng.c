/* SPDX-License-Identifier: BSD-3-Clause */
/* [control] ng, ng-allow and admin-read: where NG is spoken, and with whom; who may read counters.
 */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

static const struct {
	const char *scheme;
	enum sl_config_ng_kind kind;
} schemes[] = {{"unix:", SL_NG_UNIX}, {"udp:", SL_NG_UDP}, {"ws:", SL_NG_WS}};

const char *sl_config_ng_text(const struct sl_config_ng *ng, char text[SL_CONFIG_NG_TEXT])
{
	char ip[SL_ADDRESS_TEXT];
	const char *form = sl_address_is_ipv4(ng->ip) ? "%s%s:%u" : "%s[%s]:%u";

	if (ng->kind == SL_NG_UNIX)
		snprintf(text, SL_CONFIG_NG_TEXT, "unix:%s", ng->path);
	else
		snprintf(text, SL_CONFIG_NG_TEXT, form, schemes[ng->kind].scheme,
			sl_address_text(ng->ip, ip), ng->port);
	return text;
}

static bool unspecified(const uint8_t ip[16])
{
	static const uint8_t zero[16];

	return !memcmp(ip + 12, zero, 4) && (sl_address_is_ipv4(ip) || !memcmp(ip, zero, 16));
}

static bool read_ng(struct sl_config_parser *parser, const char *value, struct sl_config_ng *ng)
{
	unsigned before = parser->errors->count, i = 0;
	const unsigned n = sizeof(schemes) / sizeof(schemes[0]);

	while (i < n && strncmp(value, schemes[i].scheme, strlen(schemes[i].scheme)))
		i++;
	if (i == n) {
		sl_config_fault(parser,
			"ng: '%.64s'; write unix:PATH, udp:ADDRESS:PORT or ws:ADDRESS:PORT", value);
		return false;
	}
	ng->kind = schemes[i].kind;
	value += strlen(schemes[i].scheme);
	if (ng->kind == SL_NG_UNIX) {
		sl_config_set_path(parser, ng->path, "ng", value);
		return parser->errors->count == before;
	}
	if (sl_endpoint_parse(value, ng->ip, &ng->port)) {
		sl_config_fault(parser, "ng: '%.64s'; write %sADDRESS:PORT, IPv6 in brackets",
			value, schemes[i].scheme);
		return false;
	}
	/* A reply from another address than the request went to is thrown away by the proxy. */
	if (unspecified(ng->ip)) {
		sl_config_fault(parser, "ng: '%.64s'; write one address, a line for each", value);
		return false;
	}
	return true;
}

void sl_config_add_ng(struct sl_config_parser *parser, const char *value)
{
	struct sl_config *config = parser->config;
	struct sl_config_ng *ng = &config->ng[config->n_ng];
	char text[SL_CONFIG_NG_TEXT], other[SL_CONFIG_NG_TEXT];

	if (config->n_ng == SL_CONFIG_NG) {
		sl_config_fault(parser, "ng: more than %d sockets", SL_CONFIG_NG);
		return;
	}
	memset(ng, 0, sizeof(*ng));
	if (!read_ng(parser, value, ng))
		return;
	sl_config_ng_text(ng, text);
	for (unsigned i = 0; i < config->n_ng; i++) {
		if (!strcmp(text, sl_config_ng_text(&config->ng[i], other))) {
			sl_config_fault(parser, "ng: %s was already given; keep one", value);
			return;
		}
	}
	config->n_ng++;
}

static const struct {
	const char *kind;
	int allow; /* SL_ALLOW_UID or SL_ALLOW_GID */
	bool number;
} accounts[] = {
	{"user", SL_ALLOW_UID, false},
	{"uid", SL_ALLOW_UID, true},
	{"group", SL_ALLOW_GID, false},
	{"gid", SL_ALLOW_GID, true},
};
enum { ACCOUNTS = sizeof(accounts) / sizeof(accounts[0]) };

/* Sets `id` to what `name` stands for. False: it is no number, or nobody is found. */
static bool find_account(unsigned account, const char *name, unsigned *id)
{
	const struct passwd *user;
	const struct group *group;

	if (accounts[account].number)
		return sl_config_number(name, 0, UINT32_MAX - 1, id);
	if (accounts[account].allow == SL_ALLOW_UID) {
		user = getpwnam(name);
		*id = user ? user->pw_uid : 0;
		return user;
	}
	group = getgrnam(name);
	*id = group ? group->gr_gid : 0;
	return group;
}

/* A relay that runs may see less than a shell: modules of the name service that were not loaded
 * before its filter of system calls came cannot be. */
static void fault_account(
	struct sl_config_parser *parser, const char *key, unsigned account, const char *name)
{
	const char *kind = accounts[account].kind;

	if (accounts[account].number)
		sl_config_fault(
			parser, "%s: %s:%.64s: write a number below 4294967295", key, kind, name);
	else if (parser->live)
		sl_config_fault(parser,
			"%s: the running relay finds no %s '%s'; if getent does, write %s and its "
			"number, or restart",
			key, kind, name, accounts[account].allow == SL_ALLOW_UID ? "uid:" : "gid:");
	else
		sl_config_fault(parser, "%s: there is no %s '%s' on this machine", key, kind, name);
}

static void add_net(struct sl_config_parser *parser, const char *value)
{
	struct sl_config *config = parser->config;
	struct sl_net *net = &config->ng_nets[config->n_ng_nets];
	const char *why;

	if (config->n_ng_nets == SL_CONFIG_NG_ALLOW) {
		sl_config_fault(parser, "ng-allow: more than %d networks", SL_CONFIG_NG_ALLOW);
		return;
	}
	why = sl_net_parse(value, net);
	if (why) {
		sl_config_fault(parser, "ng-allow: '%.64s': %s", value, why);
		return;
	}
	config->n_ng_nets++;
}

/* A user or group, of the line `key`; `forms` are the ways to write one. */
static void add_account(struct sl_config_parser *parser, const char *key, const char *forms,
	const char *value, struct sl_config_allow list[SL_CONFIG_NG_ALLOW], unsigned *n)
{
	struct sl_config_allow *allow = &list[*n];
	char kind[sizeof(allow->text)] = "", *name;
	unsigned account = 0, id;

	if (*n == SL_CONFIG_NG_ALLOW) {
		sl_config_fault(parser, "%s: more than %d", key, SL_CONFIG_NG_ALLOW);
		return;
	}
	if (strlen(value) < sizeof(kind))
		strcpy(kind, value);
	name = strchr(kind, ':');
	if (name)
		*name++ = '\0';
	while (account < ACCOUNTS && strcmp(kind, accounts[account].kind))
		account++;
	if (!name || account == ACCOUNTS) {
		sl_config_fault(parser, "%s: '%.64s'; write %s", key, value, forms);
	} else if (!find_account(account, name, &id)) {
		fault_account(parser, key, account, name);
	} else {
		allow->kind = accounts[account].allow;
		allow->id = id;
		strcpy(allow->text, value);
		(*n)++;
	}
}

void sl_config_add_ng_allow(struct sl_config_parser *parser, const char *value)
{
	struct sl_config *config = parser->config;

	if (!strncmp(value, "net:", 4))
		add_net(parser, value);
	else
		add_account(parser, "ng-allow",
			"user:NAME, group:NAME, uid:NUMBER, gid:NUMBER or net:ADDRESS/BITS", value,
			config->ng_allow, &config->n_ng_allow);
}

void sl_config_add_admin_read(struct sl_config_parser *parser, const char *value)
{
	struct sl_config *config = parser->config;

	add_account(parser, "admin-read", "user:NAME, group:NAME, uid:NUMBER or gid:NUMBER", value,
		config->admin_read, &config->n_admin_read);
	for (unsigned i = 0; i < config->n_admin_read; i++)
		config->admin_read[i].read_only = true;
}

void sl_config_ng_defaults(struct sl_config *config)
{
	static const char *const loopback[] = {"net:127.0.0.0/8", "net:::1/128"};

	if (config->n_ng_nets)
		return;
	for (unsigned i = 0; i < 2; i++)
		sl_net_parse(loopback[i], &config->ng_nets[config->n_ng_nets++]);
}

void sl_config_show_ng(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	char text[SL_CONFIG_NG_TEXT];

	for (unsigned n = 0; n < config->n_ng; n++)
		sl_config_say(out, "%s", sl_config_ng_text(&config->ng[n], text));
}

void sl_config_show_ng_allow(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	for (unsigned n = 0; n < config->n_ng_allow; n++)
		sl_config_say(out, "%s", config->ng_allow[n].text);
	for (unsigned n = 0; n < config->n_ng_nets; n++)
		sl_config_say(out, "%s", config->ng_nets[n].text);
}

void sl_config_show_admin_read(
	struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	for (unsigned n = 0; n < config->n_admin_read; n++)
		sl_config_say(out, "%s", config->admin_read[n].text);
}
