// Patterns: when was it like this, and what followed.

import { get, address } from '/api.js';
import { el, panel, table, percent, share, day, count, quoted, colored, key, many } from '/ui.js';
import { choose } from '/choose.js';
import * as charts from '/charts.js';

export const title = 'Patterns';

/** One sentence that says what the numbers say, and no more. */
function verdict(row) {
  if (row.verdict !== 'ok') {
    return `After ${many(row.horizon, 'bar')}: ${row.verdict}, only ${many(row.n, 'case')}. `
      + 'Nothing can be learnt from so few.';
  }
  const chance = row.p_value === null ? '' : row.p_value < 0.05
    ? ` So large a difference comes by chance in ${Math.max(1, Math.round(100 * row.p_value))} of 100 draws: worth a look.`
    : ` So large a difference comes by chance in ${Math.round(100 * row.p_value)} of 100 draws: no signal.`;
  return `After ${many(row.horizon, 'bar')} it had risen in ${share(row.win_rate)} of ${
    many(row.n, 'case')}; it usually does in ${share(row.base_win_rate)}.${chance}`;
}

const legend = () => el('p', { class: 'faint keys' },
  key('var(--ink)', 'now', 'line'), key('var(--faint)', 'then', 'line'),
  key('var(--accent)', 'median of what followed', 'dashed'),
  key('color-mix(in srgb, var(--accent) 45%, transparent)', 'half of it'),
  key('color-mix(in srgb, var(--accent) 20%, transparent)', 'nine tenths of it'));

export async function show(main, parameters) {
  const { form, symbol, isEmpty } = await choose('patterns', parameters, [
    ['as_of', 'As of', 'date', ''], ['k', 'How many', 'number', '20', { min: 1, max: 500 }]]);
  if (isEmpty) {
    main.replaceChildren(el('section', { class: 'wide' }, el('p', { class: 'empty' },
      'No instruments yet. Load some: bellwether ingest --kind instruments symbols.csv.')));
    return null;
  }
  const k = parameters.get('k') || '20';
  const asked = { symbol, as_of: parameters.get('as_of') || '', k };
  const call = (name) => () => `select * from api.${name}(${quoted(symbol)}`
    + `${asked.as_of ? `, ${quoted(asked.as_of)}` : ''}, k => ${Number(k)});`;

  const statistics = panel('What followed', {
    path: () => address('/api/patterns/statistics', asked), sql: call('pattern_statistics'),
  }, async () => {
    const rows = await get('/api/patterns/statistics', asked);
    const known = (value) => (row) => row.verdict === 'ok' ? value(row) : '–';
    const middle = rows.find((row) => row.horizon === 5) ?? rows[0];
    return [middle ? el('p', { class: middle.verdict === 'ok' ? '' : 'warn' }, verdict(middle)) : null,
      table([
        ['After', (row) => many(row.horizon, 'bar')],
        ['Cases', (row) => count(row.n), 'number'],
        ['Worth', known((row) => Math.round(row.effective_n)), 'number',
          'Cases that overlap count as less than one'],
        ['Median', known((row) => colored(percent(row.median), row.median)), 'number'],
        ['Middle half', known((row) => `${percent(row.p25)} … ${percent(row.p75)}`), 'number'],
        ['Nine tenths', known((row) => `${percent(row.p05)} … ${percent(row.p95)}`), 'number'],
        ['Wins', known((row) => share(row.win_rate)), 'number'],
        ['Between', known((row) => `${share(row.win_rate_low)} … ${share(row.win_rate_high)}`),
          'number', '95 % interval of the wins'],
        ['Wins usually', known((row) => share(row.base_win_rate)), 'number',
          'Base rate: the same instrument on any bar'],
        ['By chance', (row) => row.verdict !== 'ok' ? el('span', { class: 'warn' }, row.verdict)
          : row.p_value === null ? '–' : `p = ${row.p_value.toFixed(2)}`, 'number',
        'How often so large a difference comes from cases drawn at random'],
      ], rows, 'Not enough history: no bar before this moment is known.', 'What followed')].filter(Boolean);
  }, true);

  const picture = panel(`${symbol}: then and now`, {
    path: () => address('/api/patterns/paths', asked), sql: call('pattern_paths'),
  }, async () => {
    const answer = await get('/api/patterns/paths', asked);
    if (!answer.stretches.length) {
      return el('p', { class: 'empty' }, 'Not enough history: nothing earlier is similar enough. '
        + 'Choose a later day, or an instrument with more bars.');
    }
    const place = el('div', { class: 'chart' });
    requestAnimationFrame(() => charts.fan(place, answer));
    return [place, legend(), el('p', { class: 'faint' },
      'In percent of the close at bar 0. Only what was known then is shown.')];
  }, true);

  const neighbours = panel('The similar ones', {
    path: () => address('/api/patterns/similar', asked), sql: call('similar_patterns'),
  }, async () => table([
    ['Rank', (row) => row.rank, 'number'],
    ['Instrument', (row) => el('a', {
      href: `#patterns?symbol=${encodeURIComponent(row.symbol)}&as_of=${day(row.ts)}` }, row.symbol)],
    ['Bar', (row) => day(row.ts)],
    ['Similarity', (row) => row.similarity.toFixed(3), 'number', '1 is the same'],
    ['After 5 bars', (row) => colored(percent(row.forward_return), row.forward_return), 'number'],
    ['Best then', (row) => percent(row.max_gain), 'number', 'Largest gain on the way'],
    ['Worst then', (row) => percent(row.max_loss), 'number', 'Largest loss on the way'],
    ['Regime', (row) => row.regime ?? '–'],
    ['Differs most in', (row) => Object.keys(row.differences || {}).slice(0, 3).join(', '), 'text'],
  ], await get('/api/patterns/similar', asked), 'Not enough history: none.', 'The similar ones'), true);

  main.replaceChildren(el('section', { class: 'wide bare', 'aria-label': 'Choose' }, form),
    picture, statistics, neighbours);
  await Promise.all([picture, statistics, neighbours].map((one) => one.refresh()));
  return null;
}
