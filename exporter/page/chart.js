// SPDX-License-Identifier: BSD-3-Clause
// Numbers as words and as pictures. A picture is an SVG whose label says what it shows.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300, HEIGHT = 60; // of the picture's own units, which are stretched

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const short = new Intl.NumberFormat('en', {maximumSignificantDigits: 3});

export function figure(x) {
	return x === null ? '–' : Math.abs(x) >= 1000 || Number.isInteger(x) ? whole.format(x) : short.format(x);
}

export function percent(x) {
	return x === null ? '–' : `${short.format(100 * x)}\u00a0%`;
}

export function duration(seconds) {
	if (seconds === null)
		return '–';
	if (seconds < 0.001)
		return `${short.format(1e6 * seconds)}\u00a0µs`;
	return seconds < 1 ? `${short.format(1e3 * seconds)}\u00a0ms` : `${short.format(seconds)}\u00a0s`;
}

// {least, mean, most} of points; null: none is known.
export function summary(points) {
	const known = points.map(({value}) => value).filter((value) => value !== null);

	if (!known.length)
		return null;
	return {
		least: Math.min(...known),
		mean: known.reduce((sum, value) => sum + value, 0) / known.length,
		most: Math.max(...known),
	};
}

// The least of 1, 2, 5, 10, 20 ... that is not below x.
function roundUp(x) {
	const power = 10 ** Math.floor(Math.log10(Math.max(x, 1)));
	return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= x);
}

function draw(name, attributes) {
	const element = document.createElementNS(SVG, name);
	for (const [attribute, value] of Object.entries(attributes))
		element.setAttribute(attribute, value);
	return element;
}

function picture() {
	return draw('svg', {role: 'img', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none'});
}

// Lines over time; the second is dashed.
export class Chart {
	element = picture();
	#area = draw('path', {class: 'area'});
	#lines = [];

	constructor(lines) {
		this.element.append(this.#area);
		for (let i = 0; i < lines; i++) {
			this.#lines.push(draw('path', {class: i ? 'line second' : 'line'}));
			this.element.append(this.#lines[i]);
		}
	}

	// Returns the value at the top.
	show({label, lines, span: [from, to]}) {
		const top = roundUp(Math.max(...lines.map((points) => summary(points)?.most ?? 0)));
		const x = (time) => (WIDTH * (time - from) / (to - from || 1)).toFixed(1);
		const y = (value) => (HEIGHT * (1 - value / top)).toFixed(1);
		let area = '';

		lines.forEach((points, i) => {
			let line = '', before = null;
			for (const {time, value} of points) {
				if (value !== null) {
					line += `${before === null ? 'M' : 'L'}${x(time)},${y(value)}`;
					if (before === null)
						line += 'h0'; // a dot, if it stays alone
					else if (!i)
						area += `M${before}V${HEIGHT}H${x(time)}V${y(value)}Z`;
				}
				before = value === null ? null : `${x(time)},${y(value)}`;
			}
			this.#lines[i].setAttribute('d', line);
		});
		this.#area.setAttribute('d', area);
		this.element.setAttribute('aria-label', label);
		return top;
	}
}

// A share of a whole.
export class Bar {
	element = picture();
	#share = draw('rect', {class: 'share', y: 15, height: 30});

	constructor() {
		this.element.append(draw('rect', {class: 'whole', y: 15, width: WIDTH, height: 30}), this.#share);
	}

	show({label, share}) {
		this.#share.setAttribute('width', WIDTH * Math.min(1, Math.max(0, share ?? 0)));
		this.element.setAttribute('aria-label', label);
	}
}
