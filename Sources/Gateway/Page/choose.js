// A form that chooses instrument and moment, kept in the address so that it can be shared.

import { get } from '/api.js';
import { el } from '/ui.js';

let known = null;

/** The instruments that have bars, and the others. */
async function instruments() {
  if (known) return known;
  const rows = (await get('/api/market/instruments', { limit: 1000, columns: 'symbol,last_ts' })).items;
  const names = (hasBars) => rows.filter((row) => Boolean(row.last_ts) === hasBars)
    .map((row) => row.symbol).sort();
  const found = { withBars: names(true), without: names(false) };
  // Bars may be loaded while the page is open.
  if (found.withBars.length) known = found;
  return found;
}

/** fields: [[name, label, type, value, attributes]]; changes the address, which shows the page again. */
export async function choose(page, parameters, fields = []) {
  const { withBars, without } = await instruments();
  const list = withBars.length ? [...withBars, ...without] : without;
  const before = localStorage.getItem('symbol');
  const chosen = parameters.get('symbol') || (list.includes(before) ? before
    : list.includes('AAPL') ? 'AAPL' : list[0]);
  if (chosen) localStorage.setItem('symbol', chosen);
  const symbol = el('select', { name: 'symbol' },
    [['With bars', withBars], ['Without bars yet', without]].filter(([, names]) => names.length)
      .map(([label, names]) => el('optgroup', { label }, names.map((name) =>
        el('option', { value: name, selected: name === chosen }, name)))));
  const inputs = fields.map(([name, label, type, fallback, more]) => el('label', {}, label,
    el('input', { name, type, value: parameters.get(name) ?? fallback ?? '', ...more })));
  const form = el('form', { class: 'row', onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#${page}?${new URLSearchParams(new FormData(form))}`;
  } }, el('label', {}, 'Instrument', symbol), inputs, el('button', { class: 'main' }, 'Show'));
  symbol.addEventListener('change', () => form.requestSubmit());
  return { form, symbol: chosen, isEmpty: list.length === 0 };
}
