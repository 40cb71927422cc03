// What is drawn over candles: moving averages, RSI and the regime of each bar, from snapshots.

import { all } from '/api.js';
import { day } from '/ui.js';

// Okabe and Ito: each can be told from the others and from the candles.
const averages = [['EMA 20', 'ema_20_distance', '#56b4e9'], ['EMA 50', 'ema_50_distance', '#e69f00'],
  ['EMA 200', 'ema_200_distance', '#cc79a7']];

/** Which way a regime goes is its colour, how rough it is how strong the colour is. */
function ground(name) {
  const colour = /up|rise|rally/.test(name) ? '0, 114, 178'
    : /down|fall|decline|crash/.test(name) ? '213, 94, 0' : '153, 153, 153';
  return `rgba(${colour}, ${/stress|turbulent/.test(name) ? 0.4 : /calm|quiet/.test(name) ? 0.12 : 0.24})`;
}

/** Snapshots of the newest bars, oldest first. */
export const snapshots = async (symbol, wanted) => (await all('/api/market/indicators', {
  symbol, bar_interval: '1d',
  columns: ['ts', 'close', 'rsi_14', 'regime', ...averages.map(([, name]) => name)].join(','),
}, wanted)).reverse();

/** The snapshot holds how far the close is from the average, as a fraction of the average. */
export function lines(rows) {
  return averages.map(([name, column, colour]) => ({ name, colour,
    points: rows.filter((row) => row[column] !== null).map((row) => ({
      day: day(row.ts), value: row.close / (1 + row[column]) })) }));
}

export const rsi = (rows) => rows.filter((row) => row.rsi_14 !== null)
  .map((row) => ({ day: day(row.ts), value: row.rsi_14 }));

/** Bands behind the bars, and what each colour means, the most frequent first. */
export function regimes(rows) {
  const counts = new Map();
  for (const row of rows) {
    if (row.regime) counts.set(row.regime, (counts.get(row.regime) ?? 0) + 1);
  }
  const legend = [...counts].sort((a, b) => b[1] - a[1])
    .map(([name, bars]) => ({ name, bars, colour: ground(name) }));
  const colours = new Map(legend.map((one) => [one.name, one.colour]));
  return { legend, bands: rows.filter((row) => colours.has(row.regime))
    .map((row) => ({ day: day(row.ts), colour: colours.get(row.regime) })) };
}
