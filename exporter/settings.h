/* SPDX-License-Identifier: BSD-3-Clause */
/* exporter.conf: where the exporter listens, to whom it answers, and which relay it asks. */
#ifndef SL_EXPORTER_SETTINGS_H
#define SL_EXPORTER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/base/net.h"
#include "sluice/error.h"

enum {
	SL_SETTINGS_PATH = 256,  /* bytes of a file's path, NUL included */
	SL_SETTINGS_RELAY = 108, /* of a socket's: sockaddr_un's room */
	SL_SETTINGS_ALLOW = 32,  /* `allow` lines */
	SL_SETTINGS_HOST = 254,  /* bytes of a host's name, NUL included (RFC 1035 2.3.4) */
	SL_SETTINGS_HOSTS = 8,   /* `host` lines */
};

struct sl_settings {
	uint8_t ip[16]; /* `listen`; loopback unless the file says else */
	uint16_t port;  /* host byte order */
	char relay[SL_SETTINGS_RELAY];
	bool page; /* is the status page served? */
	/* TLS with client certificates; "": plain HTTP. All of them or none. */
	char certificate[SL_SETTINGS_PATH]; /* PEM, with the chain behind it */
	char key[SL_SETTINGS_PATH];         /* PEM */
	char client_ca[SL_SETTINGS_PATH];   /* PEM: who signs the clients' certificates */
	unsigned n_allow;                   /* 0: whoever can reach loopback */
	struct sl_net allow[SL_SETTINGS_ALLOW];
	unsigned n_host; /* names that clients of plain HTTP may ask for, beside loopback's */
	char host[SL_SETTINGS_HOSTS][SL_SETTINGS_HOST];
};

/*
 * Reads the file at `path`. 0, or -errno with `error`, which names the line. Anything but loopback
 * is refused unless there are certificates and a list of who may connect.
 */
int sl_settings_load(const char *path, struct sl_settings *settings, struct sl_error *error);

/* 127.0.0.0/8, ::1. */
bool sl_settings_is_loopback(const uint8_t ip[16]);

#endif
