/* SPDX-License-Identifier: BSD-3-Clause */
/* Only names that are the exporter's are answered to: others are a page's whose DNS lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "exporter/host.h"

static const struct {
	const char *host;
	bool ours;
} hosts[] = {
	{NULL, true},
	{"127.0.0.1:9753", true},
	{"127.0.0.1", true},
	{"127.1.2.3:80", true},
	{"[::1]:9753", true},
	{"[::1]", true},
	{"localhost:9753", true},
	{"LocalHost", true},
	{"relay1:9753", true},
	{"RELAY1.example.org", true},
	{"192.0.2.5:9753", true}, /* listen */
	{"", false},
	{":9753", false},
	{"evil.example:9753", false},
	{"localhost.evil.example", false},
	{"127.0.0.1.evil.example", false},
	{"evil.example@127.0.0.1", false},
	{"192.0.2.6", false},
	{"0.0.0.0:9753", false},
	{"[::]:9753", false},
	{"[::1", false},
	{"[::1]x", false},
	{"[]", false},
	{"::1", false},
	{"2130706433", false},
	{"localhost:9753 ", false},
	{"localhost:97x", false},
	{"relay1.example.org.evil.example", false},
	{"relay", false},
};

static void only_its_own_names(void **state)
{
	struct sl_settings settings = {.n_host = 2, .host = {"relay1", "relay1.example.org"}};
	char longest[400];

	assert_int_equal(sl_address_parse("192.0.2.5", settings.ip), 0);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (sl_host_is_ours(&settings, hosts[i].host) != hosts[i].ours)
			fail_msg("'%s' is %s", hosts[i].host, hosts[i].ours ? "refused" : "taken");
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_false(sl_host_is_ours(&settings, longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(only_its_own_names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
