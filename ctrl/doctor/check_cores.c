/* SPDX-License-Identifier: BSD-3-Clause */
/* The workers' cores: are they there, and do workers have them for themselves? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/escape.h"
#include "ctrl/doctor/checks.h"
#include "ctrl/host/host_file.h"

enum { LIST = 512 }; /* bytes of a list of cores */

void sl_check_cores(struct sl_doctor *d)
{
	unsigned cores[SL_MAX_WORKERS], n = sl_doctor_cores(d->config, cores), missing = 0;
	char online[LIST];

	if (sl_host_read(d->root, online, sizeof(online), "/sys/devices/system/cpu/online") <= 0)
		return;
	for (unsigned i = 0; i < n; i++)
		if (!sl_host_list_has(online, cores[i])) {
			sl_doctor_found(d, SL_HEALTH_FAIL, "name other `cores` in [port]",
				"core %u is not online (%s are)", cores[i], online);
			missing++;
		}
	if (!missing)
		sl_doctor_found(d, SL_HEALTH_OK, "", "%u worker(s), cores online: %s", n, online);
}

/* The first process's: all others may use the same cores unless they were told otherwise. */
static bool read_allowed(const char *root, char list[LIST])
{
	static const char key[] = "Cpus_allowed_list:";
	char text[4096];
	const char *at;

	if (sl_host_read(root, text, sizeof(text), "/proc/1/status") <= 0)
		return false;
	at = strstr(text, key);
	if (!at || sscanf(at + sizeof(key) - 1, " %511s", list) != 1)
		return false;
	return true;
}

void sl_check_isolation(struct sl_doctor *d)
{
	unsigned cores[SL_MAX_WORKERS], n = sl_doctor_cores(d->config, cores);
	char isolated[LIST], ticks[LIST], allowed[LIST], fix[128];
	bool knows = read_allowed(d->root, allowed);

	sl_host_read(d->root, isolated, sizeof(isolated), "/sys/devices/system/cpu/isolated");
	sl_host_read(d->root, ticks, sizeof(ticks), "/sys/devices/system/cpu/nohz_full");
	for (unsigned i = 0; i < n; i++) {
		const char *tick =
			sl_host_list_has(ticks, cores[i]) ? ", without a timer tick" : "";

		snprintf(fix, sizeof(fix),
			"isolcpus=%u nohz_full=%u on the kernel's command line, or CPUAffinity= "
			"in /etc/systemd/system.conf",
			cores[i], cores[i]);
		if (sl_host_list_has(isolated, cores[i]))
			sl_doctor_found(
				d, SL_HEALTH_OK, "", "core %u is isolated%s", cores[i], tick);
		else if (knows && !sl_host_list_has(allowed, cores[i]))
			sl_doctor_found(d, SL_HEALTH_OK, "",
				"core %u is for nobody who was not put there%s", cores[i], tick);
		else
			sl_doctor_found(d, SL_HEALTH_WARN, fix,
				"any process may run on core %u, beside its worker", cores[i]);
	}
}

void sl_check_core_users(struct sl_doctor *d)
{
	for (unsigned i = 0; i < d->n_users; i++) {
		const struct sl_core_users *users = &d->users[i];

		if (users->hidden)
			sl_doctor_found(d, SL_HEALTH_WARN, "ask as root",
				"who runs on core %u is hidden from this user", users->core);
		else if (users->looked && !users->n)
			sl_doctor_found(
				d, SL_HEALTH_OK, "", "nobody else ran on core %u", users->core);
		for (unsigned t = 0; t < users->n; t++) {
			const struct sl_core_task *task = &users->task[t];

			sl_doctor_found(d, SL_HEALTH_WARN,
				"keep it off (taskset, CPUAffinity= of its unit), or give the "
				"worker another core",
				"core %u: %s (pid %d) had %u %% of it", users->core,
				sl_word(task->name).text, (int)task->pid, task->percent);
		}
	}
}

void sl_check_core_wait(struct sl_doctor *d)
{
	double limit = d->config->guard.alarm_core_wait_ms / 10.0;

	for (unsigned i = 0; i < d->n_waits; i++)
		if (limit > 0 && d->wait[i].percent >= limit)
			sl_doctor_found(d, SL_HEALTH_FAIL,
				"keep others off it; core-users has who they are",
				"the worker on core %u waits for it %.1f %% of the time: calls "
				"lose packets",
				d->wait[i].core, d->wait[i].percent);
		else
			sl_doctor_found(d, SL_HEALTH_OK, "",
				"the worker on core %u waits for it %.1f %% of the time",
				d->wait[i].core, d->wait[i].percent);
}
