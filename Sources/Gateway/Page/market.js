// Market: candles with their indicators and regimes, and the snapshot of the bar under the pointer.

import { get, address } from '/api.js';
import { el, panel, table, money, percent, share, count, quantity, quoted, day } from '/ui.js';
import { bars, candles } from '/candles.js';
import { snapshots, lines, regimes, rsi } from '/indicators.js';
import { choose } from '/choose.js';

export const title = 'Market';

const shown = [
  ['Close', 'close', money], ['Return, 1 bar', 'return_1', percent],
  ['Return, 20 bars', 'return_20', percent], ['RSI 14', 'rsi_14', (v) => money(v)],
  ['ATR, of the close', 'atr_fraction', share],
  ['Volatility a year, of 20 bars', 'realised_vol_20', share],
  ['Below the high of 252 bars', 'drawdown_252', percent], ['Regime', 'regime', (v) => v ?? '–'],
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
  const box = (name, text) => el('label', {}, el('input', { type: 'checkbox', name, checked: true }), text);
  const choice = el('form', { class: 'row' }, box('averages', 'Averages'), box('regimes', 'Regimes'),
    box('rsi', 'RSI 14 (else volume)'));
  const currency = (await get('/api/market/instruments', { symbol, limit: 1 })).items[0]?.currency ?? 'USD';
  const snapshot = el('div', { 'aria-live': 'polite' }, describe(null));
  const chart = panel(`${symbol}, daily bars`, {
    sql: () => `select * from api.bars where symbol = ${quoted(symbol)} order by ts;`,
    path: () => address('/api/market/bars', { symbol, limit: 1000 }),
  }, async () => {
    const [rows, fills, events, states] = await Promise.all([
      bars(symbol), get('/api/fills', { symbol, limit: 1000 }),
      get('/api/events', { symbol, limit: 1000, type: 'OrderRefused', columns: 'at,payload' }),
      snapshots(symbol, 5000)]);
    if (!rows.length) return el('p', { class: 'empty' }, 'No bars yet: bellwether ingest FILE.csv');
    const place = el('div', { class: 'chart', role: 'img', 'aria-label': `Candles of ${symbol}` });
    const known = new Set(rows.map((row) => day(row.ts)));
    const marks = fills.items.map((row) => ({ day: day(row.filled_at), isBuy: row.side === 'buy',
      text: `${row.side} ${quantity(row.quantity)} at ${money(row.price)}` }))
      .concat(events.items.map((row) => ({ day: day(row.at), isBuy: false, shape: 'square',
        text: `refused: ${row.payload.reason_code}` })))
      .filter((mark) => known.has(mark.day)).sort((a, b) => a.day < b.day ? -1 : 1);
    const ground = regimes(states);
    const averages = lines(states);
    const wants = (name) => choice.elements[name].checked;
    let asked = '';
    const hover = async (at) => {
      if (asked === at) return;
      asked = at;
      const answer = await get('/api/market/indicators', {
        symbol, bar_interval: '1d', ts: `${at}T00:00:00Z`, limit: 1 });
      if (asked === at && answer.items.length) snapshot.replaceChildren(...[describe(answer.items[0])].flat().filter(Boolean));
    };
    const draw = () => {
      place.replaceChildren();
      candles(place, rows, marks, hover, { lines: wants('averages') ? averages : [],
        bands: wants('regimes') ? ground.bands : [], oscillator: wants('rsi') ? rsi(states) : null });
    };
    choice.onchange = draw;
    requestAnimationFrame(draw);
    const key = (colour, text) => el('span', { class: 'key' },
      el('span', { class: 'swatch', style: `background: ${colour}` }), text);
    return [choice, place, el('p', { class: 'faint keys' },
      averages.map((one) => key(one.colour, one.name)),
      ground.legend.map((one) => key(one.colour, `${one.name}, ${count(one.bars)} bars`))),
    el('p', { class: 'faint' }, `Prices in ${currency}. Days are those of the exchange; a bar is `
      + 'known at its close. Arrows: fills; squares: orders refused.')];
  }, true);
  main.replaceChildren(el('section', { class: 'wide', 'aria-label': 'Choose' }, form), chart,
    el('section', { class: 'wide', 'aria-label': 'Snapshot' }, el('h2', {}, 'Snapshot'), snapshot));
  await chart.refresh();
  return null;
}
