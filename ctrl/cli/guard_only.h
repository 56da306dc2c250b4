/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard of a netdev without sluiced: for a signalling host, or a device whose media goes past
 * the kernel. As root; each says what it did, or on stderr why not, and returns the exit status.
 */
#ifndef SL_CTRL_GUARD_ONLY_H
#define SL_CTRL_GUARD_ONLY_H

/*
 * Puts the guard before the netdev, in place of one that stands there, as the configuration
 * (SL_CONFIG_GUARD) has it: the media-ports, if any, of the interfaces of its port are closed but
 * for their kernel-ports.
 */
int sl_guard_only_attach(const char *netdev, const char *config);

/* Removes it. */
int sl_guard_only_detach(const char *netdev);

/* The counters of whatever guard stands there. */
int sl_guard_only_show(const char *netdev);

#endif
