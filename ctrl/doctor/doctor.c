/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/doctor/checks.h"

const char *const sl_health_names[SL_HEALTH_COUNT] = {
	[SL_HEALTH_OK] = "ok", [SL_HEALTH_WARN] = "warn", [SL_HEALTH_FAIL] = "fail"};

static const struct check {
	void (*look)(struct sl_doctor *doctor);
	const char *name;
	bool needs_config;
} checks[] = {
#define X(function, name, needs) {function, name, needs},
	SL_CHECKS(X)
#undef X
};

static void look(struct sl_doctor *doctor, const struct check *check)
{
	if (check->needs_config && !doctor->config)
		return;
	doctor->now = check->name;
	check->look(doctor);
}

void sl_doctor_run(struct sl_doctor *doctor)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		look(doctor, &checks[i]);
}

void sl_doctor_check(struct sl_doctor *doctor, const char *name)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!strcmp(checks[i].name, name))
			look(doctor, &checks[i]);
}

unsigned sl_doctor_cores(const struct sl_config *config, unsigned cores[SL_MAX_WORKERS])
{
	unsigned n = 0;

	for (unsigned p = 0; p < config->n_ports; p++)
		for (unsigned c = 0; c < config->ports[p].n_cores; c++) {
			unsigned core = config->ports[p].cores[c], i = 0;

			while (i < n && cores[i] != core)
				i++;
			if (i == n && n < SL_MAX_WORKERS)
				cores[n++] = core;
		}
	return n;
}

void sl_doctor_found(
	struct sl_doctor *doctor, enum sl_health health, const char *fix, const char *format, ...)
{
	struct sl_finding *finding = &doctor->finding[doctor->n];
	va_list arguments;

	doctor->count[health]++;
	if (doctor->n == SL_DOCTOR_FINDINGS)
		return;
	doctor->n++;
	finding->check = doctor->now;
	finding->health = health;
	snprintf(finding->fix, sizeof(finding->fix), "%s", fix);
	va_start(arguments, format);
	vsnprintf(finding->fact, sizeof(finding->fact), format, arguments);
	va_end(arguments);
}
