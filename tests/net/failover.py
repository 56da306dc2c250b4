#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
failover.py LIMIT SLUICECTL SOCKET: plays caller and callee through the Kamailio at 10.0.0.5, which has two relays, at
10.0.0.11 (whose control socket is SOCKET, and which has that one LIMIT) and at 10.0.0.12. Brings the first to its
limit and away from it again. Exit 1 with words when a call is not where it belongs.
"""
import atexit
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

PROXY, LIMITED, OTHER = ("10.0.0.5", 5060), "10.0.0.11", "10.0.0.12"
SDP = "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n"
MARKS = {
    "Priority: emergency": ("sip:bob@10.0.0.5", "Priority: emergency\r\n"),
    "Resource-Priority": ("sip:bob@10.0.0.5", "Resource-Priority: esnet.1\r\n"),
    "urn:service:sos": ("urn:service:sos.fire", ""),
}
TRIES = 60  # Kamailio chooses by call-id: so many calls do not all go to one of two


def listen(address, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, port))
    sock.settimeout(30)
    return sock


CALLEE, CALLERS = listen("10.0.0.2", 5070), {a: listen(a, 5060) for a in ("10.0.0.2", "192.0.2.2")}


def headers(message, name):
    return re.findall(r"(?mi)^%s: *(.*?)\r?$" % name, message)


def media(message):
    return re.search(r"c=IN IP4 (\S+)", message).group(1), int(re.search(r"m=audio (\d+)", message).group(1))


class Call:
    def __init__(self, uri="sip:bob@10.0.0.5", extra="", source="10.0.0.2"):
        self.id, self.uri, self.extra, self.source = os.urandom(8).hex(), uri, extra, source
        self.to, self.cseq = "", 0

    def send(self, method, sdp="", cseq=None):
        CALLERS[self.source].sendto((
            "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:5060;branch=z9hG4bK%s\r\nMax-Forwards: 9\r\n"
            "From: <sip:alice@10.0.0.5>;tag=a%s\r\nTo: <sip:bob@10.0.0.5>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n"
            "Contact: <sip:alice@10.0.0.2>\r\n%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s" % (
                method, self.uri, self.source, os.urandom(6).hex(), self.id, self.to, self.id, cseq or self.cseq,
                method, self.extra, len(sdp), sdp)).encode(), PROXY)

    def request(self, method, sdp="", answer=""):
        """(what the callee was sent, what the caller was answered)"""
        self.cseq += 1
        self.send(method, sdp)
        while True:
            request, peer = CALLEE.recvfrom(8192)
            request = request.decode()
            if request.startswith(method) and self.id in request:
                break
        CALLEE.sendto(("SIP/2.0 200 OK\r\n%sFrom: %s\r\nTo: <sip:bob@10.0.0.5>;tag=b%s\r\nCall-ID: %s\r\nCSeq: %s\r\n"
                       "Contact: <sip:bob@10.0.0.2:5070>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s" % (
                           "".join("Via: %s\r\n" % via for via in headers(request, "Via")), headers(request, "From")[0],
                           self.id, self.id, headers(request, "CSeq")[0], len(answer), answer)).encode(), peer)
        while True:
            reply = CALLERS[self.source].recv(8192).decode()
            if self.id in reply and reply.startswith("SIP/2.0 200") and "%d %s" % (self.cseq, method) in reply:
                break
        self.to = ";tag=b" + self.id
        if method == "INVITE":
            self.send("ACK")
        return request, reply

    def invite(self):
        """Which relay it got, at both ends."""
        request, reply = self.request("INVITE", SDP % ("10.0.0.2", "10.0.0.2", 5004), SDP % ("10.0.0.2", "10.0.0.2", 6004))
        self.relay, self.port = media(reply)
        if media(request)[0] != self.relay or self.relay not in (LIMITED, OTHER):
            sys.exit("a call at %s on one side and %s on the other" % (self.relay, media(request)[0]))
        return self.relay

    def end(self):
        self.request("BYE")


def status():
    return json.loads(subprocess.run([sys.argv[2], "-s", sys.argv[3], "--json", "status"], stdout=subprocess.PIPE,
                                     check=True).stdout)


def refused():
    admission = status()["admission"]
    return sum(admission[name] for name in admission if name not in ("admitted", "emergency"))


def until_at(relay, what, **call):
    for _ in range(TRIES):
        one = Call(**call)
        if one.invite() == relay:
            return one
        one.end()
    sys.exit("%s: not one of %d calls came to %s" % (what, TRIES, relay))


class Stream(threading.Thread):
    """Packets of 1000 bytes to the relay, `batch` of them every 10 ms."""

    def __init__(self, port, batch):
        super().__init__(daemon=True)
        self.port, self.batch, self.running = port, batch, True

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("10.0.0.2", 5004))
            number = 0
            while self.running:
                for number in range(number + 1, number + 1 + self.batch):
                    sock.sendto(struct.pack("!BBHII", 0x80, 0, number & 0xffff, number * 160, 4711) + bytes(1000),
                                (LIMITED, self.port))
                time.sleep(0.01)


def wait_for(what, seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(what + ": " + json.dumps(status()))
        time.sleep(0.2)


def main(limit):
    kept, stream, blocked = until_at(LIMITED, "before the limit"), None, None
    if limit in ("cpu", "bandwidth"):
        key = {"cpu": "worker_percent", "bandwidth": "mbit_per_s"}[limit]
        stream = Stream(kept.port, 100 if limit == "cpu" else 10)
        stream.start()
        wait_for("the limit is not reached", 10, lambda: status()["load"][key][0] >= 2)
    if limit == "load":
        blocked = subprocess.Popen([os.path.dirname(os.path.abspath(__file__)) + "/load_average.py", "100", "40"],
                                   start_new_session=True)
        atexit.register(os.killpg, blocked.pid, signal.SIGKILL)
        wait_for("the limit is not reached", 30, lambda: float.__ge__(*map(float, status()["load"]["load_average"])))

    before, calls = refused(), 0
    while refused() < before + 3:
        one, calls = Call(), calls + 1
        if one.invite() != OTHER or calls > TRIES:
            sys.exit("an ordinary call at the limit came to " + one.relay)
        one.end()
    if status()["admission"][limit] < 3:
        sys.exit("refused for another limit: " + json.dumps(status()["admission"]))

    before = refused()
    for _ in range(3):
        if kept.invite() != LIMITED:
            sys.exit("a re-INVITE came to " + kept.relay)
    for what, (uri, extra) in MARKS.items():
        until_at(LIMITED, what, uri=uri, extra=extra).end()
    if refused() != before:
        sys.exit("a known call or one for help was refused: " + json.dumps(status()["admission"]))
    while refused() < before + 2:
        one = Call(extra="Priority: emergency\r\n", source="192.0.2.2")
        if one.invite() != OTHER:
            sys.exit("the word of a stranger made an emergency")
        one.end()

    if stream:
        stream.running = False
        stream.join()
    if blocked:
        return  # a minute's average takes its time
    kept.end()
    if limit == "ports":
        return  # they rest
    wait_for("the limit is not left", 10, lambda: limit not in ("cpu", "bandwidth") or not refused_now(limit))
    until_at(LIMITED, "after the limit").end()


def refused_now(limit):
    key = {"cpu": "worker_percent", "bandwidth": "mbit_per_s"}[limit]
    now, most = status()["load"][key]
    return now >= most


main(sys.argv[1])
