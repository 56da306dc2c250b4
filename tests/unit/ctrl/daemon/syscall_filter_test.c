/* SPDX-License-Identifier: BSD-3-Clause */
/* A relay that serves can do what it serves with, and a system call that leads out of it is its
 * end. */
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/daemon/syscall_filter.h"

enum { KILLED = -1, DONE = 0 };

struct attempt {
	const char *name;
	long number;
	long arguments[4];
	int outcome; /* KILLED, DONE, or the errno */
};

static const struct attempt attempts[] = {
	{"execve", SYS_execve, {(long)"/bin/true"}, KILLED},
	{"execveat", SYS_execveat, {-1, (long)"/bin/true"}, KILLED},
	{"ptrace", SYS_ptrace, {0}, KILLED},
	{"process_vm_readv", SYS_process_vm_readv, {1}, KILLED},
	{"process_vm_writev", SYS_process_vm_writev, {1}, KILLED},
	{"init_module", SYS_init_module, {0}, KILLED},
	{"finit_module", SYS_finit_module, {-1}, KILLED},
	{"delete_module", SYS_delete_module, {(long)"none"}, KILLED},
	{"kexec_load", SYS_kexec_load, {0}, KILLED},
	{"mount", SYS_mount, {(long)"none", (long)"/", (long)"tmpfs"}, KILLED},
	{"umount2", SYS_umount2, {(long)"/none"}, KILLED},
	{"pivot_root", SYS_pivot_root, {(long)"/none", (long)"/none"}, KILLED},
	{"chroot", SYS_chroot, {(long)"/none"}, KILLED},
	{"unshare", SYS_unshare, {CLONE_NEWUSER}, KILLED},
	{"setns", SYS_setns, {-1}, KILLED},
	{"keyctl", SYS_keyctl, {0}, KILLED},
	{"reboot", SYS_reboot, {0}, KILLED},
	{"swapon", SYS_swapon, {(long)"/none"}, KILLED},
	{"open_by_handle_at", SYS_open_by_handle_at, {-1}, KILLED},
	{"perf_event_open", SYS_perf_event_open, {0}, KILLED},
	{"a process of its own", SYS_clone, {SIGCHLD}, ENOSYS},
	{"clone3", SYS_clone3, {0}, ENOSYS},
	{"io_uring", SYS_io_uring_setup, {1}, ENOSYS},
	{"a BPF program", SYS_bpf, {BPF_PROG_LOAD}, ENOSYS},
	{"a BPF map, which is not there", SYS_bpf, {BPF_MAP_LOOKUP_ELEM}, EINVAL},
	{"a BPF program, beyond 32 bits", SYS_bpf, {1L << 32 | BPF_PROG_LOAD}, ENOSYS},
	{"executable memory", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE}, EACCES},
	{"to make memory executable", SYS_mprotect, {0, 4096, PROT_EXEC}, EACCES},
	{"to seal it", SYS_mprotect, {0, 0, PROT_READ}, DONE},
	{"a raw socket", SYS_socket, {AF_PACKET, SOCK_RAW}, ENOSYS},
	{"a socket of the Internet", SYS_socket, {AF_INET, SOCK_DGRAM}, DONE},
	{"to be dumped", SYS_prctl, {PR_SET_DUMPABLE, 1}, ENOSYS},
	{"a name", SYS_prctl, {PR_SET_NAME, (long)"name"}, DONE},
	{"to signal another", SYS_tgkill, {1, 1, 0}, ENOSYS},
	{"another's limits", SYS_prlimit64, {1}, ENOSYS},
	{"a call of the next century", 4000, {0}, ENOSYS},
};

struct
try {
	const struct attempt *attempt;
	pthread_barrier_t confined;
};

static void *wait_and_try(void *argument)
{
	struct try *try = argument;
	const long *a = try->attempt->arguments;

	pthread_barrier_wait(&try->confined);
	errno = 0;
	syscall(try->attempt->number, a[0], a[1], a[2], a[3], -1, 0);
	return (void *)(long)errno;
}

/* Ends with the outcome that a thread meets which ran before the filter. */
static void confine_and_try(const struct attempt *attempt)
{
	const struct rlimit no_core = {0, 0};
	struct try try = {.attempt = attempt};
	struct sl_error error;
	pthread_t thread;
	void *outcome;

	setrlimit(RLIMIT_CORE, &no_core);
	if (pthread_barrier_init(&try.confined, NULL, 2) ||
		pthread_create(&thread, NULL, wait_and_try, &try) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || sl_syscall_filter_load(&error))
		_exit(255);
	pthread_barrier_wait(&try.confined);
	pthread_join(thread, &outcome);
	_exit((int)(long)outcome);
}

static void each_call_does_what_is_said(void **state)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *attempt = &attempts[i];
		pid_t child = fork();
		int status;

		if (!child)
			confine_and_try(attempt);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (attempt->outcome == KILLED) {
			if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
				fail_msg("%s: status %#x", attempt->name, status);
		} else if (!WIFEXITED(status) || WEXITSTATUS(status) != attempt->outcome) {
			fail_msg("%s: status %#x, not %d", attempt->name, status, attempt->outcome);
		}
	}
}

static void *name_oneself(void *unused)
{
	return pthread_setname_np(pthread_self(), "late") ? NULL : unused;
}

/* From the first moment on; all else goes on as it did. */
static void no_ring_from_the_beginning(void **state)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		struct sl_error error = {0};
		char nothing[128] = {0};

		if (syscall(SYS_io_uring_setup, 1, nothing) < 0 && errno == ENOSYS)
			_exit(3); /* this kernel has none */
		if (sl_syscall_filter_begin(&error))
			_exit(1);
		for (long number = SYS_io_uring_setup; number <= SYS_io_uring_register; number++)
			if (syscall(number, -1, nothing, 0, 0, 0, 0) >= 0 || errno != ENOSYS)
				_exit(2);
		_exit(sl_syscall_filter_load(&error) ? 4 : 0);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void life_goes_on(void **state)
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct sl_error error;
		pthread_t thread;
		void *result = NULL;
		char *memory;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || sl_syscall_filter_load(&error))
			_exit(1);
		memory = malloc(64 << 20);
		if (!memory)
			_exit(2);
		memset(memory, 1, 64 << 20);
		free(memory);
		/* glibc asks for it by clone3 first */
		if (pthread_create(&thread, NULL, name_oneself, &status) ||
			pthread_join(thread, &result) || !result)
			_exit(3);
		abort();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("status %#x", status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_does_what_is_said),
		cmocka_unit_test(no_ring_from_the_beginning),
		cmocka_unit_test(life_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
