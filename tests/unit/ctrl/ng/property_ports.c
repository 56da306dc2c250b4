/* SPDX-License-Identifier: BSD-3-Clause */
/* The local ports that the model knows of. */
#include <string.h>

#include "tests/unit/ctrl/ng/property_model.h"

static struct {
	bool live, marked;
	int family;
	uint16_t port; /* 0: the relay has not said so far */
} pairs[PAIR_IDS];
static uint64_t released[SL_FAMILIES][2 * PAIRS];
void ports_reset(void)
{
	memset(pairs, 0, sizeof(pairs));
	memset(released, 0, sizeof(released));
}

int pair_family(int pair)
{
	return pairs[pair].family;
}

int pair_new(int family)
{
	int i = 1;

	while (pairs[i].live)
		i++;
	pairs[i].live = true;
	pairs[i].family = family;
	pairs[i].port = 0;
	return i;
}

unsigned model_ports(int family)
{
	unsigned n = 0;

	for (int i = 1; i < PAIR_IDS; i++)
		n += pairs[i].live && pairs[i].family == family;
	return n;
}

void model_collect(void)
{
	for (int i = 1; i < PAIR_IDS; i++)
		pairs[i].marked = false;
	for (unsigned k = 0; k < CALLS; k++)
		for (unsigned i = 0; i < calls[k].n_legs; i++) {
			const struct leg *l = &calls[k].leg[i];
			const struct offer *o = model_offer_to(&calls[k], l);

			for (unsigned m = 0; m < MEDIA; m++) {
				pairs[l->m[m].pair].marked = true;
				for (int side = SL_FROM; o && side <= SL_TO; side++)
					pairs[o->pair[side][m]].marked = true;
			}
		}
	for (int i = 1; i < PAIR_IDS; i++) {
		if (!pairs[i].live || pairs[i].marked)
			continue;
		if (pairs[i].port)
			released[pairs[i].family][pairs[i].port - FIRST_PORT] = world.now;
		pairs[i].live = false;
	}
}

const char *model_bind(int pair, int family, uint16_t port)
{
	uint64_t rested;

	if (pairs[pair].family != family)
		return "another address family than it should";
	if (pairs[pair].port)
		return pairs[pair].port == port ? NULL : "another port than before";
	if (port < FIRST_PORT || port >= FIRST_PORT + 2 * PAIRS || port & 1)
		return "no port of the range";
	for (int i = 1; i < PAIR_IDS; i++)
		if (pairs[i].live && pairs[i].family == family && pairs[i].port == port)
			return "a port that somebody else has";
	rested = released[family][port - FIRST_PORT];
	/* Calls that time out are missed up to a second later. */
	if (rested && world.now - rested < (SL_PORT_REST_S - 1) * SECOND)
		return "a port that has to rest";
	pairs[pair].port = port;
	return NULL;
}
