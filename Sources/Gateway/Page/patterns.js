// Patterns: when was it like this, and what followed.

import { get, address } from '/api.js';
import { el, panel, table, percent, share, day, count, quoted, colored } from '/ui.js';
import { choose } from '/choose.js';
import * as charts from '/charts.js';

export const title = 'Patterns';

export async function show(main, parameters) {
  const { form, symbol, isEmpty } = await choose('patterns', parameters, [
    ['as_of', 'As of', 'date', ''], ['k', 'How many', 'number', '20']]);
  if (isEmpty) {
    main.replaceChildren(el('section', {}, el('p', { class: 'empty' }, 'No instruments yet.')));
    return null;
  }
  const k = parameters.get('k') || '20';
  const asked = { symbol, as_of: parameters.get('as_of') || '', k };
  const call = (name) => () => `select * from api.${name}(${quoted(symbol)}`
    + `${asked.as_of ? `, ${quoted(asked.as_of)}` : ''}, k => ${Number(k)});`;

  const picture = panel('Then and now', {
    path: () => address('/api/patterns/paths', asked), sql: call('pattern_paths'),
  }, async () => {
    const answer = await get('/api/patterns/paths', asked);
    if (!answer.stretches.length) {
      return el('p', { class: 'empty' }, 'Nothing earlier is similar enough: not enough history.');
    }
    const place = el('div', { class: 'chart' });
    requestAnimationFrame(() => charts.fan(place, answer));
    return [place, el('p', { class: 'faint' }, 'Thick line: now. Thin: then. Bands: half and nine '
      + 'tenths of what followed, its median dashed. In percent of the last close; only what was '
      + 'known at the time.')];
  }, true);

  const statistics = panel('What followed', {
    path: () => address('/api/patterns/statistics', asked), sql: call('pattern_statistics'),
  }, async () => {
    const rows = await get('/api/patterns/statistics', asked);
    const known = (value) => (row) => row.verdict === 'ok' ? value(row) : '–';
    return [table([
      ['After', (row) => `${row.horizon} ${row.horizon === 1 ? 'bar' : 'bars'}`],
      ['Cases', (row) => count(row.n), 'number'],
      ['Worth', known((row) => Math.round(row.effective_n)), 'number'],
      ['Median', known((row) => colored(percent(row.median), row.median)), 'number'],
      ['Middle half', known((row) => `${percent(row.p25)} … ${percent(row.p75)}`), 'number'],
      ['Nine tenths', known((row) => `${percent(row.p05)} … ${percent(row.p95)}`), 'number'],
      ['Wins', known((row) => el('span', {
        title: `95 % interval: ${share(row.win_rate_low)} to ${share(row.win_rate_high)}`,
      }, share(row.win_rate))), 'number'],
      ['Wins usually', known((row) => share(row.base_win_rate)), 'number'],
      ['By chance', (row) => row.verdict !== 'ok' ? el('span', { class: 'warn' }, row.verdict)
        : row.p_value === null ? '–' : `p = ${row.p_value.toFixed(2)}`, 'number'],
    ], rows, 'Not enough history.'), el('p', { class: 'faint' },
      'Worth: overlapping cases count as less than one. Usually: the same instrument on any bar. '
      + 'By chance: how often so large a difference comes from cases drawn at random.')];
  }, true);

  const neighbours = panel('The similar ones', {
    path: () => address('/api/patterns/similar', asked), sql: call('similar_patterns'),
  }, async () => table([
    ['', (row) => row.rank, 'number'],
    ['Instrument', (row) => el('a', {
      href: `#patterns?symbol=${encodeURIComponent(row.symbol)}&as_of=${day(row.ts)}` }, row.symbol)],
    ['Bar', (row) => day(row.ts)],
    ['Similarity', (row) => row.similarity.toFixed(3), 'number'],
    ['After 5 bars', (row) => colored(percent(row.forward_return), row.forward_return), 'number'],
    ['Regime', (row) => row.regime ?? '–'],
    ['Differs most in', (row) => Object.keys(row.differences || {}).slice(0, 3).join(', '), 'text'],
  ], await get('/api/patterns/similar', asked), 'Not enough history.'), true);

  main.replaceChildren(el('section', { class: 'wide', 'aria-label': 'Choose' }, form),
    picture, statistics, neighbours);
  await Promise.all([picture, statistics, neighbours].map((one) => one.refresh()));
  return null;
}
