/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker's IPsec-MB manager. Before 1.4 every call of the library stores to one process-global
 * errno, so workers that share the library share a written cache line (intel-ipsec-mb issue 112)
 * and do not scale. For those versions each worker gets a private copy of the library, data and
 * all. Private to dataplane/crypto.
 */
#ifndef SL_DATAPLANE_IMB_COPY_H
#define SL_DATAPLANE_IMB_COPY_H

#include <intel-ipsec-mb.h>

/*
 * The library's own references to its exported functions bind to the first library in the process
 * that has them, so a copy would call the original: RTLD_DEEPBIND makes it call itself. The address
 * and thread sanitizers refuse that flag; in their builds (0) the copies share the original's code
 * and errno.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SL_IMB_PRIVATE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SL_IMB_PRIVATE 0
#endif
#endif
#ifndef SL_IMB_PRIVATE
#define SL_IMB_PRIVATE 1
#endif

struct sl_imb {
	IMB_MGR *mgr;
	void (*free_mgr)(IMB_MGR *mgr);
	void *library; /* the private copy; NULL when the shared library is used */
	int fd; /* holds the copy's name: dlopen would take the same name for the same library */
};

/*
 * A new manager for this CPU, over a private copy of the library (about 13 MB of memory and one
 * file descriptor) when the version asks for it. Where a copy cannot be made, falls back to the
 * shared library and logs why. Set-up only. 0, -ENOMEM, or -EIO (the library's own self-test
 * failed).
 */
int sl_imb_open(struct sl_imb *imb);

void sl_imb_close(struct sl_imb *imb);

#endif
