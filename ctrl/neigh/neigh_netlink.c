/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/neigh/neigh_netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "ctrl/base/address.h"

enum { MESSAGE = 8192 };

static unsigned char family_of(const uint8_t ip[16])
{
	return sl_address_is_ipv4(ip) ? AF_INET : AF_INET6;
}

static void put_address(struct nlmsghdr *message, uint16_t type, const uint8_t ip[16])
{
	if (sl_address_is_ipv4(ip))
		mnl_attr_put(message, type, 4, ip + 12);
	else
		mnl_attr_put(message, type, 16, ip);
}

static int read_address(int family, const void *bytes, size_t len, uint8_t ip[16])
{
	if (family == AF_INET && len >= 4) {
		memset(ip, 0, 10);
		memset(ip + 10, 0xff, 2);
		memcpy(ip + 12, bytes, 4);
		return 0;
	}
	if (family == AF_INET6 && len >= 16) {
		memcpy(ip, bytes, 16);
		return 0;
	}
	return -EINVAL;
}

/* Sends `message` and hands the answer to `read` (NULL: only an acknowledgement is expected). */
static int ask(struct mnl_socket *socket, struct nlmsghdr *message, mnl_cb_t read, void *context)
{
	static uint32_t sequence;
	char answer[MESSAGE];
	ssize_t len;
	int ret;

	message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = ++sequence;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		len = mnl_socket_recvfrom(socket, answer, sizeof(answer));
		if (len < 0 && errno != EINTR)
			return -errno;
		/* An older sequence number is left over from a request that was given up on. */
		if (len < (ssize_t)sizeof(struct nlmsghdr) ||
			((struct nlmsghdr *)answer)->nlmsg_seq != sequence)
			continue;
		ret = mnl_cb_run(answer, (size_t)len, sequence, mnl_socket_get_portid(socket), read,
			context);
		if (ret != MNL_CB_OK)
			return ret < 0 ? -errno : 0;
	}
}

struct route_answer {
	int ifindex;
	uint8_t *hop;
	int error;
};

static int read_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	struct route_answer *answer = context;
	const struct nlattr *attribute;
	int out = 0;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	answer->error = -EHOSTUNREACH;
	if (route->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	answer->error = 0;
	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		const void *payload = mnl_attr_get_payload(attribute);
		uint16_t len = mnl_attr_get_payload_len(attribute);

		switch (mnl_attr_get_type(attribute)) {
		case RTA_OIF:
			out = (int)mnl_attr_get_u32(attribute);
			break;
		case RTA_GATEWAY:
			answer->error = read_address(route->rtm_family, payload, len, answer->hop);
			break;
		case RTA_VIA: /* a gateway of the other family (RFC 5549) */
			if (len < sizeof(struct rtvia))
				return MNL_CB_OK;
			answer->error = read_address(((const struct rtvia *)payload)->rtvia_family,
				((const struct rtvia *)payload)->rtvia_addr,
				len - sizeof(struct rtvia), answer->hop);
			break;
		default:
			break;
		}
	}
	if (out != answer->ifindex)
		answer->error = -EHOSTUNREACH;
	return MNL_CB_OK;
}

int sl_neigh_ask_route(
	struct mnl_socket *socket, int ifindex, const uint8_t ip[16], uint8_t hop[16])
{
	struct route_answer answer = {ifindex, hop, -EHOSTUNREACH};
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route;
	int ret;

	message->nlmsg_type = RTM_GETROUTE;
	route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	route->rtm_family = family_of(ip);
	route->rtm_dst_len = sl_address_is_ipv4(ip) ? 32 : 128;
	put_address(message, RTA_DST, ip);
	mnl_attr_put_u32(message, RTA_OIF, (uint32_t)ifindex);
	memcpy(hop, ip, 16);
	ret = ask(socket, message, read_route, &answer);
	return ret ? ret : answer.error;
}

int sl_neigh_read_entry(const struct nlmsghdr *message, struct sl_neigh_entry *entry)
{
	const struct ndmsg *neighbour = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	bool has_mac = false, has_ip = false;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*neighbour))
		return -EINVAL;
	entry->ifindex = neighbour->ndm_ifindex;
	mnl_attr_for_each(attribute, message, sizeof(*neighbour))
	{
		const void *payload = mnl_attr_get_payload(attribute);
		uint16_t len = mnl_attr_get_payload_len(attribute);

		if (mnl_attr_get_type(attribute) == NDA_DST) {
			has_ip = !read_address(neighbour->ndm_family, payload, len, entry->ip);
		} else if (mnl_attr_get_type(attribute) == NDA_LLADDR && len == 6) {
			memcpy(entry->mac, payload, 6);
			has_mac = true;
		}
	}
	if (neighbour->ndm_state & NUD_FAILED)
		entry->state = SL_NEIGH_FAILED;
	else if (!has_mac || message->nlmsg_type == RTM_DELNEIGH)
		entry->state = SL_NEIGH_UNKNOWN;
	else if (neighbour->ndm_state & (NUD_PERMANENT | NUD_NOARP))
		entry->state = SL_NEIGH_PERMANENT;
	else if (neighbour->ndm_state & (NUD_REACHABLE | NUD_DELAY | NUD_PROBE))
		entry->state = SL_NEIGH_FRESH;
	else if (neighbour->ndm_state & NUD_STALE)
		entry->state = SL_NEIGH_STALE;
	else
		entry->state = SL_NEIGH_UNKNOWN;
	return has_ip ? 0 : -EINVAL;
}

static int read_neighbour(const struct nlmsghdr *message, void *context)
{
	if (message->nlmsg_type == RTM_NEWNEIGH)
		sl_neigh_read_entry(message, context);
	return MNL_CB_OK;
}

static struct nlmsghdr *put_neighbour(
	void *buffer, uint16_t type, int ifindex, const uint8_t ip[16], uint8_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *neighbour;

	message->nlmsg_type = type;
	neighbour = mnl_nlmsg_put_extra_header(message, sizeof(*neighbour));
	neighbour->ndm_family = family_of(ip);
	neighbour->ndm_ifindex = ifindex;
	neighbour->ndm_flags = flags;
	put_address(message, NDA_DST, ip);
	return message;
}

int sl_neigh_ask_entry(struct mnl_socket *socket, struct sl_neigh_entry *entry)
{
	char buffer[256];
	int ret;

	entry->state = SL_NEIGH_UNKNOWN;
	ret = ask(socket, put_neighbour(buffer, RTM_GETNEIGH, entry->ifindex, entry->ip, 0),
		read_neighbour, entry);
	return ret == -ENOENT ? 0 : ret;
}

int sl_neigh_use(struct mnl_socket *socket, int ifindex, const uint8_t ip[16])
{
	char buffer[256];
	struct nlmsghdr *message = put_neighbour(buffer, RTM_NEWNEIGH, ifindex, ip, NTF_USE);

	message->nlmsg_flags |= NLM_F_CREATE;
	return ask(socket, message, NULL, NULL);
}

int sl_neigh_forget(struct mnl_socket *socket, int ifindex, const uint8_t ip[16])
{
	struct sl_neigh_entry entry = {.ifindex = ifindex};
	char buffer[256];
	int ret;

	memcpy(entry.ip, ip, sizeof(entry.ip));
	ret = sl_neigh_ask_entry(socket, &entry);
	if (ret || entry.state >= SL_NEIGH_STALE)
		return ret;
	ret = ask(socket, put_neighbour(buffer, RTM_DELNEIGH, ifindex, ip, 0), NULL, NULL);
	return ret == -ENOENT ? 0 : ret;
}
