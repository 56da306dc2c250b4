/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration file: INI, strict. Every mistake of a file is found in one go and reported with
 * its file, line and what to do; a file with any mistake yields nothing that may be used.
 *
 * The result is one plain struct without pointers, complete: defaults are filled in.
 */
#ifndef SL_CTRL_CONFIG_H
#define SL_CTRL_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/base/address.h"
#include "ctrl/base/log.h"
#include "ctrl/base/net.h"
#include "ctrl/limits/admission.h"
#include "ctrl/limits/guard_config.h"
#include "ctrl/limits/timers.h"
#include "sluice/limits.h"
#include "sluice/suite.h"

enum {
	SL_CONFIG_NAME = 32,      /* bytes of a port's, interface's, user's name, NUL included */
	SL_CONFIG_PATH = 108,     /* bytes of a path, NUL included: sockaddr_un's room */
	SL_CONFIG_DEVICE = 192,   /* bytes of what follows af_xdp:, pci: or vdev:, NUL included */
	SL_CONFIG_NEIGHBORS = 64, /* `neighbor` lines per port */
	SL_CONFIG_KERNEL_PORTS = 64, /* `kernel-ports` of one interface */
	SL_CONFIG_NG = 8,            /* `ng` lines */
	SL_CONFIG_NG_ALLOW = 16,     /* `ng-allow` lines of users and groups; and of networks;
					and `admin-read` lines */
	SL_CONFIG_ERRORS = 64,       /* mistakes kept; the rest is only counted */
	SL_CONFIG_MIN_PORT = 1024,   /* lowest media port */
	SL_CONFIG_DELETE_DELAY = 0,  /* seconds: a deleted call is closed at once */
	SL_CONFIG_CAPTURE_ID = 2001, /* of an agent of Homer */
};

enum sl_config_device { SL_DEVICE_AF_XDP, SL_DEVICE_PCI, SL_DEVICE_VDEV };
enum sl_config_poll { SL_POLL_BUSY, SL_POLL_ADAPTIVE };
enum sl_config_hugepages {
	SL_HUGEPAGES_AUTO,  /* use what the system has; run without, and warn, if there are none */
	SL_HUGEPAGES_OFF,   /* 4 KiB pages */
	SL_HUGEPAGES_FIXED, /* hugepages_mib must be there */
};

/* A static next hop: no kernel is asked for this address. */
struct sl_config_neighbor {
	uint8_t ip[16];
	uint8_t mac[6];
};

/* [port NAME] */
struct sl_config_port {
	char name[SL_CONFIG_NAME];
	enum sl_config_device kind;
	char device[SL_CONFIG_DEVICE]; /* netdev name; PCI address dddd:bb:dd.f, lower case; DPDK
					  vdev string */
	unsigned n_cores;
	uint16_t cores[SL_MAX_WORKERS]; /* as listed; a core that two ports name has one worker for
					   both */
	enum sl_config_poll poll;
	bool set_channels; /* af_xdp: narrow the netdev's channels to n_cores */
	bool no_generic;   /* af_xdp: generic-xdp = no: refuse a netdev whose driver has no XDP */
	bool has_mac;      /* vdev: */
	uint8_t mac[6];
	char tap[IFNAMSIZ]; /* pci, vdev: name of the TAP exception port; "": none */
	unsigned n_neighbors;
	struct sl_config_neighbor neighbors[SL_CONFIG_NEIGHBORS];
};

struct sl_config_address {
	uint8_t ip[16];
	uint8_t prefix; /* bits of its family: 32 or 128 unless the file says else */
	bool advertised;
	uint8_t advertise[16]; /* what SDP shows: `ip` unless the file says else */
};

/* [interface NAME] */
struct sl_config_interface {
	char name[SL_CONFIG_NAME];
	unsigned port; /* index into ports */
	uint16_t vlan; /* id of the 802.1Q tag on that port; 0: none */
	unsigned n_addresses;
	struct sl_config_address address[SL_MAX_POOL]; /* the pool, at least one, as listed */
	uint16_t port_min; /* of each, host byte order: first even media port ... */
	uint16_t port_max; /* ... to last odd port, inclusive: whole RTP/RTCP pairs */
	unsigned
		n_kernel_ports; /* UDP ports of the kernel's sockets; unknown sources are limited */
	uint16_t kernel_ports[SL_CONFIG_KERNEL_PORTS];
	enum sl_suite min_suite; /* at least as many key and tag bits; SL_SUITE_NONE: any */
	bool secure_only;        /* allow-rtp = no: SRTP only */
	bool strict_source;      /* source = strict: only from where SDP says */
};

enum sl_records_sync {
	SL_SYNC_NEVER,  /* the kernel decides when records reach the disk */
	SL_SYNC_SECOND, /* once a second */
	SL_SYNC_EACH,   /* at once; records that come meanwhile share the next time */
};

/* [records] */
struct sl_config_records {
	char directory[SL_CONFIG_PATH]; /* "": nothing is recorded */
	bool cdr_json, cdr_csv, audit;
	bool pseudonyms; /* addresses = pseudonym */
	enum sl_records_sync sync;
};

/* [homer] */
struct sl_config_homer {
	bool on;             /* hep is there */
	uint8_t ip[16];      /* of hep: udp: alone */
	uint16_t port;       /* host byte order */
	unsigned capture_id; /* of this relay among Homer's agents */
};

struct sl_config_allow {
	enum { SL_ALLOW_UID, SL_ALLOW_GID } kind;
	uint32_t id;
	bool read_only;                /* admin-read */
	char text[SL_CONFIG_NAME + 8]; /* as written: user:kamailio */
};

enum sl_config_ng_kind { SL_NG_UNIX, SL_NG_UDP, SL_NG_WS };

/* Where NG listens. */
struct sl_config_ng {
	enum sl_config_ng_kind kind;
	char path[SL_CONFIG_PATH]; /* SL_NG_UNIX */
	uint8_t ip[16];            /* SL_NG_UDP, SL_NG_WS */
	uint16_t port;             /* host byte order */
};

struct sl_config {
	/* [sluice] */
	char user[SL_CONFIG_NAME]; /* not looked up: sl_privileges_find() does */
	char runtime_dir[SL_CONFIG_PATH];
	char crypto[16]; /* for sl_crypto_select(): "auto", "ipsec-mb" or "srtp2" */
	enum sl_config_hugepages hugepages;
	unsigned hugepages_mib; /* SL_HUGEPAGES_FIXED only */
	unsigned memory_mib;    /* cap on what the dataplane allocates; 0: none */
	int control_core;       /* -1: wherever the scheduler likes, off the workers' cores */
	enum sl_log_level log_level;
	enum sl_log_format log_format;
	bool log_pseudonyms;                /* log-addresses = pseudonym */
	char pseudonym_key[SL_CONFIG_PATH]; /* "": none */
	bool no_seccomp;
	bool debug; /* sluiced --debug, not of the file: core dumps and debuggers are allowed */

	/* [control] */
	unsigned n_ng;
	struct sl_config_ng ng[SL_CONFIG_NG];
	unsigned n_ng_allow; /* 0: root and `user` */
	struct sl_config_allow ng_allow[SL_CONFIG_NG_ALLOW];
	unsigned n_ng_nets; /* at least one: loopback unless the file says else */
	struct sl_net ng_nets[SL_CONFIG_NG_ALLOW]; /* sources of UDP and WebSocket */
	char ctl[SL_CONFIG_PATH];
	unsigned n_admin_read; /* who may read counters at `ctl`, beside root and `user` */
	struct sl_config_allow admin_read[SL_CONFIG_NG_ALLOW];
	unsigned delete_delay; /* seconds */

	struct sl_timers timers; /* [timers] */
	struct sl_limits limits; /* [limits], and max-sessions of [control] */

	struct sl_guard_config guard; /* [guard] */

	struct sl_config_records records; /* [records] */
	struct sl_config_homer homer;     /* [homer] */

	unsigned n_ports;
	struct sl_config_port ports[SL_MAX_PORTS];
	unsigned n_interfaces;
	struct sl_config_interface interfaces[SL_MAX_INTERFACES];
};

/* How a change of a key takes effect. */
enum sl_config_when {
	SL_WHEN_LIVE = 1, /* by a reload: for all that is judged from then on */
	SL_WHEN_RESTART,
};

/* Errors of a file, in order of line. */
struct sl_config_errors {
	unsigned count; /* may exceed SL_CONFIG_ERRORS */
	struct {
		unsigned line; /* 0: the file as a whole */
		char text[232];
	} list[SL_CONFIG_ERRORS];
};

/* The purpose that a file is read for. The guard alone takes a relay's file too, and needs less of
 * it. */
enum sl_config_use {
	SL_CONFIG_RELAY,
	SL_CONFIG_RELOAD, /* the same, by the relay that runs */
	SL_CONFIG_GUARD,  /* no [control], no `cores`, no `media-ports` (port_max 0: none is
			     media's), and no [port]: then every interface is that of the netdev in
			     question */
};

/*
 * Reads the file at `path`. `cpus` is the number of cores that `cores` may name; 0: as many as this
 * machine has. 0, or -EINVAL with errors->count > 0 (also when the file cannot be read). Both
 * structs are large: keep them off small stacks.
 */
int sl_config_load(const char *path, enum sl_config_use use, unsigned cpus,
	struct sl_config *config, struct sl_config_errors *errors);

/* The same from an open stream, which stays the caller's. */
int sl_config_read(FILE *file, enum sl_config_use use, unsigned cpus, struct sl_config *config,
	struct sl_config_errors *errors);

/* `ng` as the file has it: unix:PATH, udp:ADDRESS:PORT, ws:[ADDRESS]:PORT. Returns `text`. */
enum { SL_CONFIG_NG_TEXT = SL_CONFIG_PATH + 8 };
const char *sl_config_ng_text(const struct sl_config_ng *ng, char text[SL_CONFIG_NG_TEXT]);

/* One "PATH:LINE: what is wrong; what to do" per mistake. */
void sl_config_print_errors(FILE *out, const char *path, const struct sl_config_errors *errors);

/* The effective configuration, defaults included, as a file that reads back to the same. */
void sl_config_print(FILE *out, const struct sl_config *config);

/* True if `ip` is one of the interface's addresses. */
static inline bool sl_config_address_is(
	const struct sl_config_interface *interface, const uint8_t ip[16])
{
	for (unsigned i = 0; i < interface->n_addresses; i++)
		if (!memcmp(interface->address[i].ip, ip, 16))
			return true;
	return false;
}

/* The interface called `name`, or NULL. */
const struct sl_config_interface *sl_config_interface(
	const struct sl_config *config, const char *name);

#endif
