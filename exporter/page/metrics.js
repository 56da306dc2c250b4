// SPDX-License-Identifier: BSD-3-Clause
// The text of /metrics, its last minutes in memory, and what follows from them. Knows nothing of the page.

export const PERIOD = 2; // s between two questions
export const RECENT = 10; // s that a figure of "now" is a mean of
export const WINDOW = 300; // s that are kept

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const STARTED = 'sluice_start_time_seconds';

function number(text) {
	return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function unescape(text) {
	return text.replace(/\\(.)/g, (all, c) => c === 'n' ? '\n' : c);
}

// Text format 0.0.4: {values: of each series by its key, which is how it is written; families: series of each name}.
export function parse(text) {
	const values = new Map(), families = new Map();

	for (const line of text.split('\n')) {
		const found = SAMPLE.exec(line);
		if (!found)
			continue; // HELP, TYPE
		const [, name, inner = ''] = found, labels = {};
		for (const [, label, value] of inner.matchAll(LABEL))
			labels[label] = unescape(value);
		const key = inner ? `${name}{${inner}}` : name;
		values.set(key, number(found[3]));
		if (!families.has(name))
			families.set(name, []);
		families.get(name).push({key, labels});
	}
	return {values, families};
}

// Samples {time, values}, the oldest first, by a clock of the exporter's in seconds. values: null where nothing is known.
export class History {
	samples = [];
	families = new Map(); // of the last answer that had any

	// `time` is when the relay answered; the same again is no new sample.
	add(time, text) {
		const {values, families} = parse(text);
		const up = values.get('sluice_up') === 1;

		while (this.samples.length && this.samples.at(-1).values === null && this.samples.at(-1).time >= time)
			this.samples.pop(); // it was a guess
		if (this.samples.length && this.samples.at(-1).time > time)
			this.samples = []; // the machine was started anew
		if (this.samples.length && this.samples.at(-1).time === time)
			return;
		if (up)
			this.families = families;
		this.#push(time, up ? values : null);
	}

	// Nobody answers, `seconds` after the last sample.
	gap(seconds) {
		if (this.samples.length)
			this.#push(this.samples.at(-1).time + seconds, null);
	}

	#push(time, values) {
		this.samples.push({time, values});
		while (this.samples[0].time < time - WINDOW)
			this.samples.shift();
	}

	// [from, to] of charts.
	span() {
		const to = this.samples.length ? this.samples.at(-1).time : 0;
		return [to - WINDOW, to];
	}

	// Series of that name whose labels are those of `match`.
	series(name, match = {}) {
		return (this.families.get(name) ?? []).filter(({labels}) =>
			Object.entries(match).every(([label, value]) => labels[label] === value));
	}

	keys(name, match) {
		return this.series(name, match).map(({key}) => key);
	}

	// The value of the last sample; null: it has none.
	value(key) {
		return this.samples.at(-1)?.values?.get(key) ?? null;
	}

	// [{time, value}] of a gauge.
	gauge(key) {
		return this.samples.map(({time, values}) => ({time, value: values?.get(key) ?? null}));
	}

	// [{time, value}]: by how much the counters together grew a second, each point since the one before it.
	rates(keys) {
		return this.samples.slice(1).map((sample, i) => {
			const grown = growth(this.samples[i], sample, keys);
			return {time: sample.time, value: grown && grown.by / grown.seconds};
		});
	}

	// {by, seconds}: by how much they grew in the last `seconds`, as far as one run of the relay's is known. Or null.
	increase(keys, seconds = WINDOW) {
		const last = this.samples.at(-1);
		const first = last?.values && this.samples.find(({time, values}) => time >= last.time - seconds - PERIOD / 2 &&
			values?.get(STARTED) === last.values.get(STARTED));
		return first ? growth(first, last, keys) : null;
	}

	// A second, over the last RECENT seconds.
	rate(keys) {
		const grown = this.increase(keys, RECENT);
		return grown && grown.by / grown.seconds;
	}

	// A histogram's [{above, upto, count}] in the last WINDOW; empty: not known.
	buckets(name, match) {
		let below = 0, above = -Infinity;
		const found = [];

		for (const {key, labels} of this.series(name + '_bucket', match)) {
			const grown = this.increase([key]), upto = number(labels.le);
			if (!grown)
				return [];
			found.push({above, upto, count: grown.by - below});
			[below, above] = [grown.by, upto];
		}
		return found;
	}
}

// Null: across a gap, a restart, or no time at all.
function growth(a, b, keys) {
	const seconds = b.time - a.time;
	let by = 0;

	if (!a.values || !b.values || seconds <= 0 || a.values.get(STARTED) !== b.values.get(STARTED) || !keys.length)
		return null;
	for (const key of keys)
		by += (b.values.get(key) ?? 0) - (a.values.get(key) ?? 0);
	return {by, seconds};
}

// As Prometheus does it: evenly within a bucket. A value beyond the last bound counts as that bound. Null: there is nothing.
export function quantile(q, buckets) {
	let rest = q * buckets.reduce((sum, {count}) => sum + count, 0);

	if (!rest)
		return null;
	for (const {above, upto, count} of buckets) {
		const from = above === -Infinity ? Math.min(0, upto) : above;
		if (upto === Infinity)
			return from;
		if (count && rest <= count)
			return from + (upto - from) * rest / count;
		rest -= count;
	}
	return null;
}
