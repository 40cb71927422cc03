// Market: candles with their indicators, regimes and marks, and the snapshot of the bar under the pointer.

import { get, address } from '/api.js';
import { el, panel, table, facts, key, sources, trouble, money, percent, share, count, quoted, day,
  colored } from '/ui.js';
import { bars, candles, oscillator } from '/candles.js';
import { snapshots, lines, regimes, rsi } from '/indicators.js';
import { kinds, gather, drawn } from '/marks.js';
import { choose } from '/choose.js';

export const title = 'Market';

const shown = [
  ['Close', 'close', money], ['Return, 1 bar', 'return_1', percent],
  ['Return, 20 bars', 'return_20', percent], ['RSI 14', 'rsi_14', (v) => money(v)],
  ['ATR, of the close', 'atr_fraction', share],
  ['Volatility a year, of 20 bars', 'realised_vol_20', share],
  ['Below the high of 252 bars', 'drawdown_252', percent], ['Regime', 'regime', (v) => v ?? '–'],
];
const spans = [['3 months', 63], ['1 year', 252], ['5 years', 1260], ['All', 1e6]];

/** Open, high, low, close and change, as the pointer moves. */
function readout(place, rows) {
  const byDay = new Map(rows.map((row, at) => [day(row.ts), at]));
  return (at) => {
    const number = byDay.get(at);
    if (number === undefined) return;
    const [bar, before] = [rows[number], rows[number - 1]];
    const moved = before ? bar.close / before.close - 1 : null;
    place.replaceChildren(el('b', {}, `${at}  `), ...[['O', bar.open], ['H', bar.high], ['L', bar.low],
      ['C', bar.close]].map(([name, value]) => el('span', {}, `${name} ${money(value)}`)),
    el('span', {}, colored(percent(moved, 2), moved)), el('span', {}, `Volume ${count(bar.volume)}`));
  };
}

function describe(row, marks) {
  const known = shown.filter(([, name]) => name in row);
  const there = marks.filter((mark) => mark.day === day(row.ts));
  const where = `symbol = ${quoted(row.symbol)} and bar_interval = '1d' and ts = ${quoted(day(row.ts))}`;
  return [el('header', {}, el('h2', {}, `Snapshot of ${row.symbol} on ${day(row.ts)}`),
    el('span', { class: 'grow' }), sources('the snapshot', {
      sql: () => `select * from api.snapshots where ${where};`,
      path: () => address('/api/market/indicators', { symbol: row.symbol, bar_interval: '1d',
        ts: `${day(row.ts)}T00:00:00Z` }) })),
  el('p', {}, el('a', { href: `#patterns?symbol=${encodeURIComponent(row.symbol)}&as_of=${day(row.ts)}` },
    'When was it like this?'), row.text_form ? el('span', { class: 'faint' }, `  ${row.text_form}`) : null),
  there.length ? el('ul', {}, there.map((mark) => el('li', {}, mark.what, mark.href
    ? [' ', el('a', { href: mark.href }, 'open')] : null))) : null,
  facts(known.map(([name, field, format]) => [name, format(row[field])])),
  el('details', {}, el('summary', {}, 'All fields'), facts(
    Object.entries(row).filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => [name, String(value)])))].filter(Boolean);
}

/** Every mark as a row, for those who do not see the chart or look for one. */
const list = (marks, show) => table([
  ['Day', (mark) => mark.day ? el('button', { type: 'button', class: 'copy', onclick: () => show(mark.day),
    'aria-label': `Show ${day(mark.at)} on the chart` }, day(mark.at)) : day(mark.at)],
  ['Kind', (mark) => kinds.find((kind) => kind.name === mark.kind).label],
  ['What', (mark) => mark.href ? el('a', { href: mark.href }, mark.what) : mark.what, 'text'],
  ['On the chart', (mark) => mark.day ? mark.day : 'after its last bar'],
], [...marks].reverse().slice(0, 500), 'Nothing of the kinds that are switched on.', 'Marks');

function switches(marks) {
  const box = (name, text, checked = true) => el('label', {},
    el('input', { type: 'checkbox', name, checked }), text);
  const number = (kind) => marks.filter((mark) => mark.kind === kind.name).length;
  return el('form', {},
    el('fieldset', {}, el('legend', {}, 'Drawn'), box('averages', 'Averages'),
      box('regimes', 'Regimes'), box('volume', 'Volume'), box('rsi', 'RSI 14')),
    el('fieldset', {}, el('legend', {}, 'Marked'), kinds.map((kind) =>
      box(`mark-${kind.name}`, `${kind.sign} ${kind.label} (${number(kind)})`, !kind.isOff))));
}

export async function show(main, parameters) {
  const { form, symbol, isEmpty } = await choose('market', parameters);
  if (isEmpty) {
    main.replaceChildren(el('section', { class: 'wide' }, el('p', { class: 'empty' },
      'No instruments yet. Load some: bellwether ingest --kind instruments symbols.csv, then '
      + 'bellwether ingest bars.csv.')));
    return null;
  }
  const about = (await get('/api/market/instruments', { symbol, limit: 1 })).items[0];
  const snapshot = el('section', { class: 'wide', 'aria-label': 'Snapshot', 'aria-live': 'polite' });
  let asked = '';
  const chart = panel(`${symbol}${about?.name ? ` · ${about.name}` : ''}, daily bars`, {
    sql: () => `select * from api.bars where symbol = ${quoted(symbol)} and bar_interval = '1d' `
      + 'order by ts desc limit 1000;',
    path: () => address('/api/market/bars', { symbol, bar_interval: '1d', limit: 1000 }),
  }, async () => {
    const [rows, states] = await Promise.all([bars(symbol), snapshots(symbol, 5000)]);
    if (!rows.length) {
      return el('p', { class: 'empty' }, `No daily bars of ${symbol} yet: bellwether ingest FILE.csv.`);
    }
    const marks = await gather(symbol, rows.map((row) => day(row.ts)), states);
    const choice = switches(marks);
    const place = el('div', { class: 'chart tall', role: 'group', tabindex: '0',
      'aria-label': `Candles of ${symbol}; the arrow keys go from bar to bar` });
    const below = el('div', { class: 'chart low', role: 'img', 'aria-label': `RSI 14 of ${symbol}` });
    const values = el('p', { class: 'readout' });
    const tell = readout(values, rows);
    const rowsOfMarks = el('div', {});
    const ground = regimes(states);
    const averages = lines(states);
    const wants = (name) => choice.elements[name].checked;
    const wanted = () => new Set(kinds.map((kind) => kind.name).filter((name) => wants(`mark-${name}`)));
    const hover = async (at) => {
      if (asked === at) return;
      asked = at;
      tell(at);
      try {
        const answer = await get('/api/market/indicators', {
          symbol, bar_interval: '1d', ts: `${at}T00:00:00Z`, limit: 1 });
        if (asked !== at) return;
        snapshot.replaceChildren(...answer.items.length ? describe(answer.items[0], marks)
          : [el('h2', {}, `Snapshot of ${symbol} on ${at}`), el('p', { class: 'empty' },
            'Not enough history: the snapshots begin later.')]);
      } catch (error) {
        if (asked === at) snapshot.replaceChildren(trouble(error));
      }
    };
    let picture = null;
    let span = 252;
    const draw = () => {
      place.replaceChildren();
      below.replaceChildren();
      below.hidden = !wants('rsi');
      picture = candles(place, rows, { marks: drawn(marks, wanted()), hover, range: span,
        volume: wants('volume'), lines: wants('averages') ? averages : [],
        bands: wants('regimes') ? ground.bands : [] });
      if (wants('rsi')) oscillator(below, picture, rsi(states), 'RSI 14');
    };
    const listMarks = () => rowsOfMarks.replaceChildren(list(
      marks.filter((mark) => wanted().has(mark.kind)), (at) => picture.centre(at)));
    choice.onchange = (event) => {
      if (!event.target.name.startsWith('mark-')) return draw();
      picture.mark(drawn(marks, wanted()));
      listMarks();
    };
    const buttons = el('span', { class: 'buttons', role: 'group', 'aria-label': 'Span' },
      spans.map(([name, length]) => el('button', { type: 'button', 'aria-pressed': String(length === span),
        onclick: (event) => {
          span = length;
          picture.show(length);
          for (const one of buttons.children) one.setAttribute('aria-pressed', String(one === event.target));
        } }, name)));
    place.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
      if (!by) return;
      event.preventDefault();
      picture.step(by);
    });
    listMarks();
    requestAnimationFrame(() => { draw(); hover(day(rows[rows.length - 1].ts)); });
    return [el('div', { class: 'row' }, buttons, values), place, below,
      el('p', { class: 'faint keys' },
        averages.map((one) => key(one.colour, one.name, 'line')),
        ground.legend.map((one) => key(one.colour, `${one.name}, ${count(one.bars)} bars`))),
      choice, el('details', {}, el('summary', {}, 'The marks as a list'), rowsOfMarks),
      el('p', { class: 'faint' }, `Prices in ${about?.currency ?? 'USD'}. Days are those of the `
        + 'exchange; a bar is known at its close, in UTC.')];
  }, true);
  main.replaceChildren(el('section', { class: 'wide bare', 'aria-label': 'Choose' }, form), chart, snapshot);
  await chart.refresh();
  return () => { asked = 'left'; };
}
