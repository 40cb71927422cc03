// Jobs: what waits, what runs, what failed.

import { get, post, may } from '/api.js';
import { el, panel, table, count, time, money, lasting, say } from '/ui.js';

export const title = 'Jobs';

function retry(row, again) {
  if (row.state !== 'dead' || row.is_system || !may('trade')) return '';
  return el('button', { type: 'button', 'aria-label': `Try job ${row.job_id} again`,
    onclick: async () => {
      try {
        await post('/api/jobs/retry', { job_id: row.job_id });
        say(`Job ${row.job_id} lives again.`);
      } catch (error) {
        say(error.message);
      }
      await again();
    } }, 'Try again');
}

export async function show(main) {
  const summary = panel('Queue by kind', {
    sql: () => 'select * from api.job_summary();', path: () => '/api/jobs/summary',
  }, async () => table([
    ['Kind', (row) => row.kind],
    ['Ready', (row) => count(row.ready), 'number'],
    ['Running', (row) => count(row.running), 'number'],
    ['Waiting', (row) => count(row.waiting), 'number'],
    ['Dead', (row) => el('span', { class: row.dead ? 'down' : '' }, count(row.dead)), 'number'],
    ['Done in the last hour', (row) => count(row.done_last_hour), 'number'],
    ['A minute', (row) => money(row.done_last_hour / 60), 'number'],
    ['Oldest waits', (row) => lasting(row.oldest_ready_seconds * 1000, row.oldest_ready_seconds), 'number'],
    ['Half start within', (row) => lasting(row.start_p50_ms), 'number'],
    ['Half run within', (row) => lasting(row.run_p50_ms), 'number'],
  ], await get('/api/jobs/summary'), 'The queue has never been used.'), true);
  const dead = panel('Dead jobs', {
    sql: () => `select * from api.jobs where state = 'dead' order by job_id desc limit 100;`,
    path: () => '/api/jobs?state=dead&limit=100',
  }, async () => table([
    ['Job', (row) => row.job_id, 'number'], ['Kind', (row) => row.kind],
    ['Whose', (row) => row.is_system ? 'the system\'s' : 'this desk\'s'],
    ['Attempts', (row) => row.attempt, 'number'], ['Died', (row) => time(row.finished_at)],
    ['Why', (row) => row.last_error ?? '', 'text'],
    ['', (row) => retry(row, () => Promise.all([dead.refresh(), summary.refresh()]))],
  ], (await get('/api/jobs', { state: 'dead', limit: 100 })).items, 'None.'), true);
  const list = panel('Newest jobs', {
    sql: () => 'select * from api.jobs order by job_id desc limit 30;',
    path: () => '/api/jobs?limit=30',
  }, async () => table([
    ['Job', (row) => row.job_id, 'number'],
    ['Kind', (row) => row.kind],
    ['State', (row) => el('span', { class: row.state === 'dead' ? 'down' : '' }, row.state)],
    ['Attempt', (row) => row.attempt, 'number'],
    ['Asked', (row) => time(row.enqueued_at)],
    ['Last error', (row) => row.last_error ?? '', 'text'],
  ], (await get('/api/jobs', { limit: 30 })).items, 'No jobs.'), true);
  const all = [summary, dead, list];
  main.replaceChildren(...all);
  await Promise.all(all.map((one) => one.refresh()));
  // Jobs write no events. A page that nobody sees asks nothing.
  const timer = setInterval(() => {
    if (!document.hidden) for (const one of all) one.refresh();
  }, 5000);
  return () => clearInterval(timer);
}
