// A sweep as a map: one square for each setting of two parameters, its colour the Sharpe ratio.

/* global d3 */
import { el, money, percent, share, count } from '/ui.js';

/** rows of api.sweep_strategy. */
export function heat(rows) {
  const names = Object.keys(rows[0].parameters);
  const [down, across] = names;
  const values = (name) => [...new Set(rows.map((row) => row.parameters[name]))]
    .sort((a, b) => a - b);
  const first = rows[0];
  const ratios = rows.map((row) => row.sharpe ?? 0);
  const furthest = Math.max(0.01, ...ratios.map(Math.abs));
  // From orange through grey to blue: apart also for those who do not tell red from green.
  const colour = d3.scale.linear().domain([-furthest, 0, furthest]).clamp(true)
    .range(['#d55e00', '#e8e8e8', '#0072b2']);
  const best = (wanted) => rows.filter((row) => Object.entries(wanted)
    .every(([name, value]) => row.parameters[name] === value))
    .sort((a, b) => a.rank - b.rank)[0];
  const square = (row) => {
    if (!row) return el('td', {}, '');
    const back = d3.rgb(colour(row.sharpe ?? 0));
    const cell = el('td', { title: [
      ...names.map((name) => `${name} ${row.parameters[name]}`), `Sharpe ${money(row.sharpe)}`,
      `deflated ${share(row.deflated_sharpe)}`, `return ${percent(row.total_return)}`,
      `drawdown ${percent(row.max_drawdown)}`, `${count(row.trade_count)} trades`].join('\n'),
    class: row === first ? 'best' : null }, money(row.sharpe), el('small', {}, share(row.deflated_sharpe)));
    cell.style.background = back.toString();
    cell.style.color = 0.3 * back.r + 0.59 * back.g + 0.11 * back.b > 140 ? '#1b1f24' : '#ffffff';
    return cell;
  };
  const columns = across ? values(across) : [null];
  return [el('p', {}, `${rows.length} settings tried; the best, ${names.map((name) =>
    `${name} ${first.parameters[name]}`).join(', ')}, has a Sharpe ratio of ${money(first.sharpe)}. `,
  el('b', {}, `The chance that it is more than luck: ${share(first.deflated_sharpe)}.`),
  ` (deflated by all ${count(first.trials)} trials so far)`),
  el('table', { class: 'heat' },
    el('caption', { class: 'faint' }, `Sharpe ratio a year by ${down} (down)${across
      ? ` and ${across} (across)` : ''}${names.length > 2 ? ', the best of all others' : ''}; below it `
      + 'the deflated one: the chance that it is more than luck. The best has a frame.'),
    el('thead', {}, el('tr', {}, el('th', {}, ''), columns.map((value) =>
      el('th', { scope: 'col' }, value === null ? '' : String(value))))),
    el('tbody', {}, values(down).map((value) => el('tr', {},
      el('th', { scope: 'row' }, String(value)),
      columns.map((other) => square(best(across ? { [down]: value, [across]: other }
        : { [down]: value })))))))];
}
