#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""RTP Bleed and the latch race: is media sent to whoever sends first, and is he heard?"""
import os
import threading

from scene import *

STRANGE = 4242  # the attacker's SSRC


class Sprayer(threading.Thread):
    """RTP and RTCP from the attacker's own address to those ports, over and over."""

    def __init__(self, ports, per_second):
        super().__init__(daemon=True)
        self.sock = attacker_host.udp(ATTACKER, 40000)
        self.ports, self.per_second = list(ports), per_second
        self.sent = self.received = 0
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            for _ in pace(1, self.per_second / len(self.ports)):
                for port in self.ports:
                    self.sent += 1
                    packet = rtp(STRANGE, self.sent, os.urandom(170))
                    if port % 2:
                        packet = sender_report(STRANGE) + os.urandom(14)
                    self.sock.sendto(packet, (RELAY, port))
                self.listen()

    def listen(self):
        while select.select([self.sock], [], [], 0)[0]:
            self.sock.recv(2048)
            self.received += 1

    def end(self):
        self.over.set()
        self.join()
        time.sleep(0.2)
        self.listen()
        self.sock.close()


def told(row, call, sent, sprayer):
    lost_b, copies_b, strange_b = delivery(sent[call.alice], call.alice, call.bob)
    lost_a, copies_a, strange_a = delivery(sent[call.bob], call.bob, call.alice)
    strange, lost = strange_a + strange_b, lost_a + lost_b
    total = len(sent[call.alice]) + len(sent[call.bob])
    row.done(not sprayer.received and not strange and not lost and not copies_a + copies_b,
             "attacker sent %d, was sent %d; the parties heard %d of his; of theirs %d of %d were lost" % (
                 sprayer.sent, sprayer.received, strange, lost, total),
             sent=sprayer.sent, leaked=sprayer.received, heard=strange, lost=lost, talked=total)
    call.close()


def spray(legs, case):
    """All ports, from before the offer to the end of the call."""
    row = Row("RTP bleed", case)
    sprayer = Sprayer(range(FIRST_PORT, LAST_PORT + 1), 4000)
    time.sleep(0.3)
    call = Call(*legs)
    call.offer()
    time.sleep(0.3)
    call.answer()
    time.sleep(0.5)
    sent = talk(call, 50)
    sprayer.end()
    call.alice.listen(), call.bob.listen()
    told(row, call, sent, sprayer)


def race(legs, case, count=60):
    """The call's own ports at the pace of a phone, first alone, then against the parties."""
    row = Row("latch race", case)
    call = Call(*legs).up()
    sprayer = Sprayer([call.alice.to_port, call.bob.to_port], 100)
    time.sleep(0.5)
    sent = talk(call, count)
    sprayer.end()
    told(row, call, sent, sprayer)


if __name__ == "__main__":
    spray(("RTP", "RTP"), "plain RTP")
    spray(("SRTP", "SRTP"), "SRTP")
    spray(("SRTP", "RTP"), "SRTP to plain RTP")
    # Longer than any time for learning, where something is learnt.
    race(("RTP", "RTP"), "plain RTP", 60 if os.environ["RELAY"] == "sluice-strict" else 200)
    race(("SRTP", "SRTP"), "SRTP")
    race(("SRTP", "RTP"), "SRTP to plain RTP")
