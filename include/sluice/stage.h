/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages of the packet path, in their order. One list makes the enum and the names that
 * `sluicectl trace` and the probes show.
 *
 * X(identifier, name)
 */
#ifndef SLUICE_STAGE_H
#define SLUICE_STAGE_H

#define SL_STAGES(X)              \
	X(PARSE, "parse")         \
	X(LISTS, "lists")         \
	X(STEER, "steer")         \
	X(PINHOLE, "pinhole")     \
	X(GUARD, "guard")         \
	X(REPLAY, "replay")       \
	X(UNPROTECT, "unprotect") \
	X(COMMIT, "commit")       \
	X(PROTECT, "protect")     \
	X(REWRITE, "rewrite")     \
	X(TX, "tx")

enum sl_stage {
#define X(id, name) SL_STAGE_##id,
	SL_STAGES(X)
#undef X
		SL_STAGE_COUNT,
};

#endif
