// Agents: how they did, why they weigh what they weigh, which models are asked in which words.

import { get } from '/api.js';
import { el, panel, table, money, change, count, share, percent, time, day, colored, lasting } from '/ui.js';
import { spark } from '/charts.js';

export const title = 'Agents';

/** Weights of each agent over time, newest last. */
async function weights() {
  const rows = (await get('/api/swarm/weights', { limit: 1000 })).items
    .filter((row) => row.status === 'applied' && row.regime === '').reverse();
  const byAgent = new Map();
  for (const row of rows) byAgent.set(row.agent, [...byAgent.get(row.agent) ?? [], row]);
  return byAgent;
}

export async function show(main) {
  const board = panel('Leaderboard', {
    sql: () => 'select * from api.leaderboard order by agent;', path: () => '/api/swarm/agents/summary',
  }, async () => {
    const [rows, over] = await Promise.all([get('/api/swarm/agents/summary'), weights()]);
    return table([
      ['Agent', (row) => row.agent],
      ['Said', (row) => count(row.actions), 'number', 'How often it stood for something'],
      ['Settled', (row) => count(row.settled), 'number', 'Of those, how many are over'],
      ['Right', (row) => share(row.hit_rate), 'number', 'Of the settled ones'],
      ['Mean impact', (row) => colored(percent(row.mean_impact, 2), row.mean_impact), 'number',
        'Return in the direction it spoke for'],
      ['P&L, USD', (row) => colored(change(row.pnl), row.pnl), 'number'],
      ['Weight', (row) => money(row.weight), 'number'],
      ['Over time', (row) => spark((over.get(row.agent) ?? []).map((one) => one.weight),
        `Weight of ${row.agent} over time`)],
      ['Why this weight', (row) => el('details', {}, el('summary', {}, row.why_this_weight),
        el('pre', {}, JSON.stringify(row.evidence, null, 1))), 'text'],
    ], rows.items, 'No agent has said anything yet: ask them on the page Cycles.');
  }, true);
  const usage = panel('Use of models', {
    sql: () => 'select * from api.model_usage;', path: () => '/api/models/usage',
  }, async () => table([
    ['Day', (row) => day(row.day)], ['Task', (row) => row.task], ['Model', (row) => row.model],
    ['Calls', (row) => count(row.calls), 'number'],
    ['Answered', (row) => share(row.answered / row.calls), 'number'],
    ['From memory', (row) => count(row.replayed), 'number'],
    ['Tokens', (row) => count(row.prompt_tokens + row.completion_tokens), 'number'],
    ['Cost, USD', (row) => money(row.cost), 'number'],
    ['Mean time', (row) => lasting(row.mean_ms), 'number'],
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
    ['Took', (row) => lasting(row.ms), 'number'], ['Cost, USD', (row) => money(row.cost), 'number'],
  ], (await get('/api/models/calls', { limit: 30 })).items,
  'None: models are asked when a key of one is set, see docs/how-to/add-a-model.md.'), true);
  const prompts = panel('Prompts', {
    sql: () => 'select * from api.prompts;', path: () => '/api/prompts',
  }, async () => table([
    ['Name', (row) => row.name], ['Version', (row) => row.version, 'number'],
    ['In use', (row) => row.in_use ? 'yes' : ''],
    ['Words', (row) => el('details', {}, el('summary', {}, 'show'), el('pre', {}, row.body)), 'text'],
  ], (await get('/api/prompts', { limit: 200 })).items, 'None.'), true);
  main.replaceChildren(board, usage, calls, prompts);
  await Promise.all([board, usage, calls, prompts].map((one) => one.refresh()));
  return null;
}
