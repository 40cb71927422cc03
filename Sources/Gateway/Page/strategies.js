// Strategies: what they are, how they did, and what history says of them at once.

import { get, post, may } from '/api.js';
import { el, panel, table, percent, share, money, change, count, quantity, day, colored, quoted, jsonb,
  figures, say } from '/ui.js';
import { bars, candles, colour } from '/candles.js';
import { choose } from '/choose.js';
import { heat } from '/heat.js';

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
  ['In', (trade) => day(trade.entry_ts)],
  ['Out', (trade) => day(trade.exit_ts)],
  ['Size', (trade) => money(trade.size), 'number'],
  ['P&L, USD', (trade) => colored(change(trade.pnl), trade.pnl), 'number'],
  ['Why it ended', (trade) => trade.reason ?? '–'],
], list, 'No trades.');

async function chart(symbol, list) {
  const place = el('div', { class: 'chart', role: 'img',
    'aria-label': `Candles of ${symbol} with the trades of the backtest` });
  const rows = await bars(symbol);
  const marks = list.flatMap((trade) => [
    { day: day(trade.entry_ts), isBuy: trade.size > 0, text: '' },
    ...(trade.exit_ts ? [{ day: day(trade.exit_ts), isBuy: trade.size < 0,
      text: percent(trade.net_return) }] : []),
  ].map((mark) => ({ ...mark, isBelow: mark.isBuy, shape: mark.isBuy ? 'arrowUp' : 'arrowDown',
    colour: colour('--accent') }))).sort((a, b) => a.day < b.day ? -1 : 1);
  const first = list.length ? rows.findIndex((row) => day(row.ts) >= day(list[0].entry_ts)) : 0;
  requestAnimationFrame(() => candles(place, rows, { marks, range: rows.length - Math.max(first - 10, 0) }));
  return [place, el('p', { class: 'faint' }, 'Arrows up are buys, arrows down sales with the net return '
    + 'of the trade; no bar after a signal is known to it.')];
}

/** A panel with an answer of history, and where it came from. */
const answered = (heading, name, body, draw) => panel(heading, {
  sql: () => `select * from api.${name}(${jsonb(body.config)}${body.grid ? `, ${jsonb(body.grid)}` : ''}, ${
    quoted(`{${body.symbols.map((one) => JSON.stringify(one)).join(',')}}`)});`,
  path: () => path[name], body: () => body,
}, async () => draw(await post(path[name], body)), true);

const path = { backtest_strategy: '/api/strategies/backtest', sweep_strategy: '/api/strategies/sweep',
  walk_forward: '/api/strategies/walk-forward' };

const test = (row, symbol) => answered(`${row.name} on ${symbol}, played against history`,
  'backtest_strategy', { config: row.config, symbols: [symbol] }, async (answers) => {
    if (!answers.length) return el('p', { class: 'empty' }, `Not enough history: there are no bars of ${symbol}.`);
    const list = answers[0].trades || [];
    return [measures(answers[0]), ...await chart(symbol, list), trades(list)];
  });

/** Half, as it is, and twice: a start that can be edited. */
export function gridOf(config) {
  return Object.fromEntries(Object.entries(config.parameters || {}).map(([name, value]) => [name,
    Number.isInteger(value) ? [...new Set([Math.max(1, Math.round(value / 2)), value, value * 2])]
      : [value / 2, value, value * 2]]));
}

const sweep = (row, symbol, grid) => answered(`${row.name} on ${symbol}, many settings`,
  'sweep_strategy', { config: row.config, grid, symbols: [symbol] }, (rows) => rows.length ? heat(rows)
    : el('p', { class: 'empty' }, 'Not enough history for any setting.'));

const walk = (row, symbol, grid) => answered(
  `${row.name} on ${symbol}, chosen on one stretch, tested on the next`, 'walk_forward',
  { config: row.config, grid, symbols: [symbol] }, (folds) => {
    const mean = (name) => folds.reduce((sum, fold) => sum + (fold[name] ?? 0), 0) / folds.length;
    return [folds.length ? figures([
      ['Sharpe where it was chosen', money(mean('train_sharpe')), '', 'Mean of the stretches'],
      ['Sharpe on what it had not seen', money(mean('test_sharpe')),
        mean('test_sharpe') > 0 ? 'up' : 'down', 'Mean of the stretches'],
      ['Stretches that gained', `${folds.filter((fold) => fold.test_return > 0).length} of ${
        folds.length}`],
    ]) : null,
    table([
      ['Tested from', (fold) => day(fold.test_from)], ['to', (fold) => day(fold.test_to)],
      ['Setting', (fold) => Object.entries(fold.parameters).map(([k, v]) => `${k} ${v}`).join(', ')],
      ['Sharpe before', (fold) => money(fold.train_sharpe), 'number', 'Where the setting was chosen'],
      ['Sharpe then', (fold) => money(fold.test_sharpe), 'number', 'On the stretch after it'],
      ['Return', (fold) => colored(percent(fold.test_return), fold.test_return), 'number'],
      ['Buy and hold', (fold) => percent(fold.test_buy_and_hold), 'number'],
      ['Drawdown', (fold) => percent(fold.test_max_drawdown), 'number'],
      ['Trades', (fold) => count(fold.test_trades), 'number'],
    ], folds, 'Not enough history: a train span of two years and half a year to test are needed.',
    'Walk forward')];
  });

function tools(row, symbol, isEmpty, result) {
  const run = (make) => async () => {
    try {
      const answer = make();
      result.replaceChildren(answer);
      answer.scrollIntoView({ block: 'nearest' });
      await answer.refresh();
    } catch (error) {
      say(error instanceof SyntaxError ? `The grid is no JSON: ${error.message}` : error.message);
    }
  };
  const grid = gridOf(row.config);
  const field = el('input', { name: `grid-${row.strategy_id}`, size: 34, 'aria-label':
    `Grid of ${row.name}: values of each parameter`, value: JSON.stringify(grid) });
  const button = (text, work, isOff = false) => el('button', { type: 'button',
    disabled: isEmpty || isOff, onclick: run(work) }, text);
  const isFixed = !Object.keys(grid).length;
  return el('div', { class: 'row' },
    button(`Test on ${symbol}`, () => test(row, symbol)), ' ',
    isFixed ? '' : field, ' ',
    button('Sweep', () => sweep(row, symbol, JSON.parse(field.value)), isFixed || !may('trade')), ' ',
    button('Walk forward', () => walk(row, symbol, JSON.parse(field.value)), isFixed));
}

export async function show(main, parameters) {
  const { form, symbol, isEmpty } = await choose('strategies', parameters);
  const result = el('div', { 'aria-live': 'polite', class: 'result wide' });
  const list = panel('Strategies', {
    sql: () => 'select * from api.strategies;', path: () => '/api/strategies',
  }, async () => {
    const rows = (await get('/api/strategies')).items;
    return table([
      ['Name', (row) => row.name],
      ['Version', (row) => row.version, 'number'],
      ['State', (row) => row.status],
      ['Ask history', (row) => tools(row, symbol, isEmpty, result)],
      ['Config', (row) => el('details', {}, el('summary', {}, 'show'),
        el('pre', {}, JSON.stringify(row.config, null, 1))), 'text'],
    ], rows, 'None yet: select api.save_strategy(\'sma cross\', \'{…}\'), see the reference of '
      + 'strategies.', 'Strategies');
  }, true);
  const books = panel('What each strategy holds and earned', {
    sql: () => 'select * from api.strategy_books;', path: () => '/api/strategies/books?limit=200',
  }, async () => table([
    ['Strategy', (row) => row.strategy_id ?? 'without one'],
    ['Account', (row) => row.account_id, 'number'], ['Symbol', (row) => row.symbol],
    ['Quantity', (row) => quantity(row.quantity), 'number'],
    ['Cost, USD', (row) => money(row.cost), 'number'],
    ['Realised, USD', (row) => colored(change(row.realised), row.realised), 'number'],
    ['Fees, USD', (row) => money(row.fees), 'number'],
  ], (await get('/api/strategies/books', { limit: 200 })).items, 'No trades yet.'), true);
  const kept = panel('Backtests that were kept', {
    sql: () => 'select * from api.backtests order by backtest_id desc limit 50;',
    path: () => '/api/backtests?limit=50',
  }, async () => table([
    ['Backtest', (row) => row.backtest_id, 'number'],
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
  main.replaceChildren(el('section', { class: 'wide bare', 'aria-label': 'Choose' }, form), list,
    result, books, kept);
  await Promise.all([list, books, kept].map((one) => one.refresh()));
  return null;
}
