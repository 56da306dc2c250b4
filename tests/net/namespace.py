# SPDX-License-Identifier: BSD-3-Clause
"""Sockets in the network namespaces of a test."""
import ctypes
import os

CLONE_NEWNET = 0x40000000


class Namespace:
    """`with Namespace(name):` sockets that are made within belong to it."""

    HOME = os.open("/proc/self/ns/net", os.O_RDONLY)
    LIBC = ctypes.CDLL(None, use_errno=True)

    def __init__(self, name):
        self.file = os.open("/run/netns/" + name, os.O_RDONLY)

    def enter(self, file):
        if self.LIBC.setns(file, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def __enter__(self):
        self.enter(self.file)

    def __exit__(self, *_):
        self.enter(self.HOME)

    def close(self):
        os.close(self.file)
