/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/neigh/neigh_asking.h"

bool sl_neigh_asking_take(struct sl_neigh_asking *asking, uint32_t hop, uint64_t owner, bool again,
	uint64_t now, uint32_t *out)
{
	unsigned busy = 0, owners = 0, part = again ? 2 : 1;
	int room = -1;

	*out = 0;
	for (int i = 0; i < SL_NEIGH_ASKING; i++) {
		bool over = now >= asking->place[i].since + SL_NEIGH_ASKING_MS;

		if (!asking->place[i].hop) {
			room = i;
		} else if (over) {
			if (room < 0 || asking->place[i].hop == hop)
				room = i;
		} else if (asking->place[i].hop == hop) {
			return true;
		} else {
			busy++;
			owners += asking->place[i].owner == owner;
		}
	}
	if (room < 0 || busy >= SL_NEIGH_ASKING / part || owners >= SL_NEIGH_ASKING_EACH / part)
		return false;
	sl_neigh_asking_give(asking, hop);
	*out = asking->place[room].hop;
	asking->place[room].hop = hop;
	asking->place[room].owner = owner;
	asking->place[room].since = now;
	return true;
}

void sl_neigh_asking_give(struct sl_neigh_asking *asking, uint32_t hop)
{
	for (int i = 0; i < SL_NEIGH_ASKING; i++)
		if (asking->place[i].hop == hop)
			asking->place[i].hop = 0;
}
