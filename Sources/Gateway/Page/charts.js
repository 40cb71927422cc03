// Pictures drawn with d3: a line with its drawdown, a fan of what followed, a small curve.

/* global d3 */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function frame(place, label, margin) {
  const box = place.getBoundingClientRect();
  const width = Math.max(box.width, 280);
  const height = Math.max(box.height, 160);
  place.replaceChildren();
  const svg = d3.select(place).append('svg')
    .attr('viewBox', `0 0 ${width} ${height}`).attr('role', 'img').attr('aria-label', label);
  const inner = svg.append('g').attr('transform', `translate(${margin.left},${margin.top})`);
  return { inner, width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom };
}

function axes(inner, x, y, width, height, xFormat, yFormat) {
  const bottom = d3.svg.axis().scale(x).orient('bottom').ticks(width < 400 ? 3 : 6);
  if (xFormat) bottom.tickFormat(xFormat);
  inner.append('g').attr('class', 'axis').attr('transform', `translate(0,${height})`).call(bottom);
  inner.append('g').attr('class', 'axis').call(
    d3.svg.axis().scale(y).orient('left').ticks(5).tickFormat(yFormat));
}

/** With its sign, but for nothing. */
const signed = (n) => n === 0 ? '0' : n > 0 ? `+${n}` : `−${-n}`;

/** Draws now, and again whenever the width of the place changes. */
function drawn(place, draw) {
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.round(place.getBoundingClientRect().width);
    if (now === width || now === 0) return;
    width = now;
    draw();
  }).observe(place);
}

/** rows: [{ day, equity }] in order of time; tell gets what is under the pointer. */
export function equity(place, rows, tell = () => {}) {
  drawn(place, () => drawEquity(place, rows, tell));
}

/** Level lines, so that a height can be read across the picture. */
function levels(inner, y, width) {
  inner.append('g').selectAll('line').data(y.ticks(5)).enter().append('line').attr('class', 'grid')
    .attr('x1', 0).attr('x2', width).attr('y1', y).attr('y2', y);
}

/** Calls back with the number of the point nearest to the pointer. */
function pointed(inner, x, width, height, points, tell) {
  const line = inner.append('line').attr('y1', 0).attr('y2', height).attr('stroke', colour('--faint'))
    .attr('stroke-dasharray', '3 3').style('display', 'none');
  inner.append('rect').attr('width', width).attr('height', height).attr('fill', 'none')
    .style('pointer-events', 'all')
    .on('mousemove', function move() {
      const at = x.invert(d3.mouse(this)[0]);
      const number = Math.min(points.length - 1, d3.bisector((p) => p.at).left(points, at));
      line.attr('x1', x(points[number].at)).attr('x2', x(points[number].at)).style('display', null);
      tell(points[number]);
    });
}

function drawEquity(place, rows, tell) {
  const data = rows.map((row) => ({ at: new Date(row.day), day: row.day, value: Number(row.equity) }));
  const { inner, width, height } = frame(place, 'Equity over time with its drawdown from the peak',
    { left: 64, right: 12, top: 10, bottom: 26 });
  const x = d3.time.scale.utc().domain(d3.extent(data, (p) => p.at)).range([0, width]);
  const y = d3.scale.linear().domain(d3.extent(data, (p) => p.value)).nice()
    .range([height * 0.68, 0]);
  let peak = -Infinity;
  for (const point of data) {
    peak = Math.max(peak, point.value);
    point.drawdown = point.value / peak - 1;
  }
  const deepest = d3.min(data, (p) => p.drawdown) || -0.01;
  const low = d3.scale.linear().domain([deepest, 0]).range([height, height * 0.78]);
  levels(inner, y, width);
  axes(inner, x, y, width, height, null, d3.format(',.0f'));
  inner.append('path').datum(data).attr('fill', 'none').attr('stroke', colour('--accent'))
    .attr('stroke-width', 2).attr('d', d3.svg.line().x((p) => x(p.at)).y((p) => y(p.value)));
  inner.append('path').datum(data).attr('fill', colour('--down')).attr('opacity', 0.5)
    .attr('d', d3.svg.area().x((p) => x(p.at)).y0(low(0)).y1((p) => low(p.drawdown)));
  inner.append('text').attr('x', 4).attr('y', low(0) - 4)
    .text(`below the peak, deepest −${(-100 * deepest).toFixed(1)} %`);
  pointed(inner, x, width, height, data, tell);
  tell(data[data.length - 1]);
}

/** The present stretch, earlier ones behind it, and the percentiles of what followed. */
export function fan(place, answer) {
  drawn(place, () => drawFan(place, answer));
}

function drawFan(place, answer) {
  const { inner, width, height } = frame(place,
    `${answer.symbol}: similar stretches laid over the present one, and what followed`,
    { left: 52, right: 16, top: 10, bottom: 46 });
  const lines = answer.stretches.map((stretch) => stretch.points);
  const present = answer.present || [];
  const all = lines.concat([present]).reduce((list, points) => list.concat(points), []);
  if (!all.length) return;
  const x = d3.scale.linear().domain(d3.extent(all, (p) => p[0])).range([0, width]);
  const y = d3.scale.linear().domain(d3.extent(all, (p) => p[1])).nice().range([height, 0]);
  levels(inner, y, width);
  axes(inner, x, y, width, height, signed, (v) => `${signed(Math.round(100 * (v - 1)))} %`);
  const line = d3.svg.line().x((p) => x(p[0])).y((p) => y(p[1]));
  for (const points of lines) {
    inner.append('path').attr('d', line(points)).attr('fill', 'none')
      .attr('stroke', colour('--faint')).attr('opacity', 0.28);
  }
  const sequel = [{ bar: 0, p05: 1, p25: 1, p50: 1, p75: 1, p95: 1 }].concat(answer.fan);
  for (const [low, high] of [['p05', 'p95'], ['p25', 'p75']]) {
    inner.append('path').datum(sequel).attr('fill', colour('--accent')).attr('opacity', 0.18)
      .attr('d', d3.svg.area().x((f) => x(f.bar)).y0((f) => y(f[low])).y1((f) => y(f[high])));
  }
  inner.append('path').datum(sequel).attr('fill', 'none').attr('stroke', colour('--accent'))
    .attr('stroke-width', 2).attr('stroke-dasharray', '6 3')
    .attr('d', d3.svg.line().x((f) => x(f.bar)).y((f) => y(f.p50)));
  inner.append('path').attr('d', line(present)).attr('fill', 'none')
    .attr('stroke', colour('--ink')).attr('stroke-width', 2.5);
  inner.append('line').attr('x1', x(0)).attr('x2', x(0)).attr('y1', 0).attr('y2', height)
    .attr('stroke', colour('--line'));
  inner.append('text').attr('x', width / 2).attr('y', height + 40).attr('text-anchor', 'middle')
    .text('bars before and after; 0 is the bar that was asked about');
}

/** A curve as small as a word; fewer than two values are no curve. */
export function spark(values, label) {
  const place = document.createElement('div');
  place.className = 'curve';
  if (values.length < 2) {
    place.textContent = '–';
    return place;
  }
  const x = d3.scale.linear().domain([0, values.length - 1]).range([2, 118]);
  const y = d3.scale.linear().domain(d3.extent(values)).range([26, 4]);
  d3.select(place).append('svg').attr('viewBox', '0 0 120 30').attr('role', 'img')
    .attr('aria-label', `${label}: from ${values[0]} to ${values[values.length - 1]}`)
    .append('path').attr('fill', 'none').attr('stroke', colour('--accent')).attr('stroke-width', 1.5)
    .attr('d', d3.svg.line().x((_, at) => x(at)).y(y)(values));
  return place;
}
