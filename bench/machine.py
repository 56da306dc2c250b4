#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the benchmarks ran on, as JSON. usage: machine.py COMMIT LOAD      of Sluice; of the machine, before"""
import json
import os
import subprocess
import sys
import time


def command(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "?"


def package(name):
    return command("dpkg-query", "-W", "-f", "${Version}", name)


cpu = {}
for line in open("/proc/cpuinfo"):
    key, _, value = line.partition(":")
    cpu.setdefault(key.strip(), value.strip())
flags = cpu.get("flags", "").split()
memory = next(line for line in open("/proc/meminfo") if line.startswith("MemTotal"))
print(json.dumps({
    "cpu": cpu.get("model name", "?"),
    "family/model/stepping": "/".join(cpu.get(key, "?") for key in ("cpu family", "model", "stepping")),
    "cores": os.cpu_count(),
    "MHz": cpu.get("cpu MHz", "?"),
    "instructions": [flag for flag in ("avx2", "avx512f", "aes", "vaes", "vpclmulqdq", "sha_ni", "gfni") if flag in flags],
    "memory": memory.split(":")[1].strip(),
    "virtual": "hypervisor" in flags,
    "kernel": os.uname().release.split("-")[0],
    "gcc": command("gcc", "-dumpfullversion"),
    "packages": {name: package(name) for name in ("libdpdk-dev", "libipsec-mb1", "libsrtp2-1", "rtpengine-daemon")},
    "sluice": sys.argv[1],
    "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    "load before": float(sys.argv[2]),
}, indent=1))
