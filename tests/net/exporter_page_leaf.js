// SPDX-License-Identifier: BSD-3-Clause
// The body of a function, for exporter_page.py: cases of what the page reckons, [what, is, should be]; returns those that are wrong.
return Promise.all([import('/metrics.js'), import('/chart.js')]).then(([{History, parse, quantile}, {duration, figure, percent, summary}]) => {
	const told = (start, n, more = '') => `# HELP a A.\nsluice_up 1\nsluice_start_time_seconds ${start}\na_total{p="x"} ${n}\n${more}`;
	const a = ['a_total{p="x"}'];
	const history = (...samples) => {
		const made = new History();
		for (const [time, text] of samples)
			text === null ? made.gap(time) : made.add(time, text);
		return made;
	};
	const rates = (...samples) => history(...samples).rates(a).map(({value}) => value);
	const bucket = (above, upto, count) => ({above, upto, count});
	const odd = parse('m{a="x\\"y\\\\z\\n,}",b=""} -1.5e3\nn +Inf\n# TYPE m gauge\nnonsense\n');
	const le = (x, y, z) => `h_bucket{le="0.1"} ${x}\nh_bucket{le="1.0"} ${y}\nh_bucket{le="+Inf"} ${z}\n`;

	return [
		['labels', odd.families.get('m')[0].labels, {a: 'x"y\\z\n,}', b: ''}],
		['values', [...odd.values.values()].map(String), ['-1500', 'Infinity']],
		['a rate', rates([10, told(1, 5)], [12, told(1, 25)], [16, told(1, 25)]), [10, 0]],
		['the same answer twice', rates([10, told(1, 5)], [10, told(1, 5)], [12, told(1, 25)]), [10]],
		['a relay that was started anew', rates([10, told(1, 500)], [12, told(9, 3)], [14, told(9, 7)]), [null, 2]],
		['a relay that was away', rates([10, told(1, 5)], [12, 'sluice_up 0\n'], [14, told(1, 9)]), [null, null]],
		['an exporter that was away', rates([10, told(1, 5)], [2, null], [2, null], [16, told(1, 9)]), [null, null, null]],
		['a guess that was late', rates([10, told(1, 5)], [9, null], [12, told(1, 9)]), [2]],
		['a machine that was started anew', rates([1000, told(1, 5)], [3, told(9, 5)], [5, told(9, 9)]), [2]],
		['kept for five minutes', history([0, told(1, 1)], [100, told(1, 1)], [350, told(1, 1)]).samples.length, 2],
		['of ten seconds', history([0, told(1, 0)], [10, told(1, 100)], [20, told(1, 130)]).rate(a), 3],
		['of one sample', history([0, told(1, 0)]).rate(a), null],
		['nothing is known now', history([0, told(1, 0)], [2, 'sluice_up 0\n']).value(a[0]), null],
		['buckets', history([0, told(1, 0, le(1, 1, 1))], [2, told(1, 0, le(1, 4, 5))]).buckets('h').map(({count}) => count), [0, 3, 1]],
		['half', quantile(0.5, [bucket(-Infinity, 0.1, 0), bucket(0.1, 0.3, 4), bucket(0.3, Infinity, 0)]), 0.2],
		['beyond', quantile(0.99, [bucket(-Infinity, 0.1, 1), bucket(0.1, Infinity, 9)]), 0.1],
		['from none', quantile(0.5, [bucket(-Infinity, 1, 2)]), 0.5],
		['of nothing', quantile(0.5, [bucket(-Infinity, 1, 0)]), null],
		['figures', [0, 0.1234, 12.34, 123, 1234.5, 1e6, null].map(figure), ['0', '0.123', '12.3', '123', '1,235', '1,000,000', '–']],
		['durations', [2e-6, 0.0123, 12, null].map(duration), ['2\u00a0µs', '12.3\u00a0ms', '12\u00a0s', '–']],
		['shares', [0, 0.123, 1].map(percent), ['0\u00a0%', '12.3\u00a0%', '100\u00a0%']],
		['a summary', summary([{value: 1}, {value: null}, {value: 3}]), {least: 1, mean: 2, most: 3}],
		['of none', summary([{value: null}]), null],
	].filter(([, is, should]) => JSON.stringify(is) !== JSON.stringify(should));
});
