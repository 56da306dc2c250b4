/* SPDX-License-Identifier: BSD-3-Clause */
/* Machines that are trees of files, and the findings there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../host/host_tree.h"
#include "ctrl/doctor/doctor.h"

enum { FILES = 6 };

/* One worker on core 2; `ng`, `more` and `top` differ. */
static const char *config_text(const char *port, const char *control, const char *sluice)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		"[sluice]\nuser = sluice\n%s\n"
		"[port wan]\n%s\n"
		"[interface out]\nport = wan\naddress = 192.0.2.1\nmedia-ports = 20000-20099\n"
		"[control]\nng = unix:/run/sluice/ng.sock\n%s\n",
		sluice ? sluice : "", port ? port : "device = af_xdp:eth1\ncores = 2",
		control ? control : "");
	return text;
}

struct machine {
	const char *check;
	const char *file[FILES][2]; /* path and content; "->..." is a link */
	const char *port, *control, *sluice;
	unsigned gid; /* the group of ng-allow; 0: as `control` says */
	bool running;
	enum sl_health health;
	const char *fact, *fix; /* parts of them, of the last finding; NULL: there is none */
};

#define HUGE(kb, what, n)                                                           \
	{                                                                           \
		"/sys/kernel/mm/hugepages/hugepages-" kb "kB/" what "_hugepages", n \
	}
#define NET(file, content)                           \
	{                                            \
		"/sys/class/net/eth1/" file, content \
	}
#define PCI(file, content)                                         \
	{                                                          \
		"/sys/bus/pci/devices/0000:3b:02.1/" file, content \
	}
#define PCI_PORT .port = "device = pci:0000:3b:02.1\ncores = 2"
#define PASSWD   "root:x:0:0::/:\nsluice:x:990:990::/:\nkamailio:x:106:112::/:\n"

static const struct machine machines[] = {
	/* memory */
	{"hugepages", {HUGE("2048", "nr", "256"), HUGE("2048", "free", "256")},
		.health = SL_HEALTH_OK, .fact = "512 MiB of 512 MiB", .fix = ""},
	{"hugepages", {HUGE("2048", "nr", "256"), HUGE("2048", "free", "255")},
		.health = SL_HEALTH_WARN, .fact = "510 MiB free", .fix = "vm.nr_hugepages = 256"},
	{"hugepages", {HUGE("2048", "nr", "256"), HUGE("2048", "free", "0")}, .running = true,
		.health = SL_HEALTH_OK, .fact = "512 MiB of", .fix = ""},
	{"hugepages", {HUGE("1048576", "nr", "1"), HUGE("1048576", "free", "1")},
		.sluice = "memory = 1024", .health = SL_HEALTH_OK, .fact = "1024 MiB", .fix = ""},
	{"hugepages", {HUGE("2048", "nr", "10"), HUGE("2048", "free", "10")},
		.sluice = "hugepages = 64", .health = SL_HEALTH_FAIL, .fact = "20 MiB free",
		.fix = "= 32'"},
	{"hugepages", {{0}}, .sluice = "hugepages = off", .health = SL_HEALTH_WARN,
		.fact = "does without", .fix = "remove"},
	{"hugepages", {{0}}, .health = SL_HEALTH_WARN, .fact = "0 MiB", .fix = "sysctl"},
	/* clock and kernel */
	{"clocksource",
		{{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"}},
		.health = SL_HEALTH_OK, .fact = "tsc", .fix = ""},
	{"clocksource",
		{{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"}},
		.health = SL_HEALTH_WARN, .fact = "hpet", .fix = "dmesg"},
	{"kernel",
		{{"/proc/net/protocols", "protocol size\nXDP 1024\n"},
			{"/sys/kernel/btf/vmlinux", ""}},
		.health = SL_HEALTH_OK, .fact = "AF_XDP", .fix = ""},
	{"kernel",
		{{"/proc/net/protocols", "protocol size\nTCP 1024\n"},
			{"/sys/kernel/btf/vmlinux", ""}},
		.health = SL_HEALTH_FAIL, .fact = "no AF_XDP", .fix = "CONFIG_XDP_SOCKETS"},
	{"kernel", {{"/sys/kernel/btf/vmlinux", ""}}, PCI_PORT, .health = SL_HEALTH_OK,
		.fact = "BTF", .fix = ""},
	{"kernel", {{"/proc/net/protocols", "protocol\nXDP 1\n"}}, .health = SL_HEALTH_WARN,
		.fact = "no BTF", .fix = "CONFIG_DEBUG_INFO_BTF"},
	{"kernel",
		{{"/proc/net/protocols", "protocol\nXDP 1\n"}, {"/sys/kernel/btf/vmlinux", ""},
			{"/proc/sys/net/core/bpf_jit_enable", "0\n"}},
		.health = SL_HEALTH_WARN, .fact = "interpreted", .fix = "bpf_jit_enable=1"},
	{"kernel",
		{{"/proc/net/protocols", "protocol\nXDP 1\n"}, {"/sys/kernel/btf/vmlinux", ""},
			{"/sys/kernel/security/lockdown", "none integrity [confidentiality]\n"}},
		.health = SL_HEALTH_WARN, .fact = "confidentiality", .fix = "integrity"},
	{"kernel",
		{{"/proc/net/protocols", "protocol\nXDP 1\n"}, {"/sys/kernel/btf/vmlinux", ""},
			{"/sys/kernel/security/lockdown", "none [integrity] confidentiality\n"}},
		.health = SL_HEALTH_OK, .fact = "BTF", .fix = ""},
	/* cores */
	{"cores", {{"/sys/devices/system/cpu/online", "0-3\n"}}, .health = SL_HEALTH_OK,
		.fact = "1 worker(s), cores online: 0-3", .fix = ""},
	{"cores", {{"/sys/devices/system/cpu/online", "0-1,3\n"}}, .health = SL_HEALTH_FAIL,
		.fact = "core 2 is not online", .fix = "cores"},
	{"isolation", {{"/sys/devices/system/cpu/isolated", "2-3\n"}}, .health = SL_HEALTH_OK,
		.fact = "core 2 is isolated", .fix = ""},
	{"isolation",
		{{"/sys/devices/system/cpu/isolated", "2-3\n"},
			{"/sys/devices/system/cpu/nohz_full", "2\n"}},
		.health = SL_HEALTH_OK, .fact = "isolated, without a timer tick", .fix = ""},
	{"isolation",
		{{"/sys/devices/system/cpu/isolated", "\n"},
			{"/proc/1/status", "Name:\tinit\nCpus_allowed_list:\t0-1\n"}},
		.health = SL_HEALTH_OK, .fact = "nobody who was not put there", .fix = ""},
	{"isolation",
		{{"/sys/devices/system/cpu/isolated", "\n"},
			{"/proc/1/status", "Name:\tinit\nCpus_allowed_list:\t0-3\n"}},
		.health = SL_HEALTH_WARN, .fact = "any process may run on core 2",
		.fix = "isolcpus=2 nohz_full=2"},
	{"interrupts",
		{{"/proc/irq/7/effective_affinity_list", "0\n"},
			{"/proc/irq/8/effective_affinity_list", "\n"},
			{"/proc/irq/default_smp_affinity", "ff\n"}},
		.health = SL_HEALTH_OK, .fact = "none goes to core 2", .fix = ""},
	{"interrupts",
		{{"/proc/irq/7/effective_affinity_list", "2\n"}, {"/proc/irq/7/nvme0q1/x", ""},
			{"/proc/irq/9/effective_affinity_list", "1-3\n"}},
		.health = SL_HEALTH_WARN, .fact = "2 interrupt(s) come to core 2: nvme0q1",
		.fix = "smp_affinity_list"},
	/* ports */
	{"driver",
		{NET("device/driver", "->../../../bus/pci/drivers/ice"), NET("operstate", "up\n")},
		.health = SL_HEALTH_OK, .fact = "eth1, ice", .fix = ""},
	{"driver", {NET("operstate", "up\n")}, .health = SL_HEALTH_OK, .fact = "eth1, virtual",
		.fix = ""},
	{"driver", {NET("operstate", "down\n")}, .health = SL_HEALTH_FAIL, .fact = "is down",
		.fix = "ip link set"},
	{"driver", {{"/sys/class/net/eth0/mtu", "1500"}}, .health = SL_HEALTH_FAIL,
		.fact = "no netdev eth1", .fix = "ip link show"},
	{"driver", {PCI("driver", "->../../bus/pci/drivers/vfio-pci")}, PCI_PORT,
		.health = SL_HEALTH_OK, .fact = "vfio-pci", .fix = ""},
	{"driver", {PCI("driver", "->../../bus/pci/drivers/mlx5_core")}, PCI_PORT,
		.health = SL_HEALTH_OK, .fact = "mlx5_core", .fix = ""},
	{"driver", {PCI("driver", "->../../bus/pci/drivers/iavf")}, PCI_PORT,
		.health = SL_HEALTH_FAIL, .fact = "its driver iavf",
		.fix = "driverctl set-override 0000:3b:02.1 vfio-pci"},
	{"driver", {PCI("vendor", "0x8086")}, PCI_PORT, .health = SL_HEALTH_FAIL,
		.fact = "has no driver", .fix = "driverctl"},
	{"driver", {{0}}, PCI_PORT, .health = SL_HEALTH_FAIL, .fact = "no PCI device",
		.fix = "lspci"},
	{"queues", {NET("queues/rx-0/x", ""), NET("queues/tx-0/x", "")}, .health = SL_HEALTH_OK,
		.fact = "1, as many as cores", .fix = ""},
	{"queues", {NET("queues/rx-0/x", ""), NET("queues/rx-1/x", "")}, .health = SL_HEALTH_OK,
		.port = "device = af_xdp:eth1\ncores = 2\nset-channels = yes",
		.fact = "of which sluiced makes 1", .fix = ""},
	{"queues", {NET("queues/rx-0/x", ""), NET("queues/rx-1/x", "")}, .health = SL_HEALTH_FAIL,
		.port = "device = af_xdp:eth1\ncores = 2\nset-channels = no",
		.fact = "2 queues for 1", .fix = "ethtool -L eth1 combined 1"},
	{"queues", {NET("queues/rx-0/x", "")}, .port = "device = af_xdp:eth1\ncores = 2,3",
		.health = SL_HEALTH_FAIL, .fact = "1 queue(s) for 2 cores", .fix = "combined 2"},
	{"numa",
		{NET("device/numa_node", "1\n"),
			{"/sys/devices/system/node/node1/cpulist", "2-3\n"}},
		.health = SL_HEALTH_OK, .fact = "node 1", .fix = ""},
	{"numa",
		{NET("device/numa_node", "1\n"),
			{"/sys/devices/system/node/node1/cpulist", "4-7\n"}},
		.health = SL_HEALTH_WARN, .fact = "on node 1, 1 of its cores are not",
		.fix = "4-7"},
	{"numa", {NET("device/numa_node", "-1\n")}},
	{"mtu", {NET("mtu", "1500\n")}, .health = SL_HEALTH_OK, .fact = "1500", .fix = ""},
	{"mtu", {NET("mtu", "9000\n")}, .health = SL_HEALTH_WARN, .fact = "9000",
		.fix = "mtu 1500"},
	{"mtu", {NET("mtu", "1400\n")}, .health = SL_HEALTH_WARN, .fact = "1400",
		.fix = "mtu 1500"},
	/* service */
	{"user", {{"/etc/passwd", PASSWD}}, .health = SL_HEALTH_OK, .fact = "as sluice", .fix = ""},
	{"user", {{"/etc/passwd", "sluiceway:x:1:1::/:\n"}}, .health = SL_HEALTH_FAIL,
		.fact = "no user sluice", .fix = "adduser"},
	{"limits",
		{{"/proc/77/limits", "Max locked memory         unlimited  unlimited  bytes\n"
				     "Max open files            65536      65536      files\n"}},
		.running = true, .health = SL_HEALTH_OK, .fact = "suffice", .fix = ""},
	{"limits",
		{{"/proc/77/limits", "Max locked memory         unlimited  unlimited  bytes\n"
				     "Max open files            1024       65536      files\n"}},
		.running = true, .health = SL_HEALTH_WARN, .fact = "1024 files",
		.fix = "LimitNOFILE"},
	{"limits",
		{{"/proc/77/limits", "Max locked memory         8388608    8388608    bytes\n"
				     "Max open files            65536      65536      files\n"}},
		.running = true, .health = SL_HEALTH_WARN, .fact = "8192 KiB",
		.fix = "LimitMEMLOCK"},
	{"limits",
		{{"/proc/77/limits", "Max locked memory         8388608    8388608    bytes\n"
				     "Max open files            65536      65536      files\n"},
			{"/proc/77/status", "CapEff:\t0000000000005000\n"}},
		.running = true, .health = SL_HEALTH_OK, .fact = "suffice", .fix = ""},
	{"limits", {{"/proc/77/limits", ""}}},
	{"capabilities", {{"/proc/77/status", "CapEff:\t0000000000005000\n"}}, .running = true,
		.health = SL_HEALTH_OK, .fact = "CAP_NET_ADMIN and", .fix = ""},
	{"capabilities", {{"/proc/77/status", "CapEff:\t0000000000004000\n"}}, .running = true,
		.health = SL_HEALTH_FAIL, .fact = "neighbours", .fix = "CAP_NET_ADMIN"},
	{"capabilities", {{"/proc/77/status", "CapEff:\t0000000000001000\n"}}, .running = true,
		.health = SL_HEALTH_OK, .fact = "CAP_NET_ADMIN", .fix = ""},
	{"control-sockets", {{"/run/sluice/ng.sock", ""}, {"/etc/passwd", PASSWD}}, .running = true,
		.health = SL_HEALTH_FAIL, .fact = "user kamailio may not ask",
		.fix = "ng-allow = user:kamailio"},
	{"control-sockets", {{"/run/sluice/ng.sock", ""}, {"/etc/passwd", PASSWD}}, .running = true,
		.control = "ng-allow = uid:106", .health = SL_HEALTH_OK,
		.fact = "user kamailio may ask", .fix = ""},
	{"control-sockets", {{"/etc/passwd", PASSWD}}, .gid = 112, .health = SL_HEALTH_OK,
		.fact = "user kamailio may ask", .fix = ""},
	{"control-sockets", {{"/etc/passwd", PASSWD}, {"/etc/group", "relay:x:500:joe,kamailio\n"}},
		.gid = 500, .health = SL_HEALTH_OK, .fact = "user kamailio may ask", .fix = ""},
	{"control-sockets",
		{{"/etc/passwd", PASSWD}, {"/etc/group", "relay:x:500:joe,kama,kamailio2\n"}},
		.gid = 500, .health = SL_HEALTH_FAIL, .fact = "user kamailio may not ask",
		.fix = "ng-allow"},
	{"control-sockets", {{"/etc/passwd", "root:x:0:0::/:\n"}}, .health = SL_HEALTH_OK,
		.fact = "no user kamailio or opensips", .fix = ""},
	{"proxy", {{0}}, .running = true, .health = SL_HEALTH_WARN, .fact = "no proxy has asked",
		.fix = "unix:/run/sluice/ng.sock"},
	{"proxy", {{0}}},
};

static void put(const struct host_tree *tree, const char *const file[2])
{
	if (!strncmp(file[1], "->", 2))
		host_tree_link(tree, file[0], file[1] + 2);
	else
		host_tree_put(tree, file[0], file[1]);
}

static const struct sl_config *read_config(const struct machine *m)
{
	static struct sl_config config;
	static struct sl_config_errors errors;
	const char *text = config_text(m->port, m->control, m->sluice);
	FILE *file = fmemopen((char *)text, strlen(text), "r");

	if (sl_config_read(file, SL_CONFIG_RELAY, 8, &config, &errors))
		fail_msg("%s: %s", m->check, errors.list[0].text);
	fclose(file);
	if (m->gid) {
		config.n_ng_allow = 1;
		config.ng_allow[0] = (struct sl_config_allow){.kind = SL_ALLOW_GID, .id = m->gid};
	}
	return &config;
}

static void check(const struct machine *m, unsigned number)
{
	static struct sl_doctor d;
	const struct sl_finding *last;
	struct host_tree tree;

	host_tree_open(&tree);
	for (int i = 0; i < FILES && m->file[i][0]; i++)
		put(&tree, m->file[i]);
	d = (struct sl_doctor){
		.root = tree.root, .config = read_config(m), .running = m->running, .pid = 77};
	sl_doctor_check(&d, m->check);
	host_tree_close(&tree);
	if (!m->fact) {
		assert_int_equal(d.n, 0);
		return;
	}
	if (!d.n)
		fail_msg("%u, %s: nothing is said of '%s'", number, m->check, m->fact);
	last = &d.finding[d.n - 1];
	if (last->health != m->health || !strstr(last->fact, m->fact) ||
		(*m->fix ? !strstr(last->fix, m->fix) : *last->fix))
		fail_msg("%u, %s: %s: %s -> %s", number, m->check, sl_health_names[last->health],
			last->fact, last->fix);
	assert_string_equal(last->check, m->check);
}

static void each_machine(void **state)
{
	for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		check(&machines[i], i);
}

static const struct machine plain = {.check = "all"};

/* Facts that the caller brings. */
static void facts_of_the_caller(void **state)
{
	static struct sl_doctor d;

	d = (struct sl_doctor){.root = "/nowhere", .config = read_config(&plain)};
	d.clock = SL_CLOCK_ADRIFT;
	sl_doctor_check(&d, "time");
	d.n_users = 1;
	d.users[0] = (struct sl_core_users){.core = 2, .looked = true, .n = 1};
	d.users[0].task[0] =
		(struct sl_core_task){.pid = 9, .percent = 48, .name = "back\033[2Jup"};
	sl_doctor_check(&d, "core-users");
	d.n_waits = 2;
	d.wait[0].core = 2;
	d.wait[0].percent = 0.9;
	d.wait[1].core = 3;
	d.wait[1].percent = 48.2;
	sl_doctor_check(&d, "core-wait");
	assert_int_equal(d.n, 4);
	assert_int_equal(d.finding[0].health, SL_HEALTH_WARN);
	assert_string_equal(d.finding[1].fact, "core 2: back\\x1b[2Jup (pid 9) had 48 % of it");
	assert_int_equal(d.finding[2].health, SL_HEALTH_OK);
	assert_int_equal(d.finding[3].health, SL_HEALTH_FAIL);
	assert_non_null(strstr(d.finding[3].fact, "core 3 waits for it 48.2 %"));
	assert_int_equal(d.count[SL_HEALTH_FAIL], 1);
}

/* Interrupts are counted twice: between the two, which of them came? */
static void interrupts_that_come(void **state)
{
	static struct sl_doctor d;
	struct host_tree tree;

	host_tree_open(&tree);
	d = (struct sl_doctor){.root = tree.root, .config = read_config(&plain)};
	host_tree_put(&tree, "/proc/irq/7/effective_affinity_list", "2\n");
	host_tree_put(&tree, "/proc/irq/7/nvme0q3/x", "");
	host_tree_put(&tree, "/sys/kernel/irq/7/per_cpu_count", "5,6,700,8\n");
	host_tree_put(&tree, "/proc/irq/8/effective_affinity_list", "0-2\n");
	host_tree_put(&tree, "/proc/irq/8/eth0-rx/x", "");
	host_tree_put(&tree, "/sys/kernel/irq/8/per_cpu_count", "1,2,3,4\n");
	sl_doctor_note_interrupts(&d);
	sl_doctor_check(&d, "interrupts");
	host_tree_put(&tree, "/sys/kernel/irq/7/per_cpu_count", "6,7,700,9\n");
	host_tree_put(&tree, "/sys/kernel/irq/8/per_cpu_count", "1,2,4,4\n");
	sl_doctor_check(&d, "interrupts");
	/* One whose count does not have that core. */
	host_tree_put(&tree, "/sys/kernel/irq/7/per_cpu_count", "6,7\n");
	sl_doctor_check(&d, "interrupts");
	host_tree_close(&tree);
	assert_int_equal(d.n, 3);
	assert_int_equal(d.finding[0].health, SL_HEALTH_OK);
	assert_string_equal(d.finding[0].fact, "2 interrupt(s) may come to core 2, none did");
	assert_int_equal(d.finding[1].health, SL_HEALTH_WARN);
	assert_string_equal(d.finding[1].fact, "1 interrupt(s) come to core 2: eth0-rx");
	assert_int_equal(d.finding[2].health, SL_HEALTH_WARN);
	assert_non_null(strstr(d.finding[2].fact, "2 interrupt(s) come to core 2: "));
}

/* A machine that tells nothing, and no configuration: all checks take it. */
static void nothing_is_known(void **state)
{
	static struct sl_doctor d;

	d = (struct sl_doctor){.root = "/nowhere", .running = true, .pid = 1};
	sl_doctor_run(&d);
	assert_true(d.n >= 3);
	for (unsigned i = 0; i < d.n; i++)
		assert_true(d.finding[i].health == SL_HEALTH_OK || *d.finding[i].fix);
	d = (struct sl_doctor){.root = "/nowhere", .config = read_config(&plain)};
	sl_doctor_run(&d);
	for (unsigned i = 0; i < d.n; i++)
		assert_true(d.finding[i].health == SL_HEALTH_OK || *d.finding[i].fix);
	assert_int_equal(
		d.n, d.count[SL_HEALTH_OK] + d.count[SL_HEALTH_WARN] + d.count[SL_HEALTH_FAIL]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_machine),
		cmocka_unit_test(facts_of_the_caller),
		cmocka_unit_test(interrupts_that_come),
		cmocka_unit_test(nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
