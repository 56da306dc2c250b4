#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""call_shapes.py RUN TAG NG SLUICECTL manage|routes [TITLE]: plays the stories of tests/sipp/stories.txt (those whose
title begins with TITLE), each party a SIPp in its own namespace TAG-NAME, and looks at the media and at the relay as the
stories say. Exit 0: all of them ended as they should."""
import json
import os
import re
import secrets
import select
import socket
import struct
import subprocess
import sys
import time

import ng
import sip_story
import srtp
from namespace import Namespace

PATIENCE = 20.0  # s: for what must happen
SILENCE = 0.3  # s: for what must not
PACKETS = 10


class Wrong(Exception):
    pass


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Wrong(what)
        time.sleep(0.01)


class Media:
    """One m-line of an SDP: where it is received, and {tag: (suite, key)} that its sender may protect with."""

    def __init__(self, section, address):
        line = re.match(r"m=(\w+) (\d+) (\S+) (\S+)", section)
        self.kind, self.port, self.profile, self.payload = line[1], int(line[2]), line[3], line[4]
        connection = re.search(r"^c=IN IP4 (\S+)", section, re.M)
        self.address = connection[1] if connection else address
        keys = re.findall(r"^a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)", section, re.M)
        self.cryptos = {tag: (suite, key) for tag, suite, key in keys}


def medias(body):
    head, *sections = re.split(r"^(?=m=)", body, flags=re.M)
    connection = re.search(r"^c=IN IP4 (\S+)", head, re.M)
    return [Media(section, connection[1] if connection else None) for section in sections]


class Party:
    """A SIPp, what it has said and heard, and its media."""

    def __init__(self, stage, name, story):
        self.stage, self.name = stage, name
        namespace = "%s-%s" % (stage.tag, name)
        self.namespace = Namespace(namespace)
        self.base = "%s/%s-%s" % (stage.run, stage.call, name)
        self.sockets, self.keys, self.sequence = {}, {}, 1000
        with open(self.base + ".xml", "w", encoding="utf-8") as file:
            file.write(sip_story.scenario(story, name))
        with open(self.base + ".out", "w", encoding="utf-8") as log:
            self.sipp = subprocess.Popen(
                ["ip", "netns", "exec", namespace, "sipp", "-sf", self.base + ".xml",
                 "-i", sip_story.ADDRESS[name], "-p", str(stage.port), "-m", "1", "-nostdin", "-default_behaviors", "none",
                 "-rsa", sip_story.PROXY + ":5060", "-timeout", "40s", "-timeout_error", "-trace_msg", "-message_file",
                 self.base + ".sip", "-trace_err", "-error_file", self.base + ".err"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=stage.run)
        with self.namespace:
            self.voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def listens(self):
        # Not by binding its port: SIPp would find it in use.
        with self.namespace, open("/proc/thread-self/net/udp", encoding="ascii") as sockets:
            return any(line.split()[1].endswith(":%04X" % self.stage.port) for line in sockets.readlines()[1:])

    def started(self):
        try:
            wait_for("does not start", self.listens)
        except Wrong as wrong:
            with open(self.base + ".out", encoding="utf-8", errors="replace") as log:
                raise Wrong("SIPp of %s %s (status %s): %s" % (
                    self.name, wrong, self.sipp.poll(), log.read()[-500:])) from wrong

    def messages(self):
        """[(sent, text)] so far."""
        try:
            with open(self.base + ".sip", encoding="utf-8", newline="") as file:
                parts = re.split(r"^-{20,} \d{4}-.*$", file.read(), flags=re.M)[1:]
        except FileNotFoundError:
            return []
        found = [re.match(r"\s*UDP message (sent|received) [^\n]*\n\s*(.*)", part, re.S) for part in parts]
        return [(match[1] == "sent", match[2].replace("\r\n", "\n")) for match in found if match]

    def has(self, step, sent):
        if not sent and step.sender == "proxy":
            start = step.what + " " if step.request else "SIP/2.0 %d" % step.code
            return any(not way and text.startswith(start) for way, text in self.messages())
        return any(way == sent and "\nX-Step: %d\n" % step.number in text for way, text in self.messages())

    def go(self, step):
        """Lets it say this."""
        gate = "\r\n".join([
            "GATE%d sip:%s SIP/2.0" % (step.number, self.name), "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-gate",
            "From: <sip:stage>;tag=stage", "To: <sip:%s>" % self.name, "Call-ID: " + self.stage.call,
            "CSeq: %d GATE%d" % (step.number + 1, step.number), "Content-Length: 0", "", ""]).encode()

        def said():
            if self.has(step, True):
                return True
            self.voice.sendto(gate, (sip_story.ADDRESS[self.name], self.stage.port))
            time.sleep(0.03)
            return False
        wait_for("%s does not say: %s" % (self.name, step.text), said)

    def agreed(self):
        """[(own, relay's)] media as the last offer and answer that were not refused say."""
        own = relays = []
        pending = {}
        for sent, text in self.messages():
            head, _, body = text.partition("\n\n")
            transaction = re.search(r"^CSeq: *(.*)$", head, re.M | re.I)[1].strip(), "INVITE" in head
            refused = re.match(r"SIP/2.0 [3-6]", head) and (not sent, transaction) in pending
            if refused:
                own, relays = pending[(not sent, transaction)]
            elif "m=" in body:
                if not head.startswith("SIP/2.0"):
                    pending[(sent, transaction)] = own, relays
                if sent:
                    own = medias(body)
                else:
                    relays = medias(body)
        for one, other in zip(own, relays):
            tag = next(iter((one if len(one.cryptos) == 1 else other).cryptos), None)
            one.crypto, other.crypto = one.cryptos.get(tag), other.cryptos.get(tag)
        return list(zip(own, relays))

    def sock(self, port):
        if port not in self.sockets:
            with self.namespace:
                self.sockets[port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sockets[port].bind((sip_story.ADDRESS[self.name], port))
        return self.sockets[port]

    def srtp(self, crypto, sends):
        """One context per key, as long as the call: an endpoint that keeps its roll-over counter."""
        if crypto and (crypto, sends) not in self.keys:
            self.keys[(crypto, sends)] = srtp.Srtp(*crypto, sends)
        return self.keys.get((crypto, sends))

    def send(self, index):
        """PACKETS packets of medium `index`; their payloads."""
        own, relays = self.agreed()[index]
        payloads = [secrets.token_bytes(160) for _ in range(PACKETS)]
        protect = self.srtp(own.crypto, True)
        for payload in payloads:
            self.sequence += 1
            packet = struct.pack("!BBHII", 0x80, int(own.payload), self.sequence & 0xffff, 160 * self.sequence,
                                 0x51000000 + own.port % 256 + 256 * index) + payload
            self.sock(own.port).sendto(
                protect.protect(packet) if protect else packet, (relays.address, relays.port))
        return payloads

    def receive(self, index, count, patience):
        """The payloads of up to `count` packets of medium `index`, in clear."""
        own, relays = self.agreed()[index]
        sock, heard, end = self.sock(own.port), [], time.monotonic() + patience
        unprotect = self.srtp(relays.crypto, False)
        while len(heard) < count and select.select([sock], [], [], max(0, end - time.monotonic()))[0]:
            packet, source = sock.recvfrom(2048)
            if source != (relays.address, relays.port):
                raise Wrong("%s got media from %s:%d, not from %s:%d" % (
                    self.name, *source, relays.address, relays.port))
            heard.append((unprotect.unprotect(packet) if unprotect else packet)[12:])
        return heard

    def prepare(self, index):
        self.sock(self.agreed()[index][0].port)

    def story_so_far(self):
        """What it sent and received, a line each, and what SIPp says of itself."""
        lines = ["%s %s" % ("sent" if sent else "got ", " | ".join(
            line for line in text.split("\n") if re.match(r"\S+ sip:|SIP/2.0|CSeq:|X-Step:|Call-ID:", line)))
            for sent, text in self.messages()]
        for kind in ".err", ".out":
            if os.path.exists(self.base + kind):
                with open(self.base + kind, encoding="utf-8", errors="replace") as log:
                    lines += log.read()[-600:].strip().split("\n")
        return "\n".join("    %s: %s" % (self.name, line) for line in lines)

    def close(self):
        self.sipp.kill()
        self.sipp.wait()
        for sock in [self.voice, *self.sockets.values()]:
            sock.close()
        self.namespace.close()


class Stage:
    """Where one story is played."""

    PORTS = iter(range(5070, 5200))  # another one each time: nothing of the last story comes into this one

    def __init__(self, run, tag, path, sluicectl, story):
        self.run, self.tag, self.story, self.port = run, tag, story, next(self.PORTS)
        self.ng, self.sluicectl = ng.NG(path), [sluicectl, "-s", run + "/ctl.sock"]
        self.call = "c" + secrets.token_hex(4)
        self.expected = self.refusals()
        self.party = {name: Party(self, name, story) for name in story.parties}

    def status(self):
        return json.loads(subprocess.run(
            self.sluicectl + ["status", "--json"], check=True, capture_output=True).stdout)

    def drops(self):
        table = json.loads(subprocess.run(
            self.sluicectl + ["drops", "--json"], check=True, capture_output=True).stdout)
        return {row["name"]: row["packets"] for row in table["drops"] if row["packets"]}

    def refusals(self):
        return self.status()["refusals"]

    def play(self):
        for party in self.party.values():
            party.started()
        last = None
        for step in self.story.steps:
            if step.look or step.gate:
                if last:
                    self.arrived(last)
            if step.look:
                getattr(self, "look_" + step.look[0])(*step.look[1:])
            elif step.gate:
                self.party[step.sender].go(step)
            if not step.look:
                last = step
        self.arrived(last)
        for party in self.party.values():
            wait_for("SIPp of %s does not end" % party.name, lambda p=party: p.sipp.poll() is not None)
            if party.sipp.returncode:
                raise Wrong("SIPp of %s ended with %d" % (party.name, party.sipp.returncode))
        if self.refusals() != self.expected:
            raise Wrong("the relay refused something: %r" % {
                reason: n - self.expected[reason] for reason, n in self.refusals().items() if n != self.expected[reason]})

    def arrived(self, step):
        for name in step.receivers:
            if name == "proxy":
                wait_for("%s did not say: %s" % (step.sender, step.text),
                         lambda: self.party[step.sender].has(step, True))
            else:
                wait_for("%s did not get: %s" % (name, step.text), lambda n=name: self.party[n].has(step, False))

    def look_hear(self, listener, talker, media="0"):
        listener, talker, index = self.party[listener], self.party[talker], int(media)
        listener.prepare(index)
        said = talker.send(index)
        heard = listener.receive(index, PACKETS, PATIENCE)
        if heard != said:
            raise Wrong("%s hears %d of %d packets of %s%s; dropped: %s" % (
                listener.name, len(heard), PACKETS, talker.name,
                "" if set(heard) <= set(said) else ", and others", self.drops()))

    def look_talk(self, one, other, media="0"):
        self.look_hear(one, other, media)
        self.look_hear(other, one, media)

    def look_deaf(self, listener, talker, media="0"):
        listener, talker, index = self.party[listener], self.party[talker], int(media)
        listener.prepare(index)
        talker.send(index)
        heard = listener.receive(index, 1, SILENCE)
        if heard:
            raise Wrong("%s hears %s" % (listener.name, talker.name))

    def look_sees(self, name, *words):
        body = [text for sent, text in self.party[name].messages() if not sent and "\nm=" in text][-1]
        if " ".join(words) not in body.split("\n"):
            raise Wrong("%s does not see %s in: %s" % (name, " ".join(words), body[body.index("v=0"):]))

    def look_later(self, seconds):
        time.sleep(float(seconds))

    def has_call(self, call):
        return call in self.ng.request({"command": "list", "limit": 1000})["calls"]

    def legs(self, call):
        return len(self.ng.request({"command": "query", "call-id": call})["tags"])

    def look_legs(self, count, prefix=""):
        call, count = (prefix + "///" if prefix else "") + self.call, int(count)
        # A call that may end is looked for in the list alone: between that and a query it is gone.
        wait_for("the relay has not %d parties in the call" % count,
                 lambda: self.has_call(call) and self.legs(call) == count if count else not self.has_call(call))

    def look_refused(self, reason):
        self.expected[reason] += 1
        wait_for("nothing more was refused for %s" % reason, lambda: self.refusals() == self.expected)

    def close(self):
        for party in self.party.values():
            party.close()


def main(run, tag, path, sluicectl, way, title=""):
    failed = 0
    for story in sip_story.read(os.path.dirname(__file__) + "/../sipp/stories.txt"):
        if not story.title.startswith(title) or story.needs not in (None, way):
            continue
        started = time.monotonic()
        stage = Stage(run, tag, path, sluicectl, story)
        try:
            stage.play()
            print("ok: %s (%.1f s)" % (story.title, time.monotonic() - started), flush=True)
        except (Wrong, OSError, ValueError, KeyError, IndexError) as wrong:
            failed += 1
            print("wrong: %s: %r (%s)" % (story.title, wrong, stage.call), flush=True)
            for party in stage.party.values():
                print(party.story_so_far(), flush=True)
        finally:
            stage.close()
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
