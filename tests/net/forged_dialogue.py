#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""forged_dialogue.py TAG kamailio|opensips SECRET SLUICECTL SOCKET [RESTARTED]: parties in the namespaces TAG-alice and so on,
with the proxy at 10.0.0.1 in its configuration phones-trunk.cfg. They have calls, which work; then mallory, who is in none of
them, and alice, who is, send what the proxy must not pass. Stops itself once for a restart of the proxy. Exit 1 with words."""
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import time

from namespace import Namespace
from sip_party import Party

TAG, KIND, SECRET, SLUICECTL, SOCKET = sys.argv[1:]
PROXY, TRUNK = "10.0.0.1", "10.0.0.5"
DAY = 86400


def party(name, address, *profile):
    return Party(Namespace("%s-%s" % (TAG, name)), name, address, PROXY, *profile)


ALICE, BOB, MALLORY = party("alice", "10.0.0.2"), party("bob", "10.0.0.3"), party("mallory", "10.0.0.66")
CARRIER = party("trunk", TRUNK, "RTP/AVP")


def relayed():
    text = subprocess.run([SLUICECTL, "-s", SOCKET, "calls", "--json"], check=True, capture_output=True).stdout
    return {call["id"] for call in json.loads(text)["calls"]}


def expect(what, value, right):
    assert value == right, "%s: %s, not %s" % (what, value, right)


def param(route, name):
    match = re.search(r";%s=([^;>]*)" % name, route)
    return match[1] if match else ""


def changed(route, **params):
    for name, value in params.items():
        route = re.sub(r";%s=[^;>]*" % name, ";%s=%s" % (name, value), route)
    return route


def seal(trunk, since, caller, ident):
    """As the proxy makes it, to have a Route of a call that began long ago."""
    text = " ".join((trunk, since, caller, ident))
    if KIND == "opensips":
        return hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest()[:32]
    return hashlib.sha256((SECRET + text + SECRET).encode()).hexdigest()[:32]


# Calls as they should be.

def works(caller, callee, dialogs):
    """All that parties send each other within a call arrives, and what has SDP is relayed to whoever gets it."""
    for sender, receiver, dialog in (caller, callee, dialogs[0]), (callee, caller, dialogs[1]):
        for method in "INVITE", "UPDATE", "PRACK", "INFO":
            cseq = sender.within(dialog, method)
            expect("%s of %s" % (method, sender.user), sender.reply(dialog.id, cseq).status, 200)
            if method == "INVITE":
                sender.within(dialog, "ACK", cseq=int(cseq.split()[0]))
                receiver.got("ACK", dialog.id)
            if method in ("INVITE", "UPDATE"):
                body = receiver.got(method, dialog.id).body
                assert receiver.profile + " " in body and "192.0.2.1" not in body, "%s got %s" % (receiver.user, body)
    assert dialogs[0].id in relayed(), "the call is not relayed"


def hangs_up(sender, dialog):
    expect("BYE", sender.ask_within(dialog, "BYE").status, 200)
    assert dialog.id not in relayed(), "a call is relayed after its end"


def gives_up(caller, user, callee):
    """CANCEL of a call that rings."""
    callee.rings = True
    uri, me = "sip:%s@%s" % (user, PROXY), "<sip:%s@%s>;tag=c" % (caller.user, PROXY)
    ringing = caller.ask("INVITE", uri, me, "<%s>" % uri, least=180)
    expect("INVITE", ringing.status, 180)
    number, branch = int(ringing.cseq.split()[0]), caller.branch
    caller.send("CANCEL", uri, ringing.id, me, "<%s>" % uri, cseq=number, branch=branch)
    callee.got("CANCEL", ringing.id)
    callee.answer(callee.got("INVITE", ringing.id), "487 Request Terminated")
    ended = caller.reply(ringing.id, ringing.cseq)
    expect("the INVITE", ended.status, 487)
    caller.acknowledge(ended, uri, me, branch)
    callee.got("ACK", ringing.id)
    callee.rings = False


# Requests that belong to no call.

def refused(what, sender, dialog, **other):
    """None of these is passed on, and none makes a call at the relay."""
    before = relayed(), [len(one.requests) for one in Party.everybody]
    for method in "INVITE", "UPDATE", "BYE":
        reply = sender.ask_within(dialog, method, **other)
        assert reply.status in (403, 404), "%s, %s: %s" % (what, method, reply.start)
    sender.within(dialog, "ACK", **other)
    sender.ask("OPTIONS", "sip:" + PROXY, "<sip:x@x>;tag=x", "<sip:x@x>")
    expect("calls after " + what, (relayed(), [len(one.requests) for one in Party.everybody]), before)


def routes_of_nobody(route, ident):
    """{what: Routes} that no call gave away; `route`: of the call with that Call-ID."""
    address, caller = "sip:%s;lr" % PROXY, param(route, "ftag")
    nothing = hashlib.sha256(b"").hexdigest()[:32]
    return {
        "no Route": [],
        "a plain Route": ["<%s>" % address],
        "a Route without a seal": ["<%s;ftag=%s;trunk=callee;since=%d>" % (address, caller, time.time())],
        "an empty seal": [changed(route, seal="")],
        "a seal of nothing": [changed(route, seal=nothing)],
        "a seal with no secret": ["<%s;ftag=%s;trunk=callee;since=1;seal=%s>" % (
            address, caller, hashlib.sha256(("callee 1 %s %s" % (caller, ident)).encode()).hexdigest()[:32])],
        "another direction": [changed(route, trunk="caller")],
        "another end": [changed(route, trunk="none")],
        "another time": [changed(route, since="1%s" % param(route, "since"))],
        "a seal in the second Route": ["<%s>" % address, route],
        "a seal in the second Route of a line": ["<%s>, %s" % (address, route)],
        "a seal in the name": ['"%s" <%s>' % (route.replace("<", "").replace(">", ""), address)],
        "a header that is no Route": ["<<>;seal=;"],
    }


def outsider(trunk_call, phone_call):
    """mallory, who knows no call's Route, or has seen one, and wants another call by it."""
    to_trunk = {"uri": "sip:900123@%s:5060" % TRUNK}
    dialog, other = trunk_call[0], phone_call[0]
    for what, routes in routes_of_nobody(dialog.routes[0], dialog.id).items():
        refused(what, MALLORY, dialog, routes=routes, **to_trunk)
    refused("a Call-ID of his own", MALLORY, dialog, id="mine", **to_trunk)
    refused("tags of his own", MALLORY, dialog, here="<sip:m@m>;tag=m", there="<sip:n@n>;tag=n", **to_trunk)
    refused("a Route with a tag of his own", MALLORY, dialog, here="<sip:m@m>;tag=m",
            routes=[changed(dialog.routes[0], ftag="m")], **to_trunk)
    refused("a Route of another call", MALLORY, other, routes=dialog.routes, **to_trunk)
    refused("a phone's call to the trunk", MALLORY, other, routes=[changed(other.routes[0], trunk="callee")], **to_trunk)
    # Words in a row are sealed: none may count as part of the one before, as by a call whose Call-ID is "one two".
    since, route = str(int(time.time())), dialog.routes[0]
    refused("a tag in the time", MALLORY, dialog, id="two", here="<sip:m@m>;tag=one", **to_trunk, routes=[
        changed(route, since=since + " tag", ftag="one", seal=seal("callee", since, "tag", "one two"))])
    # So long that the proxy might not put together what it seals.
    nothing, long = hashlib.sha256(b"").hexdigest()[:32], "x" * 9000
    refused("a long Call-ID", MALLORY, dialog, id=long, routes=[changed(dialog.routes[0], seal=nothing)], **to_trunk)
    refused("a long tag", MALLORY, dialog, here="<sip:m@m>;tag=" + long,
            routes=[changed(dialog.routes[0], seal=nothing, ftag=long)], **to_trunk)


def insider(phone_call, trunk_call):
    """alice, who has a call with bob, and would make it one with the trunk."""
    dialog, route = phone_call[0], phone_call[0].routes
    before = len(CARRIER.requests)
    for other in (
            {"uri": "sip:900123@%s" % TRUNK}, {"uri": "sip:900123@010.0.0.05"}, {"uri": "sip:900123@10.0.0.261"},
            {"uri": "sip:900123@10.0.0.3;maddr=%s" % TRUNK}, {"routes": route + ["<sip:%s;lr>" % TRUNK]}):
        ALICE.ask_within(dialog, "INVITE", **other)
        expect("requests to the trunk after %s" % other, len(CARRIER.requests), before)
    BOB.contact = "sip:900123@%s" % TRUNK
    BOB.register()
    ALICE.ask("INVITE", "sip:bob@" + PROXY, "<sip:alice@%s>;tag=c" % PROXY, "<sip:bob@%s>" % PROXY)
    expect("requests to the trunk after a phone registered its address", len(CARRIER.requests), before)
    BOB.contact = "sip:bob@%s" % BOB.address
    for days, invite in (0.9, 200), (1.1, 403):
        since, mine = str(int(time.time() - days * DAY)), trunk_call[0]
        old = changed(mine.routes[0], since=since, seal=seal("callee", since, param(mine.routes[0], "ftag"), mine.id))
        expect("UPDATE after %.1f days" % days, ALICE.ask_within(mine, "UPDATE", routes=[old]).status, invite)
    expect("BYE after %.1f days" % days, ALICE.ask_within(mine, "BYE", routes=[old]).status, 200)


ALICE.register()
BOB.register()
for caller, user, callee in (ALICE, "100", CARRIER), (CARRIER, "alice", ALICE), (ALICE, "bob", BOB):
    for end in 0, 1:
        dialogs = caller.call(user, callee)
        works(caller, callee, dialogs)
        hangs_up((caller, callee)[end], dialogs[end])
    gives_up(caller, user, callee)
    print("ok: %s calls %s: everything within the call arrives, from either side" % (caller.user, user), flush=True)

phone_call, trunk_call = ALICE.call("bob", BOB), ALICE.call("100", CARRIER)
outsider(trunk_call, phone_call)
print("ok: nobody from outside has anything passed", flush=True)
insider(phone_call, trunk_call)
print("ok: a call between phones stays one", flush=True)

# A proxy that was restarted knows no call, and lets each be talked in and ended.
trunk_call = CARRIER.call("alice", ALICE)
os.kill(os.getpid(), signal.SIGSTOP)
works(CARRIER, ALICE, trunk_call)
works(ALICE, BOB, phone_call)
hangs_up(ALICE, trunk_call[1])
hangs_up(BOB, phone_call[1])
print("ok: calls outlive a restart of the proxy", flush=True)
