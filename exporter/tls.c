/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int load(const char *key, const char *path, char **out, struct sl_error *error)
{
	FILE *file = fopen(path, "re");
	char *text = file ? calloc(1, SL_TLS_FILE_MAX + 1) : NULL;
	size_t len = text ? fread(text, 1, SL_TLS_FILE_MAX + 1, file) : 0;
	int rc = 0;

	if (!text)
		rc = sl_refuse(error, -EINVAL,
			"%s = %s: %s; the exporter's user must be able to "
			"read it",
			key, path, strerror(errno));
	else if (!len || len > SL_TLS_FILE_MAX || strlen(text) != len)
		rc = sl_refuse(error, -EINVAL, "%s = %s is no PEM file of at most %d KiB", key,
			path, SL_TLS_FILE_MAX >> 10);
	if (file)
		fclose(file);
	if (rc && text) {
		explicit_bzero(text, SL_TLS_FILE_MAX);
		free(text);
	} else {
		*out = text;
	}
	return rc;
}

int sl_tls_load(const struct sl_settings *s, struct sl_tls_files *files, struct sl_error *error)
{
	int rc;

	*files = (struct sl_tls_files){0};
	if (!s->certificate[0])
		return 0;
	rc = load("certificate", s->certificate, &files->certificate, error);
	if (!rc)
		rc = load("key", s->key, &files->key, error);
	if (!rc)
		rc = load("client-ca", s->client_ca, &files->client_ca, error);
	if (rc)
		sl_tls_free(files);
	return rc;
}

void sl_tls_free(struct sl_tls_files *files)
{
	if (files->key)
		explicit_bzero(files->key, SL_TLS_FILE_MAX);
	free(files->certificate);
	free(files->key);
	free(files->client_ca);
	*files = (struct sl_tls_files){0};
}

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info ? info->tls_session : NULL;
}

bool sl_tls_demand(struct MHD_Connection *connection)
{
	static gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT};
	gnutls_session_t session = session_of(connection);

	if (!session)
		return false;
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert2(session, &purpose, 1, 0);
	return true;
}

bool sl_tls_verified(struct MHD_Connection *connection)
{
	gnutls_session_t session = session_of(connection);
	unsigned n = 0;

	return session && gnutls_certificate_get_peers(session, &n) && n &&
	       gnutls_session_get_verify_cert_status(session) == 0;
}
