/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/syscall_filter.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Names, because processors have different calls: one that a processor lacks is left out. */
static const char *const killing[] = {
	"acct",
	"add_key",
	"chroot",
	"create_module",
	"delete_module",
	"execve",
	"execveat",
	"finit_module",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"init_module",
	"ioperm",
	"iopl",
	"kcmp",
	"kexec_file_load",
	"kexec_load",
	"keyctl",
	"mount",
	"mount_setattr",
	"move_mount",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"personality",
	"pidfd_getfd",
	"pivot_root",
	"process_vm_readv",
	"process_vm_writev",
	"ptrace",
	"quotactl",
	"reboot",
	"request_key",
	"setns",
	"swapoff",
	"swapon",
	"syslog",
	"umount",
	"umount2",
	"unshare",
	"userfaultfd",
	"vhangup",
};

static const char *const allowed[] = {
	/* packets, sockets and the event loop */
	"accept",
	"accept4",
	"bind",
	"close",
	"connect",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd2",
	"getpeername",
	"getsockname",
	"getsockopt",
	"ioctl",
	"listen",
	"pipe",
	"pipe2",
	"poll",
	"ppoll",
	"pread64",
	"preadv",
	"pselect6",
	"pwrite64",
	"pwritev",
	"read",
	"readv",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"select",
	"sendfile",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
	"signalfd4",
	"timerfd_create",
	"timerfd_gettime",
	"timerfd_settime",
	"write",
	"writev",
	/* files, as their permissions let the service user */
	"access",
	"chmod",
	"dup",
	"dup2",
	"dup3",
	"faccessat",
	"faccessat2",
	"fallocate",
	"fchmod",
	"fchmodat",
	"fcntl",
	"fdatasync",
	"flock",
	"fstat",
	"fstatfs",
	"fsync",
	"ftruncate",
	"getcwd",
	"getdents64",
	"lseek",
	"lstat",
	"memfd_create",
	"mkdir",
	"mkdirat",
	"newfstatat",
	"open",
	"openat",
	"readlink",
	"readlinkat",
	"removexattr", /* who may connect, after a reload */
	"rename",
	"renameat",
	"renameat2",
	"rmdir",
	"setxattr",
	"stat",
	"statfs",
	"statx",
	"umask",
	"unlink",
	"unlinkat",
	"utimensat",
	/* memory, which DPDK also places on its node: mmap and its kin are below */
	"brk",
	"get_mempolicy",
	"madvise",
	"mbind",
	"mincore",
	"mlock",
	"mlock2",
	"mremap",
	"munlock",
	"munmap",
	"set_mempolicy",
	/* threads, signals and time */
	"clock_getres",
	"clock_gettime",
	"clock_nanosleep",
	"exit",
	"exit_group",
	"futex",
	"get_robust_list",
	"getcpu",
	"getegid",
	"geteuid",
	"getgid",
	"getpid",
	"getppid",
	"getrandom",
	"getrlimit",
	"getrusage",
	"gettid",
	"gettimeofday",
	"getuid",
	"membarrier",
	"nanosleep",
	"restart_syscall",
	"rseq",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigtimedwait",
	"sched_getaffinity",
	"sched_getparam",
	"sched_getscheduler",
	"sched_setaffinity",
	"sched_yield",
	"set_robust_list",
	"set_tid_address",
	"sigaltstack",
	"sysinfo",
	"time",
	"times",
	"uname",
	"wait4",
	"waitid",
};

/* A request in a ring passes no filter. */
static const char *const rings[] = {"io_uring_setup", "io_uring_enter", "io_uring_register"};

static const int families[] = {AF_UNIX, AF_NETLINK, AF_INET, AF_INET6};

/* PR_SET_TIMERSLACK: workers that sleep; the rest is of libraries. */
static const int of_threads[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_TIMERSLACK, PR_GET_DUMPABLE};

static const int of_maps[] = {
	BPF_MAP_LOOKUP_ELEM,
	BPF_MAP_UPDATE_ELEM,
	BPF_MAP_DELETE_ELEM,
	BPF_MAP_GET_NEXT_KEY,
	BPF_MAP_LOOKUP_BATCH,
	BPF_MAP_UPDATE_BATCH,
	BPF_MAP_DELETE_BATCH,
	BPF_PROG_GET_NEXT_ID,
	BPF_PROG_GET_FD_BY_ID,
	BPF_MAP_GET_FD_BY_ID,
	BPF_OBJ_GET_INFO_BY_FD,
};

static int add_names(
	scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);

		if (number != __NR_SCMP_ERROR)
			rc = seccomp_rule_add(filter, action, number, 0);
	}
	return rc;
}

/* Allows `number` where its argument `which`, an int, is one of `values`. */
static int add_values(
	scmp_filter_ctx filter, int number, unsigned which, const int *values, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
			SCMP_CMP(which, SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)values[i]));
	return rc;
}

/* Adds a rule for `number`: where the bits `mask` of argument `which` are `value`. */
static int add_bits(scmp_filter_ctx filter, uint32_t action, int number, unsigned which,
	scmp_datum_t mask, scmp_datum_t value)
{
	return seccomp_rule_add(
		filter, action, number, 1, SCMP_CMP(which, SCMP_CMP_MASKED_EQ, mask, value));
}

/* Memory is written or executed, never both in turn. */
static int add_memory(scmp_filter_ctx filter)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(pkey_mprotect)};
	int rc = 0;

	for (size_t i = 0; i < COUNT(calls) && !rc; i++) {
		rc = add_bits(filter, SCMP_ACT_ALLOW, calls[i], 2, PROT_EXEC, 0);
		if (!rc)
			rc = add_bits(
				filter, SCMP_ACT_ERRNO(EACCES), calls[i], 2, PROT_EXEC, PROT_EXEC);
	}
	return rc;
}

/* Threads, not processes. clone3 hides its flags in memory: glibc takes ENOSYS for an old kernel.
 */
static int add_threads(scmp_filter_ctx filter)
{
	int rc = add_bits(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD);

	if (!rc) /* abort() */
		rc = add_bits(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, UINT32_MAX,
			(scmp_datum_t)getpid());
	return rc;
}

static int add_rules(scmp_filter_ctx filter)
{
	int rc = add_names(filter, SCMP_ACT_KILL_PROCESS, killing, COUNT(killing));

	if (!rc)
		rc = add_names(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
	if (!rc)
		rc = add_values(filter, SCMP_SYS(socket), 0, families, COUNT(families));
	if (!rc)
		rc = add_values(filter, SCMP_SYS(prctl), 0, of_threads, COUNT(of_threads));
	if (!rc)
		rc = add_values(filter, SCMP_SYS(bpf), 0, of_maps, COUNT(of_maps));
	if (!rc)
		rc = add_memory(filter);
	if (!rc)
		rc = add_threads(filter);
	return rc;
}

static int refuse_start(int rc, struct sl_error *error)
{
	return sl_refuse(error, rc,
		"no seccomp filter: %s; a kernel without CONFIG_SECCOMP_FILTER needs "
		"seccomp = no in [sluice]",
		strerror(-rc));
}

/* Takes the rules to the kernel, unless `rc` says that one of them could not be made. */
static int load(scmp_filter_ctx filter, int rc, struct sl_error *error)
{
	/* Kernels before 5.16 take a filter for a reason to forbid speculation: workers would
	 * crawl. */
	if (!rc)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc ? refuse_start(rc, error) : 0;
}

int sl_syscall_filter_begin(struct sl_error *error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return refuse_start(-ENOMEM, error);
	return load(filter, add_names(filter, SCMP_ACT_ERRNO(ENOSYS), rings, COUNT(rings)), error);
}

int sl_syscall_filter_load(struct sl_error *error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc;

	if (!filter)
		return refuse_start(-ENOMEM, error);
	rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!rc)
		rc = add_rules(filter);
	return load(filter, rc, error);
}
