#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What was sent before: replays, roll-over counters at their edges, and keystreams that must not be used twice."""
import os

from scene import *


def counts(listener):
    """How often each payload that verified was heard."""
    return collections.Counter(payload(heard.plain) for heard in listener.heard if heard.plain)


def replay(legs, case):
    """Everything again: at once, at the edges of any window, and from long ago."""
    row = Row("replay", case)
    call = Call(*legs).up()
    alice, bob = call.alice, call.bob
    sent = talk(call, 150, 100, both=False)[alice]
    again = [sent[-1]] * 20 + [sent[-1 - behind] for behind in (1, 63, 64, 65, 126, 127, 128, 129, 149)] + sent
    for number in pace(len(again), 400):
        alice.send(again[number])
    fresh = alice.packet()  # in one burst: a new packet and its copies
    for _ in range(6):
        alice.send(fresh)
    bob.listen(0.3)
    heard = counts(bob)
    missing = len(sent) + 1 - len(heard)
    copies, replayed = len(bob.heard) - len(heard), len(again) + 5
    row.done(not copies and not missing, "%d of %d replayed packets reached bob; of %d genuine ones %d were lost" % (
        copies, replayed, len(sent) + 1, missing), {"replay+replay-old": replayed}, copies=copies, lost=missing)
    call.close()


def replay_rtcp():
    row = Row("replay", "SRTCP to plain RTP")
    call = Call("SRTP", "RTP").up()
    alice, bob = call.alice, call.bob
    talk(call, 10, both=False)
    reports = [alice.report() for _ in range(5)]
    for number in pace(len(reports) * 4, 40):
        alice.send_rtcp(reports[number // 4])
    bob.listen(0.3)
    heard = len(bob.heard_rtcp)
    row.done(heard == len(reports), "of %d reports, each sent 4 times, bob was sent %d" % (len(reports), heard),
             heard=heard)
    call.close()


def wrap(legs, case):
    """Late packets around a wrap, another SSRC with a counter of its own, an SSRC that comes back from silence."""
    row = Row("ROC edges", case)
    call = Call(*legs).up()
    alice = call.alice
    alice.sequence = 65520
    late = {65533, 65535}
    packets, sent = {}, []
    for index in range(65520, 65560):
        packets[index] = alice.packet(index=index)
    order = [i for i in packets if i not in late]
    order[order.index(65540):order.index(65540)] = sorted(late)
    others = [0x5500 + i for i in range(4)]
    for number in pace(len(order), 60):
        sent.append(alice.send(packets[order[number]]))
        if number % 4 == 3:
            sent.append(alice.send(alice.packet(ssrc=others[0], index=40000 + number)))
        call.bob.listen()
    # Silent long enough to be put aside by newer ones, then on in its second round.
    sent.append(alice.send(alice.packet(ssrc=others[0], index=40050)))
    time.sleep(5.2)
    for ssrc in others[1:]:
        sent.append(alice.send(alice.packet(ssrc=ssrc, index=50000)))
        time.sleep(0.05)
    alice.sequence = 65560
    for number in pace(20, 60):
        sent.append(alice.send(alice.packet()))
    call.bob.listen(0.3)
    expected = {alice.made[wire] for wire in sent}
    lost = len(expected - set(counts(call.bob)))
    row.done(not lost, "of %d packets around a wrap, late, of 5 SSRCs and after silence, %d were lost" % (
        len(sent), lost), lost=lost)
    call.close()


def path_switch():
    """In her second round alice goes on from another port, as after a change of networks."""
    row = Row("ROC edges", "another path after the wrap")
    call = Call("SRTP", "RTP").up()
    alice, bob = call.alice, call.bob
    alice.sequence = 65500
    talk(call, 200, 150 if is_sluice() else 50)  # the other one takes 3 s to learn where she is
    bob.forget()
    alice.forget()
    for sock in alice.sockets:
        sock.close()
    alice.port += 2
    alice.sockets = [alice_host.udp(alice.address, alice.port), alice_host.udp(alice.address, alice.port + 1)]
    sent = talk(call, 60, 50)
    lost = delivery(sent[alice], alice, bob)[0]
    # What bob says until the relay has heard her from there goes to where she was.
    back = delivery(sent[bob], bob, alice)[0]
    row.done(not lost and back < 10, "from the new port %d of 60 packets of alice were lost, %d of 60 to her" % (
        lost, back), lost=lost, lost_back=back)
    call.close()


def reused(wires, key):
    """Packets under an SSRC and index that another one of different content was sent under, with this key."""
    streams, again, verified = {}, 0, 0
    for wire in wires:
        sequence, ssrc = int.from_bytes(wire[2:4], "big"), wire[8:12]
        for roc in range(3):
            if key.unprotect(wire, roc << 16 | sequence):
                verified += 1
                again += streams.setdefault((ssrc, roc, sequence), wire) != wire
                break
    return again, verified


def pad(case, legs, change):
    """A sender starts over; what bob is sent must not repeat (key, SSRC, index)."""
    row = Row("two-time pad", case)
    call = Call(*legs).up()
    alice, bob = call.alice, call.bob
    start = alice.sequence
    talk(call, 60, 75, both=False)
    key = bob.receive_key
    if change:
        if change == "new key":
            alice.send_key = Srtp()
        call.reinvite()
    same_key = bob.receive_key is key
    alice.sequence = start
    talk(call, 90, 75, both=False)
    again, verified = reused([heard.wire for heard in bob.heard], key)
    row.done(not again, "of %d packets sent under bob's %s key, %d were under a keystream used before" % (
        verified, "unchanged" if same_key else "old", again), reused=again, verified=verified, same_key=same_key)
    call.close()


if __name__ == "__main__":
    replay(("SRTP", "SRTP"), "SRTP")
    replay(("SRTP", "RTP"), "SRTP to plain RTP")
    replay_rtcp()
    wrap(("SRTP", "RTP"), "SRTP to plain RTP")
    pad("plain sender starts over", ("RTP", "SRTP"), None)
    pad("re-INVITE with a new key, sender starts over", ("SRTP", "SRTP"), "new key")
    pad("re-INVITE with the same key, sender starts over", ("SRTP", "SRTP"), "same key")
    if os.environ["RELAY"] != "sluice-strict":
        path_switch()
