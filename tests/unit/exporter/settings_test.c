/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may reach the exporter is what the file says, or it does not start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exporter/settings.h"

static struct sl_settings settings;
static struct sl_error error;

static int load(const char *text)
{
	char path[] = "/tmp/sl_settings.XXXXXX";
	int fd = mkstemp(path), rc;
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	rc = sl_settings_load(path, &settings, &error);
	unlink(path);
	return rc;
}

#define TLS "certificate = /c\nkey = /k\nclient-ca = /a\n"

static const struct {
	const char *text;
	const char *why; /* part of what is said; NULL: it is right */
} files[] = {
	{"", NULL},
	{"[exporter]\n", NULL},
	{"[exporter]\nlisten = [::1]:9753\nallow = net:::1\n", NULL},
	{"[exporter]\nlisten = 127.1.2.3:1\nrelay = unix:/x\n", NULL},
	{"[exporter]\nlisten = 10.0.0.1:9753\n" TLS "allow = net:10.0.0.0/8\nallow = net:::1\n",
		NULL},
	{"[exporter]\nlisten = 10.0.0.1:9753\n",
		"certificate, key and client-ca, or listen at 127"},
	{"[exporter]\nlisten = 0.0.0.0:9753\n", "is not loopback"},
	{"[exporter]\nlisten = [::]:9753\n", "is not loopback"},
	{"[exporter]\nlisten = 10.0.0.1:9753\nallow = net:10.0.0.0/8\n", "is not loopback"},
	{"[exporter]\nlisten = 10.0.0.1:9753\n" TLS, "set allow = net:ADDRESS/BITS"},
	{"[exporter]\nkey = /k\n", "go together"},
	{"[exporter]\ncertificate = /c\nkey = /k\n", "go together"},
	{"[exporter]\nlisten = 9753\n", ":2: listen: '9753'; write ADDRESS:PORT"},
	{"[exporter]\nlisten = 127.0.0.1:0\n", "write ADDRESS:PORT"},
	{"[exporter]\nlisten = ::1:80\n", "IPv6 in brackets"},
	{"[exporter]\nlisten = 127.0.0.1:1\nlisten = 127.0.0.1:1\n",
		":3: 'listen' was already given"},
	{"[exporter]\nrelay = /run/x\n", "write unix:PATH"},
	{"[exporter]\nrelay = unix:x\n", "no absolute path"},
	{"[exporter]\nallow = 10.0.0.0/8\n", "net:ADDRESS/BITS"},
	{"[exporter]\nallow = net:10.0.0.1/8\n", "behind the prefix"},
	{"[exporter]\nhost = relay1.example.org\nhost = relay1\n", NULL},
	{"[exporter]\nhost = relay1:9753\n", "without a port"},
	{"[exporter]\nhost =\n", "write a host's name"},
	{"[exporter]\nlisten = 10.0.0.1:9753\n" TLS "allow = net:::1\nhost = relay1\n",
		"host is for plain HTTP"},
	{"[exporter]\npage = no\n", NULL},
	{"[exporter]\npage = off\n", "write yes or no"},
	{"[exporter]\nport = 1\n", "there is no 'port'"},
	{"listen = 127.0.0.1:1\n", "not in [exporter]"},
	{"[relay]\nlisten = 127.0.0.1:1\n", "not in [exporter]"},
	{"[exporter]\nnonsense\n", ":2: it is neither"},
};

static void takes_what_is_right(void **state)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int rc = load(files[i].text);

		if (!files[i].why != !rc)
			fail_msg("%s: %s", files[i].text, rc ? error.text : "taken");
		if (rc && !strstr(error.text, files[i].why))
			fail_msg("%s: %s", files[i].text, error.text);
	}
}

static void defaults_are_loopback_and_plain(void **state)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};

	assert_int_equal(load("[exporter]\n"), 0);
	assert_memory_equal(settings.ip + 12, loopback, 4);
	assert_int_equal(settings.port, 9753);
	assert_string_equal(settings.relay, "/run/sluice/ctl.sock");
	assert_string_equal(settings.key, "");
	assert_true(settings.page);
	assert_int_equal(load("[exporter]\npage = no\n"), 0);
	assert_false(settings.page);
	assert_int_equal(sl_settings_load("/nonexistent/x", &settings, &error), -22);
	assert_non_null(strstr(error.text, "No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_right),
		cmocka_unit_test(defaults_are_loopback_and_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
