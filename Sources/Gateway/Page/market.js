// Market: candles, and the snapshot of the bar under the pointer.

import { get, address } from '/api.js';
import { el, panel, table, money, percent, quoted, day } from '/ui.js';
import { bars, candles } from '/candles.js';
import { choose } from '/choose.js';

export const title = 'Market';

const shown = [
  ['Close', 'close', money], ['Return, 1 bar', 'return_1', percent],
  ['Return, 20 bars', 'return_20', percent], ['RSI 14', 'rsi_14', (v) => money(v)],
  ['ATR', 'atr_fraction', percent], ['Volatility, 20 bars', 'realised_vol_20', percent],
  ['Drawdown from high', 'drawdown', percent], ['Regime', 'regime', (v) => v ?? '–'],
];

function describe(row) {
  if (!row) return el('p', { class: 'empty' }, 'Point at a bar to see its snapshot.');
  const known = shown.filter(([, name]) => name in row);
  return [el('p', {}, el('b', {}, `${row.symbol} on ${day(row.ts)} `),
    el('a', { href: `#patterns?symbol=${encodeURIComponent(row.symbol)}&as_of=${day(row.ts)}` },
      'when was it like this?')),
  table([['What', ([name]) => name], ['Value', ([, key, format]) => format(row[key]), 'number']], known),
  el('details', {}, el('summary', {}, 'All fields'), table(
    [['Field', ([name]) => name], ['Value', ([, value]) => value ?? '–', 'number']],
    Object.entries(row).filter(([, value]) => typeof value !== 'object'))),
  row.text_form ? el('p', { class: 'faint' }, row.text_form) : null];
}

export async function show(main, parameters) {
  const { form, symbol, isEmpty } = await choose('market', parameters);
  if (isEmpty) {
    main.replaceChildren(el('section', {}, el('p', { class: 'empty' },
      'No instruments yet: bellwether ingest --kind instruments symbols.csv')));
    return null;
  }
  const snapshot = el('div', { 'aria-live': 'polite' }, describe(null));
  const chart = panel(`${symbol}, daily bars`, {
    sql: () => `select * from api.bars where symbol = ${quoted(symbol)} order by ts;`,
    path: () => address('/api/market/bars', { symbol, limit: 1000 }),
  }, async () => {
    const [rows, decisions] = await Promise.all([
      bars(symbol), get('/api/decisions', { symbol, limit: 1000 })]);
    if (!rows.length) return el('p', { class: 'empty' }, 'No bars yet: bellwether ingest FILE.csv');
    const place = el('div', { class: 'chart', role: 'img', 'aria-label': `Candles of ${symbol}` });
    const marks = decisions.items.filter((row) => row.action === 'EXECUTE').map((row) => ({
      day: day(row.as_of), isBuy: row.side === 'buy', text: `${row.side} ${row.quantity}` }))
      .sort((a, b) => a.day < b.day ? -1 : 1);
    let asked = '';
    requestAnimationFrame(() => candles(place, rows, marks, async (at) => {
      if (asked === at) return;
      asked = at;
      const answer = await get('/api/market/indicators', {
        symbol, bar_interval: '1d', ts: `${at}T00:00:00Z`, limit: 1 });
      if (asked === at && answer.items.length) snapshot.replaceChildren(...[describe(answer.items[0])].flat().filter(Boolean));
    }));
    return place;
  }, true);
  main.replaceChildren(el('section', { class: 'wide', 'aria-label': 'Choose' }, form), chart,
    el('section', { class: 'wide', 'aria-label': 'Snapshot' }, el('h2', {}, 'Snapshot'), snapshot));
  await chart.refresh();
  return null;
}
