// Candles with volume and marks, drawn by Lightweight Charts.

/* global LightweightCharts */
import { get } from '/api.js';
import { day } from '/ui.js';

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The newest daily bars of an instrument, oldest first. */
export async function bars(symbol, wanted = 5000) {
  const rows = [];
  let cursor = '';
  while (rows.length < wanted) {
    const answer = await get('/api/market/bars', { symbol, bar_interval: '1d', limit: 1000, cursor });
    rows.push(...answer.items);
    if (!answer.next) break;
    cursor = answer.next;
  }
  return rows.reverse();
}

/** marks: [{ day, isBuy, text }] in order of time; hover is called with a day. */
export function candles(place, rows, marks, hover = () => {}) {
  const chart = LightweightCharts.createChart(place, {
    autoSize: true,
    layout: { background: { color: colour('--panel') }, textColor: colour('--faint') },
    grid: { vertLines: { color: colour('--line') }, horzLines: { color: colour('--line') } },
    timeScale: { borderColor: colour('--line') },
    rightPriceScale: { borderColor: colour('--line') },
  });
  const series = chart.addCandlestickSeries({
    upColor: colour('--up'), wickUpColor: colour('--up'), borderUpColor: colour('--up'),
    downColor: colour('--down'), wickDownColor: colour('--down'), borderDownColor: colour('--down'),
  });
  series.setData(rows.filter((bar) => bar.open !== null).map((bar) => ({
    time: day(bar.ts), open: bar.open, high: bar.high, low: bar.low, close: bar.close })));
  series.setMarkers(marks.map((mark) => ({
    time: mark.day, position: mark.isBuy ? 'belowBar' : 'aboveBar',
    shape: mark.isBuy ? 'arrowUp' : 'arrowDown', color: colour('--accent'), text: mark.text })));
  const volume = chart.addHistogramSeries({
    priceFormat: { type: 'volume' }, priceScaleId: '', color: colour('--line') });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
  volume.setData(rows.filter((bar) => bar.volume !== null).map((bar) => ({
    time: day(bar.ts), value: bar.volume })));
  chart.subscribeCrosshairMove((move) => { if (move.time) hover(String(move.time)); });
  chart.timeScale().setVisibleLogicalRange({ from: rows.length - 250, to: rows.length });
  return chart;
}
