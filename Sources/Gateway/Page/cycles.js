// Cycles: the four agents as a flow, live while they work.

import { get, post, onEvent, may } from '/api.js';
import { el, panel, table, time, day, lasting, quantity, say } from '/ui.js';

export const title = 'Cycles';
const agents = ['DataAgent', 'RiskManager', 'Validator', 'MetaAgent'];

/** What the snapshot of the market was, fetched when somebody wants to see it. */
function market(cycle, row) {
  const asked = { symbol: row.symbol, snapshot_id: row.output?.evidence?.snapshot_id, limit: 1 };
  const place = el('div', {});
  const details = el('details', { ontoggle: async () => {
    if (!details.open || place.firstChild) return;
    try {
      const found = (await get('/api/market/indicators', asked)).items[0];
      place.replaceChildren(found ? el('pre', {}, JSON.stringify(found, null, 1))
        : el('p', { class: 'empty' }, 'That snapshot is gone.'));
    } catch (error) { place.replaceChildren(el('p', { class: 'wrong' }, error.message)); }
  } }, el('summary', {}, 'Input: the market as it was known'), place);
  return asked.snapshot_id ? details : null;
}

/** What the agent was given: the market, or what the agents before it said of the symbol. */
function input(cycle, row) {
  const before = agents.slice(0, agents.indexOf(row.step));
  if (!before.length) return market(cycle, row);
  const said = cycle.steps.filter((one) => one.symbol === row.symbol && before.includes(one.step));
  return el('details', {}, el('summary', {}, `Input: what ${before.join(', ')} said`),
    el('pre', {}, JSON.stringify(Object.fromEntries(said.map((one) => [one.step, one.output])), null, 1)));
}

/** The patterns that the agent looked at, as of the same moment. */
function evidence(cycle, row) {
  const seen = row.output?.evidence;
  if (!seen?.neighbour_ids?.length) return null;
  const at = cycle.as_of ?? cycle.started_at ?? cycle.created_at;
  return el('p', {}, el('a', { href: `#patterns?${new URLSearchParams({
    symbol: row.symbol, as_of: day(at), k: 20 })}` }, 'Evidence'),
  `: ${Object.entries(seen.counts ?? {}).map(([name, n]) =>
    `${n} cases after ${name.replace('horizon', '')} ${name === 'horizon1' ? 'bar' : 'bars'}`).join(', ')}, ${seen.from} to ${seen.to}`);
}

function step(cycle, row) {
  return el('details', {}, el('summary', {}, `${row.symbol}: `,
    el('b', { class: /skip|reject|not/i.test(row.verdict) ? 'warn' : '' }, row.verdict)),
  el('p', {}, row.reason ?? ''),
  el('p', { class: 'faint' }, `${row.model ?? ''} · ${time(row.at)} · ${Number(row.ms ?? 0).toFixed(1)} ms`
    + (row.cost === null ? ' · no cost' : ` · ${row.cost} USD`)),
  evidence(cycle, row), input(cycle, row),
  el('details', {}, el('summary', {}, 'Output'), el('pre', {}, JSON.stringify(row.output, null, 1))));
}

async function one(id) {
  const cycle = await get(`/cycles/${id}`);
  const clamps = (await Promise.all(cycle.orders.map((order) =>
    get('/api/clamps', { order_id: order.order_id })))).flatMap((answer) => answer.items);
  const flow = el('div', { class: 'flow' }, agents.map((agent) => {
    const rows = cycle.steps.filter((row) => row.step === agent);
    return el('div', { class: 'step' }, el('h3', {}, agent, el('span', { class: 'faint' },
      rows.length ? `${rows.length}, ${lasting(rows.reduce((sum, row) => sum + Number(row.ms ?? 0), 0))}`
        : cycle.status === 'done' ? '–' : 'waits')), rows.map((row) => step(cycle, row)));
  }));
  return [el('p', {}, `${cycle.kind} over ${cycle.symbols.join(', ')}, `
    + `${cycle.execute ? 'orders allowed' : 'no orders'}: `, el('b', {}, cycle.status),
  cycle.as_of ? `, as of ${time(cycle.as_of)}` : ''), flow,
  el('h3', {}, 'Decisions'), table([
    ['Symbol', (row) => row.symbol], ['Action', (row) => row.action], ['Side', (row) => row.side ?? ''],
    ['Quantity', (row) => quantity(row.quantity), 'number'], ['Why', (row) => row.reason, 'text'],
  ], cycle.decisions, 'None yet.'),
  el('h3', {}, 'Orders'), table([
    ['Order', (row) => row.order_id, 'number'], ['Symbol', (row) => row.symbol],
    ['Side', (row) => row.side], ['Quantity', (row) => quantity(row.quantity), 'number'],
    ['State', (row) => row.reason_code ? `${row.status}: ${row.reason}` : row.status],
  ], cycle.orders, 'None.'),
  clamps.length ? [el('h3', {}, 'Cut by limits'), table([
    ['Order', (row) => row.order_id, 'number'], ['Limit', (row) => row.reason_code],
    ['Before', (row) => quantity(row.before), 'number'],
    ['After', (row) => quantity(row.after), 'number'], ['Why', (row) => row.reason, 'text'],
  ], clamps)] : null].flat().filter(Boolean);
}

export async function show(main, parameters) {
  const id = parameters.get('cycle');
  const list = panel('Cycles', {
    sql: () => 'select * from api.cycles order by cycle_id desc limit 25;',
    path: () => '/api/cycles?limit=25',
  }, async () => table([
    ['Cycle', (row) => el('a', { href: `#cycles?cycle=${row.cycle_id}` }, String(row.cycle_id)), 'number'],
    ['Asked', (row) => time(row.created_at)],
    ['As of', (row) => row.as_of ? row.as_of.slice(0, 10) : 'now'],
    ['Symbols', (row) => row.symbols.join(', ')],
    ['State', (row) => row.status],
  ], (await get('/api/cycles', { limit: 25 })).items, 'Ask the agents with the form above.'), true);
  const detail = panel(id ? `Cycle ${id}` : 'Cycle', {
    sql: () => `select * from api.cycle(${Number(id)});`, path: () => `/cycles/${id}`,
  }, () => id ? one(id) : el('p', { class: 'empty' }, 'Choose a cycle from the list.'), true);
  const form = el('form', { class: 'row', onsubmit: async (event) => {
    event.preventDefault();
    try {
      const answer = await post('/cycles/run', {
        symbols: form.elements.symbols.value.split(/[ ,]+/).filter(Boolean),
        execute: form.elements.execute.checked });
      location.hash = `#cycles?cycle=${answer.cycle_id}`;
    } catch (error) { say(error.message); }
  } }, el('label', {}, 'Symbols', el('input', { name: 'symbols', required: true, value: 'AAPL' })),
  el('label', {}, el('input', { name: 'execute', type: 'checkbox' }), 'with orders'),
  el('button', { class: 'main' }, 'Ask the agents'));
  main.replaceChildren(
    el('section', { class: 'wide', 'aria-label': 'Ask' }, may('trade') ? form
      : el('p', { class: 'faint' }, 'This key may look, not ask.')), detail, list);
  await Promise.all([detail.refresh(), list.refresh()]);
  let waiting = null;
  const stop = onEvent((event) => {
    if (id && event.cycle_id !== null && String(event.cycle_id) !== id) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => { detail.refresh(); list.refresh(); }, 150);
  });
  return () => { clearTimeout(waiting); stop(); };
}
