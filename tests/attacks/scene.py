# SPDX-License-Identifier: BSD-3-Clause
"""What all attacks need: hosts (network namespaces), parties that speak RTP or SRTP, calls, and the relay under attack.

The environment is that of stage.sh: TAG, RELAY (its kind), RELAY_PID, NG, CTL, SLUICECTL, PYTHONPATH."""
import base64
import collections
import contextlib
import ctypes
import fcntl
import json
import os
import random
import select
import socket
import struct
import subprocess
import threading
import time

from ng import NG  # of tests/net
from packets import ipv4, rtp, sender_report, udp
from srtp import SUITE, Srtp, header_length

RELAY, ALICE, BOB, ATTACKER = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.66"
FIRST_PORT, LAST_PORT = 20000, 20399
PACKET_OUTGOING = 4

_libc = ctypes.CDLL(None, use_errno=True)


def _enter(path):
    with open(path, "rb") as file:
        if _libc.setns(file.fileno(), 0x40000000):  # CLONE_NEWNET
            raise OSError(ctypes.get_errno(), path)


class Host:
    """A network namespace in which sockets can be made. They stay there whoever uses them."""
    home = None  # the one this process has entered for good

    def __init__(self, name):
        self.path = "/run/netns/%s-%s" % (os.environ["TAG"], name)

    @contextlib.contextmanager
    def entered(self):
        if self.path == Host.home:
            yield
            return
        with open("/proc/self/task/%d/ns/net" % threading.get_native_id(), "rb") as home:
            _enter(self.path)
            try:
                yield
            finally:
                _libc.setns(home.fileno(), 0x40000000)

    def enter(self):
        _enter(self.path)
        Host.home = self.path

    def udp(self, address, port):
        with self.entered():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind((address, port))
        sock.setblocking(False)
        return sock

    def link(self, interface):
        """Frames of an interface, sent and seen."""
        with self.entered():
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            sock.bind((interface, 0))
        sock.setblocking(False)
        return sock

    def mac(self, interface):
        with self.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            return fcntl.ioctl(sock, 0x8927, struct.pack("256s", interface.encode()))[18:24]  # SIOCGIFHWADDR


relay_host, alice_host, bob_host, attacker_host = (Host(n) for n in ("relay", "alice", "bob", "attacker"))


class Forger:
    """The attacker's raw socket: any frame, any source."""

    def __init__(self):
        self.sock = attacker_host.link("eth0")
        self.ethernet = relay_host.mac("eth0") + attacker_host.mac("eth0")
        self.sent = 0

    def frame(self, packet, kind=b"\x08\x00"):
        self.raw(self.ethernet + kind + packet)

    def raw(self, frame):
        while True:
            try:
                self.sock.send(frame)
                break
            except (BlockingIOError, OSError) as error:
                if error.errno not in (11, 105):  # EAGAIN, ENOBUFS
                    raise
                time.sleep(0.001)
        self.sent += 1

    def as_party(self, party, payload, rtcp=False):
        """A datagram to the port that this party sends to, from this party's address."""
        self.frame(ipv4(party.address, RELAY, udp(party.port + rtcp, party.to_port + rtcp, payload)))


Heard = collections.namedtuple("Heard", "wire plain index source")


class Party:
    def __init__(self, host, address, port, secure):
        self.host, self.address, self.port = host, address, port
        self.sockets = [host.udp(address, port), host.udp(address, port + 1)]
        self.send_key = Srtp() if secure else None
        self.receive_key = None
        self.tag, self.to, self.to_port = "1", RELAY, 0
        self.ssrc = random.getrandbits(32) | 1
        self.sequence = random.randrange(1000, 20000)  # the index: roll-over counter and sequence number
        self.rtcp_index = 0
        self.made = {}  # packet as sent -> its payload
        self.payloads = set()
        self.heard, self.heard_rtcp = [], []

    def close(self):
        for sock in self.sockets:
            sock.close()

    def protocol(self):
        return "RTP/SAVP" if self.send_key else "RTP/AVP"

    def sdp(self, address=None, port=None, lines=()):
        address = address or self.address
        kind = "IP6" if ":" in address else "IP4"
        text = ["v=0", "o=- 1 1 IN %s %s" % (kind, address), "s=-", "c=IN %s %s" % (kind, address), "t=0 0",
                "m=audio %d %s 0" % (port or self.port, self.protocol()), "a=rtpmap:0 PCMU/8000", *lines]
        if self.send_key:
            key = base64.b64encode(self.send_key.master).decode()
            text.append("a=crypto:%s %s inline:%s" % (self.tag, SUITE, key))
        return "\r\n".join(text) + "\r\n"

    def take(self, sdp):
        """What the relay wrote to this party: the first line of our suite is taken."""
        key = None
        for line in sdp.splitlines():
            if line.startswith("m="):
                self.to_port = int(line.split()[1])
                if line.split()[2] != self.protocol():
                    raise ValueError("shown " + line)
            elif line.startswith("a=crypto:") and key is None and line.split()[1] == SUITE:
                self.tag = line.split()[0][9:]
                key = base64.b64decode(line.split("inline:")[1].split("|")[0] + "==")
        if self.send_key and key is None:
            raise ValueError("no key in " + sdp)
        if self.send_key and (self.receive_key is None or self.receive_key.master != key):
            self.receive_key = Srtp(key)

    def packet(self, payload=None, ssrc=None, index=None):
        """The next one of this party, or one of that index, as it goes on the wire."""
        if index is None:
            index, self.sequence = self.sequence, self.sequence + 1
        payload = payload or struct.pack("!QQ", index, 0) + os.urandom(144)
        plain = rtp(ssrc or self.ssrc, index, payload)
        wire = self.send_key.protect(plain, index) if self.send_key else plain
        self.made[wire] = payload
        self.payloads.add(payload)
        return wire

    def send(self, wire):
        self.sockets[0].sendto(wire, (self.to, self.to_port))
        return wire

    def report(self):
        """RTCP: the next sender report as it goes on the wire."""
        self.rtcp_index += 1
        plain = sender_report(self.ssrc)
        return self.send_key.protect_rtcp(plain, self.rtcp_index) if self.send_key else plain

    def send_rtcp(self, wire):
        self.sockets[1].sendto(wire, (self.to, self.to_port + 1))
        return wire

    def listen(self, seconds=0.0):
        """Takes what has come and what comes in that time. Plain None: it does not verify."""
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            ready = select.select(self.sockets, [], [], left)[0]
            if not ready and time.monotonic() >= end:
                return self
            for sock in ready:
                self._take_packet(sock)

    def _take_packet(self, sock):
        wire, source = sock.recvfrom(2048)
        rtcp = sock is self.sockets[1]
        key, got = self.receive_key, (None, wire)
        if key:
            got = (key.receive_rtcp(wire) if rtcp else key.receive(wire)) or (None, None)
        (self.heard_rtcp if rtcp else self.heard).append(Heard(wire, got[1], got[0], source))

    def forget(self):
        self.listen()
        self.heard, self.heard_rtcp = [], []


# Calls

class Refused(Exception):
    pass


ng = NG(os.environ["NG"])


def ask(message):
    """As a proxy on the relay's machine."""
    with relay_host.entered():
        return ng.request(message)


def must(message):
    reply = ask(message)
    if reply.get("result") not in ("ok", "pong"):
        raise Refused(reply.get("error-reason") or reply.get("message") or str(reply))
    return reply


class Call:
    numbers = 0

    def __init__(self, alice="SRTP", bob="SRTP", flags=()):
        Call.numbers += 1
        self.id = "attack-%d-%d" % (os.getpid(), Call.numbers)
        port = 30000 + Call.numbers % 1000 * 4
        self.alice = Party(alice_host, ALICE, port, alice == "SRTP")
        self.bob = Party(bob_host, BOB, port, bob == "SRTP")
        self.flags = list(flags) + FLAGS

    def message(self, command, **more):
        return {"command": command, "call-id": self.id, "from-tag": "alice", "ICE": "remove",
                "replace": ["origin", "session-connection"], "flags": self.flags} | more

    def offer(self, sdp=None, **more):
        if self.alice.protocol() != self.bob.protocol():
            more["transport-protocol"] = self.bob.protocol()
        reply = must(self.message("offer", sdp=sdp or self.alice.sdp(), **more))
        self.bob.take(reply["sdp"])
        return self

    def answer(self, sdp=None):
        reply = must(self.message("answer", sdp=sdp or self.bob.sdp(), **{"to-tag": "bob"}))
        self.alice.take(reply["sdp"])
        return self

    def up(self):
        return self.offer().answer()

    def reinvite(self, **more):
        self.offer(**{"to-tag": "bob"} | more)
        return self.answer()

    def end(self, **more):
        ask({"command": "delete", "call-id": self.id, "from-tag": "alice"} | more)

    def known(self):
        return ask({"command": "query", "call-id": self.id}).get("result") == "ok"

    def close(self):
        self.end(**{"delete-delay": 0})
        self.alice.close()
        self.bob.close()


FLAGS = ["strict-source"] if os.environ["RELAY"].startswith("rtpengine-") else []


def pace(count, per_second):
    """Yields 0, 1, ... at that rate; never catches up what was missed, lest it make a burst."""
    due = time.monotonic()
    for number in range(count):
        yield number
        due = max(due + 1 / per_second, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def talk(call, count, per_second=50, both=True):
    """The packets that each party sent, as a list of (sender, wire)."""
    sent = {call.alice: [], call.bob: []}
    for _ in pace(count, per_second):
        for party in (call.alice, call.bob) if both else (call.alice,):
            sent[party].append(party.send(party.packet()))
        call.alice.listen()
        call.bob.listen()
    call.alice.listen(0.2)
    call.bob.listen(0.2)
    return sent


def payload(plain):
    return plain[header_length(plain):] if len(plain) >= 12 else b""


def delivery(sent, sender, listener):
    """(lost, copies, strange): of what the sender sent, and what else the listener was sent."""
    expected = {sender.made[wire] for wire in sent}
    seen = collections.Counter()
    strange = 0
    for heard in listener.heard:
        if heard.plain is not None and payload(heard.plain) in expected:
            seen[payload(heard.plain)] += 1
        else:
            strange += 1
    return len(expected) - len(seen), sum(seen.values()) - len(seen), strange


# The relay

def alive():
    try:
        with open("/proc/%s/stat" % os.environ["RELAY_PID"], encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def resident():
    """KiB"""
    with open("/proc/%s/status" % os.environ["RELAY_PID"], encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def is_sluice():
    return os.environ["RELAY"].startswith("sluice")


def drops():
    """Of Sluice: packets dropped so far by name, by the guard and by the workers."""
    if not is_sluice():
        return collections.Counter()
    tell = [os.environ["SLUICECTL"], "-s", os.environ["CTL"], "--json", "drops"]
    told = json.loads(subprocess.run(tell, check=True, capture_output=True).stdout)
    count = collections.Counter()
    for row in told["drops"] + told["guard_drops"]:
        count[row["name"]] += row["packets"]
    return count


class Row:
    """One outcome: a line of JSON. With Sluice, `drops`: what was dropped under which name meanwhile."""

    def __init__(self, attack, case):
        self.result = {"relay": os.environ["RELAY"], "attack": attack, "case": case}
        self.before = drops()
        self.started = time.monotonic()

    def counted(self, which):
        """Packets that Sluice has dropped so far under these names, joined by +."""
        names = drops() - self.before
        return sum(names[name] for name in which.split("+"))

    def done(self, held, outcome, named=None, **figures):
        """`named`: how many packets Sluice must have dropped, at least, under such names."""
        if not alive():
            held, outcome = False, "the relay ended: " + outcome
        elif is_sluice():
            self.result["drops"] = drops() - self.before
            for which, least in (named or {}).items():
                counted = self.counted(which)
                if counted < least:
                    held, outcome = False, "%s; %d are counted as %s, not %d" % (outcome, counted, which, least)
        self.result |= {"held": bool(held), "outcome": outcome, **figures,
                        "seconds": round(time.monotonic() - self.started, 1)}
        print(json.dumps(self.result), flush=True)
