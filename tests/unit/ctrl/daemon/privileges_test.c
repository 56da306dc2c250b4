/* SPDX-License-Identifier: BSD-3-Clause */
/* The rest of root after start: two capabilities, and nothing of the directory that was not
 * ours. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/daemon/privileges.h"

enum { SKIP = 77 };

static struct sl_privileges nobody;
static struct sl_error error;
static char base[] = "/tmp/sluice-test-XXXXXX";

static void an_unknown_user_comes_with_the_command(void **state)
{
	struct sl_privileges privileges;

	assert_int_equal(sl_privileges_find("no-such-user", &privileges, &error), -ENOENT);
	assert_non_null(
		strstr(error.text, "adduser --system --group --no-create-home no-such-user"));
	assert_int_equal(sl_privileges_find("nobody", &privileges, &error), 0);
	assert_int_equal(privileges.uid, getpwnam("nobody")->pw_uid);
}

enum before { NOTHING, EMPTY, THEIRS_IN_USE, OURS_IN_USE, LINK, FILE_THERE };

static void the_runtime_directory_is_ours_or_refused(void **state)
{
	static const struct {
		const char *name;
		enum before before;
		int ret;
	} cases[] = {
		{"new", NOTHING, 0},
		{"empty", EMPTY, 0},
		{"in-use", THEIRS_IN_USE, -EEXIST},
		{"ours", OURS_IN_USE, 0},
		{"link", LINK, -ENOTDIR},
		{"file", FILE_THERE, -ENOTDIR},
		{"no/parent", NOTHING, -ENOENT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[128], inside[160];
		struct stat status;

		snprintf(path, sizeof(path), "%s/%s", base, cases[i].name);
		snprintf(inside, sizeof(inside), "%s/x", path);
		if (cases[i].before == LINK)
			assert_int_equal(symlink("/tmp", path), 0);
		else if (cases[i].before == FILE_THERE)
			assert_true(close(creat(path, 0600)) == 0);
		else if (cases[i].before != NOTHING)
			assert_int_equal(mkdir(path, 0700), 0);
		if (cases[i].before == THEIRS_IN_USE || cases[i].before == OURS_IN_USE)
			assert_true(close(creat(inside, 0600)) == 0);
		if (cases[i].before == OURS_IN_USE)
			assert_int_equal(chown(path, nobody.uid, nobody.gid), 0);

		assert_int_equal(sl_privileges_runtime_dir(&nobody, path, &error), cases[i].ret);
		if (cases[i].ret) {
			assert_non_null(strstr(error.text, path));
			assert_true(stat(path, &status) || status.st_uid == 0);
			continue;
		}
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_uid, nobody.uid);
		assert_int_equal(status.st_mode & 07777, 0755);
	}
}

/* A line of /proc/self/task/THREAD/status whose value is hexadecimal. ~0: there is none. */
static uint64_t status_of(pid_t thread, const char *key)
{
	char path[64], line[256];
	uint64_t value = ~0ull;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", thread);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			value = strtoull(line + strlen(key) + 1, NULL, 16);
	if (file)
		fclose(file);
	return value;
}

static pid_t other_thread;
static pthread_barrier_t barrier;

static void *wait_about(void *context)
{
	other_thread = gettid();
	pthread_barrier_wait(&barrier);
	for (;;)
		pause();
	return NULL;
}

#define CHECK(condition)                                                                 \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "not so: %s (line %d)\n", #condition, __LINE__); \
			return 1;                                                        \
		}                                                                        \
	} while (0)

static int net_admin_works(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int ret = ioctl(fd, SIOCSIFFLAGS, &request);

	close(fd);
	return ret == 0;
}

/* As a worker does to have a library of its own: a descriptor of ours, opened by its name in
 * /proc. */
static int own_descriptors_open(void)
{
	int fd = memfd_create("x", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd >= 0 && open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static int drop_and_look(bool traceable)
{
	const uint64_t kept = 1ull << CAP_NET_ADMIN | 1ull << CAP_IPC_LOCK;
	struct sl_privileges privileges = nobody;
	struct rlimit core;
	uid_t real, effective, saved;
	pthread_t thread;

	privileges.traceable = traceable;
	CHECK(unshare(CLONE_NEWNET) == 0);
	pthread_barrier_init(&barrier, NULL, 2);
	CHECK(pthread_create(&thread, NULL, wait_about, NULL) == 0);
	pthread_barrier_wait(&barrier);

	CHECK(sl_privileges_drop(&privileges, &error) == 0);

	CHECK(getresuid(&real, &effective, &saved) == 0);
	CHECK(real == nobody.uid && effective == nobody.uid && saved == nobody.uid);
	CHECK(getegid() == nobody.gid);
	CHECK(setuid(0) == -1);
	CHECK((status_of(gettid(), "CapPrm") & ~kept) == 0);
	CHECK(status_of(gettid(), "CapPrm") & 1ull << CAP_NET_ADMIN);
	CHECK(status_of(other_thread, "CapPrm") == 0 && status_of(other_thread, "CapEff") == 0);
	for (int i = 0; i < 2; i++) {
		pid_t each = i ? other_thread : gettid();

		CHECK(status_of(each, "CapInh") == 0 && status_of(each, "CapAmb") == 0);
		CHECK(status_of(each, "CapBnd") == 0);
		CHECK(status_of(each, "NoNewPrivs") == 1);
	}
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == traceable);
	CHECK(getrlimit(RLIMIT_CORE, &core) == 0);
	CHECK(traceable ? core.rlim_cur == core.rlim_max : core.rlim_max == 0);
	CHECK(privileges.locked);
	CHECK(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES);
	CHECK(net_admin_works());
	CHECK(own_descriptors_open());
	return 0;
}

static void look_in_a_child(bool traceable)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(drop_and_look(traceable));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void two_capabilities_are_left(void **state)
{
	look_in_a_child(false);
}

static void core_dumps_are_allowed_on_demand(void **state)
{
	look_in_a_child(true);
}

static void another_user_than_ours_is_refused(void **state)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct sl_privileges privileges;

		if (setresuid(nobody.uid, nobody.uid, nobody.uid))
			_exit(1);
		if (sl_privileges_find("daemon", &privileges, &error) != -EPERM ||
			!strstr(error.text, "start as root"))
			_exit(2);
		_exit(sl_privileges_find("nobody", &privileges, &error) ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static int remove_base(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", base);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_user_comes_with_the_command),
		cmocka_unit_test(the_runtime_directory_is_ours_or_refused),
		cmocka_unit_test(two_capabilities_are_left),
		cmocka_unit_test(core_dumps_are_allowed_on_demand),
		cmocka_unit_test(another_user_than_ours_is_refused),
	};

	if (geteuid() != 0) {
		fprintf(stderr, "needs root: skipped\n");
		return SKIP;
	}
	if (!mkdtemp(base) || chmod(base, 0755) || sl_privileges_find("nobody", &nobody, &error))
		return 1;
	return cmocka_run_group_tests(tests, NULL, remove_base);
}
