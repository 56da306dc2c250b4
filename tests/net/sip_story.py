# SPDX-License-Identifier: BSD-3-Clause
"""Stories of calls (tests/sipp/stories.txt), and the SIPp scenario of each party in one."""
import re
from xml.sax.saxutils import escape

NAMES = ("alice", "bob", "carol")
PROXY = "10.0.0.1"
ADDRESS = {"alice": "10.0.0.2", "bob": "10.0.0.3", "carol": "10.0.0.4"}
PORT = {"alice": 6100, "bob": 6200, "carol": 6300}
REASON = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 408: "Request Timeout", 486: "Busy Here",
          487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending"}
KEYS = ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd", "EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywt")


class Step:
    """One line. `gate`: what comes before did not reach its sender and make it say this, so it waits to be told to: the
    proxy's processes may pass on two messages of one sender in another order."""

    def __init__(self, number, text):
        self.number, self.text = number, text
        self.look = text.split()[1:] if text.startswith("=") else None
        self.gate = False
        if self.look:
            return
        way, self.what, *words = text.split()
        self.sender, receivers = way.split(">")
        self.receivers = receivers.split(",")
        self.words = [word for word in words if not word.startswith(("to=", "to-tag", "script="))]
        self.known = "to-tag" in words
        self.options = dict(word.split("=") for word in words if word.startswith(("to=", "script=")))
        self.request = not self.what[0].isdigit()

    def parties(self):
        return [self.sender] + self.receivers


class Story:
    def __init__(self, title, needs, lines):
        self.title, self.needs = title, needs
        self.steps = [Step(number, line) for number, line in enumerate(lines)]
        self.parties = [name for name in NAMES if any(
            not step.look and name in step.parties() for step in self.steps)]
        before = ()
        for step in self.steps:
            if step.look:
                before = ()
            else:
                step.gate = step.sender != "proxy" and step.sender not in before
                before = step.receivers
        self.dialogs()

    def dialogs(self):
        """Whom each message is about (caller, callee), and its CSeq."""
        sequence, invite = {}, {}
        for step in self.steps:
            if step.look:
                continue
            step.what, _, step.call = step.what.partition("#")
            if not step.request:
                code, _, method = step.what.partition("/")
                step.code, step.to = int(code), self.request_for(step, method)
                step.method = step.to.what
                step.call = step.to.call
                continue
            step.method = step.what
            # What the proxy sees to itself belongs to the INVITE before.
            step.own = invite[step.sender if step.sender != "proxy" else step.receivers[0]] if (
                "proxy" in step.parties()) else None
            step.caller = step.own.caller if step.own else step.sender
            step.callee = step.own.callee if step.own else step.receivers[0]
            step.begins = not step.known and not any(
                not other.look and other.number < step.number and other.request and other.call == step.call
                and {other.caller, other.callee} == {step.caller, step.callee} for other in self.steps)
            if step.what in ("ACK", "CANCEL"):
                step.cseq = invite[step.caller].cseq
            else:
                sequence[step.sender] = step.cseq = sequence.get(step.sender, 0) + 1
            if step.what == "INVITE":
                for party in step.parties():
                    invite[party] = step

    def request_for(self, step, method):
        """The request that a response is to: the last one that its sender got; of the proxy, that it answers."""
        for other in reversed(self.steps[:step.number]):
            if other.look or not other.request or other.what == "ACK" or (method and other.what != method):
                continue
            if step.sender in other.receivers or (step.sender == "proxy" and other.sender in step.receivers):
                return other
        return None


def read(path):
    """[Story] of a file."""
    stories, title, needs, lines = [], None, None, []
    with open(path, encoding="utf-8") as file:
        for line in list(file) + [": \n"]:
            line = line.split("#")[0].strip() if line.startswith("#") else line.strip()
            if line.startswith(":"):
                if lines:
                    stories.append(Story(title, needs, lines))
                match = re.match(r":\s*(.*?)\s*(?:\[(\w+)\])?$", line)
                title, needs, lines = match.group(1), match.group(2), []
            elif line:
                lines.append(line)
    return stories


def sdp(party, words, version, tag):
    """What `party` says of its media; `tag`: of its crypto line."""
    options = dict(word.split("=") for word in words if "=" in word)
    port, direction = int(options.get("port", PORT[party])), ""
    address = "0.0.0.0" if "zero" in words else ADDRESS[party]
    lines = ["v=0", "o=%s 1 %d IN IP4 %s" % (party, version, ADDRESS[party]), "s=-", "c=IN IP4 " + address, "t=0 0"]
    for word in words:
        if word in ("sendonly", "recvonly", "inactive"):
            direction = "a=" + word
    for index, kind in enumerate(word for word in words if word.split("=")[0] in ("audio", "video", "image", "message")):
        kind, _, zero = kind.partition("=")
        here = 0 if zero == "0" else port + 2 * index
        if kind == "image":
            lines += ["m=image %d udptl t38" % here, "a=T38FaxVersion:0"]
        elif kind == "message":
            lines += ["m=message %d TCP/MSRP *" % here, "a=path:msrp://%s:%d/s;tcp" % (ADDRESS[party], here)]
        else:
            payload = options.get("pt", "0") if kind == "audio" else "31"
            lines.append("m=%s %d RTP/%s %s" % (kind, here, "SAVP" if party == "alice" else "AVP", payload))
            if party == "alice" and here:
                lines.append("a=crypto:%d AES_CM_128_HMAC_SHA1_80 inline:%s" % (tag, KEYS[int(options.get("key", 0))]))
            lines += [direction] if direction else []
    return lines


def crypto_tag(step, story):
    """The tag under which the relay offers the suite that is taken: the last one to who has none in force, else the first."""
    answers = step.what in ("ACK", "PRACK") if step.request else bool(step.to.words)
    begun = (step.own or step if step.request else step.to).number
    before = [one.words for one in story.steps if not one.look and one.sender == step.sender and one.words
              and one.call == step.call and one.number < begun]
    return 3 if answers and not (before and {"audio", "video"} & set(before[-1])) else 1


def message(step, version, story):
    """The text of a message as its sender says it, for SIPp; all parties have the same port."""
    first = step if step.request else step.to
    of = first.own or first
    known = not (step.request and of.begins) or (step.request and step.what == "ACK")
    to = of.options.get("to")
    if step.request:
        lines = ["%s sip:%s@%s:[local_port] SIP/2.0" % (step.what, to or of.callee, PROXY if to else ADDRESS[of.callee])]
    else:
        lines = ["SIP/2.0 %d %s" % (step.code, REASON[step.code]), "Via:[$via%d]" % first.number]
    if first.sender != "proxy":
        lines.append("Via: SIP/2.0/UDP %s:[local_port];branch=z9hG4bK-[call_id]-%s-%d" % (
            ADDRESS[first.sender], first.sender, of.number))
    callee = of.callee if step.request or step.sender == "proxy" else step.sender
    lines += [
        "From: <sip:%s@%s>;tag=%s" % (of.caller, PROXY, of.caller),
        "To: <sip:%s@%s>%s" % (to or callee, PROXY, ";tag=" + callee if known else ""),
        "Call-ID: %s[call_id]" % (step.call + "///" if step.call else ""),
        "CSeq: %d %s" % (first.cseq, step.method),
        "Contact: <sip:%s@%s:[local_port]>" % (step.sender, ADDRESS[step.sender]),
        "X-Step: %d" % step.number,
    ]
    if step.request:
        lines.append("Max-Forwards: 70")
        if known and not step.own:
            lines.append("Route: <sip:%s;lr>" % PROXY)
        if "script" in step.options:
            lines.append("X-Script: " + step.options["script"].replace("_", " "))
        if step.what == "REFER":
            lines.append("Refer-To: <sip:carol@%s>" % PROXY)
    if step.words:
        lines.append("Content-Type: application/sdp")
    lines += ["Content-Length: [len]", ""]
    return lines + (sdp(step.sender, step.words, version, crypto_tag(step, story)) if step.words else [])


def scenario(story, party):
    """What SIPp does as `party`."""
    parts, version, used = [], 0, []
    for step in story.steps:
        if step.look:
            continue
        if step.sender == party:
            if step.gate:
                parts.append('<recv request="GATE%d"/>' % step.number)
            version += bool(step.words)
            text = message(step, version, story)
            if not step.request:
                used.append("via%d" % step.to.number)
            parts.append("<send><![CDATA[\n%s\n]]></send>" % "\n".join(text))
        elif party in step.receivers and step.request:
            save = '<action><ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via%d"/></action>' % step.number
            parts.append('<recv request="%s">%s</recv>' % (step.what, save if step.what != "ACK" else ""))
        elif party in step.receivers:
            parts.append('<recv response="%d"/>' % step.code)
    names = sorted({name for part in parts for name in re.findall(r'assign_to="(\w+)"', part)} - set(used))
    if names:
        parts.append('<Reference variables="%s"/>' % ",".join(names))
    return '<?xml version="1.0"?>\n<scenario name="%s">\n%s\n</scenario>\n' % (
        escape(story.title, {'"': "'"}), "\n".join(parts))
