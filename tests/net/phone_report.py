#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""phone_report.py RUN RELAY-ADDRESS[,...] USER=ADDRESS=HERTZ[=RTP] USER=ADDRESS=HERTZ[=RTP]

Judges one recorded phone call: RUN/USER.pcap is what passed the phone's cable, RUN/USER/dump-*-dec.wav what it
heard (HERTZ expected; SRTP expected, unless =RTP), RUN/call.json and RUN/drops.json what sluicectl said of it before
the hang-up. Prints a table, then what is wrong; exit 1 when anything is.
"""
import glob
import json
import math
import os
import sys

import pcap
import tone

MIN_PACKETS = 250   # of the 300 that 6 s of G.711 make
MAX_DROPS = 10      # refused by the relay: what arrives before the answer opened the pinholes
MAX_LOST = 10       # sent by one phone during the call and not seen at the other
MIN_PURITY = 0.9
MIN_SECONDS = 4.5


class Phone:
    def __init__(self, run, relays, argument):
        self.name, self.address, hertz, *plain = argument.split("=")
        self.plain = bool(plain)
        self.expected = int(hertz)
        self.wrong = []
        self.suite, self.key_out, self.key_in = "-", "-", "-"
        self.sent, self.received, self.rtcp, self.drops = {}, {}, [0, 0], "-"  # RTP: {rtp_id: datagram}
        self.hung_up = math.inf  # when this phone's cable first carried a BYE
        self.heard = {"hertz": 0, "purity": 0.0, "seconds": 0.0}
        try:
            self.read(pcap.read("%s/%s.pcap" % (run, self.name)), relays)
        except (OSError, ValueError) as error:
            self.wrong.append(str(error))
        recordings = glob.glob("%s/%s/dump-*-dec.wav" % (run, self.name))
        if recordings:
            self.heard = tone.hear(recordings[0], self.expected)

    def read(self, datagrams, relays):
        offer = answer = None
        for datagram in datagrams:
            if not relays & {datagram.source[0], datagram.target[0]}:
                self.wrong.append("packet past the relay: %s to %s" % (datagram.source, datagram.target))
                break
            if datagram.data is None:
                self.wrong.append("IP fragment from %s" % datagram.source[0])
                continue
            out = datagram.source[0] == self.address
            if datagram.is_sip():
                start, headers, body = pcap.sip(datagram)
                if start.startswith("BYE"):
                    self.hung_up = min(self.hung_up, datagram.time)
                if not headers.get("cseq", "").endswith("INVITE") or "m=audio" not in body:
                    continue
                if start.startswith("INVITE"):
                    offer = out, pcap.cryptos(body)
                elif start.startswith("SIP/2.0 200"):
                    answer = out, pcap.cryptos(body)
            elif datagram.is_rtp():
                (self.sent if out else self.received)[datagram.rtp_id()] = datagram
            elif datagram.is_rtcp():
                self.rtcp[0 if out else 1] += 1
        self.keys(offer, answer)

    def keys(self, offer, answer):
        if not offer or not answer:
            self.wrong.append("no call: %s" % ("the offer was not answered" if offer else "no offer"))
            return
        if self.plain:
            self.suite = "RTP"
            if offer[1] or answer[1]:
                self.wrong.append("SDES keys on a plain leg")
            return
        if not answer[1]:
            self.wrong.append("no SDES key in the answer")
            return
        tag, (self.suite, answered) = next(iter(answer[1].items()))
        if offer[1].get(tag, ("",))[0] != self.suite:
            self.wrong.append("answered crypto %s %s was not offered" % (tag, self.suite))
            return
        offered = offer[1][tag][1]
        self.key_out, self.key_in = (offered, answered) if offer[0] else (answered, offered)

    def judge(self):
        if self.key_out != "-" and self.key_out == self.key_in:
            self.wrong.append("both directions of the leg use one key")
        for count, what in ((len(self.sent), "sent"), (len(self.received), "received")):
            if count < MIN_PACKETS:
                self.wrong.append("only %d RTP packets %s" % (count, what))
        for count, what in zip(self.rtcp, ("sent", "received")):
            if not count:
                self.wrong.append("no RTCP %s" % what)
        if abs(self.heard["hertz"] - self.expected) > 5:
            self.wrong.append("heard %d Hz, not %d Hz" % (self.heard["hertz"], self.expected))
        if self.heard["purity"] < MIN_PURITY:
            self.wrong.append("purity of %d Hz is %.3f" % (self.expected, self.heard["purity"]))
        if self.heard["seconds"] < MIN_SECONDS:
            self.wrong.append("heard only %.1f s" % self.heard["seconds"])


    def judge_leg(self, leg, asked):
        """What the relay, when it was asked, said of this phone's leg against what had passed the cable."""
        media = leg["media"][0]
        self.drops = sum(media["from_leg"]["drops"].values())
        if media["suite"] != self.suite:
            self.wrong.append("the relay says its suite is %s" % media["suite"])
        if not self.plain and (media["key_in"], media["key_out"]) != (self.key_out, self.key_in):
            self.wrong.append("the relay says its keys are %s and %s" % (media["key_in"], media["key_out"]))
        for way, seen in (("from_leg", self.sent), ("to_leg", self.received)):
            count = sum(datagram.time < asked for datagram in seen.values())
            if not count - MIN_PACKETS / 5 <= media[way]["packets"] <= count:
                self.wrong.append("the relay counted %d packets %s, the cable %d" % (
                    media[way]["packets"], way, count))


def judge_relay(run, phones, wrong):
    try:
        with open(run + "/call.json", encoding="utf-8") as file:
            legs = json.load(file)["legs"]
        asked = os.path.getmtime(run + "/call.json") + 0.1  # its clock is a coarse one
        with open(run + "/drops.json", encoding="utf-8") as file:
            drops = {row["name"]: row["packets"] for row in json.load(file)["drops"] if row["packets"]}
    except (OSError, ValueError, KeyError) as error:
        wrong.append("sluicectl did not tell of the call: %r" % error)
        return
    for phone in phones:
        own = [leg for leg in legs if leg["media"] and leg["media"][0]["remote"].startswith(phone.address + ":")]
        if len(own) == 1:
            phone.judge_leg(own[0], asked)
        else:
            phone.wrong.append("the relay has %d legs for it" % len(own))
    if sum(drops.values()) > MAX_DROPS:
        wrong.append("the relay dropped %s" % drops)


def missing(sent, arrived, end):
    """How many were lost of those sent between the first that arrived and the end: who talks before the relay has the
    answer, or after somebody hung up, is not heard, however long signalling takes."""
    during = [number for number, datagram in sent.items() if datagram.time < end]
    first = next((i for i, number in enumerate(during) if number in arrived), 0)
    return sum(number not in arrived for number in during[first:])


def judge_path(a, b, wrong):
    """Both legs together: re-keyed, complete, and nothing but what was sent."""
    keys_a, keys_b = {a.key_out, a.key_in} - {"-"}, {b.key_out, b.key_in} - {"-"}
    if keys_a & keys_b:
        wrong.append("a key of %s's leg is used on %s's leg too: not re-keyed" % (a.name, b.name))
    end = min(a.hung_up, b.hung_up)
    for talker, listener in ((a, b), (b, a)):
        both = talker.sent.keys() & listener.received.keys()
        way = "%s to %s: " % (talker.name, listener.name)
        lost = missing(talker.sent, both, end)
        if lost > MAX_LOST:
            wrong.append(way + "%d of %d packets lost" % (lost, len(talker.sent)))
        if listener.received.keys() - both:
            wrong.append(way + "packets arrived that nobody sent")
        # 16 bytes of G.711 are the same on both cables only under the same keystream.
        same = sum(talker.sent[i].rtp_payload()[:16] == listener.received[i].rtp_payload()[:16] for i in both)
        if same:
            wrong.append(way + "%d packets carry the same bytes on both legs" % same)


def main():
    run, relays = sys.argv[1], set(sys.argv[2].split(","))
    phones = [Phone(run, relays, argument) for argument in sys.argv[3:5]]
    wrong = []
    judge_relay(run, phones, wrong)
    print("phone  suite                    keys out/in        sent recv drops    heard purity")
    for phone in phones:
        phone.judge()
        print("%-5s  %-23s  %8s/%-8s %5d %4d %5s  %4d Hz  %.3f" % (
            phone.name, phone.suite, phone.key_out, phone.key_in, len(phone.sent), len(phone.received),
            phone.drops, phone.heard["hertz"], phone.heard["purity"]))
    judge_path(*phones, wrong)
    for phone in phones:
        wrong += ["%s: %s" % (phone.name, text) for text in phone.wrong]
    for text in wrong:
        print("wrong: " + text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
