// Desk: what we are worth, what we hold, what waits, what happened, what is in the way.

import { get, onEvent, post, remove, may } from '/api.js';
import { el, table, money, change, quantity, share, percent, time, day, count, colored, sign, figures,
  panel, pill, lasting, say, many } from '/ui.js';
import * as charts from '/charts.js';

export const title = 'Desk';

const market = (symbol) => el('a', { href: `#market?symbol=${encodeURIComponent(symbol)}` }, symbol);

const worth = () => panel('Worth', {
  sql: () => 'select api.portfolio();', path: () => '/api/portfolio',
}, async () => {
  const desk = await get('/api/portfolio');
  if (!desk.accounts.length) {
    return el('p', { class: 'empty' }, 'No account yet: the operator of the database opens one with '
      + 'trade.open_account.');
  }
  return desk.accounts.map((account) => el('div', {},
    desk.accounts.length > 1 ? el('h3', {}, account.name) : null, figures([
      [`Equity, ${account.currency}`, money(account.equity)],
      [`Cash, ${account.currency}`, money(account.cash)],
      [`Unrealised, ${account.currency}`, change(account.unrealised), sign(account.unrealised),
        'What is held, at the last close, against its cost'],
      [`Realised, ${account.currency}`, change(account.realised), sign(account.realised),
        'Of what was sold, after fees'],
      ['Gross exposure', share(account.gross_exposure_fraction), '',
        'Longs and shorts together, of equity'],
      ['Below the peak', share(account.drawdown_fraction),
        account.drawdown_fraction > 0.1 ? 'down' : '', 'Drawdown from the highest equity so far'],
    ])));
}, true);

function curve() {
  const section = panel('Equity', {
    sql: () => 'select * from api.equity order by day desc, account_id desc limit 1000;',
    path: () => '/api/equity?limit=1000',
  }, async () => {
    const rows = (await get('/api/equity', { limit: 1000 })).items.reverse();
    if (rows.length < 2) {
      return el('p', { class: 'empty' }, 'The curve begins with the second day of trading: ask the '
        + 'agents on the page Cycles, with orders.');
    }
    const place = el('div', { class: 'chart mid' });
    const values = el('p', { class: 'readout' });
    requestAnimationFrame(() => charts.equity(place, rows, (point) => values.replaceChildren(
      el('b', {}, `${point.day}  `), el('span', {}, money(point.value)),
      el('span', { class: point.drawdown < 0 ? 'down' : '' }, `${percent(point.drawdown)} from the peak`))));
    return [values, place];
  });
  section.classList.add('major');
  return section;
}

/** What is held; what was is kept below, with what it brought. */
const positions = () => panel('Positions', {
  sql: () => 'select * from api.positions order by account_id, symbol;',
  path: () => '/api/positions?limit=1000',
}, async () => {
  const [all, plans, desk] = await Promise.all([get('/api/positions', { limit: 1000 }),
    get('/api/exit-plans', { status: 'active', limit: 1000 }), get('/api/portfolio')]);
  const held = all.items.filter((row) => Number(row.quantity) !== 0);
  const closed = all.items.filter((row) => Number(row.quantity) === 0);
  const plan = (row) => plans.items.find((one) =>
    one.symbol === row.symbol && one.account_id === row.account_id);
  const equity = (row) => desk.accounts.find((one) => one.account_id === row.account_id)?.equity;
  return [table([
    ['Symbol', (row) => market(row.symbol)],
    ['Quantity', (row) => quantity(row.quantity), 'number'],
    ['Cost a share', (row) => money(row.average_cost), 'number'],
    ['Last', (row) => money(row.last_price), 'number', 'The last daily close'],
    ['Value', (row) => money(row.value), 'number'],
    ['Of equity', (row) => share(row.value / equity(row)), 'number'],
    ['P&L', (row) => colored(change(row.unrealised), row.unrealised), 'number'],
    ['P&L, %', (row) => colored(percent(row.unrealised / Math.abs(row.average_cost * row.quantity)),
      row.unrealised), 'number'],
    ['Stop', (row) => money(plan(row)?.stop_price), 'number'],
    ['Target', (row) => money(plan(row)?.target_price), 'number'],
    ['Left by', (row) => day(plan(row)?.exit_by), '', 'Sold on this day if nothing else happens'],
    ['Given up when', (row) => plan(row)?.invalidation ?? '–', 'text'],
  ], held, 'Nothing is held. Orders come from the page Cycles, “with orders”, or from '
    + 'POST /api/orders.', 'Positions'),
  closed.length ? el('details', {}, el('summary', {}, `Closed: ${many(closed.length, 'symbol')}`), table([
    ['Symbol', (row) => market(row.symbol)],
    ['Realised', (row) => colored(change(row.realised), row.realised), 'number'],
    ['Fees', (row) => money(row.fees), 'number'], ['Changed', (row) => time(row.updated_at)],
  ], closed, '', 'Closed positions')) : null];
}, true);

const open = ['ready', 'submitting', 'unknown', 'acked', 'partial'];
/** Orders, the open ones first, with a button that cancels. */
const orders = () => panel('Orders', {
  sql: () => 'select * from api.orders order by order_id desc limit 30;',
  path: () => '/api/orders?limit=30',
}, async () => {
  const rows = (await get('/api/orders', { limit: 30 })).items;
  const isOpen = (row) => open.includes(row.status);
  const cancel = (row) => el('button', { type: 'button', 'aria-label': `Cancel order ${row.order_id}`,
    onclick: async () => {
      try {
        await remove('/api/orders', { order_id: row.order_id });
        say(`Order ${row.order_id} is to be canceled.`);
      } catch (error) { say(error.message); }
    } }, 'Cancel');
  const waiting = rows.filter(isOpen);
  return [el('p', { class: 'faint' }, waiting.length ? `${many(waiting.length, 'order')} open.`
    : 'None is open. The newest:'), table([
    ['Order', (row) => row.order_id, 'number'],
    ['Symbol', (row) => market(row.symbol)],
    ['Side', (row) => row.side],
    ['Quantity', (row) => quantity(row.quantity), 'number'],
    ['Type', (row) => row.limit_price ? `${row.type} ${money(row.limit_price)}` : row.type],
    ['Filled', (row) => quantity(row.filled_quantity), 'number'],
    ['At', (row) => money(row.average_fill_price), 'number', 'Average price of the fills'],
    ['State', (row) => pill(row.reason_code ? `${row.status}: ${row.reason_code}` : row.status,
      row.status === 'refused' || row.status === 'rejected' ? 'down' : isOpen(row) ? 'warn' : '')],
    ['Why', (row) => row.reason ?? '', 'text'],
    ['Placed', (row) => time(row.placed_at)],
    ['', (row) => isOpen(row) && may('trade') && !row.cancel_requested_at ? cancel(row) : ''],
  ], [...waiting, ...rows.filter((row) => !isOpen(row))],
  'No orders yet: the agents place them, on the page Cycles, “with orders”.', 'Orders')];
}, true);

const events = () => panel('Events', {
  sql: () => 'select * from api.events order by event_id desc limit 50;',
  path: () => '/api/events?limit=50',
}, async () => {
  const rows = (await get('/api/events', { limit: 50 })).items;
  const today = new Date().toISOString().slice(0, 10);
  const ofToday = rows.filter((row) => day(row.at) === today).length;
  return [el('p', { class: 'faint' }, ofToday === 50 ? 'The newest 50, all of today.'
    : `${many(ofToday, 'event')} today, then earlier ones.`), table([
    ['At', (row) => day(row.at) === today ? el('b', {}, time(row.at).slice(11)) : time(row.at)],
    ['Event', (row) => row.type.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)],
    ['Symbol', (row) => row.symbol ? market(row.symbol) : ''],
    ['Cycle', (row) => row.cycle_id
      ? el('a', { href: `#cycles?cycle=${row.cycle_id}` }, String(row.cycle_id)) : '', 'number'],
    ['What', (row) => row.payload?.reason ?? row.payload?.verdict ?? '', 'text'],
  ], rows, 'Nothing has happened yet: ask the agents on the page Cycles.', 'Events')];
}, true);

function approvals() {
  const section = panel('Waiting for a word', {
    sql: () => "select * from api.approvals where status = 'open' order by approval_id desc;",
    path: () => '/api/approvals?status=open&limit=1000',
  }, async () => {
    const rows = (await get('/api/approvals', { status: 'open', limit: 1000 })).items;
    const decide = async (row, isApproved, changed) => {
      try {
        if (isApproved) await post('/api/approvals', { approval_id: row.approval_id, ...changed });
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
      ['', (row) => may('trade') ? el('span', { class: 'buttons' },
        el('button', { type: 'button', onclick: () => decide(row, true, changed(row)) }, 'Approve'),
        el('button', { type: 'button', onclick: () => decide(row, false) }, 'Reject')) : ''],
    ], rows, 'Nothing waits for you. Orders wait here when their strategy asks before it trades: '
      + 'api.set_approval_mode.', 'Waiting for a word');
  });
  section.classList.add('minor');
  return section;
}

/** A limit's value with its unit, which the name of its setting ends in. */
function bound(row) {
  const name = row.setting ?? '';
  if (row.value === null) return '–';
  if (typeof row.value === 'boolean') return row.value ? 'allowed' : 'not allowed';
  if (/_(fraction|deviation)$/.test(name)) return share(row.value);
  if (/leverage/.test(name)) return `${row.value} × equity`;
  if (/_days$/.test(name)) return many(row.value, 'day');
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
  const [risk, opened] = await Promise.all([get('/api/risk/status'), breakers()]);
  const halts = risk.halts.map((halt) => el('p', { class: 'down' },
    `${halt.state} ${halt.scope} ${halt.target ?? ''}: ${halt.reason}, since ${time(halt.changed_at)} `,
    may('trade') ? el('button', { type: 'button', onclick: async () => {
      try {
        await post('/api/system/trading/enable', { scope: halt.scope, target: halt.target });
        say('Resumed.');
      } catch (error) { say(error.message); }
    } }, 'Resume') : null));
  return [...halts, ...opened, figures([
    ['State', risk.state, risk.state === 'ACTIVE' ? 'up' : 'down'],
    ['Orders refused today', count(risk.refused_today), risk.refused_today > 0 ? 'warn' : '',
      'Since 00:00 UTC']]), table([
    ['Limit', (row) => row.description, 'text'],
    ['At most', bound, 'number'],
    ['Code', (row) => el('code', {}, row.reason_code)],
  ], risk.limits, '', 'Limits')];
});

const freshness = () => panel('Health and data', {
  sql: () => 'select * from api.freshness order by symbol desc;',
  path: () => '/api/market/freshness?limit=1000',
}, async () => {
  let health;
  const prices = (await get('/api/market/freshness', { limit: 1000 })).items;
  try {
    health = await get('/health');
  } catch (error) {
    if (!error.problem?.dependencies) throw error;
    health = error.problem;
  }
  return [prices.length ? table([
    ['Symbol', (row) => market(row.symbol)],
    ['State', (row) => row.is_stale ? pill(row.stale_reason, 'down') : pill('fresh', 'up')],
    ['Price', (row) => money(row.price), 'number'],
    ['Last quote', (row) => time(row.quote_at)],
    ['Bars missing', (row) => count(row.missing_bars), 'number'],
  ], prices, '', 'Freshness of prices') : el('p', { class: 'empty' },
    'No symbol is kept current: prices are the last loaded bars. bellwether feed watches some.'),
  table([
    ['Depends on', (row) => row.name],
    ['State', (row) => pill(row.state,
      { healthy: 'up', degraded: 'warn', unhealthy: 'down' }[row.state])],
    ['What it says', (row) => row.message ?? '', 'text'],
    ['Answered in', (row) => lasting(row.latency_ms), 'number'],
    ['Since', (row) => time(row.since)],
  ], health.dependencies, '', 'Health')];
});

export async function show(main) {
  const panels = [worth(), curve(), approvals(), positions(), orders(), limits(), freshness(), events()];
  main.replaceChildren(...panels);
  await Promise.all(panels.map((one) => one.refresh()));
  let waiting = null;
  // Many events at once are one look; a field that somebody is writing in stays.
  const stop = onEvent(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => panels.forEach((one) => {
      if (!one.contains(document.activeElement) || document.activeElement.tagName !== 'INPUT') one.refresh();
    }), 250);
  });
  return () => { clearTimeout(waiting); stop(); };
}
