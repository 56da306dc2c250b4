/* SPDX-License-Identifier: BSD-3-Clause */
/* State of reading a configuration file. Private to ctrl/config. */
#ifndef SL_CTRL_CONFIG_PARSER_H
#define SL_CTRL_CONFIG_PARSER_H

#include "ctrl/config/config.h"

enum { SL_CONFIG_KEYS = 16 }; /* the longest of the sections' key tables */

/* Where a section and each of its keys were first seen; 0: nowhere. */
struct sl_config_lines {
	unsigned section;
	unsigned key[SL_CONFIG_KEYS];
};

struct sl_config_parser {
	FILE *file;
	bool guard_only; /* SL_CONFIG_GUARD */
	unsigned line;   /* being read */
	char *buffer;    /* getline()'s */
	size_t buffer_size;
	unsigned cpus;
	struct sl_config *config;
	struct sl_config_errors *errors;

	bool section_seen;
	/* The open section: its table (NULL: none, or one that is skipped), its lines and what it
	 * fills. */
	const struct sl_config_section *section;
	struct sl_config_lines *lines;
	struct sl_config_port *port;
	struct sl_config_interface *interface;

	/* Interfaces may name a port that comes later in the file. */
	char interface_port[SL_MAX_INTERFACES][SL_CONFIG_NAME];

	/* An `advertise` above all addresses of its family, and the lines of these two keys. */
	struct {
		unsigned early_line[SL_FAMILIES]; /* 0: none */
		uint8_t early[SL_FAMILIES][16];
		unsigned address_line[SL_MAX_POOL];
		unsigned advertise_line[SL_MAX_POOL];
	} pool[SL_MAX_INTERFACES];

	struct sl_config_lines sluice_lines;
	struct sl_config_lines control_lines;
	struct sl_config_lines timers_lines;
	struct sl_config_lines limits_lines;
	struct sl_config_lines guard_lines;
	struct sl_config_lines records_lines;
	struct sl_config_lines port_lines[SL_MAX_PORTS];
	struct sl_config_lines interface_lines[SL_MAX_INTERFACES];
};

struct sl_config_key {
	const char *name;
	bool repeatable;
	void (*set)(
		struct sl_config_parser *parser, const char *value); /* reports what it refuses */
};

struct sl_config_section {
	const char *name;
	bool named; /* [port NAME] */
	const struct sl_config_key *keys;
	/* Makes room for an instance called `name` and opens it. False, and reported: it is to be
	 * skipped. */
	bool (*open)(struct sl_config_parser *parser, const char *name);
};

/* config_keys.c: the sections there are; ends with a NULL name. */
extern const struct sl_config_section sl_config_sections[];

/* config_network.c: the keys of [port NAME] and [interface NAME]. */
extern const struct sl_config_key sl_config_port_keys[];
extern const struct sl_config_key sl_config_interface_keys[];

/* config_pool.c: the addresses of an interface, once all of the file was read. */
void sl_config_add_address(struct sl_config_parser *parser, const char *value);
void sl_config_add_advertise(struct sl_config_parser *parser, const char *value);
void sl_config_check_pool(struct sl_config_parser *parser, unsigned interface);
void sl_config_check_pools(struct sl_config_parser *parser);

/* config_ng.c: who may speak NG, and where; who may read counters. */
void sl_config_add_ng(struct sl_config_parser *parser, const char *value);
void sl_config_add_ng_allow(struct sl_config_parser *parser, const char *value);
void sl_config_add_admin_read(struct sl_config_parser *parser, const char *value);
void sl_config_ng_defaults(struct sl_config *config);

/* config_operate.c: the keys of [timers] and [limits], their rules and defaults, and showing them.
 */
extern const struct sl_config_key sl_config_timers_keys[];
extern const struct sl_config_key sl_config_limits_keys[];
void sl_config_check_operate(struct sl_config_parser *parser);
void sl_config_print_operate(FILE *out, const struct sl_config *config);

/* Sets `flag` to whether `value` is yes; reports all but yes and no. */
void sl_config_set_flag(
	struct sl_config_parser *parser, bool *flag, const char *key, const char *value);

/* config_records.c: the keys of [records], likewise. */
extern const struct sl_config_key sl_config_records_keys[];
void sl_config_check_records(struct sl_config_parser *parser);
void sl_config_print_records(FILE *out, const struct sl_config_records *records);

/* Where the key called `key` was set among `lines` of the section called `section`; its section if
 * it was not. */
unsigned sl_config_line(const char *section, const struct sl_config_lines *lines, const char *key);
bool sl_config_is_set(const char *section, const struct sl_config_lines *lines, const char *key);

/* config_value.c: one value each; false when `value` is not one. */
bool sl_config_number(const char *value, unsigned long min, unsigned long max, unsigned *number);
bool sl_config_is_name(const char *value);   /* 1..31 of A-Z a-z 0-9 _ - */
bool sl_config_is_netdev(const char *value); /* what the kernel takes as a netdev's name */
bool sl_config_mac(const char *value, uint8_t mac[6]);
bool sl_config_pci(const char *value, char bdf[SL_CONFIG_DEVICE]); /* normalised to dddd:bb:dd.f */
/* "2,4-6" into numbers, ascending order not required. 0, -EINVAL, -EEXIST (twice), -E2BIG. */
int sl_config_list(const char *value, uint16_t *list, unsigned max, unsigned *n);
/* Absolute, short enough for a socket address, without what a proxy's socket list cannot hold.
 * NULL, or why not. */
const char *sl_config_path_refused(const char *path);
/* Sets `out`, or reports why `path` is refused as the value of `key`. */
void sl_config_set_path(struct sl_config_parser *parser, char out[SL_CONFIG_PATH], const char *key,
	const char *path);

/* config_check.c: requirements, rules across sections, and the defaults that depend on other
 * values. */
void sl_config_check(struct sl_config_parser *parser);

/* config.c: a mistake in the line being read, or in another. */
void sl_config_fault(struct sl_config_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sl_config_fault_at(struct sl_config_parser *parser, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
