/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

enum { ROOM = 512 }; /* bytes: every request here is shorter */

/* Sends one request and waits for the kernel's answer to it. */
static int talk(struct nlmsghdr *request)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char answer[2 * ROOM];
	ssize_t n;
	int err = 0;

	if (!socket)
		return -errno;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
		mnl_socket_sendto(socket, request, request->nlmsg_len) < 0 ||
		(n = mnl_socket_recvfrom(socket, answer, sizeof(answer))) < 0 ||
		mnl_cb_run(answer, (size_t)n, 0, mnl_socket_get_portid(socket), NULL, NULL) < 0)
		err = -errno;
	mnl_socket_close(socket);
	return err;
}

int sl_netlink_add_address(unsigned ifindex, const uint8_t ip[16], unsigned prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool v4 = memcmp(ip, mapped, sizeof(mapped)) == 0;
	char buffer[ROOM];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *address;
	int err;

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	address = mnl_nlmsg_put_extra_header(request, sizeof(*address));
	address->ifa_family = v4 ? AF_INET : AF_INET6;
	address->ifa_prefixlen = (uint8_t)prefix;
	address->ifa_index = ifindex;
	mnl_attr_put(request, IFA_LOCAL, v4 ? 4 : 16, v4 ? ip + 12 : ip);
	mnl_attr_put(request, IFA_ADDRESS, v4 ? 4 : 16, v4 ? ip + 12 : ip);
	err = talk(request);
	return err == -EEXIST ? 0 : err;
}

int sl_netlink_add_vlan(unsigned parent, uint16_t id, const char *name)
{
	char buffer[ROOM];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;
	struct nlattr *info, *data;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	mnl_attr_put_u32(request, IFLA_LINK, parent);
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, "vlan");
	data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
	mnl_attr_put_u16(request, IFLA_VLAN_ID, id);
	mnl_attr_nest_end(request, data);
	mnl_attr_nest_end(request, info);
	return talk(request);
}
