// SPDX-License-Identifier: BSD-3-Clause
// The body of a function, for exporter_page.py: what the page has fetched, and what it shows of it.
const cells = (id) => [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
	[...row.cells].map((cell) => cell.textContent));

return import('/status.js').then(({history}) => ({
	samples: history.samples.filter(({values}) => values).map(({time, values}) => [time, Object.fromEntries(values)]),
	cards: Object.fromEntries([...document.querySelectorAll('.figure')].map((card) =>
		[card.querySelector('h3').textContent, card.querySelector('b').textContent.replace(/^in /, '')])),
	drops: cells('drops').map((row) => row.slice(0, 5)),
	pairs: cells('pairs').map((row) => row.slice(1, 4)),
}));
