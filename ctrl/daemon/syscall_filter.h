/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system calls of a relay that serves: packets, sockets, maps of the guard, memory, files,
 * time. Everything is open and every library loaded by then, so whoever takes the process over
 * finds nothing that leads out of it (seccomp(2)): killed   to run a program, trace, load a module
 * or a kernel, mount, change root or namespace: the kernel ends the process by SIGSYS and tells its
 * audit log EACCES   memory that is executable ENOSYS   all else that is not listed, such as a new
 * process, BPF programs, raw sockets: libraries take it for an older kernel
 */
#ifndef SL_CTRL_SYSCALL_FILTER_H
#define SL_CTRL_SYSCALL_FILTER_H

#include "sluice/error.h"

/*
 * Puts the filter over every thread of the process and those to come, for good. Needs no_new_privs
 * or CAP_SYS_ADMIN. 0, or -errno with `error` saying what to do.
 */
int sl_syscall_filter_load(struct sl_error *error);

#endif
