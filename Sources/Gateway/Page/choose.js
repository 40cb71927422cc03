// A form that chooses instrument and moment, kept in the address so that it can be shared.

import { get } from '/api.js';
import { el } from '/ui.js';

let symbols = null;

async function instruments() {
  symbols = symbols || (await get('/api/market/instruments', { limit: 1000 })).items
    .map((row) => row.symbol).sort();
  return symbols;
}

/** fields: [[name, label, type, value]]; changes the address, which shows the page again. */
export async function choose(page, parameters, fields = []) {
  const list = await instruments();
  const chosen = parameters.get('symbol') || (list.includes('AAPL') ? 'AAPL' : list[0]);
  const symbol = el('select', { name: 'symbol' }, list.map((name) =>
    el('option', { value: name, selected: name === chosen }, name)));
  const inputs = fields.map(([name, label, type, fallback]) => el('label', {}, label,
    el('input', { name, type, value: parameters.get(name) ?? fallback ?? '' })));
  const form = el('form', { class: 'row', onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#${page}?${new URLSearchParams(new FormData(form))}`;
  } }, el('label', {}, 'Instrument', symbol), inputs, el('button', { class: 'main' }, 'Show'));
  symbol.addEventListener('change', () => form.requestSubmit());
  return { form, symbol: chosen, isEmpty: list.length === 0 };
}
