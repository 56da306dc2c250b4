/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/imb_copy.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_log.h>

struct symbols {
	IMB_MGR *(*alloc)(uint64_t flags);
	void (*init)(IMB_MGR *mgr, IMB_ARCH *arch);
	void (*free)(IMB_MGR *mgr);
};

static const struct symbols shared = {alloc_mb_mgr, init_mb_mgr_auto, free_mb_mgr};

/* Where the running library was loaded from. Not &alloc_mb_mgr: that may be a PLT entry of our own.
 */
static const char *library_path(void)
{
	Dl_info info;
	void *symbol = dlsym(RTLD_DEFAULT, "alloc_mb_mgr");

	if (!symbol || !dladdr(symbol, &info) || !info.dli_fname || !strstr(info.dli_fname, ".so"))
		return NULL;
	return info.dli_fname;
}

/* A memory file with the bytes of the file at `path`, or -errno. */
static int copy_to_memory(const char *path)
{
	struct stat stat;
	int rc = 0;

	int in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return -errno;
	int out = memfd_create("libIPSec_MB", MFD_CLOEXEC);
	if (out < 0 || fstat(in, &stat) < 0)
		rc = -errno;
	for (off_t left = rc ? 0 : stat.st_size; left > 0;) {
		const ssize_t n = sendfile(out, in, NULL, (size_t)left);
		if (n <= 0) {
			rc = n < 0 ? -errno : -EIO;
			break;
		}
		left -= n;
	}
	close(in);
	if (rc && out >= 0)
		close(out);
	return rc ? rc : out;
}

/* Loads a private copy. 0, or -1 with the reason in `why`. */
static int load_copy(struct sl_imb *imb, struct symbols *symbols, char *why, size_t why_len)
{
	char name[32];
	const char *path = library_path();

	if (!path) {
		snprintf(why, why_len, "it is not a shared library");
		return -1;
	}
	imb->fd = copy_to_memory(path);
	if (imb->fd < 0) {
		snprintf(why, why_len, "%s: %s", path, strerror(-imb->fd));
		return -1;
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", imb->fd);
	imb->library = dlopen(name, RTLD_NOW | RTLD_LOCAL | (SL_IMB_PRIVATE ? RTLD_DEEPBIND : 0));
	if (imb->library) {
		*(void **)&symbols->alloc = dlsym(imb->library, "alloc_mb_mgr");
		*(void **)&symbols->init = dlsym(imb->library, "init_mb_mgr_auto");
		*(void **)&symbols->free = dlsym(imb->library, "free_mb_mgr");
		if (symbols->alloc && symbols->init && symbols->free)
			return 0;
	}
	const char *error = dlerror();
	snprintf(why, why_len, "%s", error ? error : "a symbol is missing");
	if (imb->library)
		dlclose(imb->library);
	close(imb->fd);
	imb->library = NULL;
	imb->fd = -1;
	return -1;
}

int sl_imb_open(struct sl_imb *imb)
{
	struct symbols symbols = shared;
	char why[128];
	IMB_ARCH arch;

	*imb = (struct sl_imb){.fd = -1};
	if (imb_get_version() < IMB_VERSION(1, 4, 0) &&
		load_copy(imb, &symbols, why, sizeof(why)) < 0) {
		symbols = shared;
		rte_log(RTE_LOG_ERR, RTE_LOGTYPE_USER1,
			"IPsec-MB %s cannot be copied per worker, workers will slow each other "
			"down: "
			"%s\n",
			imb_get_version_str(), why);
	}
	imb->free_mgr = symbols.free;
	imb->mgr = symbols.alloc(0);
	if (!imb->mgr) {
		sl_imb_close(imb);
		return -ENOMEM;
	}
	symbols.init(imb->mgr, &arch);
	if ((imb->mgr->features & IMB_FEATURE_SELF_TEST) &&
		!(imb->mgr->features & IMB_FEATURE_SELF_TEST_PASS)) {
		sl_imb_close(imb);
		return -EIO;
	}
	return 0;
}

void sl_imb_close(struct sl_imb *imb)
{
	if (imb->mgr)
		imb->free_mgr(imb->mgr);
	if (imb->library)
		dlclose(imb->library);
	if (imb->fd >= 0)
		close(imb->fd);
	*imb = (struct sl_imb){.fd = -1};
}
