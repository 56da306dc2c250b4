#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A proxy beside a crowd: how long its offers take while others do what they can at the control sockets.

control_share.py NG CTL UDP-PORT. As root, with root and uid INSIDE in ng-allow. Exit 0: the proxy had its share."""
import json
import os
import signal
import socket
import sys
import time

import ng

INSIDE, OUTSIDE = 4242, 4243
OFFERS = 400
IDLE = 10000
# CPU time of the control thread, so that it holds on a busy machine too: what a turn of the loop may take.
TURN = 0.050
# Who comes waits for the backlog before it, and for what two turns of the loop take of others until it is answered.
BEFORE = 128 + 2 * 100
# Limit of the 99th percentile of offers, in s, where the control thread did not wait for a core.
PROMPT, STARVED = 0.050, 0.02

SDP = ("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
       "m=audio 5004 RTP/AVP 0\r\n")


def view(path, name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(30)
        sock.connect(path)
        sock.sendall(json.dumps({"view": name}).encode() + b"\n")
        reply = b""
        while chunk := sock.recv(65536):
            reply += chunk
    return json.loads(reply)


def child(uid, act, *args):
    """A process of that user which does nothing else until it is killed."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        while True:
            act(*args)
    finally:
        os._exit(0)


def knock(path):
    """Connects and closes."""
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            try:
                sock.connect(path)
            except OSError:
                pass


def ask(path):
    """Asks, and goes without the answer."""
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            try:
                sock.connect(path)
                sock.send(b"d7:command4:pinge")
            except OSError:
                pass


def spray(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", port))
        for i in range(100000):
            try:
                sock.send(b"%d d7:command4:pinge" % i)
            except OSError:
                pass


def sit(path, there):
    """Connects many times, and says nothing."""
    socks = []
    for _ in range(IDLE):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(path)
        socks.append(sock)
    os.write(there, b".")
    while True:
        signal.pause()


def must(condition, text):
    if not condition:
        sys.exit(text)


def offers(path):
    """s that each of them took, sorted."""
    # How long this process waits for a core among the others says nothing of the relay.
    os.setpriority(os.PRIO_PROCESS, 0, -15)
    proxy, took = ng.NG(path), []
    for i in range(OFFERS):
        offer = {"command": "offer", "call-id": "share-%d" % (i % 20), "from-tag": "a", "sdp": SDP}
        began = time.perf_counter()
        reply = proxy.request(offer)
        took.append(time.perf_counter() - began)
        must(reply["result"] == "ok", "offer: %r" % reply)
    return sorted(took)


def told(name, took):
    print("%-70s median %6.2f ms, p99 %6.2f ms, longest %6.2f ms" % (
        name, 1e3 * took[len(took) // 2], 1e3 * took[len(took) * 99 // 100], 1e3 * took[-1]), flush=True)


def waited(pid):
    """s that the control thread could have run and did not: others had the cores."""
    with open("/proc/%d/task/%d/schedstat" % (pid, pid)) as stat:
        return int(stat.read().split()[1]) / 1e9


def beside(name, path, ctl, start, sign=None):
    """Offers while what start() begins goes on, which the count `sign` shows. What was counted meanwhile."""
    os.setpriority(os.PRIO_PROCESS, 0, 0)  # which children inherit
    before, children = view(ctl, "status"), start()
    deadline = time.monotonic() + 60  # a process that has been started need not have had a core yet
    while sign and view(ctl, "status")["control"][sign] == before["control"][sign]:
        must(time.monotonic() < deadline, "%s: nobody did" % name)
    starved, began = waited(before["pid"]), time.monotonic()
    try:
        took = offers(path)
    finally:
        share = (waited(before["pid"]) - starved) / (time.monotonic() - began)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    after = view(ctl, "status")
    told("%s (waited for a core: %.1f %%)" % (name, 100 * share), took)
    p99, turn = took[len(took) * 99 // 100], after["loop"]["longest_us"] / 1e6
    must(share > STARVED or p99 < PROMPT, "%s: an offer in a hundred took %.0f ms and more" % (name, 1e3 * p99))
    must(turn < TURN, "%s: a turn of the loop took %.0f ms of CPU" % (name, 1e3 * turn))
    counts = {key: after["control"][key] - before["control"][key] for key in after["control"]}
    must(counts["accepted"] <= OFFERS * BEFORE, "%s: too many had their turn before an offer: %r" % (name, counts))
    return counts


def sitting(path):
    there, tell = os.pipe()
    pid = child(INSIDE, sit, path, tell)
    os.close(tell)
    must(os.read(there, 1), "%d connections are not taken" % IDLE)
    os.close(there)
    return pid


def main(path, ctl, port):
    told("alone", offers(path))
    counts = beside("users who may not, at both sockets", path, ctl,
                    lambda: [child(OUTSIDE, knock, where) for where in (path, ctl, path, ctl)])
    # The proxy's own, and the two of ours that ask for the status.
    must(counts["accepted"] <= OFFERS + 2, "users who may not were let in: %r" % counts)
    must(counts["refused_by_user"] == 0, "the kernel let users in who may not: %r" % counts)
    beside("one that may knocks", path, ctl, lambda: [child(INSIDE, knock, path)], "incomplete")
    beside("one that may asks and goes", path, ctl, lambda: [child(INSIDE, ask, path)])
    beside("datagrams", path, ctl, lambda: [child(OUTSIDE, spray, port)])
    counts = beside("all, and %d idle connections" % IDLE, path, ctl, lambda: [
        sitting(path), child(INSIDE, knock, path), child(OUTSIDE, spray, port),
        *(child(OUTSIDE, knock, where) for where in (path, ctl, path, ctl))])
    must(counts["evicted"] > 0, "10,000 connections had room: %r" % counts)
    loop = view(ctl, "status")["loop"]
    print("the loop: %s" % ", ".join("%s %d" % pair for pair in loop.items()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
