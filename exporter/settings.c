/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/settings.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

struct reader {
	struct sl_settings *settings;
	struct sl_error *error; /* the first one */
	unsigned seen;          /* bits, by key */
};

static int set_path(char *out, size_t room, const char *value, struct sl_error *error)
{
	if (*value != '/' || strlen(value) >= room)
		return sl_refuse(error, -EINVAL, "'%.64s' is no absolute path of at most %zu bytes",
			value, room - 1);
	strcpy(out, value);
	return 0;
}

static int set_listen(struct sl_settings *s, const char *value, struct sl_error *error)
{
	if (sl_endpoint_parse(value, s->ip, &s->port))
		return sl_refuse(error, -EINVAL,
			"listen: '%.64s'; write ADDRESS:PORT, IPv6 in brackets", value);
	return 0;
}

static int set_relay(struct sl_settings *s, const char *value, struct sl_error *error)
{
	if (strncmp(value, "unix:", 5) != 0)
		return sl_refuse(error, -EINVAL, "relay: '%.64s'; write unix:PATH", value);
	return set_path(s->relay, sizeof(s->relay), value + 5, error);
}

static int set_certificate(struct sl_settings *s, const char *value, struct sl_error *error)
{
	return set_path(s->certificate, sizeof(s->certificate), value, error);
}

static int set_key(struct sl_settings *s, const char *value, struct sl_error *error)
{
	return set_path(s->key, sizeof(s->key), value, error);
}

static int set_client_ca(struct sl_settings *s, const char *value, struct sl_error *error)
{
	return set_path(s->client_ca, sizeof(s->client_ca), value, error);
}

static int add_allow(struct sl_settings *s, const char *value, struct sl_error *error)
{
	const char *why;

	if (s->n_allow == SL_SETTINGS_ALLOW)
		return sl_refuse(error, -EINVAL, "allow: more than %d", SL_SETTINGS_ALLOW);
	why = sl_net_parse(value, &s->allow[s->n_allow]);
	if (why)
		return sl_refuse(error, -EINVAL, "allow: '%.64s': %s", value, why);
	s->n_allow++;
	return 0;
}

static int set_page(struct sl_settings *s, const char *value, struct sl_error *error)
{
	s->page = !strcmp(value, "yes");
	if (!s->page && strcmp(value, "no") != 0)
		return sl_refuse(error, -EINVAL, "page: '%.64s'; write yes or no", value);
	return 0;
}

static int add_host(struct sl_settings *s, const char *value, struct sl_error *error)
{
	static const char name[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	if (s->n_host == SL_SETTINGS_HOSTS)
		return sl_refuse(error, -EINVAL, "host: more than %d", SL_SETTINGS_HOSTS);
	if (!*value || strlen(value) >= SL_SETTINGS_HOST || strspn(value, name) != strlen(value))
		return sl_refuse(error, -EINVAL,
			"host: '%.64s'; write a host's name, without a port", value);
	strcpy(s->host[s->n_host++], value);
	return 0;
}

static const struct {
	const char *name;
	bool repeatable;
	int (*set)(struct sl_settings *s, const char *value, struct sl_error *error);
} keys[] = {
	{"listen", false, set_listen},
	{"relay", false, set_relay},
	{"certificate", false, set_certificate},
	{"key", false, set_key},
	{"client-ca", false, set_client_ca},
	{"allow", true, add_allow},
	{"host", true, add_host},
	{"page", false, set_page},
};

/* For inih: 0 marks the line as wrong. */
static int take(void *context, const char *section, const char *name, const char *value)
{
	struct reader *r = context;
	size_t i = 0;

	if (r->error->code)
		return 1; /* the first mistake is the one that is told */
	if (strcmp(section, "exporter") != 0)
		return !sl_refuse(r->error, -EINVAL, "it is not in [exporter], the only section");
	while (i < sizeof(keys) / sizeof(keys[0]) && strcmp(name, keys[i].name) != 0)
		i++;
	if (i == sizeof(keys) / sizeof(keys[0]))
		return !sl_refuse(r->error, -EINVAL,
			"there is no '%.32s'; listen, relay, certificate, key, client-ca, allow, "
			"host",
			name);
	if (!keys[i].repeatable && r->seen & 1u << i)
		return !sl_refuse(r->error, -EINVAL, "'%s' was already given; keep one", name);
	r->seen |= 1u << i;
	return !keys[i].set(r->settings, value, r->error);
}

bool sl_settings_is_loopback(const uint8_t ip[16])
{
	static const uint8_t v6[16] = {[15] = 1};

	return sl_address_is_ipv4(ip) ? ip[12] == 127 : !memcmp(ip, v6, sizeof(v6));
}

/* Rules that span keys. */
static int check(const struct sl_settings *s, struct sl_error *error)
{
	int tls = (s->certificate[0] != 0) + (s->key[0] != 0) + (s->client_ca[0] != 0);
	char text[SL_ENDPOINT_TEXT];

	sl_endpoint_text(s->ip, s->port, text);
	if (tls && tls < 3)
		return sl_refuse(error, -EINVAL,
			"certificate, key and client-ca go together; set all three, or none");
	if (tls && s->n_host)
		return sl_refuse(error, -EINVAL,
			"host is for plain HTTP: with TLS, clients check the names in the "
			"certificate; take it out");
	if (sl_settings_is_loopback(s->ip))
		return 0;
	if (!tls)
		return sl_refuse(error, -EINVAL,
			"listen = %s is not loopback: it needs TLS with client certificates; set "
			"certificate, key and client-ca, or listen at 127.0.0.1",
			text);
	if (!s->n_allow)
		return sl_refuse(error, -EINVAL,
			"listen = %s is not loopback: it needs a list of who may connect; set "
			"allow = net:ADDRESS/BITS, or listen at 127.0.0.1",
			text);
	return 0;
}

int sl_settings_load(const char *path, struct sl_settings *s, struct sl_error *error)
{
	struct reader reader = {.settings = s, .error = error};
	struct sl_error told;
	int line;

	memset(s, 0, sizeof(*s));
	error->code = 0;
	sl_endpoint_parse("127.0.0.1:9753", s->ip, &s->port);
	strcpy(s->relay, "/run/sluice/ctl.sock");
	s->page = true;
	line = ini_parse(path, take, &reader);
	if (line < 0)
		return sl_refuse(error, -EINVAL, "%s: cannot be read: %s", path, strerror(errno));
	if (line > 0 && !error->code)
		sl_refuse(error, -EINVAL, "it is neither [exporter] nor key = value");
	if (!line && !check(s, error))
		return 0;
	told = *error;
	if (line)
		return sl_refuse(error, -EINVAL, "%s:%d: %.250s", path, line, told.text);
	return sl_refuse(error, -EINVAL, "%s: %.250s", path, told.text);
}
