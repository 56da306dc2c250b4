#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tones as 16-bit mono WAV files at 8000 Hz.

tone.py make FILE HZ SECONDS
tone.py hear FILE HZ PURITY SECONDS     prints what is heard; exit 1 if less pure or shorter than that
"""
import array
import math
import sys
import wave

RATE = 8000
WINDOW = RATE // 5  # 0.2 s: 5 Hz per bin, so tones at multiples of 5 Hz do not leak into others


def make(path, hertz, seconds):
    samples = array.array("h", (
        round(8000 * math.sin(2 * math.pi * hertz * i / RATE)) for i in range(int(RATE * seconds))))
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def energy_at(window, hertz):
    """The part of sum(x^2) that a sinusoid of this frequency carries (Goertzel)."""
    step = 2 * math.cos(2 * math.pi * hertz / RATE)
    before = now = 0.0
    for sample in window:
        before, now = now, sample + step * now - before
    return 2 * (now * now + before * before - step * now * before) / len(window)


def hear(path, expected):
    """{hertz: the strongest frequency, purity: energy at `expected` / all energy, seconds: not silent}

    Silence before the first and after the last sound is not counted; gaps between them are."""
    with wave.open(path, "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError("%s: not 16-bit mono at %d Hz" % (path, RATE))
        # A recorder that was killed leaves a header that counts fewer frames than there are.
        samples = array.array("h", file.readframes(file.getnframes()))
    loud = [i for i, sample in enumerate(samples) if abs(sample) > 300]
    if not loud:
        return {"hertz": 0, "purity": 0.0, "seconds": 0.0}
    samples = samples[loud[0]:loud[-1] + 1]
    windows = [samples[i:i + WINDOW] for i in range(0, len(samples) - WINDOW + 1, WINDOW)]
    if not windows:
        return {"hertz": 0, "purity": 0.0, "seconds": len(samples) / RATE}
    total = sum(float(s) * s for window in windows for s in window)
    probe = windows[::max(1, len(windows) // 3)][:3]
    strongest = max(range(100, RATE // 2, 5), key=lambda hz: sum(energy_at(w, hz) for w in probe))
    return {
        "hertz": strongest,
        "purity": sum(energy_at(window, expected) for window in windows) / total,
        "seconds": sum(max(map(abs, window)) > 300 for window in windows) * WINDOW / RATE,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    elif sys.argv[1:2] == ["hear"]:
        heard = hear(sys.argv[2], int(sys.argv[3]))
        print("%(hertz)d Hz, purity %(purity).3f, %(seconds).1f s" % heard)
        sys.exit(heard["purity"] < float(sys.argv[4]) or heard["seconds"] < float(sys.argv[5]))
    else:
        sys.exit(__doc__)
