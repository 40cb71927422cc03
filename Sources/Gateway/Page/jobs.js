// Jobs: what waits, what runs, what failed. The database says when that changes.

import { onJobs, get, post, may } from '/api.js';
import { el, panel, table, figures, count, time, money, lasting, say } from '/ui.js';

export const title = 'Jobs';

function retry(row) {
  if (row.state !== 'dead' || row.is_system || !may('trade')) return '';
  return el('button', { type: 'button', 'aria-label': `Try job ${row.job_id} again`,
    onclick: async () => {
      try {
        await post('/api/jobs/retry', { job_id: row.job_id });
        say(`Job ${row.job_id} lives again.`);
      } catch (error) {
        say(error.message);
      }
    } }, 'Try again');
}

const stateClass = { dead: 'down', leased: 'up', waiting: 'warn', blocked: 'warn' };
const stateWord = { leased: 'running', waiting: 'waits for its time', blocked: 'waits for others' };

function whole(rows) {
  const sum = (name) => rows.reduce((total, row) => total + Number(row[name]), 0);
  const waits = rows.map((row) => row.oldest_ready_seconds).filter((value) => value !== null);
  const oldest = waits.length ? Math.max(...waits) : null;
  return figures([
    ['Ready', count(sum('ready')), '', 'May start now'],
    ['Running', count(sum('running')), sum('running') ? 'up' : '', 'A worker holds them'],
    ['Waiting', count(sum('waiting')), '', 'For their time, or for another try'],
    ['Dead', count(sum('dead')), sum('dead') ? 'down' : '', 'Tried as often as they may'],
    ['Oldest ready', oldest === null ? '–' : lasting(oldest * 1000), oldest > 60 ? 'down' : '',
      'How long the first in the row has been waiting for a worker'],
    ['Done in the last hour', count(sum('done_last_hour'))]]);
}

function byKind(rows) {
  const stuck = rows.filter((row) => row.oldest_ready_seconds > 60);
  return [rows.length ? whole(rows) : null,
    stuck.length ? el('p', { class: 'down', role: 'status' }, `No worker takes ${
      stuck.map((row) => row.kind).join(', ')}: is one running? bellwether worker; bellwether jobs top.`)
      : null,
    table([
      ['Kind', (row) => row.kind],
      ['Ready', (row) => count(row.ready), 'number'],
      ['Running', (row) => count(row.running), 'number'],
      ['Waiting', (row) => count(row.waiting), 'number'],
      ['Dead', (row) => el('span', { class: Number(row.dead) ? 'down' : '' }, count(row.dead)), 'number'],
      ['Done, last hour', (row) => count(row.done_last_hour), 'number'],
      ['A minute', (row) => money(row.done_last_hour / 60), 'number'],
      ['Oldest waits', (row) => lasting(row.oldest_ready_seconds * 1000, row.oldest_ready_seconds), 'number'],
      ['Starts within', (row) => lasting(row.start_p50_ms), 'number', 'Half of them start within'],
      ['Runs', (row) => lasting(row.run_p50_ms), 'number', 'Half of them run no longer than'],
    ], rows, 'The queue has never been used: load bars or ask the agents, and jobs appear here.',
    'Queue by kind')];
}

const dead = (rows) => table([
  ['Job', (row) => row.job_id, 'number'], ['Kind', (row) => row.kind],
  ['Whose', (row) => row.is_system ? 'the system’s' : 'this desk’s'],
  ['Attempts', (row) => row.attempt, 'number'], ['Died', (row) => time(row.finished_at)],
  ['Why', (row) => row.last_error ?? '', 'text'], ['', retry],
], rows, 'None: nothing has failed for good.', 'Dead jobs');

const newest = (rows) => table([
  ['Job', (row) => row.job_id, 'number'],
  ['Kind', (row) => row.kind],
  ['State', (row) => el('span', { class: stateClass[row.state] ?? '' },
    stateWord[row.state] ?? row.state)],
  ['Attempt', (row) => row.attempt, 'number'],
  ['Asked', (row) => time(row.enqueued_at)],
  ['Took', (row) => row.started_at && row.finished_at
    ? lasting(new Date(row.finished_at) - new Date(row.started_at)) : '–', 'number'],
  ['Last error', (row) => row.last_error ?? '', 'text'],
], rows, 'No jobs yet.', 'Newest jobs');

export async function show(main) {
  // One look for all three; the stream brings the next ones.
  let board = await get('/api/jobs/board');
  const summary = panel('Queue by kind', {
    sql: () => 'select * from api.job_summary();', path: () => '/api/jobs/summary',
  }, async () => byKind(board.summary), true);
  const failed = panel('Dead jobs', {
    sql: () => `select * from api.jobs where state = 'dead' order by job_id desc limit 100;`,
    path: () => '/api/jobs?state=dead&limit=100',
  }, async () => dead(board.dead), true);
  const list = panel('Newest jobs', {
    sql: () => 'select * from api.jobs order by job_id desc limit 30;',
    path: () => '/api/jobs?limit=30',
  }, async () => newest(board.newest), true);
  const panels = [summary, failed, list];
  const draw = () => Promise.all(panels.map((one) => one.refresh()));
  main.replaceChildren(...panels);
  await draw();
  return onJobs((state) => {
    board = state;
    // A button under the pointer or the focus stays where it is.
    if (!failed.contains(document.activeElement) || !failed.querySelector('tbody button')
      || !board.dead.some((row) => document.activeElement.ariaLabel === `Try job ${row.job_id} again`)) {
      draw();
    } else {
      summary.refresh();
      list.refresh();
    }
  });
}
