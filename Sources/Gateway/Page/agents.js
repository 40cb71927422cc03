// Agents: which models are asked, what they cost, in which words.

import { get } from '/api.js';
import { el, panel, table, money, count, share, time, day } from '/ui.js';

export const title = 'Agents';

export async function show(main) {
  const usage = panel('Use of models', {
    sql: () => 'select * from api.model_usage;', path: () => '/api/models/usage',
  }, async () => table([
    ['Day', (row) => day(row.day)], ['Task', (row) => row.task], ['Model', (row) => row.model],
    ['Calls', (row) => count(row.calls), 'number'],
    ['Answered', (row) => share(row.answered / row.calls), 'number'],
    ['From memory', (row) => count(row.replayed), 'number'],
    ['Tokens', (row) => count(row.prompt_tokens + row.completion_tokens), 'number'],
    ['Cost, USD', (row) => money(row.cost), 'number'],
    ['Mean, ms', (row) => count(row.mean_ms), 'number'],
  ], (await get('/api/models/usage')).items,
  'No model was asked yet: without a key the rules of rules-v1 decide.'), true);
  const calls = panel('Newest calls', {
    sql: () => 'select * from api.model_calls order by call_id desc limit 30;',
    path: () => '/api/models/calls?limit=30',
  }, async () => table([
    ['At', (row) => time(row.at)],
    ['Cycle', (row) => row.cycle_id
      ? el('a', { href: `#cycles?cycle=${row.cycle_id}` }, String(row.cycle_id)) : ''],
    ['Step', (row) => row.step ?? ''], ['Symbol', (row) => row.symbol ?? ''],
    ['Model', (row) => row.model],
    ['Outcome', (row) => el('span', { class: row.error ? 'down' : '', title: row.error ?? '' },
      row.outcome)],
    ['ms', (row) => count(row.ms), 'number'], ['Cost, USD', (row) => money(row.cost), 'number'],
  ], (await get('/api/models/calls', { limit: 30 })).items, 'None.'), true);
  const prompts = panel('Prompts', {
    sql: () => 'select * from api.prompts;', path: () => '/api/prompts',
  }, async () => table([
    ['Name', (row) => row.name], ['Version', (row) => row.version, 'number'],
    ['In use', (row) => row.in_use ? 'yes' : ''],
    ['Words', (row) => el('details', {}, el('summary', {}, 'show'), el('pre', {}, row.body)), 'text'],
  ], (await get('/api/prompts', { limit: 200 })).items, 'None.'), true);
  main.replaceChildren(usage, calls, prompts);
  await Promise.all([usage, calls, prompts].map((one) => one.refresh()));
  return null;
}
