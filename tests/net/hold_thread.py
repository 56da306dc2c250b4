#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""hold_thread.py TID: stops that one thread, as a debugger does, until it is told to end."""
import ctypes
import os
import signal
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
LIBC = ctypes.CDLL(None, use_errno=True)


def ptrace(request, thread):
    if LIBC.ptrace(request, thread, None, None):
        raise OSError(ctypes.get_errno(), "ptrace")


ptrace(PTRACE_SEIZE, int(sys.argv[1]))
ptrace(PTRACE_INTERRUPT, int(sys.argv[1]))
os.waitpid(int(sys.argv[1]), 0x40000000)  # __WALL
print("held", flush=True)
signal.pause()  # whoever ends lets go
