// Strategies: what they are, how they did, and a backtest at once.

import { get, post } from '/api.js';
import { el, panel, table, percent, share, money, count, day, colored, quoted, figures, say }
  from '/ui.js';
import { choose } from '/choose.js';

export const title = 'Strategies';

const measures = (row) => figures([
  ['Return', percent(row.total_return), row.total_return > 0 ? 'up' : 'down'],
  ['Buy and hold', percent(row.buy_and_hold)],
  ['Sharpe', money(row.sharpe)],
  ['Deepest drawdown', percent(row.max_drawdown)],
  ['Trades', count(row.trade_count)],
  ['Wins', share(row.win_rate)],
]);

const trades = (list) => table([
  ['In', (trade) => day(trade.entry_ts ?? trade.entry_time)],
  ['Out', (trade) => day(trade.exit_ts ?? trade.exit_time)],
  ['Size', (trade) => money(trade.size), 'number'],
  ['P&L', (trade) => colored(money(trade.pnl ?? trade.profit), trade.pnl ?? trade.profit), 'number'],
  ['Why it ended', (trade) => trade.reason ?? trade.exit_reason ?? '–'],
], list || [], 'No trades.');

async function test(row, symbol, place) {
  place.replaceChildren(el('p', { class: 'empty' }, 'Playing it against history …'));
  try {
    const answers = await post('/api/strategies/backtest', { config: row.config, symbols: [symbol] });
    if (!answers.length) throw new Error('There are no bars of it.');
    place.replaceChildren(el('h3', {}, `${row.name} on ${symbol}`), measures(answers[0]),
      trades(answers[0].trades));
  } catch (error) {
    place.replaceChildren(el('p', { class: 'wrong', role: 'alert' }, error.message));
    say(error.message);
  }
}

export async function show(main, parameters) {
  const { form, symbol, isEmpty } = await choose('strategies', parameters);
  const result = el('div', { 'aria-live': 'polite' });
  const list = panel('Strategies', {
    sql: () => 'select * from api.strategies;', path: () => '/api/strategies',
  }, async () => {
    const rows = (await get('/api/strategies')).items;
    return [table([
      ['Name', (row) => row.name],
      ['Version', (row) => row.version, 'number'],
      ['State', (row) => row.status],
      ['', (row) => el('button', { type: 'button', disabled: isEmpty,
        onclick: () => test(row, symbol, result) }, `Test on ${symbol}`)],
      ['Config', (row) => el('details', {}, el('summary', {}, 'show'),
        el('pre', {}, JSON.stringify(row.config, null, 1))), 'text'],
    ], rows, 'None yet: select api.save_strategy(\'sma cross\', \'{…}\'), see the reference.'),
    result];
  }, true);
  const kept = panel('Backtests that were kept', {
    sql: () => `select * from api.backtests where ${quoted(symbol)} = any(symbols);`,
    path: () => '/api/backtests?limit=50',
  }, async () => table([
    ['', (row) => row.backtest_id, 'number'],
    ['Strategy', (row) => `${row.name} v${row.version}`],
    ['Symbols', (row) => row.symbols.join(', '), 'text'],
    ['From', (row) => day(row.first_ts)], ['To', (row) => day(row.last_ts)],
    ['Return', (row) => colored(percent(row.total_return), row.total_return), 'number'],
    ['Sharpe', (row) => money(row.sharpe), 'number'],
    ['Deflated', (row) => row.deflated_sharpe === null ? '–' : share(row.deflated_sharpe), 'number'],
    ['Drawdown', (row) => percent(row.max_drawdown), 'number'],
    ['Trades', (row) => count(row.trade_count), 'number'],
  ], (await get('/api/backtests', { limit: 50 })).items, 'None yet: api.record_backtest keeps one.'),
  true);
  main.replaceChildren(el('section', { class: 'wide', 'aria-label': 'Choose' }, form), list, kept);
  await Promise.all([list.refresh(), kept.refresh()]);
  return null;
}
