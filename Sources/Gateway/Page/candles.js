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

/**
 * Lines over the candles, and a band of colour behind each bar.
 * lines: [{ name, colour, points: [{ day, value }] }], bands: [{ day, colour }].
 */
function overlay(chart, lines, bands) {
  if (bands.length) {
    const ground = chart.addHistogramSeries({
      priceScaleId: 'ground', priceLineVisible: false, lastValueVisible: false });
    ground.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 }, visible: false });
    ground.setData(bands.map((band) => ({ time: band.day, value: 1, color: band.colour })));
  }
  for (const line of lines) {
    chart.addLineSeries({ color: line.colour, lineWidth: 1, priceLineVisible: false,
      lastValueVisible: false, crosshairMarkerVisible: false })
      .setData(line.points.map((point) => ({ time: point.day, value: point.value })));
  }
}

/** A line from 0 to 100 in the lowest part, with its two bounds. */
function oscillator(chart, points) {
  const line = chart.addLineSeries({ priceScaleId: 'oscillator', color: colour('--accent'),
    lineWidth: 1, priceLineVisible: false, lastValueVisible: true });
  line.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
  line.setData(points.map((point) => ({ time: point.day, value: point.value })));
  for (const price of [30, 70]) {
    line.createPriceLine({ price, color: colour('--faint'), lineWidth: 1, lineStyle: 2,
      axisLabelVisible: false });
  }
}

/**
 * marks: [{ day, isBuy, shape, text }] in order of time; hover is called with a day.
 * more: { lines, bands } as for overlay, oscillator: points drawn in the place of the volume.
 */
export function candles(place, rows, marks, hover = () => {}, more = {}) {
  const chart = LightweightCharts.createChart(place, {
    autoSize: true,
    layout: { background: { color: colour('--panel') }, textColor: colour('--faint') },
    grid: { vertLines: { color: colour('--line') }, horzLines: { color: colour('--line') } },
    timeScale: { borderColor: colour('--line') },
    rightPriceScale: { borderColor: colour('--line'), scaleMargins: { top: 0.06, bottom: 0.24 } },
  });
  if (more.bands) overlay(chart, [], more.bands);
  const series = chart.addCandlestickSeries({
    upColor: colour('--up'), wickUpColor: colour('--up'), borderUpColor: colour('--up'),
    downColor: colour('--down'), wickDownColor: colour('--down'), borderDownColor: colour('--down'),
  });
  series.setData(rows.filter((bar) => bar.open !== null).map((bar) => ({
    time: day(bar.ts), open: bar.open, high: bar.high, low: bar.low, close: bar.close })));
  series.setMarkers(marks.map((mark) => ({
    time: mark.day, position: mark.isBuy ? 'belowBar' : 'aboveBar',
    shape: mark.shape ?? (mark.isBuy ? 'arrowUp' : 'arrowDown'), color: colour('--accent'), text: mark.text })));
  if (more.lines) overlay(chart, more.lines, []);
  if (more.oscillator) oscillator(chart, more.oscillator);
  else addVolume(chart, rows);
  chart.subscribeCrosshairMove((move) => { if (move.time) hover(String(move.time)); });
  chart.timeScale().setVisibleLogicalRange({ from: rows.length - 250, to: rows.length });
  return chart;
}

function addVolume(chart, rows) {
  const volume = chart.addHistogramSeries({
    priceFormat: { type: 'volume' }, priceScaleId: '', color: colour('--line') });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
  volume.setData(rows.filter((bar) => bar.volume !== null).map((bar) => ({
    time: day(bar.ts), value: bar.volume })));
}
