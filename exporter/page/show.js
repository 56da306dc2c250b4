// SPDX-License-Identifier: BSD-3-Clause
// A history as the page shows it. Text goes in as text, whatever a relay may call its ports.

import {quantile} from './metrics.js';
import {Bar, Chart, duration, figure, percent, summary} from './chart.js';

const DROP_ROWS = 10;

export function set(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

export function make(name, attributes = {}, ...children) {
	const element = document.createElement(name);
	for (const [attribute, value] of Object.entries(attributes))
		element.setAttribute(attribute, value);
	element.append(...children);
	return element;
}

// The body of a table. Its rows stay the same elements, for whoever reads or selects them.
class Table {
	#rows = new Map();
	#body;

	constructor(id) {
		this.#body = document.getElementById(id).tBodies[0];
	}

	// rows: [[key, cell, ...]]; a cell is text, {word}, {lines, ...} of a chart, or {share, ...} of a bar.
	show(rows) {
		const elements = rows.map(([key, ...cells]) => {
			if (!this.#rows.has(key))
				this.#rows.set(key, this.#make(cells));
			const row = this.#rows.get(key);
			cells.forEach((cell, i) => row.shows[i](cell));
			return row.element;
		});
		const same = elements.length === this.#body.rows.length && elements.every((row, i) => row === this.#body.rows[i]);

		if (!same)
			this.#body.replaceChildren(...elements);
	}

	#make(cells) {
		const element = make('tr'), shows = [];

		cells.forEach((cell, i) => {
			const td = i ? make('td') : make('th', {scope: 'row'});
			element.append(td);
			if (typeof cell === 'string') {
				shows.push((text) => set(td, text));
			} else if ('word' in cell) {
				td.className = 'word';
				shows.push(({word}) => set(td, word));
			} else {
				const drawn = 'lines' in cell ? new Chart(cell.lines.length) : new Bar();
				td.className = 'picture';
				td.append(drawn.element);
				shows.push((shown) => drawn.show(shown));
			}
		});
		return {element, shows};
	}
}

// The charts at the top: {title, unit, lines: [{name, points, now}], limit}.
function headlines(history) {
	const rates = (name, keys, scale = 1) => {
		const now = history.rate(keys);
		const points = history.rates(keys).map(({time, value}) => ({time, value: value === null ? null : value * scale}));
		return {name, points, now: now === null ? null : now * scale};
	};
	const all = (name) => history.keys(name);

	return [
		{title: 'Calls', unit: '', limit: history.value('sluice_max_calls'), lines: [
			{name: '', points: history.gauge('sluice_active_calls'), now: history.value('sluice_active_calls')}]},
		{title: 'New calls', unit: '/s', lines: [rates('', all('sluice_calls_total'))]},
		{title: 'Requests of proxies', unit: '/s', lines: [rates('', all('sluice_ng_requests_total'))]},
		{title: 'Packets forwarded', unit: '/s', lines: [rates('', all('sluice_forwarded_total'))]},
		{title: 'Traffic in, out (dashed)', unit: ' Mbit/s', lines: [
			rates('in', all('sluice_port_received_bytes_total'), 8e-6), rates('out', all('sluice_port_sent_bytes_total'), 8e-6)]},
		{title: 'Packets dropped', unit: '/s', lines: [rates('', all('sluice_drops_total'))]},
	];
}

// A chart's label: all that can be seen in it.
function describe(title, unit, lines) {
	return `${title}: ${lines.map(({name, points, now}) => {
		const range = summary(points);
		const words = `${name} now ${figure(now)}${unit}`.trim();
		return range ? `${words}, ${figure(range.least)} to ${figure(range.most)} in 5 minutes` : words;
	}).join('; ')}`;
}

class Figures {
	#cards = new Map();
	#values = new Table('values');
	#box = document.getElementById('figures');

	show(history) {
		const rows = [];

		for (const {title, unit, lines, limit} of headlines(history)) {
			if (!this.#cards.has(title))
				this.#cards.set(title, this.#make(title, lines.length));
			const {chart, now, top} = this.#cards.get(title);
			set(now.firstChild, lines.map((line) => `${line.name} ${figure(line.now)}`.trim()).join(', '));
			set(now.lastChild, unit + (limit ? ` of at most ${figure(limit)}` : ''));
			const most = chart.show({label: describe(title, unit, lines), lines: lines.map(({points}) => points), span: history.span()});
			set(top, `top: ${figure(most)}${unit}`);
			for (const line of lines) {
				const name = `${title} ${line.name}`.trim() + (unit && `, ${unit.trim()}`);
				const range = summary(line.points);
				rows.push([name, name, figure(line.now), ...['least', 'mean', 'most'].map((of) => figure(range?.[of] ?? null))]);
			}
		}
		this.#values.show(rows);
	}

	#make(title, lines) {
		const chart = new Chart(lines), top = make('span'), now = make('p', {}, make('b'), make('span'));

		this.#box.append(make('div', {class: 'figure'}, make('h3', {}, title), now, chart.element,
			make('p', {class: 'scale'}, make('span', {}, '5 minutes ago'), top, make('span', {}, 'now'))));
		return {chart, now, top};
	}
}

function sparkline(history, title, keys) {
	const lines = keys.map(([name, key]) => ({name, points: history.rates([key]), now: history.rate([key])}));
	return {label: describe(title, '/s', lines), lines: lines.map(({points}) => points), span: history.span()};
}

function drops(history, table) {
	const rows = history.series('sluice_drops_total').map(({key, labels}) => (
		{key, labels, total: history.value(key), lately: history.increase([key])?.by ?? null}))
		.filter(({total}) => total)
		.sort((a, b) => b.lately - a.lately || b.total - a.total);
	const more = rows.length - DROP_ROWS;

	table.show(rows.slice(0, DROP_ROWS).map(({key, labels: {by, reason}, total, lately}) => [
		key, reason, {word: by}, figure(history.rate([key])), figure(lately), figure(total),
		sparkline(history, `Drops by ${by} as ${reason}`, [['', key]])]));
	document.getElementById('drops').hidden = !rows.length;
	document.getElementById('no-drops').hidden = history.increase(history.keys('sluice_drops_total'))?.by !== 0;
	document.getElementById('more-drops').hidden = more <= 0;
	set(document.getElementById('more-drops'), more > 0 ? `${more} more since the start are in /metrics.` : '');
}

function ports(history, table) {
	table.show(history.series('sluice_port_received_total').map(({labels: {port}}) => {
		const key = (what) => history.keys(`sluice_port_${what}_total`, {port})[0];
		const rate = (what) => history.rate([key(what)]);
		const megabits = (what) => figure(rate(what) === null ? null : rate(what) * 8e-6);
		return [port, port, figure(rate('received')), figure(rate('sent')), megabits('received_bytes'), megabits('sent_bytes'),
			figure(rate('missed')), sparkline(history, `Packets of ${port}`, [['in', key('received')], ['out', key('sent')]])];
	}));
}

function workers(history, table) {
	table.show(history.series('sluice_forwarded_total').map(({key, labels: {core}}) => {
		const rate = (name) => history.rate(history.keys(name, {core}));
		const busy = rate('sluice_busy_seconds_total'), idle = rate('sluice_idle_seconds_total');
		const added = history.buckets('sluice_added_latency_seconds', {core});
		return [core, core, figure(history.rate([key])), percent(busy === null ? null : busy / (busy + idle || 1)),
			percent(rate('sluice_worker_core_wait_seconds_total')), duration(quantile(0.5, added)), duration(quantile(0.99, added)),
			sparkline(history, `Forwarded by core ${core}`, [['', key]])];
	}));
}

function requests(history, table) {
	table.show(history.series('sluice_ng_requests_total').filter(({key}) => history.value(key)).map(({key, labels: {command}}) => {
		const took = history.buckets('sluice_ng_request_seconds', {command});
		const count = (keys) => figure(history.increase(keys)?.by ?? null);
		return [command, command, figure(history.rate([key])), count([key]), count(history.keys('sluice_ng_errors_total', {command})),
			duration(quantile(0.5, took)), duration(quantile(0.99, took)), sparkline(history, `Requests ${command}`, [['', key]])];
	}));
}

function distribution(history, table, name, title, bound) {
	const buckets = history.buckets(name);
	const all = buckets.reduce((sum, {count}) => sum + count, 0);

	table.show(buckets.map(({above, upto, count}) => {
		const words = upto === Infinity ? `above ${bound(above)}` : upto ? `to ${bound(upto)}` : 'none';
		const share = all ? count / all : null;
		return [String(upto), words, figure(count), percent(share), {label: `${title} ${words}: ${percent(share)}`, share}];
	}));
}

function limits(history, table) {
	table.show(history.series('sluice_limit_used_ratio').map(({key, labels: {limit}}) => {
		const share = history.value(key);
		return [limit, limit, percent(share), {label: `${limit}: ${percent(share)} in use`, share}];
	}));
}

function pairs(history, table) {
	table.show(history.series('sluice_port_pairs', {state: 'free'}).map(({labels: {interface: name, address}}) => {
		const [free, taken, resting] = ['free', 'taken', 'resting'].map((state) =>
			history.value(history.keys('sluice_port_pairs', {address, interface: name, state})[0]));
		const share = free === null ? null : (taken + resting) / (free + taken + resting || 1);
		return [`${name} ${address}`, `${address} (${name})`, figure(free), figure(taken), figure(resting),
			{label: `${address}: ${percent(share)} of pairs are not free`, share}];
	}));
}

// Everything but how the relay stands.
export class Page {
	#figures = new Figures();
	#tables = new Map();

	#table(id) {
		if (!this.#tables.has(id))
			this.#tables.set(id, new Table(id));
		return this.#tables.get(id);
	}

	show(history) {
		this.#figures.show(history);
		drops(history, this.#table('drops'));
		ports(history, this.#table('ports'));
		workers(history, this.#table('workers'));
		requests(history, this.#table('requests'));
		distribution(history, this.#table('mos'), 'sluice_stream_mos', 'MOS', figure);
		distribution(history, this.#table('loss'), 'sluice_stream_loss_ratio', 'Loss', percent);
		distribution(history, this.#table('jitter'), 'sluice_stream_jitter_seconds', 'Jitter', duration);
		limits(history, this.#table('limits'));
		pairs(history, this.#table('pairs'));
	}
}
