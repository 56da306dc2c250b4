#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Turns DIRECTORY/json, as run.sh leaves it, into DIRECTORY/README.md, results.json and SVG plots (gnuplot)."""
import json
import os
import subprocess
import sys

OUT = sys.argv[1]
JSON = os.path.join(OUT, "json")
SHORT = {
    "AES_CM_128_HMAC_SHA1_80": "CM-128-80",
    "AES_CM_128_HMAC_SHA1_32": "CM-128-32",
    "AEAD_AES_256_GCM": "GCM-256",
    "AEAD_AES_128_GCM": "GCM-128",
}
RELAYS = {"sluice": "Sluice", "rtpengine": "rtpengine", "memif": "Sluice, memif"}
text = []


def short(suite):
    return SHORT.get(suite, suite)


def lines(name):
    try:
        with open(os.path.join(JSON, name + ".jsonl")) as file:
            return [json.loads(line) for line in file if line.startswith("{")]
    except OSError:
        return []


def load(name):
    with open(os.path.join(JSON, name)) as file:
        return json.load(file)


def table(head, rows):
    text.append("| " + " | ".join(head) + " |")
    text.append("|" + " --- |" * len(head))
    for row in rows:
        text.append("| " + " | ".join(str(cell) for cell in row) + " |")
    text.append("")


def plot(name, title, commands, data):
    """`data`: blocks of rows, as $name of gnuplot."""
    script = ["set terminal svg size 760,420 font 'sans,13' background rgb 'white'",
              f"set output '{OUT}/{name}.svg'", f"set title '{title}'", "set grid ytics lc rgb '#dddddd'",
              "set key top left", "set border 3", "set tics nomirror"]
    for block, rows in data.items():
        script.append(f"${block} << END")
        script += [" ".join(f'"{cell}"' if isinstance(cell, str) else f"{cell:.6g}" for cell in row) for row in rows]
        script.append("END")
    subprocess.run(["gnuplot"], input="\n".join(script + commands) + "\n", text=True, check=True)
    text.append(f"![{title}]({name}.svg)\n")


def machine():
    about = load("machine.json")
    text.append("<!-- SPDX-License-Identifier: BSD-3-Clause -->\n# Results of one run\n")
    text.append("`bench/run.sh` wrote this page, `results.json` and the plots. Cycles are of the time-stamp counter.\n")
    table(["machine", ""], [(key, ", ".join(value) if isinstance(value, list) else
                             ", ".join(f"{name} {version}" for name, version in value.items())
                             if isinstance(value, dict) else value) for key, value in about.items()])
    if about["load before"] > 1:
        text.append(f"**The machine did other work meanwhile** (load {about['load before']:.0f} on {about['cores']} cores before the "
                    "run): rates are lower and latencies higher than they would be, for both relays. Compare, but do "
                    "not quote.\n")


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
    text.append("## The packet path on one core (`bench_path`)\n")
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


def crypto():
    rows = lines("crypto")
    bursts = [row for row in rows if row["bench"] == "crypto"]
    if not bursts:
        return
    most = max(row["burst"] for row in bursts)
    text.append("## Cryptography alone (`bench_crypto`)\n")
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
    plot("crypto", "Cycles per re-key by payload", ["set xlabel 'bytes of payload'", "set ylabel 'cycles'", command], data)


def guard():
    rows = lines("guard")
    if not rows:
        return
    text.append("## The XDP guard (`bench_guard`)\n")
    table(["packet", "verdict", "ns", "a program that only drops, ns"],
          [(row["packet"], row["verdict"], row["ns"], row["drop_ns"]) for row in rows if "packet" in row])


def setup():
    names = sorted(name for name in os.listdir(JSON) if name.startswith("setup-"))
    if not names:
        return
    text.append("## Setting up calls (`bench_setup`)\n")
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
    text.append("## A whole relay on one core (`bench/relay.sh`)\n")
    text.append("Sluice (AF_XDP) and Debian's rtpengine (user space, one thread) in turn on one veth, one core for the relay, "
                "the other for the generator and the kernel's side of receiving; calls by NG with SDES on both legs, "
                "160 bytes of payload. Loss-free: the highest rate tried with less than 0.1 % lost, of two tries at each. "
                "CPU: of the relay's process, at that rate.\n")
    search, latency, curve = [], [], {}
    for name in names:
        result, kind = load(name), name.split("-")[0]
        suites = f"{short(result['suite-a'])} ↔ {short(result['suite-b'])}"
        best = result["best"]
        if not name.endswith("-search.json"):
            latency.append((suites, kind, best))
            continue
        search.append((suites, kind, best, result["calls"]))
        curve[suites, kind] = sorted((trial["offered"] / 1000, trial["loss"] * 100) for trial in result["trials"])
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


def ratio(search, suites, kind, best):
    peer = [other["offered"] for its, its_kind, other, _ in search if its == suites and its_kind == "rtpengine"]
    return f"{best['offered'] / peer[0]:.1f}" if peer and peer[0] and kind == "sluice" else "–"


def bars(latency):
    latency = sorted(latency, key=lambda one: (one[0], one[2]["rate"], one[1]))
    rows = [(f"{RELAYS[kind]}\\n{best['rate'] / 1000:.0f} kpps\\n{suites.split(' ')[0]}", max(best["p50-us"], 1),
             max(best["p99-us"], 1), max(best["p99.9-us"], 1)) for suites, kind, best in latency]
    plot("latency", "Time in the relay and on both cables, µs",
         ["set style data histogram", "set style fill solid 0.8", "set boxwidth 0.9", "set logscale y",
          "set yrange [1:*]", "set bmargin 5", "set ylabel 'µs'", "set xtics font ',9'",
          "plot $d using 2:xtic(1) title 'p50', '' using 3 title 'p99', '' using 4 title 'p99.9'"], {"d": rows})


def everything():
    result = {}
    for name in sorted(os.listdir(JSON)):
        stem = name.rsplit(".", 1)[0]
        if name.endswith(".jsonl"):
            result[stem] = lines(stem)
        elif name.endswith(".json"):
            result[stem] = load(name)
    with open(os.path.join(OUT, "results.json"), "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


machine()
path()
crypto()
guard()
setup()
relay()
everything()
with open(os.path.join(OUT, "README.md"), "w") as page:
    page.write("\n".join(text).rstrip() + "\n")
print(f"{OUT}/README.md")
