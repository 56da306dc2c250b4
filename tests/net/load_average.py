#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
load_average.py PROCESSES SECONDS: that many processes that the kernel counts as load and that use no CPU: each waits, in
a sleep that is not interrupted, for a child that has not yet executed anything (CLONE_VFORK).
"""
import ctypes
import os
import signal
import sys
import time

SYS_CLONE, CLONE_VFORK = {"x86_64": 56, "aarch64": 220}[os.uname().machine], 0x4000


def main(processes, seconds):
    libc = ctypes.CDLL(None, use_errno=True)
    children = []
    for _ in range(processes):
        pid = os.fork()
        if pid:
            children.append(pid)
        else:
            if libc.syscall(SYS_CLONE, CLONE_VFORK | signal.SIGCHLD, 0, 0, 0, 0) == 0:
                time.sleep(seconds)
            os._exit(0)
    for pid in children:
        os.waitpid(pid, 0)


main(int(sys.argv[1]), float(sys.argv[2]))
