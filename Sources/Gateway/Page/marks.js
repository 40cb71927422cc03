// What happened to an instrument, as marks on its bars: fills, refused orders, decisions, news, halts,
// changes of regime.

import { all, get } from '/api.js';
import { colour } from '/candles.js';
import { day, money, quantity } from '/ui.js';

/** The kinds of marks: each is told from the others by its shape, its place and its letter. */
export const kinds = [
  { name: 'fills', label: 'Fills', sign: '▲▼' },
  { name: 'refused', label: 'Refused orders', sign: '■' },
  { name: 'decisions', label: 'Decisions of cycles', sign: '● C' },
  { name: 'news', label: 'News', sign: '● N' },
  { name: 'halts', label: 'Halts and resumes', sign: '■ H' },
  { name: 'regimes', label: 'Regime changes', sign: '● R', isOff: true },
];

const looks = {
  fills: (mark) => ({ shape: mark.isBuy ? 'arrowUp' : 'arrowDown', isBelow: mark.isBuy,
    colour: colour('--accent'), text: mark.short }),
  refused: () => ({ shape: 'square', colour: colour('--down') }),
  decisions: () => ({ shape: 'circle', colour: colour('--ink'), text: 'C', isBelow: true, size: 0.6 }),
  news: () => ({ shape: 'circle', colour: colour('--warn'), text: 'N', size: 0.6 }),
  halts: () => ({ shape: 'square', colour: colour('--stop'), text: 'H' }),
  regimes: () => ({ shape: 'circle', colour: colour('--faint'), text: 'R', isBelow: true, size: 0.5 }),
};

const fills = async (symbol) => (await all('/api/fills', { symbol })).map((row) => ({
  kind: 'fills', at: row.filled_at, isBuy: row.side === 'buy',
  short: `${row.side === 'buy' ? '+' : '−'}${quantity(row.quantity)}`,
  what: `${row.side} ${quantity(row.quantity)} at ${money(row.price)}`, href: '#desk' }));

const refused = async (symbol) => (await all('/api/orders', { symbol, status: 'refused' })).map(
  (row) => ({ kind: 'refused', at: row.placed_at, href: '#desk',
    what: `${row.side} ${quantity(row.quantity)} refused, ${row.reason_code}: ${row.reason}` }));

const decisions = async (symbol) => (await all('/api/decisions', { symbol })).map((row) => ({
  kind: 'decisions', at: row.as_of ?? row.at, href: `#cycles?cycle=${row.cycle_id}`,
  what: `cycle ${row.cycle_id}: ${row.action === 'EXECUTE' ? `${row.side} ${quantity(row.quantity)}`
    : 'nothing done'}, ${row.reason}` }));

const news = async (symbol) => (await all('/api/market/news', { symbol })).map((row) => ({
  kind: 'news', at: row.published_at, what: `${row.title} (${row.source})`, href: null }));

async function halts(symbol) {
  const rows = (await Promise.all(['TradingHalted', 'TradingResumed', 'BreakerOpened'].map((type) =>
    get('/api/events', { type, limit: 1000 })))).flatMap((answer) => answer.items);
  return rows.filter((row) => !row.payload?.target || row.payload.target === symbol).map((row) => ({
    kind: 'halts', at: row.at, href: '#desk',
    what: `${{ TradingHalted: 'halted', TradingResumed: 'resumed' }[row.type] ?? 'circuit breaker opened'}: ${
      row.payload?.reason ?? 'no reason given'}` }));
}

const regimes = (states) => states.filter((row, at) => at > 0 && row.regime
  && states[at - 1].regime && row.regime !== states[at - 1].regime).map((row) => ({
  kind: 'regimes', at: row.ts, what: `regime: ${row.regime}`, href: null }));

/** All that happened, oldest first, each on the bar of its day or the last one before it. */
export async function gather(symbol, days, states) {
  const found = (await Promise.all([fills(symbol), refused(symbol), decisions(symbol), news(symbol),
    halts(symbol)])).flat().concat(regimes(states));
  const last = days[days.length - 1];
  const place = (at) => {
    // Within a week of the last bar a thing belongs to it; later ones are not on the chart.
    if (at > last) return new Date(at) - new Date(last) < 7 * 86400000 ? last : null;
    let [low, high] = [0, days.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (days[middle] <= at) low = middle; else high = middle - 1;
    }
    return days[low] <= at ? days[low] : null;
  };
  return found.map((mark) => ({ ...mark, day: place(day(mark.at)) }))
    .sort((a, b) => a.at < b.at ? -1 : 1);
}

/** What the chart draws of those kinds: one mark of a kind a bar, but each fill. */
export function drawn(marks, wanted) {
  const seen = new Set();
  return marks.filter((mark) => {
    const id = `${mark.kind} ${mark.day}`;
    if (!mark.day || !wanted.has(mark.kind) || (mark.kind !== 'fills' && seen.has(id))) return false;
    seen.add(id);
    return true;
  }).map((mark) => ({ day: mark.day, ...looks[mark.kind](mark) }))
    .sort((a, b) => a.day < b.day ? -1 : a.day > b.day ? 1 : 0);
}
