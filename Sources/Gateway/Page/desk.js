// Desk: what we are worth, what we hold, what waits, what happened, what is in the way.

import { get, onEvent, post, remove, may } from '/api.js';
import { el, table, money, quantity, share, time, day, count, colored, sign, figures, panel, say } from '/ui.js';
import * as charts from '/charts.js';

export const title = 'Desk';

const worth = () => panel('Worth', {
  sql: () => 'select api.portfolio();', path: () => '/api/portfolio',
}, async () => {
  const desk = await get('/api/portfolio');
  if (!desk.accounts.length) return el('p', { class: 'empty' }, 'No account yet. The operator of the database opens one.');
  return desk.accounts.map((account) => figures([
    [`Equity, ${account.currency}`, money(account.equity)],
    ['Cash', money(account.cash)],
    ['Unrealised', money(account.unrealised), sign(account.unrealised)],
    ['Realised', money(account.realised), sign(account.realised)],
    ['Gross exposure', share(account.gross_exposure_fraction)],
    ['Below the peak', share(account.drawdown_fraction),
      account.drawdown_fraction > 0.1 ? 'down' : ''],
  ]));
}, true);

const curve = () => panel('Equity', {
  sql: () => 'select * from api.equity order by day;', path: () => '/api/equity?limit=1000',
}, async () => {
  const rows = (await get('/api/equity', { limit: 1000 })).items.reverse();
  if (rows.length < 2) {
    return el('p', { class: 'empty' }, 'The curve begins with the second day of trading: ask the '
      + 'agents on the page Cycles, with orders.');
  }
  const place = el('div', { class: 'chart' });
  requestAnimationFrame(() => charts.equity(place, rows));
  return place;
});

const positions = () => panel('Positions', {
  sql: () => 'select * from api.positions where quantity <> 0;', path: () => '/api/positions',
}, async () => {
  const [held, plans] = await Promise.all([
    get('/api/positions'), get('/api/exit-plans', { status: 'active', limit: 1000 })]);
  const rows = held.items.filter((row) => Number(row.quantity) !== 0);
  const plan = (row) => plans.items.find((one) =>
    one.symbol === row.symbol && one.account_id === row.account_id);
  return table([
    ['Symbol', (row) => el('a', { href: `#market?symbol=${encodeURIComponent(row.symbol)}` },
      row.symbol)],
    ['Quantity', (row) => quantity(row.quantity), 'number'],
    ['Cost a share', (row) => money(row.average_cost), 'number'],
    ['Last', (row) => money(row.last_price), 'number'],
    ['Value', (row) => money(row.value), 'number'],
    ['P&L', (row) => colored(money(row.unrealised), row.unrealised), 'number'],
    ['Stop', (row) => money(plan(row)?.stop_price), 'number'],
    ['Target', (row) => money(plan(row)?.target_price), 'number'],
    ['Left by', (row) => day(plan(row)?.exit_by)],
  ], rows, 'Nothing is held. Orders come from the page Cycles, or from POST /api/orders.');
}, true);

const open = ['ready', 'submitting', 'unknown', 'acked', 'partial'];
const orders = () => panel('Orders', {
  sql: () => 'select * from api.orders order by order_id desc limit 20;',
  path: () => '/api/orders?limit=20',
}, async () => {
  const rows = (await get('/api/orders', { limit: 20 })).items;
  return table([
    ['Order', (row) => row.order_id, 'number'],
    ['Symbol', (row) => row.symbol],
    ['Side', (row) => row.side],
    ['Quantity', (row) => quantity(row.quantity), 'number'],
    ['Filled at', (row) => money(row.average_fill_price), 'number'],
    ['State', (row) => el('span', {
      class: row.status === 'refused' || row.status === 'rejected' ? 'down'
        : open.includes(row.status) ? 'warn' : '', title: row.reason || '',
    }, row.reason_code ? `${row.status}: ${row.reason_code}` : row.status)],
    ['Placed', (row) => time(row.placed_at)],
  ], rows, 'No orders yet: the agents place them, on the page Cycles, “with orders”.');
}, true);

const events = () => panel('Events', {
  sql: () => 'select * from api.events order by event_id desc limit 30;',
  path: () => '/api/events?limit=30',
}, async () => {
  const rows = (await get('/api/events', { limit: 30 })).items;
  return table([
    ['At', (row) => time(row.at)],
    ['Event', (row) => row.type],
    ['Symbol', (row) => row.symbol ?? ''],
    ['Cycle', (row) => row.cycle_id
      ? el('a', { href: `#cycles?cycle=${row.cycle_id}` }, String(row.cycle_id)) : ''],
    ['What', (row) => row.payload?.reason ?? row.payload?.verdict ?? '', 'text'],
  ], rows, 'Nothing has happened yet: ask the agents on the page Cycles.');
}, true);

const approvals = () => panel('Waiting for a word', {
  sql: () => "select * from api.approvals where status = 'open';",
  path: () => '/api/approvals?status=open',
}, async () => {
  const rows = (await get('/api/approvals', { status: 'open' })).items;
  const decide = async (row, isApproved, quantity) => {
    try {
      if (isApproved) await post('/api/approvals', { approval_id: row.approval_id, ...quantity });
      else await remove('/api/approvals', { approval_id: row.approval_id });
      say(isApproved ? 'Approved.' : 'Rejected.');
    } catch (error) { say(error.message); }
  };
  const sizes = new Map(rows.filter((row) => row.proposal?.quantity).map((row) => [row,
    el('input', { type: 'number', min: '0', step: 'any', value: String(row.proposal.quantity),
      'aria-label': `Quantity of ${row.symbol}` })]));
  const changed = (row) => {
    const field = sizes.get(row);
    return !field || Number(field.value) === Number(row.proposal.quantity) ? {}
      : { quantity: Number(field.value) };
  };
  return table([
    ['What', (row) => `${row.kind} ${row.symbol ?? ''}`],
    ['Proposal', (row) => Object.entries(row.proposal ?? {})
      .filter(([name, value]) => value !== null && name !== 'quantity')
      .map(([name, value]) => `${name} ${value}`).join(', '), 'text'],
    ['Why', (row) => row.reason ?? '', 'text'],
    ['Quantity', (row) => may('trade') ? sizes.get(row) ?? '' : row.proposal?.quantity ?? ''],
    ['Until', (row) => time(row.expires_at)],
    ['', (row) => may('trade') ? el('span', {},
      el('button', { type: 'button', onclick: () => decide(row, true, changed(row)) }, 'Approve'), ' ',
      el('button', { type: 'button', onclick: () => decide(row, false) }, 'Reject')) : ''],
  ], rows, 'Nothing waits for you.');
});

const plans = () => panel('Exit plans', {
  sql: () => "select * from api.exit_plans where status = 'active';",
  path: () => '/api/exit-plans?status=active',
}, async () => table([
  ['Symbol', (row) => row.symbol], ['Entered at', (row) => money(row.entry_price), 'number'],
  ['Stop', (row) => money(row.stop_price), 'number'],
  ['Target', (row) => money(row.target_price), 'number'],
  ['Left by', (row) => day(row.exit_by)],
  ['Given up when', (row) => row.invalidation ?? '–', 'text'],
  ['State', (row) => row.triggered_by ? `${row.status}: ${row.triggered_by}` : row.status],
], (await get('/api/exit-plans', { status: 'active', limit: 100 })).items,
'None: every position that is opened gets one.'));

/** A limit's value with its unit, which the name of its setting ends in. */
function bound(row) {
  const name = row.setting ?? '';
  if (row.value === null) return '–';
  if (typeof row.value === 'boolean') return row.value ? 'allowed' : 'not allowed';
  if (/_(fraction|deviation)$/.test(name)) return share(row.value);
  if (/leverage/.test(name)) return `${row.value} × equity`;
  if (/_days$/.test(name)) return `${row.value} days`;
  if (/_per_minute$/.test(name)) return `${count(row.value)} a minute`;
  return String(row.value);
}

/** The circuit breakers that are not closed, each with what a person may do. */
async function breakers() {
  const rows = (await get('/api/system/circuit-breaker')).items.filter((row) => row.state !== 'closed');
  return rows.map((row) => el('p', { class: 'down' },
    `Circuit breaker of account ${row.account_id} ${row.state} since ${time(row.opened_at)}: ${row.reason}. `,
    may('trade') ? el('button', { type: 'button', onclick: async () => {
      try {
        const answer = await post('/api/system/circuit-breaker/resume', {
          account_id: row.account_id, reason: 'asked from the desk' });
        say(answer.approval_id ? 'Asked: the answer waits under “Waiting for a word”.' : 'Closed.');
      } catch (error) { say(error.message); }
    } }, 'Ask to resume') : null));
}

const limits = () => panel('Risk', {
  sql: () => 'select api.risk_status();', path: () => '/api/risk/status',
}, async () => {
  const [risk, open] = await Promise.all([get('/api/risk/status'), breakers()]);
  const halts = risk.halts.map((halt) => el('p', { class: 'down' },
    `${halt.state} ${halt.scope} ${halt.target ?? ''}: ${halt.reason}, since ${time(halt.changed_at)} `,
    may('trade') ? el('button', { type: 'button', onclick: async () => {
      await post('/api/system/trading/enable', { scope: halt.scope, target: halt.target });
      say('Resumed.');
    } }, 'Resume') : null));
  return [...halts, ...open, figures([
    ['State', risk.state, risk.state === 'ACTIVE' ? 'up' : 'down'],
    ['Orders refused today', count(risk.refused_today)]]), table([
    ['Limit', (row) => row.description, 'text'],
    ['At most', bound, 'number'],
    ['Code', (row) => row.reason_code],
  ], risk.limits)];
});

const freshness = () => panel('Health', { path: () => '/health' }, async () => {
  let health;
  try {
    health = await get('/health');
  } catch (error) {
    if (!error.problem?.dependencies) throw error;
    health = error.problem;
  }
  return table([
    ['What', (row) => row.name],
    ['State', (row) => el('span', {
      class: { healthy: 'up', degraded: 'warn', unhealthy: 'down' }[row.state],
    }, row.state)],
    ['', (row) => row.message ?? '', 'text'],
    ['Since', (row) => time(row.since)],
  ], health.dependencies);
});

export async function show(main) {
  const panels = [worth(), curve(), approvals(), positions(), orders(), plans(), limits(),
    freshness(), events()];
  main.replaceChildren(...panels);
  await Promise.all(panels.map((one) => one.refresh()));
  let waiting = null;
  // Many events at once are one look.
  const stop = onEvent(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => panels.forEach((one) => one.refresh()), 250);
  });
  return () => { clearTimeout(waiting); stop(); };
}
