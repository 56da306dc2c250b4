# SPDX-License-Identifier: BSD-3-Clause
"""Which rows of the bar are reached."""
import os

from report_page import JSON, RELAYS, lines, load, section, short, table


def bar_path(suites, least, ratio_limit):
    """P1, P2 and P4's share: rows of the bar for one pair of suites."""
    rows = {row["flows"]: row for row in lines("path") if row["suites"] == suites and "ceiling_cycles" in row}
    result = []
    for flows, mpps in least.items():
        if flows in rows:
            got, limit = rows[flows]["mpps"], rows[flows]["path_cycles"] / rows[flows]["ceiling_cycles"]
            result.append((f"{flows:,} flows", f"≥ {mpps} Mpps", f"{got:.2f} Mpps", got >= mpps))
            result.append((f"{flows:,} flows", f"≤ {ratio_limit} × the ceiling", f"{limit:.2f} ×", limit <= ratio_limit))
    ratios = [row["path_cycles"] / row["ceiling_cycles"] for row in rows.values()]
    return result, ratios


def bar_relay():
    """P5, P6 and P7."""
    found, result = {}, []
    for name in os.listdir(JSON):
        kind = name.split("-")[0]
        if kind in RELAYS:
            one = load(name)
            what = name[:-5].rsplit("-", 1)[1]
            found[kind, f"{short(one['suite-a'])} ↔ {short(one['suite-b'])}", what] = one["best"]
    for (kind, suites, what), best in sorted(found.items()):
        peer = found.get(("rtpengine", suites, what))
        if kind == "memif" and what == "search":
            mpps = best["offered"] / 1e6
            result.append(("P6", f"over memif, {suites}", "≥ 2 Mpps on a core", f"{mpps:.2f} Mpps", mpps >= 2))
        if kind != "sluice" or not peer:
            continue
        if what == "search" and peer["offered"] and best["relay-cpu-ns-per-packet"]:
            times = best["offered"] / peer["offered"]
            cpu = best["relay-cpu-ns-per-packet"] / peer["relay-cpu-ns-per-packet"]
            result.append(("P5", f"loss-free beside rtpengine, {suites}", "≥ 4 ×", f"{times:.1f} ×", times >= 4))
            result.append(("P5", f"CPU per packet at that rate, {suites}", "≤ 1/5", f"1/{1 / cpu:.1f}", cpu <= 0.2))
        elif what != "search":
            keys = ("p50-us", "p99-us", "p99.9-us")
            result.append(("P7", f"latency at {int(what) // 1000} kpps, {suites}", "p50, p99, p99.9 below rtpengine's",
                           ", ".join(f"{best[key]:.0f} of {peer[key]:.0f} µs" for key in keys),
                           all(best[key] < peer[key] for key in keys)))
    return result


def bar_setup():
    """P8 and P9."""
    result = []
    for name in sorted(name for name in os.listdir(JSON) if name.startswith("setup-")):
        one = load(name)
        suites, limit = f"{short(one['suite-a'])} ↔ {short(one['suite-b'])}", 8192 if "GCM" in one["suite-a"] else 4096
        for level in one["levels"]:
            if level["calls"] != 20000:
                continue
            slowest = max(level[what]["p99-us"] for what in ("offer", "answer"))
            result.append(("P8", f"set-up with 20,000 calls up, {suites}", "≥ 10,000 calls/s", f"{level['per-second']:,.0f}",
                           level["per-second"] >= 10000))
            result.append(("P8", f"p99 with 20,000 calls up, {suites}", "< 1 ms", f"{slowest:.0f} µs", slowest < 1000))
            result.append(("P9", f"memory of a call, {suites}", f"≤ {limit:,} bytes", f"{level['bytes-per-call']:,.0f} bytes",
                           level["bytes-per-call"] <= limit))
    return result


def bar():
    rows = []
    for number, suites, least, limit in (("P1", "cm", {1000: 3, 10000: 2.5, 40000: 2}, 1.4),
                                         ("P2", "gcm", {1000: 5, 10000: 4, 40000: 2}, 1.7)):
        sizes, ratios = bar_path(suites, least, limit)
        rows += [(number, f"{suites.upper()}, {what}", *rest) for what, *rest in sizes]
        if ratios:
            rows.append(("P4", f"{suites.upper()}, worst ratio of {len(ratios)} sizes", f"≤ {limit} × the ceiling",
                         f"{max(ratios):.2f} ×", max(ratios) <= limit))
    single = {(row["suites"], row["flows"]): row["mpps"] for row in lines("path")}
    for row in lines("path-two"):
        alone = single.get((row["suites"], row["flows"] // row["workers"]))
        if alone:
            times = row["mpps"] / alone
            rows.append(("P3", f"two workers, {row['suites'].upper()}, {row['flows'] // row['workers']:,} flows each",
                         "≥ 1.9 × one", f"{times:.2f} ×", times >= 1.9))
    rows += bar_relay() + bar_setup()
    for row in lines("guard"):
        if row.get("packet") == "closed port":
            times = row["ns"] / row["drop_ns"]
            rows.append(("P10", "guard, a packet no pinhole expects", "≤ 60 ns, ≤ 1.5 × parse and drop",
                         f"{row['ns']} ns, {times:.2f} ×", row["ns"] <= 60 and times <= 1.5))
    if not rows:
        return
    section("bar", "The bar")
    table(["", "what", "bar", "figure", "reached"],
          [(*row[:4], "yes" if row[4] else "**no**") for row in sorted(rows, key=lambda row: int(row[0][1:]))])
