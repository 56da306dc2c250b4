/* SPDX-License-Identifier: BSD-3-Clause */
/* Two specifications of a flow are equal if all their fields are, whatever lies between the fields.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/flow/flow.h"

#define FIELD(path)                                                 \
	{                                                           \
#path, offsetof(struct sl_flow_spec, path),         \
			sizeof(((struct sl_flow_spec *)NULL)->path) \
	}

/* Each field down to what has no padding of its own. */
static const struct {
	const char *name;
	size_t at, size;
} fields[] = {
	FIELD(in_key),
	FIELD(out_key),
	FIELD(in_suite),
	FIELD(out_suite),
	FIELD(in_slot),
	FIELD(in_port),
	FIELD(source),
	FIELD(policy.mode),
	FIELD(policy.any_ip),
	FIELD(policy.tries),
	FIELD(policy.hint),
	FIELD(policy.round),
	FIELD(out_slot),
	FIELD(out_port),
	FIELD(destination),
	FIELD(nowhere),
	FIELD(nexthop),
	FIELD(cookie),
	FIELD(tos),
	FIELD(actions),
	FIELD(rates),
	FIELD(payloads),
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* Which bytes are of a field. */
static void mark(bool used[sizeof(struct sl_flow_spec)])
{
	memset(used, 0, sizeof(struct sl_flow_spec));
	for (unsigned i = 0; i < FIELDS; i++)
		memset(used + fields[i].at, 1, fields[i].size);
}

static void a_byte_of_any_field_makes_a_difference(void **state)
{
	static const struct sl_flow_spec spec;
	struct sl_flow_spec other;

	for (unsigned i = 0; i < FIELDS; i++)
		for (size_t byte = 0; byte < fields[i].size; byte++) {
			other = spec;
			((uint8_t *)&other)[fields[i].at + byte] ^= 1;
			if (sl_flow_spec_equal(&spec, &other) || sl_flow_spec_equal(&other, &spec))
				fail_msg("byte %zu of %s", byte, fields[i].name);
		}
}

static void what_lies_between_makes_none(void **state)
{
	bool used[sizeof(struct sl_flow_spec)];
	struct sl_flow_spec spec, other;

	memset(&spec, 0, sizeof(spec));
	mark(used);
	for (size_t byte = 0; byte < sizeof(spec); byte++) {
		if (used[byte])
			continue;
		memcpy(&other, &spec, sizeof(spec));
		((uint8_t *)&other)[byte] ^= 0xff;
		if (!sl_flow_spec_equal(&spec, &other))
			fail_msg("byte %zu is of no field", byte);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_of_any_field_makes_a_difference),
		cmocka_unit_test(what_lies_between_makes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
