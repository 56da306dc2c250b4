/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Included last by every file of the packet path: what blocks, allocates, logs or enters the kernel
 * does not compile there.
 */
#ifndef SL_DATAPLANE_PACKET_PATH_H
#define SL_DATAPLANE_PACKET_PATH_H

#pragma GCC poison malloc calloc realloc free strdup
#pragma GCC poison rte_malloc rte_zmalloc rte_calloc rte_realloc rte_free
#pragma GCC poison printf fprintf vfprintf puts syslog
#pragma GCC poison pthread_mutex_lock pthread_mutex_unlock rte_spinlock_lock
#pragma GCC poison usleep nanosleep sleep poll select write send sendto recv ioctl

#endif
