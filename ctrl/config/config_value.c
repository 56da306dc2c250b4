/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

bool sl_config_number(const char *value, unsigned long min, unsigned long max, unsigned *number)
{
	unsigned long n = 0;

	if (!*value)
		return false;
	for (; *value; value++) {
		if (*value < '0' || *value > '9')
			return false;
		n = n * 10 + (unsigned long)(*value - '0');
		if (n > max)
			return false;
	}
	*number = (unsigned)n;
	return n >= min;
}

bool sl_config_is_name(const char *value)
{
	size_t len = strlen(value);

	return len > 0 && len < SL_CONFIG_NAME &&
	       strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
		       len;
}

bool sl_config_is_netdev(const char *value)
{
	size_t len = strlen(value);

	/* dev_valid_name() of the kernel, and no '%', which it takes as a pattern. */
	if (len == 0 || len >= IFNAMSIZ || !strcmp(value, ".") || !strcmp(value, ".."))
		return false;
	for (; *value; value++) {
		if (!isgraph((unsigned char)*value) || strchr("/:%", *value))
			return false;
	}
	return true;
}

bool sl_config_mac(const char *value, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++, value += 3) {
		if (!isxdigit((unsigned char)value[0]) || !isxdigit((unsigned char)value[1]))
			return false;
		if (value[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)strtoul(value, NULL, 16);
	}
	return !(mac[0] & 1) && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

bool sl_config_pci(const char *value, char bdf[SL_CONFIG_DEVICE])
{
	static const char form[] = "xxxx:xx:xx.x";
	size_t len = strlen(value);
	const char *f;

	/* The domain may be left out, as lspci does. */
	if (len == sizeof(form) - 1)
		f = form;
	else if (len == sizeof(form) - 1 - 5)
		f = form + 5;
	else
		return false;
	strcpy(bdf, f == form ? "" : "0000:");
	for (size_t i = 0, at = strlen(bdf); i < len; i++) {
		if (f[i] == 'x' ? !isxdigit((unsigned char)value[i]) : value[i] != f[i])
			return false;
		bdf[at + i] = (char)tolower((unsigned char)value[i]);
		bdf[at + i + 1] = '\0';
	}
	return value[len - 1] <= '7' && strtoul(bdf + 8, NULL, 16) < 32;
}

static int list_add(uint16_t *list, unsigned max, unsigned *n, unsigned number)
{
	for (unsigned i = 0; i < *n; i++) {
		if (list[i] == number)
			return -EEXIST;
	}
	if (*n == max)
		return -E2BIG;
	list[(*n)++] = (uint16_t)number;
	return 0;
}

int sl_config_list(const char *value, uint16_t *list, unsigned max, unsigned *n)
{
	char copy[256], *save = NULL, *item, *dash;
	unsigned first, last;
	int ret;

	*n = 0;
	if (strlen(value) >= sizeof(copy) || *value == ',' || strstr(value, ",,") ||
		value[strlen(value) - 1] == ',')
		return -EINVAL;
	strcpy(copy, value);
	for (item = strtok_r(copy, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		item += strspn(item, " ");
		for (size_t len = strlen(item); len && item[len - 1] == ' '; len--)
			item[len - 1] = '\0';
		dash = strchr(item, '-');
		if (dash)
			*dash++ = '\0';
		if (!sl_config_number(item, 0, UINT16_MAX, &first) ||
			!sl_config_number(dash ? dash : item, first, UINT16_MAX, &last))
			return -EINVAL;
		for (unsigned number = first; number <= last; number++) {
			ret = list_add(list, max, n, number);
			if (ret)
				return ret;
		}
	}
	return 0;
}

const char *sl_config_path_refused(const char *path)
{
	if (*path != '/')
		return "write an absolute path";
	if (strlen(path) >= SL_CONFIG_PATH)
		return "at most 107 bytes (a Unix socket's address)";
	for (const char *c = path; *c; c++) {
		if (!isgraph((unsigned char)*c))
			return "no spaces or control characters";
		if (strchr("=:;", *c))
			return "no '=', ':' or ';' (a proxy's socket list cannot hold them)";
	}
	if (path[strlen(path) - 1] == '/')
		return "it ends with '/'";
	return NULL;
}

void sl_config_set_flag(
	struct sl_config_parser *parser, bool *flag, const char *key, const char *value)
{
	*flag = !strcmp(value, "yes");
	if (!*flag && strcmp(value, "no"))
		sl_config_fault(parser, "%s: '%.64s'; write yes or no", key, value);
}

void sl_config_set_pseudonyms(
	struct sl_config_parser *parser, bool *pseudonyms, const char *key, const char *value)
{
	*pseudonyms = !strcmp(value, "pseudonym");
	if (!*pseudonyms && strcmp(value, "plain"))
		sl_config_fault(parser, "%s: '%.64s'; write plain or pseudonym", key, value);
}

void sl_config_set_path(struct sl_config_parser *parser, char out[SL_CONFIG_PATH], const char *key,
	const char *path)
{
	const char *why = sl_config_path_refused(path);

	if (why)
		sl_config_fault(parser, "%s: path '%.120s': %s", key, path, why);
	else
		strcpy(out, path);
}
