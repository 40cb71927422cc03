// Cycles: the four agents as a flow, live while they work.

import { get, post, onEvent, may } from '/api.js';
import { el, panel, table, figures, time, day, lasting, quantity, money, count, pill, trouble, say, many }
  from '/ui.js';

export const title = 'Cycles';
const agents = ['DataAgent', 'RiskManager', 'Validator', 'MetaAgent'];
const does = { DataAgent: 'what it would do', RiskManager: 'whether the limits allow it',
  Validator: 'a second opinion', MetaAgent: 'the decision' };

/** A verdict's sign and colour: what goes on, what stops, what never began. */
function look(verdict) {
  if (/^(skip|hold|none)/i.test(verdict)) return ['–', 'faint'];
  if (/reject|not|refus|veto/i.test(verdict)) return ['✕', 'down'];
  return ['✓', 'up'];
}

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
    } catch (error) { place.replaceChildren(trouble(error)); }
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
  `: ${Object.entries(seen.counts ?? {}).map(([name, n]) => `${n} cases after ${
    name.replace('horizon', '')} ${name === 'horizon1' ? 'bar' : 'bars'}`).join(', ')}, ${
    seen.from} to ${seen.to}`);
}

const step = (cycle, row) => {
  const [sign, kind] = look(row.verdict);
  return el('details', {}, el('summary', {},
    el('span', { class: `mark ${kind}`, 'aria-hidden': 'true' }, sign), ` ${row.symbol} `,
    el('span', { class: kind }, row.verdict)),
  el('p', {}, row.reason ?? 'No reason given.'),
  el('p', { class: 'faint' }, `${row.model ?? 'no model'} · ${time(row.at)} · ${lasting(Number(row.ms ?? 0))}`
    + ` · ${row.cost === null ? 'no cost' : `${row.cost} USD`}`),
  evidence(cycle, row), input(cycle, row),
  el('details', {}, el('summary', {}, 'Output'), el('pre', {}, JSON.stringify(row.output, null, 1))));
};

function flow(cycle) {
  return el('div', { class: 'flow' }, agents.map((agent) => {
    const rows = cycle.steps.filter((row) => row.step === agent);
    const spent = rows.reduce((sum, row) => sum + Number(row.ms ?? 0), 0);
    return el('div', { class: 'step' }, el('h3', {}, agent, el('span', { class: 'faint' },
      rows.length ? `${many(rows.length, 'symbol')}, ${lasting(spent)}`
        : cycle.status === 'done' || cycle.status === 'failed' ? '–' : 'waits …')),
    el('p', { class: 'faint' }, does[agent]), rows.map((row) => step(cycle, row)));
  }));
}

const orders = (cycle) => table([
  ['Order', (row) => row.order_id, 'number'], ['Symbol', (row) => row.symbol],
  ['Side', (row) => row.side], ['Quantity', (row) => quantity(row.quantity), 'number'],
  ['Filled', (row) => quantity(row.filled_quantity), 'number'],
  ['At', (row) => money(row.average_fill_price), 'number'],
  ['State', (row) => pill(row.reason_code ? `${row.status}: ${row.reason_code}` : row.status,
    /refused|rejected/.test(row.status) ? 'down' : '')],
  ['Why', (row) => row.reason ?? '', 'text'],
], cycle.orders, cycle.execute ? 'None: nothing was decided that needs one.'
  : 'None: this cycle was asked without orders.', 'Orders');

async function one(id) {
  const cycle = await get(`/cycles/${id}`);
  const clamps = (await Promise.all(cycle.orders.map((order) =>
    get('/api/clamps', { order_id: order.order_id })))).flatMap((answer) => answer.items);
  const cost = cycle.steps.reduce((sum, row) => sum + Number(row.cost ?? 0), 0);
  const took = cycle.finished_at && cycle.started_at
    ? lasting(new Date(cycle.finished_at) - new Date(cycle.started_at)) : '–';
  return [figures([
    ['State', cycle.status, { done: 'up', failed: 'down' }[cycle.status] ?? 'warn'],
    ['As of', cycle.as_of ? day(cycle.as_of) : 'now'],
    ['Symbols', count(cycle.symbols.length)],
    ['Orders', cycle.execute ? count(cycle.orders.length) : 'not allowed'],
    ['Took', took], ['Models cost, USD', money(cost)]]),
  el('p', { class: 'faint' }, `Asked ${time(cycle.created_at)}, kind ${cycle.kind}: ${
    cycle.symbols.join(', ')}.`),
  cycle.reason ? el('p', { class: cycle.status === 'failed' ? 'wrong' : '' }, cycle.reason) : null,
  flow(cycle),
  el('h3', {}, 'Decisions'), table([
    ['Symbol', (row) => row.symbol],
    ['Action', (row) => row.action === 'EXECUTE' ? pill('execute', 'up') : pill('do not execute')],
    ['Side', (row) => row.side ?? ''],
    ['Quantity', (row) => quantity(row.quantity), 'number'], ['Why', (row) => row.reason, 'text'],
  ], cycle.decisions, 'None yet.', 'Decisions'),
  el('h3', {}, 'Orders'), orders(cycle),
  clamps.length ? el('div', {}, el('h3', {}, 'Cut by limits'), table([
    ['Order', (row) => row.order_id, 'number'], ['Limit', (row) => row.reason_code],
    ['Before', (row) => quantity(row.before), 'number'],
    ['After', (row) => quantity(row.after), 'number'], ['Why', (row) => row.reason, 'text'],
  ], clamps, '', 'Cut by limits')) : null].filter(Boolean);
}

function asking() {
  if (!may('trade')) return el('p', { class: 'faint' }, 'This key may look, not ask.');
  const form = el('form', { class: 'row', onsubmit: async (event) => {
    event.preventDefault();
    try {
      const answer = await post('/cycles/run', {
        symbols: form.elements.symbols.value.toUpperCase().split(/[ ,]+/).filter(Boolean),
        execute: form.elements.execute.checked });
      location.hash = `#cycles?cycle=${answer.cycle_id}`;
    } catch (error) { say(error.message); }
  } }, el('label', {}, 'Symbols', el('input', { name: 'symbols', required: true, value: 'AAPL',
    size: 30, title: 'Separated by spaces' })),
  el('label', {}, el('input', { name: 'execute', type: 'checkbox' }), 'with orders'),
  el('button', { class: 'main' }, 'Ask the agents'));
  return form;
}

export async function show(main, parameters) {
  const list = panel('Cycles', {
    sql: () => 'select * from api.cycles order by cycle_id desc limit 25;',
    path: () => '/api/cycles?limit=25',
  }, async () => table([
    ['Cycle', (row) => el('a', { href: `#cycles?cycle=${row.cycle_id}`,
      'aria-current': String(row.cycle_id) === id ? 'true' : null }, String(row.cycle_id)), 'number'],
    ['Kind', (row) => row.kind],
    ['State', (row) => pill(row.status, { done: '', failed: 'down' }[row.status] ?? 'warn')],
    ['As of', (row) => row.as_of ? day(row.as_of) : 'now'],
    ['Asked', (row) => time(row.created_at)],
    ['Orders', (row) => row.execute ? 'allowed' : 'no'],
    ['Symbols', (row) => row.symbols.join(', '), 'text'],
  ], (await get('/api/cycles', { limit: 25 })).items, 'None yet: ask the agents with the form above.',
  'Cycles'), true);
  // Without a choice the newest one is shown.
  const newest = parameters.get('cycle') ? null : (await get('/api/cycles', { limit: 1 })).items[0];
  const id = parameters.get('cycle') ?? (newest ? String(newest.cycle_id) : null);
  const detail = panel(id ? `Cycle ${id}` : 'Cycle', id ? {
    sql: () => `select * from api.cycle(${Number(id)});`, path: () => `/cycles/${id}`,
  } : {}, async () => id ? one(id) : el('p', { class: 'empty' },
    'Nobody has asked yet. Name symbols above and ask the agents; “with orders” lets them trade on paper.'),
  true);
  main.replaceChildren(el('section', { class: 'wide bare', 'aria-label': 'Ask' }, asking()), detail, list);
  await Promise.all([detail.refresh(), list.refresh()]);
  let waiting = null;
  const isRead = () => detail.querySelector('details[open]');
  const stop = onEvent((event) => {
    if (id && event.cycle_id !== null && String(event.cycle_id) !== id) return;
    clearTimeout(waiting);
    // What somebody has opened stays open: nothing of a finished cycle changes.
    waiting = setTimeout(() => { if (!isRead()) detail.refresh(); list.refresh(); }, 150);
  });
  return () => { clearTimeout(waiting); stop(); };
}
