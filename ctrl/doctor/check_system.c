/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory, clocks and the kernel. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/doctor/checks.h"
#include "ctrl/host/host_file.h"

enum { DEFAULT_MIB = 512 }; /* as ctrl/daemon/network.c */

struct pages {
	const char *root;
	uint64_t total, free; /* KiB */
};

/* hugepages-2048kB */
static void add_pages(void *context, const char *name)
{
	struct pages *pages = context;
	long long total = 0, left = 0, size;

	if (strncmp(name, "hugepages-", 10) != 0)
		return;
	size = strtoll(name + 10, NULL, 10);
	if (sl_host_number(pages->root, &total, "/sys/kernel/mm/hugepages/%s/nr_hugepages", name))
		pages->total += (uint64_t)(total * size);
	if (sl_host_number(pages->root, &left, "/sys/kernel/mm/hugepages/%s/free_hugepages", name))
		pages->free += (uint64_t)(left * size);
}

void sl_check_hugepages(struct sl_doctor *d)
{
	const struct sl_config *config = d->config;
	unsigned wanted = config && config->memory_mib ? config->memory_mib : DEFAULT_MIB;
	bool fixed = config && config->hugepages == SL_HUGEPAGES_FIXED;
	struct pages pages = {.root = d->root};
	uint64_t mib;
	char fix[128];

	if (config && config->hugepages == SL_HUGEPAGES_OFF) {
		sl_doctor_found(d, SL_HEALTH_WARN, "remove hugepages = off from [sluice]",
			"the configuration does without hugepages, which is slower");
		return;
	}
	if (fixed)
		wanted = config->hugepages_mib;
	sl_host_each(d->root, add_pages, &pages, "/sys/kernel/mm/hugepages");
	/* A running sluiced has its own already. */
	mib = (d->running ? pages.total : pages.free) / 1024;
	snprintf(fix, sizeof(fix),
		"echo 'vm.nr_hugepages = %u' > /etc/sysctl.d/sluice.conf && sysctl --system",
		(wanted + 1) / 2);
	if (mib >= wanted)
		sl_doctor_found(d, SL_HEALTH_OK, "", "%" PRIu64 " MiB of %u MiB that are wanted",
			mib, wanted);
	else
		sl_doctor_found(d, fixed ? SL_HEALTH_FAIL : SL_HEALTH_WARN, fix,
			"%" PRIu64 " MiB%s, %u MiB are wanted", mib, d->running ? "" : " free",
			wanted);
}

void sl_check_clocksource(struct sl_doctor *d)
{
	static const char *const good[] = {
		"tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"};
	char text[32];

	if (sl_host_read(d->root, text, sizeof(text),
		    "/sys/devices/system/clocksource/clocksource0/current_clocksource") <= 0) {
		sl_doctor_found(d, SL_HEALTH_WARN, "mount /sys", "the clock source is not known");
		return;
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!strcmp(text, good[i])) {
			sl_doctor_found(d, SL_HEALTH_OK, "", "%s", text);
			return;
		}
	sl_doctor_found(d, SL_HEALTH_WARN,
		"see `dmesg | grep -i tsc` for why tsc is not used; in a virtual machine, give it "
		"an invariant TSC",
		"%s: each look at the clock is a system call, and workers look all the time", text);
}

void sl_check_time(struct sl_doctor *d)
{
	if (d->clock == SL_CLOCK_SYNCHRONISED)
		sl_doctor_found(d, SL_HEALTH_OK, "", "the wall clock is synchronised");
	else if (d->clock == SL_CLOCK_ADRIFT)
		sl_doctor_found(d, SL_HEALTH_WARN, "apt-get install chrony, or systemd-timesyncd",
			"the wall clock is not synchronised: logs and records cannot be compared "
			"with others'");
	else
		sl_doctor_found(d, SL_HEALTH_WARN, "timedatectl status",
			"whether the wall clock is synchronised is not known");
}

static bool has_xdp_sockets(const char *root)
{
	char text[8192];

	return sl_host_read(root, text, sizeof(text), "/proc/net/protocols") > 0 &&
	       strstr(text, "\nXDP ");
}

static bool uses_xdp(const struct sl_config *config)
{
	for (unsigned i = 0; config && i < config->n_ports; i++)
		if (config->ports[i].kind == SL_DEVICE_AF_XDP)
			return true;
	return !config;
}

void sl_check_kernel(struct sl_doctor *d)
{
	char text[128];
	long long jit = 1;

	if (uses_xdp(d->config) && !has_xdp_sockets(d->root))
		sl_doctor_found(d, SL_HEALTH_FAIL,
			"a kernel with CONFIG_XDP_SOCKETS, as Debian's has, or a port pci:",
			"this kernel has no AF_XDP sockets");
	if (!sl_host_has(d->root, "/sys/kernel/btf/vmlinux"))
		sl_doctor_found(d, SL_HEALTH_WARN, "a kernel with CONFIG_DEBUG_INFO_BTF",
			"this kernel has no BTF: tools that look into it (bpftrace) do not work");
	if (sl_host_number(d->root, &jit, "/proc/sys/net/core/bpf_jit_enable") && !jit)
		sl_doctor_found(d, SL_HEALTH_WARN, "sysctl -w net.core.bpf_jit_enable=1",
			"BPF programs are interpreted: the guard is several times slower");
	if (sl_host_read(d->root, text, sizeof(text), "/sys/kernel/security/lockdown") > 0 &&
		strstr(text, "[confidentiality]"))
		sl_doctor_found(d, SL_HEALTH_WARN,
			"lockdown=integrity on the kernel's command line",
			"lockdown is at confidentiality, which forbids BPF some of what it may "
			"need");
	if (!d->n || d->finding[d->n - 1].check != d->now)
		sl_doctor_found(d, SL_HEALTH_OK, "", "AF_XDP, BTF, BPF by the JIT compiler");
}
