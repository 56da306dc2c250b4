/* SPDX-License-Identifier: BSD-3-Clause */
/* The service: its user and what it may do; the proxy's way to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/doctor/checks.h"
#include "ctrl/host/host_file.h"

enum { ACCOUNTS = 64 * 1024, NOFILE = 4096, CAP_NET_ADMIN_BIT = 12, CAP_IPC_LOCK_BIT = 14 };

/*
 * Finds the line of `name` in a file like /etc/passwd: what is behind its second colon. NULL: there
 * is none. `text`: ACCOUNTS bytes.
 */
static const char *find_account(
	const char *root, const char *file, const char *name, char text[ACCOUNTS])
{
	size_t len = strlen(name);

	if (sl_host_read(root, text, ACCOUNTS, "/etc/%s", file) <= 0)
		return NULL;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *rest;

		line += *line == '\n';
		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		rest = strchr(line + len + 1, ':');
		return rest ? rest + 1 : NULL;
	}
	return NULL;
}

void sl_check_user(struct sl_doctor *d)
{
	static char text[ACCOUNTS];
	const char *user = d->config->user;
	char fix[128];

	snprintf(fix, sizeof(fix), "adduser --system --group --no-create-home %s", user);
	if (!find_account(d->root, "passwd", user, text))
		sl_doctor_found(d, SL_HEALTH_FAIL, fix, "there is no user %s", user);
	else if (!strcmp(user, "root"))
		sl_doctor_found(
			d, SL_HEALTH_WARN, "user = sluice in [sluice]", "the relay serves as root");
	else
		sl_doctor_found(d, SL_HEALTH_OK, "", "the relay serves as %s", user);
}

/* The soft limit in a line of /proc/PID/limits; -1: unlimited; -2: not known. */
static long long limit_of(const char *limits, const char *name)
{
	const char *line = strstr(limits, name);
	long long limit;

	if (!line)
		return -2;
	line += strlen(name);
	line += strspn(line, " ");
	if (!strncmp(line, "unlimited", 9))
		return -1;
	return sscanf(line, "%lld", &limit) == 1 ? limit : -2;
}

/* Those that sluiced has; none where they cannot be read. */
static uint64_t capabilities(const struct sl_doctor *d, bool *known)
{
	static const char key[] = "CapEff:";
	char text[4096];
	const char *at = NULL;
	uint64_t bits = 0;

	if (sl_host_read(d->root, text, sizeof(text), "/proc/%d/status", d->pid) > 0)
		at = strstr(text, key);
	*known = at && sscanf(at + sizeof(key) - 1, " %" SCNx64, &bits) == 1;
	return bits;
}

void sl_check_limits(struct sl_doctor *d)
{
	char text[4096];
	long long files, lock;
	bool known;

	if (!d->running ||
		sl_host_read(d->root, text, sizeof(text), "/proc/%d/limits", d->pid) <= 0)
		return;
	files = limit_of(text, "Max open files");
	lock = limit_of(text, "Max locked memory");
	if (capabilities(d, &known) >> CAP_IPC_LOCK_BIT & 1)
		lock = -1; /* it has no limit then */
	if (files >= 0 && files < NOFILE)
		sl_doctor_found(d, SL_HEALTH_WARN, "LimitNOFILE=65536 in its unit",
			"sluiced may open %lld files: each worker of a proxy holds one", files);
	if (lock >= 0)
		sl_doctor_found(d, SL_HEALTH_WARN, "LimitMEMLOCK=infinity in its unit",
			"sluiced may lock %lld KiB of memory: keys may be swapped out",
			lock / 1024);
	if ((files == -1 || files >= NOFILE) && lock == -1)
		sl_doctor_found(d, SL_HEALTH_OK, "", "open files and locked memory suffice");
}

void sl_check_capabilities(struct sl_doctor *d)
{
	bool known = false;
	uint64_t bits = d->running ? capabilities(d, &known) : 0;

	if (!known)
		return;
	if (!(bits >> CAP_NET_ADMIN_BIT & 1))
		sl_doctor_found(d, SL_HEALTH_FAIL,
			"CAP_NET_ADMIN in AmbientCapabilities= of its unit",
			"sluiced may not keep neighbours fresh, nor detach its guard");
	else
		sl_doctor_found(d, SL_HEALTH_OK, "", "CAP_NET_ADMIN%s",
			bits >> CAP_IPC_LOCK_BIT & 1 ? " and CAP_IPC_LOCK" : "");
}

/* Is `name` among the members of the group? "100:root,kamailio" */
static bool has_member(const char *group, const char *name)
{
	const char *members = strchr(group, ':');
	size_t len = strlen(name), n;

	for (; members && *members != '\n' && *members; members += n) {
		members++;
		n = strcspn(members, ",\n");
		if (n == len && !strncmp(members, name, n))
			return true;
	}
	return false;
}

static bool in_group(const char *root, const char *user, uint32_t gid)
{
	static char text[ACCOUNTS];
	const char *line = text;

	if (sl_host_read(root, text, sizeof(text), "/etc/group") <= 0)
		return false;
	for (; line; line = strchr(line, '\n')) {
		const char *rest;
		unsigned id;

		line += *line == '\n';
		rest = strchr(line, ':');
		rest = rest ? strchr(rest + 1, ':') : NULL;
		if (rest && sscanf(rest, ":%u", &id) == 1 && id == gid &&
			has_member(rest + 1, user))
			return true;
	}
	return false;
}

/* May the account use NG's Unix sockets? */
static bool is_permitted(const struct sl_doctor *d, const char *user, const char *ids)
{
	unsigned uid, gid;

	if (sscanf(ids, "%u:%u", &uid, &gid) != 2)
		return false;
	if (!d->config->n_ng_allow)
		return uid == 0 || !strcmp(user, d->config->user);
	for (unsigned i = 0; i < d->config->n_ng_allow; i++) {
		const struct sl_config_allow *allow = &d->config->ng_allow[i];

		if (allow->kind == SL_ALLOW_UID
				? allow->id == uid
				: allow->id == gid || in_group(d->root, user, allow->id))
			return true;
	}
	return false;
}

static void check_access(struct sl_doctor *d)
{
	static const char *const proxies[] = {"kamailio", "opensips"};
	static char text[ACCOUNTS];
	unsigned known = 0;

	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		const char *ids = find_account(d->root, "passwd", proxies[i], text);
		char fix[96];

		if (!ids)
			continue;
		known++;
		snprintf(fix, sizeof(fix), "ng-allow = user:%s in [control]", proxies[i]);
		if (is_permitted(d, proxies[i], ids))
			sl_doctor_found(d, SL_HEALTH_OK, "", "user %s may ask", proxies[i]);
		else
			sl_doctor_found(d, SL_HEALTH_FAIL, fix, "user %s may not ask", proxies[i]);
	}
	if (!known)
		sl_doctor_found(d, SL_HEALTH_OK, "",
			"no user kamailio or opensips here; ng-allow says who may ask");
}

void sl_check_control(struct sl_doctor *d)
{
	const struct sl_config *config = d->config;
	bool has_unix = false;

	for (unsigned i = 0; i < config->n_ng; i++) {
		const struct sl_config_ng *ng = &config->ng[i];
		char name[SL_CONFIG_NG_TEXT];

		sl_config_ng_text(ng, name);
		has_unix |= ng->kind == SL_NG_UNIX;
		if (ng->kind != SL_NG_UNIX)
			sl_doctor_found(d, SL_HEALTH_OK, "", "%s, for %u network(s) of ng-allow",
				name, config->n_ng_nets);
		else if (sl_host_has(d->root, "%s", ng->path))
			sl_doctor_found(d, SL_HEALTH_OK, "", "%s is there", name);
		else if (d->running)
			sl_doctor_found(d, SL_HEALTH_FAIL, "systemctl restart sluiced",
				"%s is not there: removed, or another configuration runs", name);
		else
			sl_doctor_found(
				d, SL_HEALTH_OK, "", "%s is made when sluiced starts", name);
	}
	if (has_unix)
		check_access(d);
}

void sl_check_proxy(struct sl_doctor *d)
{
	char ng[SL_CONFIG_NG_TEXT] = "unix:/run/sluice/ng.sock", fix[200];

	if (!d->running)
		return;
	if (d->config->n_ng)
		sl_config_ng_text(&d->config->ng[0], ng);
	snprintf(fix, sizeof(fix),
		"in Kamailio: modparam(\"rtpengine\", \"rtpengine_sock\", \"%s\")", ng);
	if (d->ng_requests)
		sl_doctor_found(d, SL_HEALTH_OK, "",
			"%" PRIu64 " request(s) of proxies so far, %" PRIu64 " of them pings",
			d->ng_requests, d->ng_pings);
	else
		sl_doctor_found(d, SL_HEALTH_WARN, fix, "no proxy has asked anything yet");
}
