/* SPDX-License-Identifier: BSD-3-Clause */
/* The proxy of the property test: NG over UDP, in the loop of the world. */
#ifndef SL_TESTS_PROPERTY_CLIENT_H
#define SL_TESTS_PROPERTY_CLIENT_H

#include "tests/unit/ctrl/ng/world.h"

void client_open(void);
/* Before world_end(). */
void client_close(void);

struct reply {
	bool ok, warned;
	char sdp[TEXT]; /* "": none */
	char why[SL_ERROR_TEXT];
	char text[TEXT]; /* all of it */
};

/* Sends a dictionary to the relay, under a new cookie. False: no reply came, or none that can be
 * understood. */
bool client_ask(const char *dictionary, struct reply *reply);
/* The same datagram as last time. */
bool client_ask_again(struct reply *reply);

#endif
