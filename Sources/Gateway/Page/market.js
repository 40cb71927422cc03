// Market: candles, and the snapshot of the bar under the pointer.

/* global LightweightCharts */
import { get, address } from '/api.js';
import { el, panel, table, money, percent, quoted, day } from '/ui.js';
import { choose } from '/choose.js';

export const title = 'Market';

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function all(path, parameters, wanted) {
  const rows = [];
  let cursor = '';
  while (rows.length < wanted) {
    const answer = await get(path, { ...parameters, limit: 1000, cursor });
    rows.push(...answer.items);
    if (!answer.next) break;
    cursor = answer.next;
  }
  return rows.reverse();
}

function draw(place, bars, marks, hover) {
  const chart = LightweightCharts.createChart(place, {
    autoSize: true,
    layout: { background: { color: colour('--panel') }, textColor: colour('--faint') },
    grid: { vertLines: { color: colour('--line') }, horzLines: { color: colour('--line') } },
    timeScale: { borderColor: colour('--line') },
    rightPriceScale: { borderColor: colour('--line') },
  });
  const candles = chart.addCandlestickSeries({
    upColor: colour('--up'), wickUpColor: colour('--up'), borderUpColor: colour('--up'),
    downColor: colour('--down'), wickDownColor: colour('--down'), borderDownColor: colour('--down'),
  });
  candles.setData(bars.filter((bar) => bar.open !== null).map((bar) => ({
    time: day(bar.ts), open: bar.open, high: bar.high, low: bar.low, close: bar.close })));
  candles.setMarkers(marks);
  const volume = chart.addHistogramSeries({
    priceFormat: { type: 'volume' }, priceScaleId: '', color: colour('--line') });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
  volume.setData(bars.filter((bar) => bar.volume !== null).map((bar) => ({
    time: day(bar.ts), value: bar.volume })));
  chart.subscribeCrosshairMove((move) => { if (move.time) hover(String(move.time)); });
  chart.timeScale().setVisibleLogicalRange({ from: bars.length - 250, to: bars.length });
}

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
    const [bars, decisions] = await Promise.all([
      all('/api/market/bars', { symbol, bar_interval: '1d' }, 5000),
      get('/api/decisions', { symbol, limit: 1000 })]);
    if (!bars.length) return el('p', { class: 'empty' }, 'No bars yet: bellwether ingest FILE.csv');
    const place = el('div', { class: 'chart', role: 'img', 'aria-label': `Candles of ${symbol}` });
    const marks = decisions.items.filter((row) => row.action === 'EXECUTE').map((row) => ({
      time: day(row.as_of), position: row.side === 'buy' ? 'belowBar' : 'aboveBar',
      shape: row.side === 'buy' ? 'arrowUp' : 'arrowDown', color: colour('--accent'),
      text: `${row.side} ${row.quantity}` })).sort((a, b) => a.time < b.time ? -1 : 1);
    let asked = '';
    requestAnimationFrame(() => draw(place, bars, marks, async (at) => {
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
