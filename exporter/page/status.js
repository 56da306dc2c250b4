// SPDX-License-Identifier: BSD-3-Clause
// Asks for /metrics again and again, says how the relay stands, and has the rest shown.

import {History, PERIOD} from './metrics.js';
import {figure, percent} from './chart.js';
import {make, Page, set} from './show.js';

const PATIENCE = 8000; // ms, more than the exporter has with the relay

export const history = new History();
const page = new Page();
const facts = new Map();
let last = null; // ms, performance.now(): when something was known of the relay
let state = {text: null, since: null};

async function ask(path) {
	const answer = await fetch(path, {headers: {Accept: 'text/plain'}, signal: AbortSignal.timeout(PATIENCE)});
	return {answer, text: await answer.text()};
}

async function metrics() {
	const {answer, text} = await ask('/metrics');
	if (!answer.ok)
		throw new Error(`${answer.status}: ${text.trim()}`);
	history.add(Number(answer.headers.get('Sluice-Sampled')), text);
	last = performance.now();
}

function gap() {
	if (last === null)
		return;
	history.gap((performance.now() - last) / 1000);
	last = performance.now();
}

function clock(date) {
	return date.toLocaleTimeString('en-GB');
}

function ago(seconds) {
	const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']].map(([unit, name], i, units) =>
		[Math.floor(seconds % (units[i - 1]?.[0] ?? Infinity) / unit), name]);
	const first = parts.findIndex(([n]) => n > 0);
	return first < 0 ? '0 s' : parts.slice(first, first + 2).map(([n, name]) => `${n} ${name}`).join(' ');
}

// Kinds of alarms that are up.
function alarms() {
	return history.series('sluice_alarms_total', {change: 'raised'}).flatMap(({key, labels: {kind}}) => {
		const up = history.value(key) - history.value(history.keys('sluice_alarms_total', {change: 'ended', kind})[0]);
		return up > 0 ? [up > 1 ? `${kind} (${up})` : kind] : [];
	});
}

// {kind, mark, title, text}: kind is how grave it is; mark says the same without a colour.
async function judge(failure) {
	if (failure)
		return {kind: 'bad', mark: '✖', title: 'No answer', text: 'The exporter does not answer.'};
	if (history.value('sluice_accepting') === 1) {
		const up = alarms();
		if (up.length)
			return {kind: 'warn', mark: '▲', title: 'Alarm', text: `Ready: new calls are taken. Alarms are up: ${up.join(', ')}.`};
		return {kind: 'good', mark: '✔', title: 'Ready', text: 'Ready: new calls are taken. No alarm is up.'};
	}
	const down = history.samples.at(-1).values === null;
	const why = await ask('/readyz').then(({text}) => text.trim(), () => 'the exporter does not answer');
	return {kind: down ? 'bad' : 'warn', mark: down ? '✖' : '▲', title: down ? 'Relay away' : 'Full',
		text: down ? `The relay does not answer: ${why}` : `Not ready: ${why}`};
}

function showState({kind, mark, title, text}) {
	const where = document.getElementById('state');

	if (state.text !== text)
		state = {text, since: new Date()};
	where.className = `state ${kind}`;
	set(where, `${mark} ${text}`);
	document.title = `${title} – Sluice ${location.host}`;
	set(document.getElementById('since'),
		`Since ${clock(state.since)}, for ${ago((Date.now() - state.since) / 1000)}, as far as this page has seen.`);
}

function fact(name, text) {
	if (!facts.has(name)) {
		facts.set(name, make('dd'));
		document.getElementById('facts').append(make('div', {}, make('dt', {}, name), facts.get(name)));
	}
	set(facts.get(name), text);
}

function showFacts() {
	const [build] = history.series('sluice_build_info');
	const nearest = history.series('sluice_nearest_limit').find(({key}) => history.value(key) === 1);
	const started = history.value('sluice_start_time_seconds');
	const drift = history.keys('sluice_config_drift').reduce((sum, key) => sum + history.value(key), 0);
	const refused = history.series('sluice_admissions_total').filter(({labels}) => labels.verdict !== 'admitted').map(({key}) => key);

	if (started === null)
		return;
	fact('Runs for', ago(Date.now() / 1000 - started));
	fact('Version', `${build.labels.version}, ${build.labels.crypto}`);
	fact('Nearest limit', nearest ? `${nearest.labels.limit}, ${percent(
		history.value(history.keys('sluice_limit_used_ratio', nearest.labels)[0]))} in use` : 'none');
	fact('Calls refused in 5 min', figure(history.increase(refused)?.by ?? null));
	fact('Configuration file', history.value('sluice_config_file_usable') !== 1 ? 'has mistakes' :
		drift ? `${drift} differences to what runs` : 'is what runs');
}

async function turn() {
	const begun = performance.now();
	let failure = null;

	try {
		await metrics();
	} catch (error) {
		failure = error;
		gap();
	}
	showState(await judge(failure));
	showFacts();
	page.show(history);
	setTimeout(turn, Math.max(0, 1000 * PERIOD - (performance.now() - begun)));
}

set(document.getElementById('where'), location.host);
turn();
