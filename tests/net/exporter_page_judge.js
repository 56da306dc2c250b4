// SPDX-License-Identifier: BSD-3-Clause
// The body of a function, for exporter_page.py: what is wrong with the page for whoever reads it, by WCAG 2.2 AA. Empty: nothing.
const faults = [];

// The numbers of a colour as getComputedStyle() has it: rgb(1, 2, 3) or rgba(..., 0).
const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
const luminance = (colour) => {
	const [r, g, b] = parts(colour).map((c) => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
	const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (high + 0.05) / (low + 0.05);
};
const ground = (element) => {
	for (let at = element; at; at = at.parentElement) {
		const colour = getComputedStyle(at).backgroundColor;
		if ((parts(colour)[3] ?? 1) > 0)
			return colour;
	}
	return 'rgb(255, 255, 255)';
};

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
	const element = texts.currentNode.parentElement;
	if (!texts.currentNode.data.trim() || element.closest('noscript') || !element.checkVisibility())
		continue;
	const ratio = contrast(getComputedStyle(element).color, ground(element));
	if (ratio < 4.5)
		faults.push(`"${texts.currentNode.data.trim()}" has a contrast of ${ratio.toFixed(1)}`);
	if (parseFloat(getComputedStyle(element).fontSize) < 12)
		faults.push(`"${texts.currentNode.data.trim()}" is small`);
}
for (const path of document.querySelectorAll('.line')) {
	const ratio = contrast(getComputedStyle(path).stroke, ground(path.closest('div, td')));
	if (ratio < 3)
		faults.push(`a line has a contrast of ${ratio.toFixed(1)}`);
}

for (const svg of document.querySelectorAll('svg'))
	if (svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label'))
		faults.push('a chart has no name');
for (const box of document.querySelectorAll('.wide'))
	if (box.tabIndex !== 0 || !(box.ariaLabel || document.getElementById(box.getAttribute('aria-labelledby'))))
		faults.push('what can be scrolled has no name, or no place in the order of the Tab key');

let level = 0;
for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
	const next = Number(heading.localName[1]);
	if (next > level + 1)
		faults.push(`heading "${heading.textContent}" leaves a level out`);
	level = next;
}
if (document.querySelectorAll('h1').length !== 1)
	faults.push('not one h1');
if (document.documentElement.lang !== 'en')
	faults.push('no language');
if (document.documentElement.scrollWidth > innerWidth)
	faults.push(`${document.documentElement.scrollWidth} pixels wide in a window of ${innerWidth}`);
if (document.getAnimations().length)
	faults.push('something moves');
return faults;
