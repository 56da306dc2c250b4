/* SPDX-License-Identifier: BSD-3-Clause */
/* Media addresses before the workers start, and after they have ended. */
#include <errno.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/exception_port.h"
#include "dataplane/port/port.h"

/* In the first slot of the address. False: no memory. */
static bool limit_kernel_ports(struct sl_address *first, const struct sl_address_config *config)
{
	if (config->n_kernel_ports && !first->limited)
		first->limited = sl_numa_zalloc(
			"kernel ports", SL_PORT_BITMAP, sl_ethdevs[first->port].node);
	for (unsigned i = 0; first->limited && i < config->n_kernel_ports; i++)
		first->limited[config->kernel_ports[i] >> 3] |=
			(uint8_t)(1 << (config->kernel_ports[i] & 7));
	return first->limited || !config->n_kernel_ports;
}

static int allocate(
	struct sl_address *a, const struct sl_address_config *config, struct sl_error *error)
{
	int first = sl_address_first(a->port, a->vlan, a->ip);

	a->pinholes = sl_numa_zalloc("pinholes",
		(config->port_max - config->port_min + 1u) * sizeof(*a->pinholes),
		sl_ethdevs[a->port].node);
	if (a->pinholes && limit_kernel_ports(first < 0 ? a : &sl_addresses[first], config))
		return 0;
	rte_free(a->pinholes);
	return sl_refuse(
		error, -ENOMEM, "no memory for the pinhole table: raise `memory` in [sluice]");
}

int sl_address_add(
	uint8_t port, const struct sl_address_config *config, uint8_t *slot, struct sl_error *error)
{
	struct sl_address *a = &sl_addresses[sl_n_addresses];
	struct sl_ethdev *dev = &sl_ethdevs[port];
	int err = 0;

	if (sl_n_addresses == SL_MAX_ADDRESS_SLOTS || config->port_min > config->port_max)
		return sl_refuse(error, -E2BIG, "at most %d media addresses", SL_MAX_ADDRESS_SLOTS);
	if (dev->exception)
		err = sl_exception_address(
			dev->exception, config->vlan, config->ip, config->prefix, error);
	if (err)
		return err;
	*a = (struct sl_address){.port = port,
		.vlan = config->vlan,
		.port_min = config->port_min,
		.port_max = config->port_max};
	memcpy(a->ip, config->ip, 16);
	err = allocate(a, config, error);
	if (err)
		return err;
	*slot = sl_n_addresses++;
	sl_address_enter(*slot);
	return 0;
}

void sl_addresses_close(void)
{
	for (uint8_t slot = 0; slot < sl_n_addresses; slot++) {
		rte_free(sl_addresses[slot].pinholes);
		rte_free(sl_addresses[slot].limited);
	}
	sl_addresses_forget();
}
