// SPDX-License-Identifier: BSD-3-Clause
// The body of a function, for exporter_page.py: [seconds, rate] of each point of a counter's chart.
return import('/status.js').then(({history}) => {
	const times = history.samples.map(({time}) => time);
	return history.rates(history.keys(arguments[0])).map(({value}, i) => [times[i + 1] - times[i], value]);
});
