// Candles with volume and marks, and lines in a chart of their own below, drawn by Lightweight Charts.

/* global LightweightCharts */
import { all } from '/api.js';
import { background } from '/bands.js';
import { day } from '/ui.js';

export const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The newest daily bars of an instrument, oldest first. */
export const bars = async (symbol, wanted = 5000) =>
  (await all('/api/market/bars', { symbol, bar_interval: '1d' }, wanted)).reverse();

function create(place, more = {}) {
  return LightweightCharts.createChart(place, {
    autoSize: true,
    layout: { background: { color: colour('--panel') }, textColor: colour('--faint'),
      fontFamily: 'system-ui, "DejaVu Sans", sans-serif' },
    grid: { vertLines: { color: colour('--line') }, horzLines: { color: colour('--line') } },
    crosshair: { mode: LightweightCharts.CrosshairMode.Normal },
    localization: { locale: 'en', dateFormat: 'yyyy-MM-dd' },
    timeScale: { borderColor: colour('--line'), rightOffset: 3 },
    rightPriceScale: { borderColor: colour('--line'), minimumWidth: 72, ...more },
  });
}

function addVolume(chart, rows) {
  const volume = chart.addHistogramSeries({ priceFormat: { type: 'volume' }, priceScaleId: '',
    color: colour('--line'), priceLineVisible: false, lastValueVisible: false });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
  volume.setData(rows.filter((bar) => bar.volume !== null).map((bar) => ({
    time: day(bar.ts), value: bar.volume })));
}

/** How a mark looks: { shape, colour, isBelow }. */
const marker = (mark) => ({ time: mark.day, position: mark.isBelow ? 'belowBar' : 'aboveBar',
  shape: mark.shape, color: mark.colour, text: mark.text ?? '', size: mark.size ?? 1 });

/**
 * rows: bars, oldest first. Options:
 * marks: [{ day, isBelow, shape, colour, text }] in order of time,
 * lines: [{ name, colour, points: [{ day, value }] }] over the candles,
 * bands: [{ day, colour }] behind them, volume: whether it is drawn,
 * hover: called with the day under the pointer or the keys, range: bars to show first.
 */
export function candles(place, rows, { marks = [], lines = [], bands = [], volume = true,
  hover = () => {}, range = 250 } = {}) {
  const chart = create(place, { scaleMargins: { top: 0.08, bottom: volume ? 0.18 : 0.06 } });
  const series = chart.addCandlestickSeries({
    upColor: colour('--up'), wickUpColor: colour('--up'), borderUpColor: colour('--up'),
    downColor: colour('--down'), wickDownColor: colour('--down'), borderDownColor: colour('--down'),
  });
  const drawn = rows.filter((bar) => bar.open !== null);
  series.setData(drawn.map((bar) => ({
    time: day(bar.ts), open: bar.open, high: bar.high, low: bar.low, close: bar.close })));
  if (bands.length) series.attachPrimitive(background(drawn.map((bar) => day(bar.ts)), bands));
  for (const line of lines) {
    chart.addLineSeries({ color: line.colour, lineWidth: 1.5, priceLineVisible: false,
      lastValueVisible: false, crosshairMarkerVisible: false })
      .setData(line.points.map((point) => ({ time: point.day, value: point.value })));
  }
  if (volume) addVolume(chart, drawn);
  const mark = (list) => series.setMarkers(list.map(marker));
  mark(marks);
  const days = drawn.map((bar) => day(bar.ts));
  // The bar that the keys go on from: the newest, or where the pointer was last.
  let at = days.length - 1;
  chart.subscribeCrosshairMove((move) => {
    // Without an event it is ours, from the keys or the list.
    if (!move.time || !move.sourceEvent) return;
    at = days.indexOf(String(move.time));
    hover(String(move.time));
  });
  const show = (wanted) => chart.timeScale().setVisibleLogicalRange({
    from: Math.max(-1, drawn.length - wanted), to: drawn.length + 2 });
  show(range);
  const step = (by) => {
    at = Math.min(drawn.length - 1, Math.max(0, at + by));
    const bar = drawn[at];
    const seen = chart.timeScale().getVisibleLogicalRange();
    if (seen && (at < seen.from || at > seen.to)) {
      chart.timeScale().setVisibleLogicalRange({ from: at - (seen.to - seen.from) / 2,
        to: at + (seen.to - seen.from) / 2 });
    }
    hover(day(bar.ts));
    // The cross is placed by pixels: after the range has been drawn.
    requestAnimationFrame(() => chart.setCrosshairPosition(bar.close, day(bar.ts), series));
  };
  const centre = (wanted) => {
    at = days.indexOf(wanted);
    chart.timeScale().setVisibleLogicalRange({ from: at - 60, to: at + 60 });
    step(0);
  };
  return { chart, series, mark, show, step, centre, days };
}

/** A line from 0 to 100 with its two bounds, which moves with the chart above it. */
export function oscillator(place, above, points, name) {
  const chart = create(place, { scaleMargins: { top: 0.05, bottom: 0.05 } });
  chart.timeScale().applyOptions({ visible: false });
  const line = chart.addLineSeries({ color: colour('--accent'), lineWidth: 1.5, title: name,
    priceLineVisible: false, autoscaleInfoProvider: () => ({ priceRange: { minValue: 10, maxValue: 90 } }) });
  const values = new Map(points.map((point) => [point.day, point.value]));
  // A bar without a value keeps its place, so that both charts count alike.
  line.setData(above.days.map((one) => values.has(one) ? { time: one, value: values.get(one) }
    : { time: one }));
  for (const price of [30, 70]) {
    line.createPriceLine({ price, color: colour('--faint'), lineWidth: 1, lineStyle: 2,
      axisLabelVisible: true, title: price === 70 ? 'overbought' : 'oversold' });
  }
  const follow = (from, to) => from.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    const other = to.timeScale().getVisibleLogicalRange();
    if (range && (!other || other.from !== range.from || other.to !== range.to)) {
      to.timeScale().setVisibleLogicalRange(range);
    }
  });
  follow(above.chart, chart);
  follow(chart, above.chart);
  const range = above.chart.timeScale().getVisibleLogicalRange();
  if (range) chart.timeScale().setVisibleLogicalRange(range);
  return chart;
}
