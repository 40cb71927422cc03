// Jobs: what waits, what runs, what failed.

import { get } from '/api.js';
import { el, panel, table, count, time, money } from '/ui.js';

export const title = 'Jobs';

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
    ['Oldest, s', (row) => money(row.oldest_ready_seconds), 'number'],
    ['To start, ms', (row) => money(row.start_p50_ms), 'number'],
    ['To run, ms', (row) => money(row.run_p50_ms), 'number'],
  ], await get('/api/jobs/summary'), 'The queue has never been used.'), true);
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
  main.replaceChildren(summary, list);
  await Promise.all([summary.refresh(), list.refresh()]);
  const timer = setInterval(() => { summary.refresh(); list.refresh(); }, 5000);
  return () => clearInterval(timer);
}
