/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts that take time from workers. One that is sent to a worker's core harms nobody as long
 * as it does not come: a disk has a vector for each core, used by who runs there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/escape.h"
#include "ctrl/doctor/checks.h"
#include "ctrl/host/host_file.h"

enum { LIST = 512 /* bytes of a list of cores */, COUNTS = 8192 /* bytes of those of all cores */ };

/* How often interrupt `number` has come to `core` since the start. False: the kernel does not say.
 */
static bool count_of(const char *root, unsigned long number, unsigned core, uint64_t *count)
{
	char text[COUNTS];
	const char *at = text;

	if (sl_host_read(root, text, sizeof(text), "/sys/kernel/irq/%lu/per_cpu_count", number) <=
		0)
		return false;
	for (; core; core--) {
		at = strchr(at, ',');
		if (!at)
			return false;
		at++;
	}
	*count = strtoull(at, NULL, 10);
	return true;
}

struct sent {
	struct sl_doctor *doctor;
	unsigned core, n, come;
	unsigned long number;
	char names[96]; /* of those that came; of all, if that is not known */
};

/* Where it goes now, if the kernel says; an empty list is of one that nobody uses. */
static bool goes_to(const struct sent *all, unsigned long number)
{
	char list[LIST];

	return sl_host_read(all->doctor->root, list, sizeof(list),
		       "/proc/irq/%lu/effective_affinity_list", number) > 0 &&
	       sl_host_list_has(list, all->core);
}

static bool number_of(const char *name, unsigned long *number)
{
	char *end;

	*number = strtoul(name, &end, 10);
	return end != name && !*end;
}

static struct sl_interrupt_seen *seen(
	const struct sl_doctor *d, unsigned long number, unsigned core)
{
	for (unsigned i = 0; i < d->n_interrupts; i++)
		if (d->interrupt[i].number == number && d->interrupt[i].core == core)
			return (struct sl_interrupt_seen *)&d->interrupt[i];
	return NULL;
}

static void note(void *context, const char *name)
{
	struct sent *all = context;
	struct sl_doctor *d = all->doctor;
	struct sl_interrupt_seen *slot = &d->interrupt[d->n_interrupts];

	if (d->n_interrupts < SL_DOCTOR_INTERRUPTS && number_of(name, &slot->number) &&
		goes_to(all, slot->number) &&
		count_of(d->root, slot->number, all->core, &slot->count)) {
		slot->core = all->core;
		d->n_interrupts++;
	}
}

void sl_doctor_note_interrupts(struct sl_doctor *doctor)
{
	unsigned cores[SL_MAX_WORKERS], n = sl_doctor_cores(doctor->config, cores);

	doctor->n_interrupts = 0;
	for (unsigned i = 0; i < n; i++) {
		struct sent all = {.doctor = doctor, .core = cores[i]};

		sl_host_each(doctor->root, note, &all, "/proc/irq");
	}
}

/* The directory of an interrupt has others for who handles it, called as they are. */
static void add_name(void *context, const char *name)
{
	struct sent *all = context;
	size_t len = strlen(all->names);

	if (sl_host_has(all->doctor->root, "/proc/irq/%lu/%s/.", all->number, name) &&
		len + strlen(name) + 3 < sizeof(all->names))
		snprintf(all->names + len, sizeof(all->names) - len, "%s%.40s", len ? ", " : "",
			sl_word(name).text);
}

static void add(void *context, const char *name)
{
	struct sent *all = context;
	const struct sl_interrupt_seen *before;
	uint64_t count;

	if (!number_of(name, &all->number) || !goes_to(all, all->number))
		return;
	all->n++;
	before = seen(all->doctor, all->number, all->core);
	if (before && count_of(all->doctor->root, all->number, all->core, &count) &&
		count == before->count)
		return;
	all->come++;
	sl_host_each(all->doctor->root, add_name, all, "/proc/irq/%lu", all->number);
}

void sl_check_interrupts(struct sl_doctor *d)
{
	unsigned cores[SL_MAX_WORKERS], n = sl_doctor_cores(d->config, cores);

	for (unsigned i = 0; i < n; i++) {
		struct sent all = {.doctor = d, .core = cores[i]};

		if (!sl_host_each(d->root, add, &all, "/proc/irq"))
			return;
		if (all.come)
			sl_doctor_found(d, SL_HEALTH_WARN,
				"irqaffinity= on the kernel's command line, or echo CORES > "
				"/proc/irq/N/smp_affinity_list, and keep irqbalance off it",
				"%u interrupt(s) come to core %u: %s", all.come, cores[i],
				all.names[0] ? all.names : "unnamed");
		else if (all.n)
			sl_doctor_found(d, SL_HEALTH_OK, "",
				"%u interrupt(s) may come to core %u, none did", all.n, cores[i]);
		else
			sl_doctor_found(d, SL_HEALTH_OK, "", "none goes to core %u", cores[i]);
	}
}
