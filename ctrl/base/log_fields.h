/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of a log line, for ctrl/base/log.h, which says what is done with them. */
#ifndef SL_CTRL_LOG_FIELDS_H
#define SL_CTRL_LOG_FIELDS_H

enum sl_log_level {         /* of syslog(3) */
	SL_LOG_ERROR = 3,   /* something the operator asked for does not work */
	SL_LOG_WARNING = 4, /* it works, but not as it should */
	SL_LOG_NOTICE = 5,  /* worth knowing */
	SL_LOG_INFO = 6,    /* the ordinary course */
	SL_LOG_DEBUG = 7,   /* each step, for whoever looks for a fault */
};

enum sl_log_format {
	SL_LOG_AUTO,    /* the journal if stderr is the journal, else text */
	SL_LOG_JOURNAL, /* fields, to the journal's socket */
	SL_LOG_TEXT,    /* sentences, to stderr */
	SL_LOG_JSON,    /* an object a line, to stderr */
};

/*
 * X(member, name in the journal; in JSON in lower case, what it is). docs/operate.md has the list,
 * which a test compares.
 */
#define SL_LOG_FIELDS(X)                                                                  \
	X(call, "CALL_ID", "call-id")                                                     \
	X(leg, "LEG", "SIP tag of the party")                                             \
	X(medium, "MEDIUM", "number of the m-line, from 1")                               \
	X(addr, "ADDR", "address of a party, of a source of packets or of a client")      \
	X(interface, "INTERFACE", "[interface] or [port] of the configuration")           \
	X(command, "COMMAND", "of NG, of the admin socket, or a key of [guard]")          \
	X(reason, "REASON", "why: of a timeout, a refusal, an alarm, a limit, an error")  \
	X(alarm, "ALARM", "raised or ended")                                              \
	X(kind, "KIND", "of the alarm")                                                   \
	X(by, "BY", "who dropped: guard or worker")                                       \
	X(uid, "PEER_UID", "user of a client, by the kernel's word")                      \
	X(pid, "PEER_PID", "its process, likewise")                                       \
	X(file, "FILE", "a file of [records], or a socket")                               \
	X(count, "COUNT", "how many: records or lines lost, packets, lines left out")     \
	X(rate, "RATE", "of an alarm: a second, when it was raised; its peak at the end") \
	X(seconds, "SECONDS", "how long: of a timeout, of an alarm")

/* NULL: the line has no such field. */
struct sl_log_fields {
#define X(member, name, text) const char *member;
	SL_LOG_FIELDS(X)
#undef X
};

#endif
