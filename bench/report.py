#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Turns DIRECTORY/json, as run.sh leaves it, into DIRECTORY/README.md, results.json and SVG plots (gnuplot).

usage: report.py DIRECTORY [PAGE]      PAGE: its blocks between `<!-- results: NAME -->` and `<!-- end -->` are written
anew, so that it says what the results say. NAME: machine, parts, bar, path, growth, stages, load, crypto, guard, setup,
relay or planning.
"""
import os

from report_bar import bar
from report_page import JSON, RELAYS, everything, lines, load, plot, put, section, short, table, text, write


def machine():
    about = load("machine.json")
    text.append("<!-- SPDX-License-Identifier: BSD-3-Clause -->\n# Results of one run\n")
    text.append("`bench/run.sh` wrote this page, `results.json` and the plots. Cycles are of the time-stamp counter.\n")
    section("machine", "The machine")
    table(["machine", ""], [(key, ", ".join(value) if isinstance(value, list) else
                             ", ".join(f"{name} {version}" for name, version in value.items())
                             if isinstance(value, dict) else value) for key, value in about.items()])
    if about["load before"] > 1:
        text.append(f"**The machine did other work meanwhile** (load {about['load before']:.0f} on {about['cores']} cores before the "
                    "run): rates are lower and latencies higher than they would be, for both relays. Compare, but do "
                    "not quote.\n")


def parts():
    names = sorted(name for name in os.listdir(JSON) if name.startswith("part-"))
    runs = sorted((load(name) for name in names), key=lambda run: run["at"])
    if not runs:
        return
    section("parts", "The run")
    for run in runs:
        if run["failed"]:
            put(f"**Failed in the part `{run['part']}`: {run['failed']}.** What it would have shown is missing, or incomplete.\n")
    put(f"{sum(run['seconds'] for run in runs) / 60:.0f} minutes: "
        + ", ".join(f"{run['part']} {run['seconds']} s" for run in runs) + ".\n")
    if len({run["sluice"] for run in runs}) > 1:
        put("**Not one run:** " + ", ".join(f"{run['part']} at {run['at']} of {run['sluice']}" for run in runs) + ".\n")


def curves(rows, x, series):
    """Gnuplot data and plot command for several lines."""
    data, parts = {}, []
    for i, (title, key, pick) in enumerate(series):
        points = sorted((row[x], row[key]) for row in rows if pick(row) and row.get(key))
        if points:
            data[f"d{i}"] = points
            style = "dt 2 pt 6" if "bare" in title else "pt 7"
            parts.append(f"$d{i} using 1:2 with linespoints lw 2 ps 0.6 {style} title '{title}'")
    return data, "plot " + ", ".join(parts)


def path():
    one, two = lines("path"), lines("path-two")
    if not one:
        return
    section("path", "The packet path on one core (`bench_path`)")
    text.append("From a port that costs nothing to a port that costs nothing, flows with their own keys, random arrival, "
                "160 bytes of payload. The ceiling: the bare library calls on the same keys in the same order.\n")
    rows = []
    for row in one:
        ceiling = row.get("ceiling_cycles")
        rows.append((row["suites"], row["flows"], f"{row['path_cycles']:.0f}", f"{row['mpps']:.2f}",
                     f"{ceiling:.0f}" if ceiling else "–", f"{row['path_cycles'] / ceiling:.2f}" if ceiling else "–"))
    table(["suites", "flows", "cycles/packet", "Mpps", "ceiling, cycles", "path / ceiling"], rows)
    data, command = curves(one, "flows", [
        (title, key, lambda row, s=suite: row["suites"] == s)
        for suite, name in (("cm", "CM-128"), ("gcm", "GCM-256"))
        for title, key in ((name, "path_cycles"), (name + ", bare library calls", "ceiling_cycles"))])
    plot("path", "Cycles per re-keyed packet by number of flows", ["set logscale x", "set xlabel 'flows'",
         "set ylabel 'cycles'", "set yrange [0:*]", "set format x '10^{%L}'", command], data)
    if two:
        single = {(row["suites"], row["flows"]): row["mpps"] for row in one}
        rows = []
        for row in two:
            each = row["flows"] // row["workers"]
            alone = single.get((row["suites"], each))
            rows.append((row["suites"], each, f"{row['mpps']:.2f}", f"{row['mpps'] / alone:.2f}" if alone else "–"))
        table(["two workers", "flows each", "Mpps together", "× one worker"], rows)
    rows = [row for arrival in ("periodic", "bursty") for row in lines(f"path-{arrival}")]
    table(["arrival", "suites", "flows", "cycles/packet", "Mpps", "path / ceiling"],
          [(row["arrival"], row["suites"], row["flows"], f"{row['path_cycles']:.0f}", f"{row['mpps']:.2f}",
            f"{row['path_cycles'] / row['ceiling_cycles']:.2f}") for row in rows])


def sizes():
    """Rows of bench_path by suites and payload, all at the flows of 20,000 calls."""
    names = [name[:-6] for name in os.listdir(JSON) if name.startswith("path-size-")]
    return {(row["suites"], row["payload"]): row for name in names for row in lines(name)}


def growth():
    rows = sizes()
    if not rows:
        return
    section("growth", "The packet path by payload (`bench_path --payload`)")
    put(f"With {next(iter(rows.values()))['flows']:,} flows:\n")
    table(["suites", "payload", "cycles/packet", "Mpps", "Gbit/s of payload"],
          [(suites, payload, f"{row['path_cycles']:.0f}", f"{row['mpps']:.2f}", f"{row['mpps'] * payload * 8 / 1000:.1f}")
           for (suites, payload), row in sorted(rows.items())])


def planning():
    """What follows from the path by payload: calls of two parties, a packet each way every ptime."""
    rows = sizes()
    if not rows:
        return
    section("planning", "Calls of a core, by calculation")
    put("0.8 × packets a second of a core with the flows of 20,000 calls, by the packets of a call; with more calls than that, "
        "by the path with more flows. Gbit/s: each way, with all headers, preamble and gap.\n")
    result = []
    for codec, payload, ptime in (("G.729, 20 ms", 20, 20), ("Opus at 32 kbit/s, 20 ms", 80, 20), ("G.711 or G.722, 20 ms", 160, 20),
                                  ("G.711 or G.722, 40 ms", 320, 40)):
        pps = 2 * 1000 / ptime
        for suites, name, tag in (("cm", "AES_CM_128_HMAC_SHA1_80", 10), ("gcm", "AEAD_AES_256_GCM", 16)):
            if (suites, payload) not in rows:
                continue
            calls = 0.8 * rows[suites, payload]["mpps"] * 1e6 / pps
            bits = (payload + 12 + tag + 28 + 18 + 20) * 8 * pps
            result.append((codec, name, f"{pps:.0f}", f"{round(calls, -2):,.0f}", f"{calls * bits / 1e9:.1f}", f"{1e10 / bits:,.0f}"))
    table(["codec", "suite", "packets/s of a call", "calls of a core", "Gbit/s then", "calls of 10 Gbit/s"], result)
    if ("cm", 160) not in rows:
        return
    mpps = 0.8 * rows["cm", 160]["mpps"]
    calls = mpps * 1e4
    put("Relays with one worker each, G.711 of 20 ms with AES_CM_128_HMAC_SHA1_80, calls of three minutes:\n")
    table(["relays", "calls", "Mpps", "Gbit/s", "set-ups/s", "calls that a relay takes with it"],
          [(f"{n:,}", f"{round(n * calls, -2):,.0f}", f"{n * mpps:,.1f}", f"{n * mpps * 248 * 8 / 1000:,.0f}",
            f"{n * calls / 180:,.0f}", f"{100 / n:g} %") for n in (1, 10, 100, 1000)])


def crypto():
    rows = lines("crypto")
    bursts = [row for row in rows if row["bench"] == "crypto"]
    if not bursts:
        return
    most = max(row["burst"] for row in bursts)
    section("crypto", "Cryptography alone (`bench_crypto`)")
    text.append(f"Cycles per re-key (unprotect and protect), bursts of {most}; bare: the library calls without Sluice.\n")
    table(["suite", "payload", "Sluice, IPsec-MB", "bare", "Sluice, libsrtp2"],
          [(row["suite"], row["payload"], f"{row['ipsec_mb']:.0f}", f"{row['bare']:.0f}",
            f"{row['srtp2']:.0f}" if row["srtp2"] else "–") for row in bursts if row["burst"] == most])
    threads = [row for row in rows if row["bench"] == "crypto_threads"]
    table(["threads", "suite", "library", "Mpps together"],
          [(row["threads"], row["suite"], row["library"], f"{row['mpps']:.2f}") for row in threads])
    chosen = [row for row in bursts if row["burst"] == most]
    data, command = curves(chosen, "payload", [
        (title, key, lambda row, s=suite: row["suite"] == s)
        for suite in ("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM")
        for title, key in ((short(suite), "ipsec_mb"), (short(suite) + ", bare library calls", "bare"))])
    plot("crypto", "Cycles per re-key by payload", ["set xlabel 'bytes of payload'", "set ylabel 'cycles'",
         "set yrange [0:*]", command], data)


def guard():
    rows = lines("guard")
    if not rows:
        return
    section("guard", "The XDP guard (`bench_guard`)")
    table(["packet", "verdict", "ns", "a program that only drops, ns"],
          [(row["packet"], row["verdict"], row["ns"], row["drop_ns"]) for row in rows if "packet" in row])


def setup():
    names = sorted(name for name in os.listdir(JSON) if name.startswith("setup-"))
    if not names:
        return
    section("setup", "Setting up calls (`bench_setup`)")
    text.append("A real sluiced, its Unix socket, one request after the other, a connection each. Rate: offer and answer. "
                "Memory: resident and hugepages, more than with no call, by the calls that are up.\n")
    rows = []
    for name in names:
        result = load(name)
        for level in result["levels"]:
            times = [f"{level[what]['p50-us']:.0f} / {level[what]['p99-us']:.0f} / {level[what]['p99.9-us']:.0f}"
                     for what in ("offer", "answer", "delete")]
            rows.append((f"{short(result['suite-a'])} ↔ {short(result['suite-b'])}", f"{level['calls']:,}",
                         f"{level['per-second']:,.0f}", *times,
                         f"{level['bytes-per-call']:,.0f}" if "bytes-per-call" in level else "–"))
    table(["suites", "calls up", "calls/s", "offer p50/p99/p99.9, µs", "answer", "delete", "bytes/call"], rows)


def relay():
    names = sorted(name for name in os.listdir(JSON) if name.split("-")[0] in RELAYS)
    if not names:
        return
    section("relay", "A whole relay on one core (`bench/relay.sh`)")
    text.append("Sluice (AF_XDP) and Debian's rtpengine (user space, one thread) in turn on one veth, one core for the relay, "
                "the other for the generator and the kernel's side of receiving; Sluice besides on a memif to the generator's "
                "process. Calls by NG with SDES on both legs, 160 bytes of payload. Loss-free: the highest rate tried with less "
                "than 0.1 % lost, of two tries at each; over memif, with rings of 8,192, of four. CPU: of the relay's process, at that rate; a worker "
                "on a memif polls all the time.\n")
    search, latency, curve = [], [], {}
    for name in names:
        result, kind = load(name), name.split("-")[0]
        suites = f"{short(result['suite-a'])} ↔ {short(result['suite-b'])}"
        best = result["best"]
        if not name.endswith("-search.json"):
            latency.append((suites, kind, best))
            continue
        search.append((suites, kind, best, result["calls"]))
        curve[suites, kind] = best_tries(result["trials"])
    table(["suites", "relay", "calls", "loss-free, kpps", "CPU, ns/packet", "× rtpengine's rate"],
          [(suites, RELAYS[kind], calls, f"{best['offered'] / 1000:.0f}", f"{best['relay-cpu-ns-per-packet']:.0f}",
            ratio(search, suites, kind, best)) for suites, kind, best, calls in sorted(search, key=str)])
    table(["suites", "kpps", "relay", "p50, µs", "p99", "p99.9", "lost, %"],
          [(suites, f"{best['rate'] / 1000:.0f}", RELAYS[kind], f"{best['p50-us']:.0f}", f"{best['p99-us']:.0f}",
            f"{best['p99.9-us']:.0f}", f"{best['loss'] * 100:.3f}")
           for suites, kind, best in sorted(latency, key=lambda one: (one[0], one[2]["rate"], one[1]))])
    data, parts = {}, []
    for i, ((suites, kind), points) in enumerate(sorted(curve.items())):
        data[f"d{i}"] = points
        parts.append(f"$d{i} using 1:2 with linespoints lw 2 pt 7 ps 0.6 title '{RELAYS[kind]}, {suites}'")
    if parts:
        plot("relay", "Packets lost by offered rate", ["set logscale x", "set xlabel 'offered, kpps'",
             "set ylabel 'lost, %'", "set yrange [0:*]", "plot " + ", ".join(parts)], data)
    if latency:
        bars(latency)


def capacity():
    names = sorted(name for name in os.listdir(JSON) if name.startswith("capacity-"))
    if not names:
        return
    section("capacity", "One interface, full (`bench/capacity.sh`)")
    text.append("One daemon and one logical interface with a pool of addresses; every call talks both ways over memif while a client "
                "sets up others and ends them. The time is made of trials, between which the generator encrypts. Rate: of the "
                "slowest trial.\n")
    rows = []
    for name in names:
        result = load(name)
        best = result["best"]
        seconds = sum(trial["packets"] / trial["rate"] for trial in result["trials"])
        rows.append((f"{short(result['suite-a'])} ↔ {short(result['suite-b'])}", f"{result['calls']:,}", result["addresses"],
                     f"{best['offered'] / 1e6:.2f}", f"{seconds:.0f}", f"{result['setups-per-second']:.0f}", f"{best['packets']:,}",
                     f"{best['packets'] - best['received']:,}", f"{best['judged']:,}, {best['bad']}"))
    table(["suites", "calls up", "addresses", "Mpps", "s", "set-ups and deletes/s", "packets", "lost", "judged, wrong"], rows)


def best_tries(trials):
    """Offered rate and percent lost: of the tries at each rate the one that lost least, which is the one that counts."""
    best = {}
    for trial in trials:
        rate = trial["rate"]
        if rate not in best or trial["loss"] < best[rate]["loss"]:
            best[rate] = trial
    return sorted((trial["offered"] / 1000, trial["loss"] * 100) for trial in best.values())


def ratio(search, suites, kind, best):
    peer = [other["offered"] for its, its_kind, other, _ in search if its == suites and its_kind == "rtpengine"]
    return f"{best['offered'] / peer[0]:.1f}" if peer and peer[0] and kind == "sluice" else "–"


def bars(latency):
    latency = sorted(latency, key=lambda one: (one[0], one[2]["rate"], one[1]))
    rows = [(f"{RELAYS[kind]}\\n{best['rate'] / 1000:.0f} kpps\\n{suites.split(' ')[0]}", max(best["p50-us"], 1),
             max(best["p99-us"], 1), max(best["p99.9-us"], 1)) for suites, kind, best in latency]
    plot("latency", "Time in the relay and on both cables, µs",
         ["set key width 0 maxcols 3", "set style data histogram", "set style fill solid 0.8", "set boxwidth 0.9", "set logscale y",
          "set yrange [1:*]", "set bmargin 5", "set ylabel 'µs'", "set xtics font ',9'",
          "plot $d using 2:xtic(1) title 'p50', '' using 3 title 'p99', '' using 4 title 'p99.9'"], {"d": rows})


def stages():
    rows = lines("stages")
    if not rows:
        return
    section("stages", "Where the cycles go (`bench_stages`)")
    text.append("Cycles of each stage per packet, with a clock around every stage.\n")
    names = [key for key in rows[0] if key.startswith("stage_")]
    table(["suites", "flows", *(name[6:] for name in names)],
          [(row["suites"], row["flows"], *(f"{row[name]:.0f}" for name in names)) for row in rows])
    rows = lines("instructions")
    if not rows:
        return
    text.append("Instructions per packet, by callgrind (`bench/instructions.py`), cryptography left out; loop: what "
                "`worker.c` does between the stages.\n")
    names = [key for key in rows[0] if key.startswith("stage_")]
    table(["instructions", *(name[6:] for name in names), "together"],
          [(row["suites"], *(f"{row[name]:.0f}" for name in names), f"{sum(row[name] for name in names):,.0f}")
           for row in rows])


def load_beside_setups():
    rows = [row for row in lines("load") if row["bench"] == "load"]
    if not rows:
        return
    section("load", "Calls set up beside busy workers (`bench_path --setups`)")
    text.append("Packets arrive by the clock at 80 % of the worker's rate, into a ring as deep as a NIC's (1,024) and into one of "
                "20 ms; \"own core\": nothing arrives while the worker is off its core. Else: lost neither while it was off its "
                "core nor within 5 ms of its coming back.\n")
    table(["suites", "flows", "Mpps", "room, packets", "set-ups/s", "packets", "lost", "else", "longest off its core, µs",
           "longest on it between looks, µs"],
          [(row["suites"], row["flows"], f"{row['mpps']:.2f}", f"{row['ring']:,}" + (", own core" if row["own_core"] else ""),
            f"{row['setups']:,}", f"{row['packets']:,}", f"{row['lost']:,}", f"{row['lost'] - row['back']:,}", row["off_us"],
            row["on_us"]) for row in rows])


machine()
parts()
bar()
path()
growth()
stages()
load_beside_setups()
crypto()
guard()
setup()
relay()
capacity()
planning()
everything()
write()
