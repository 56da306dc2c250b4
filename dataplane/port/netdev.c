/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/netdev.h"

#include <dirent.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 1024 }; /* at start there are few */

/* One ioctl on a throw-away socket. */
static int request(const char *name, unsigned long op, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
	if (ioctl(fd, op, ifr) < 0)
		err = -errno;
	close(fd);
	return err;
}

int sl_netdev_ifindex(const char *name, unsigned *ifindex)
{
	*ifindex = if_nametoindex(name);
	return *ifindex ? 0 : -errno;
}

static bool is_vlan_of(const char *netdev, const char *parent, uint16_t id)
{
	struct vlan_ioctl_args of = {.cmd = GET_VLAN_REALDEV_NAME_CMD};
	struct vlan_ioctl_args number = {.cmd = GET_VLAN_VID_CMD};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = false;

	if (fd < 0)
		return false;
	snprintf(of.device1, sizeof(of.device1), "%s", netdev);
	snprintf(number.device1, sizeof(number.device1), "%s", netdev);
	if (ioctl(fd, SIOCGIFVLAN, &of) == 0 && ioctl(fd, SIOCGIFVLAN, &number) == 0)
		found = strcmp(of.u.device2, parent) == 0 && number.u.VID == id;
	close(fd);
	return found;
}

int sl_netdev_vlan(const char *name, uint16_t id, unsigned *ifindex)
{
	struct if_nameindex *all = if_nameindex();

	*ifindex = 0;
	if (!all)
		return -errno;
	for (const struct if_nameindex *one = all; one->if_index && !*ifindex; one++)
		if (is_vlan_of(one->if_name, name, id))
			*ifindex = one->if_index;
	if_freenameindex(all);
	return *ifindex ? 0 : -ENODEV;
}

int sl_netdev_mac(const char *name, uint8_t mac[6])
{
	struct ifreq ifr = {0};
	int err = request(name, SIOCGIFHWADDR, &ifr);

	if (!err)
		memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	return err;
}

int sl_netdev_mtu(const char *name, uint16_t *mtu)
{
	struct ifreq ifr = {0};
	int err = request(name, SIOCGIFMTU, &ifr);

	if (!err)
		*mtu = (uint16_t)(ifr.ifr_mtu > UINT16_MAX ? UINT16_MAX : ifr.ifr_mtu);
	return err;
}

bool sl_netdev_up(const char *name)
{
	struct ifreq ifr = {0};

	return request(name, SIOCGIFFLAGS, &ifr) == 0 && (ifr.ifr_flags & IFF_RUNNING);
}

bool sl_netdev_enabled(const char *name)
{
	struct ifreq ifr = {0};

	return request(name, SIOCGIFFLAGS, &ifr) == 0 && (ifr.ifr_flags & IFF_UP);
}

void sl_netdev_driver(const char *name, char driver[32])
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq ifr = {.ifr_data = (char *)&info};

	driver[0] = '\0';
	if (request(name, SIOCETHTOOL, &ifr) == 0)
		snprintf(driver, 32, "%s", info.driver);
}

int sl_netdev_next_xdp_socket(int after)
{
	for (int fd = after + 1; fd < MAX_FD; fd++) {
		int domain;
		socklen_t len = sizeof(domain);

		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_XDP)
			return fd;
	}
	return -1;
}

static int channels(const char *name, struct ethtool_channels *ch)
{
	struct ifreq ifr = {.ifr_data = (char *)ch};

	return request(name, SIOCETHTOOL, &ifr);
}

/* Where the driver does not tell of channels, the kernel still lists the queues; where that is not
 * mounted, one is assumed. */
static unsigned listed_rx_queues(const char *name)
{
	const struct dirent *entry;
	char path[64];
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += strncmp(entry->d_name, "rx-", 3) == 0;
	if (dir)
		closedir(dir);
	return n ? n : 1;
}

int sl_netdev_rx_queues(const char *name, unsigned *n)
{
	struct ethtool_channels ch = {.cmd = ETHTOOL_GCHANNELS};
	int err = channels(name, &ch);

	if (err == -EOPNOTSUPP) {
		*n = listed_rx_queues(name);
		return 0;
	}
	*n = ch.rx_count + ch.combined_count;
	return err;
}

int sl_netdev_set_rx_queues(const char *name, unsigned n)
{
	struct ethtool_channels ch = {.cmd = ETHTOOL_GCHANNELS};
	int err = channels(name, &ch);

	if (err)
		return err;
	ch.cmd = ETHTOOL_SCHANNELS;
	if (ch.max_combined) {
		ch.combined_count = n;
		ch.rx_count = 0;
	} else {
		ch.rx_count = n;
	}
	return channels(name, &ch);
}
