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

struct sl_config_key;

struct sl_config_parser {
	FILE *file;
	bool guard_only; /* SL_CONFIG_GUARD */
	bool live;       /* SL_CONFIG_RELOAD */
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
	struct sl_config_lines homer_lines;
	struct sl_config_lines port_lines[SL_MAX_PORTS];
	struct sl_config_lines interface_lines[SL_MAX_INTERFACES];
};

enum sl_config_shape {
	SL_ONE, /* once at most */
	SL_SET, /* a line for each value, in any order */
	SL_LIST /* likewise, and their order counts */
};

/* Where values go that are shown: to a file, or beside those of another configuration. */
struct sl_config_out {
	/* `about`: what the value belongs to where the key alone does not tell; else "". */
	void (*line)(struct sl_config_out *out, const struct sl_config_key *key, const char *value,
		const char *about);
	const struct sl_config_key *key; /* being shown */
};

/* All of a key is in its row, and SL_KEY takes no row that leaves something out. */
struct sl_config_key {
	const char *name;
	enum sl_config_shape shape;
	enum sl_config_when when;
	/* Takes a value over, or reports why not. */
	void (*set)(struct sl_config_parser *parser, const char *value);
	/* Says the values that are in effect, as set() takes them; `i`: of the i-th section of that
	 * name. */
	void (*show)(struct sl_config_out *out, const struct sl_config *config, unsigned i);
};

#define SL_KEY(name, shape, when, set, show)           \
	{                                              \
		name, shape, SL_WHEN_##when, set, show \
	}
#define SL_KEYS_END                         \
	{                                   \
		NULL, SL_ONE, 0, NULL, NULL \
	}

struct sl_config_section {
	const char *name;
	/* [port NAME]: how many there are, and their names; NULL: [sluice] */
	unsigned (*count)(const struct sl_config *config);
	const char *(*instance)(const struct sl_config *config, unsigned i);
	const struct sl_config_key *keys;
	/* Makes room for an instance called `name` and opens it. False, and reported: it is to be
	 * skipped. */
	bool (*open)(struct sl_config_parser *parser, const char *name);
};

/* config_keys.c: the sections there are; ends with a NULL name. */
extern const struct sl_config_section sl_config_sections[];

/* config_port.c, config_interface.c: the keys of [port NAME] and [interface NAME]. */
extern const struct sl_config_key sl_config_port_keys[];
extern const struct sl_config_key sl_config_interface_keys[];

/* config_pool.c: the addresses of an interface, once all of the file was read. */
void sl_config_add_address(struct sl_config_parser *parser, const char *value);
void sl_config_add_advertise(struct sl_config_parser *parser, const char *value);
void sl_config_show_addresses(
	struct sl_config_out *out, const struct sl_config *config, unsigned i);
void sl_config_check_pool(struct sl_config_parser *parser, unsigned interface);
void sl_config_check_pools(struct sl_config_parser *parser);

/* config_ng.c: who may speak NG, and where; who may read counters. */
void sl_config_add_ng(struct sl_config_parser *parser, const char *value);
void sl_config_add_ng_allow(struct sl_config_parser *parser, const char *value);
void sl_config_add_admin_read(struct sl_config_parser *parser, const char *value);
void sl_config_show_ng(struct sl_config_out *out, const struct sl_config *config, unsigned i);
void sl_config_show_ng_allow(struct sl_config_out *out, const struct sl_config *config, unsigned i);
void sl_config_show_admin_read(
	struct sl_config_out *out, const struct sl_config *config, unsigned i);
void sl_config_ng_defaults(struct sl_config *config);

/* config_operate.c: the keys of [timers] and [limits], their rules and defaults. */
extern const struct sl_config_key sl_config_timers_keys[];
extern const struct sl_config_key sl_config_limits_keys[];
void sl_config_check_operate(struct sl_config_parser *parser);

/* Sets `flag` to whether `value` is yes; reports all but yes and no. */
void sl_config_set_flag(
	struct sl_config_parser *parser, bool *flag, const char *key, const char *value);

/* Sets `pseudonyms` to whether `value` is pseudonym; reports all but plain and pseudonym. */
void sl_config_set_pseudonyms(
	struct sl_config_parser *parser, bool *pseudonyms, const char *key, const char *value);

/* config_records.c: the keys of [records], likewise. */
extern const struct sl_config_key sl_config_records_keys[];
void sl_config_check_records(struct sl_config_parser *parser);

/* config_homer.c: the keys of [homer], likewise. */
extern const struct sl_config_key sl_config_homer_keys[];
void sl_config_check_homer(struct sl_config_parser *parser);

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

/* config_show.c: a value of the key that is being shown. */
void sl_config_say(struct sl_config_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sl_config_say_flag(struct sl_config_out *out, bool flag);             /* yes, no */
void sl_config_say_pseudonyms(struct sl_config_out *out, bool pseudonyms); /* pseudonym, plain */
/* As sl_config_list() takes it; an empty one is none. */
void sl_config_say_list(struct sl_config_out *out, const uint16_t *list, unsigned n);
/* The same for the key `name` of the section, which is shown with the one at hand. */
void sl_config_say_also(
	struct sl_config_out *out, const char *name, const char *about, const char *value);
/* For keys that are shown with another. */
void sl_config_show_nothing(struct sl_config_out *out, const struct sl_config *config, unsigned i);
/* Has the keys of a section say their values. */
void sl_config_show(struct sl_config_out *out, const struct sl_config_section *section,
	const struct sl_config *config, unsigned i);
/* How many sections of that name there are, and the name of one; "" if it has none. */
unsigned sl_config_count(const struct sl_config_section *section, const struct sl_config *config);
const char *sl_config_instance(
	const struct sl_config_section *section, const struct sl_config *config, unsigned i);

/* config_check.c: requirements, rules across sections, and the defaults that depend on other
 * values. */
void sl_config_check(struct sl_config_parser *parser);

/* config.c: a mistake in the line being read, or in another. */
void sl_config_fault(struct sl_config_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sl_config_fault_at(struct sl_config_parser *parser, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
