/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system calls of a relay that serves: packets, sockets, maps of the guard, memory, files,
 * time. Everything is open and every library loaded by then, so whoever takes the process over
 * finds nothing that leads out of it (seccomp(2)). To run a program, trace, load a module or a
 * kernel, mount, change root or namespace ends the process by SIGSYS, and the kernel tells its
 * audit log. Memory that is executable is refused with EACCES. All else that is not listed, such as
 * a new process, BPF programs, raw sockets, gives ENOSYS: libraries take it for an older kernel.
 */
#ifndef SL_CTRL_SYSCALL_FILTER_H
#define SL_CTRL_SYSCALL_FILTER_H

#include "sluice/error.h"

/*
 * Before anything is opened: there is no io_uring. libuv (from 1.45) would make a ring with its
 * loop, and end the process when the filter below is in its way; and a ring does what the filter
 * forbids. As below of errors; it sets no_new_privs.
 */
int sl_syscall_filter_begin(struct sl_error *error);

/*
 * Puts the filter over every thread of the process and those to come, for good. Needs no_new_privs
 * or CAP_SYS_ADMIN. 0, or -errno with `error` saying what to do.
 */
int sl_syscall_filter_load(struct sl_error *error);

#endif
