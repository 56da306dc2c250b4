# SPDX-License-Identifier: BSD-3-Clause
"""SIP by UDP, message by message: parties of calls through a proxy that answer by themselves, and what they were sent."""
import base64
import hashlib
import os
import re
import select
import socket
import time

PATIENCE = 30.0  # s: for what must happen
PASSWORD = "Zimt-und-Zucker"


class Message:
    def __init__(self, data):
        head, _, self.body = data.decode().partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.lines = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        self.status = int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else None
        self.method = self.start.split()[0] if self.status is None else None
        self.id, self.cseq = self.one("Call-ID"), self.one("CSeq")

    def all(self, name):
        return [value for key, value in self.lines if key.lower() == name.lower()]

    def one(self, name):
        return (self.all(name) or [""])[0]

    def tag(self, name):
        match = re.search(r";tag=([^;]*)", self.one(name))
        return match and match[1]


def contact(message):
    return re.search(r"<(.*?)>", message.one("Contact"))[1]


class Dialog:
    """A call as one party of it sees it: headers of the requests that it sends within it."""

    def __init__(self, message, here, there, routes):
        self.id, self.uri, self.routes = message.id, contact(message), routes
        self.here, self.there = message.one(here), message.one(there)


class Party:
    """A user at ADDRESS. It answers INVITE with 200 and SDP (`rings`: with 180 alone), and anything else with 200. It speaks
    `profile`."""

    everybody = []

    def __init__(self, namespace, user, address, proxy, profile="RTP/SAVP"):
        with namespace:
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sock.bind((address, 5060))
        self.user, self.address, self.proxy, self.profile = user, address, proxy, profile
        self.contact = "sip:%s@%s:5060" % (user, address)
        self.requests, self.replies, self.cseq, self.rings = [], [], 0, False
        self.everybody.append(self)

    def sdp(self):
        key = base64.b64encode(os.urandom(30)).decode()
        crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:%s\r\n" % key if "SAVP" in self.profile else ""
        return "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 %s 0\r\n%s" % (
            self.profile, crypto)

    def write(self, start, lines, body):
        lines = lines + ["Contact: <%s>" % self.contact]
        lines += ["Content-Type: application/sdp"] * bool(body) + ["Content-Length: %d" % len(body)]
        self.sock.sendto("\r\n".join([start] + lines + ["", body]).encode(), (self.proxy, 5060))

    def send(self, method, uri, ident, here, there, extra=(), cseq=None, branch=None):
        """Send a request, with SDP if such requests have some; what its replies say in CSeq."""
        if cseq is None:
            self.cseq += 1
        cseq = "%d %s" % (cseq or self.cseq, method)
        self.branch = branch or "z9hG4bK" + os.urandom(8).hex()
        self.write("%s %s SIP/2.0" % (method, uri), [
            "Via: SIP/2.0/UDP %s:5060;branch=%s" % (self.address, self.branch), "Max-Forwards: 20", "From: " + here,
            "To: " + there, "Call-ID: " + ident, "CSeq: " + cseq, *extra], self.sdp() if method in ("INVITE", "UPDATE") else "")
        return cseq

    def answer(self, request, status, body=""):
        there = request.one("To")
        if not request.tag("To"):
            there += ";tag=to-%s-%s" % (self.user, request.id[:8])
        lines = ["%s: %s" % (name, value) for name in ("Via", "Record-Route") for value in request.all(name)]
        self.write("SIP/2.0 %s" % status, lines + [
            "From: " + request.one("From"), "To: " + there, "Call-ID: " + request.id, "CSeq: " + request.cseq], body)

    def take(self):
        message = Message(self.sock.recv(65535))
        if message.status is not None:
            self.replies.append(message)
            return
        self.requests.append(message)
        if message.method == "INVITE" and self.rings:
            self.answer(message, "180 Ringing")
        elif message.method != "ACK":
            self.answer(message, "200 OK", self.sdp() if message.method in ("INVITE", "UPDATE") else "")

    def reply(self, ident, cseq, least=200):
        """The reply to a request, with a status of at least that; everybody answers meanwhile what comes."""
        return wait_for("%s: no reply to %s" % (self.user, cseq), lambda: next((
            reply for reply in self.replies
            if reply.id == ident and reply.cseq == cseq and reply.status >= least), None))

    def ask(self, method, uri, here, there, least=200):
        """Send a request outside a dialogue, again with the password if that is asked for; the last reply."""
        ident, extra = os.urandom(8).hex(), []
        for _ in range(2):
            cseq = self.send(method, uri, ident, here, there, extra)
            reply = self.reply(ident, cseq, least)
            challenge = reply.one("WWW-Authenticate") or reply.one("Proxy-Authenticate")
            if reply.status not in (401, 407):
                return reply
            if method == "INVITE":
                self.acknowledge(reply, uri, here, self.branch)
            extra = [self.credentials(reply.status, challenge, method, uri)]
        return reply

    def credentials(self, status, challenge, method, uri):
        realm, nonce = (re.search(r'%s="(.*?)"' % word, challenge)[1] for word in ("realm", "nonce"))

        def md5(*words):
            return hashlib.md5(":".join(words).encode()).hexdigest()
        digest = md5(md5(self.user, realm, PASSWORD), nonce, "00000001", "c", "auth", md5(method, uri))
        return ('%s: Digest username="%s", realm="%s", nonce="%s", uri="%s", qop=auth, nc=00000001, cnonce="c", response="%s"'
                % ("Authorization" if status == 401 else "Proxy-Authorization", self.user, realm, nonce, uri, digest))

    def acknowledge(self, reply, uri, here, branch):
        """The ACK of a refusal."""
        self.send("ACK", uri, reply.id, here, reply.one("To"), cseq=int(reply.cseq.split()[0]), branch=branch)

    def register(self):
        me = "<sip:%s@%s>" % (self.user, self.proxy)
        reply = self.ask("REGISTER", "sip:" + self.proxy, me + ";tag=r", me)
        assert reply.status == 200, reply.start

    def call(self, user, callee):
        """(Dialog of mine, Dialog of the callee), of a call that was answered."""
        uri, me = "sip:%s@%s" % (user, self.proxy), "<sip:%s@%s>;tag=%s" % (self.user, self.proxy, os.urandom(6).hex())
        reply = self.ask("INVITE", uri, me, "<%s>" % uri)
        assert reply.status == 200, reply.start
        invite = next(one for one in callee.requests if one.method == "INVITE" and one.id == reply.id)
        mine = Dialog(reply, "From", "To", reply.all("Record-Route")[::-1])
        theirs = Dialog(invite, "To", "From", invite.all("Record-Route"))
        theirs.here = reply.one("To")
        self.within(mine, "ACK", cseq=int(reply.cseq.split()[0]))
        callee.got("ACK", reply.id)
        return mine, theirs

    def within(self, dialog, method, cseq=None, **other):
        """Send a request within a dialogue; `other`: what is not as the dialogue has it."""
        values = {**vars(dialog), **other}
        return self.send(method, values["uri"], values["id"], values["here"], values["there"],
                         ["Route: " + route for route in values["routes"]], cseq)

    def ask_within(self, dialog, method, **other):
        return self.reply(other.get("id", dialog.id), self.within(dialog, method, **other))

    def got(self, method, ident):
        """The last such request of that call."""
        return wait_for("%s: no %s" % (self.user, method), lambda: next((
            one for one in self.requests[::-1] if (one.method, one.id) == (method, ident)), None))


def wait_for(words, find):
    end = time.monotonic() + PATIENCE
    while not (found := find()):
        assert time.monotonic() < end, words
        for sock in select.select([party.sock for party in Party.everybody], [], [], 0.1)[0]:
            next(party for party in Party.everybody if party.sock is sock).take()
    return found
