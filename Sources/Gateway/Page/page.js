// The page: who is logged in, which part is shown, what the desk's state is.

import { get, post, logIn, logOut, listen, onEvent, may } from '/api.js';
import { el, say, trouble } from '/ui.js';
import { shortcuts, showKeys } from '/keys.js';
import * as desk from '/desk.js';
import * as market from '/market.js';
import * as patterns from '/patterns.js';
import * as cycles from '/cycles.js';
import * as strategies from '/strategies.js';
import * as agents from '/agents.js';
import * as graph from '/graph.js';
import * as jobs from '/jobs.js';

const pages = { desk, market, patterns, cycles, strategies, agents, graph, jobs };
const main = document.getElementById('main');
const state = document.getElementById('state');
const live = document.getElementById('live');
const haltButton = document.getElementById('halt');
let leavePage = () => {};

/** '#patterns?symbol=AAPL' -> ['patterns', parameters]. */
function place() {
  const [name, query] = location.hash.slice(1).split('?');
  return [pages[name] ? name : 'desk', new URLSearchParams(query)];
}

async function show() {
  // The skip link's own target is no page.
  if (location.hash === '#main') return main.focus();
  const [name, parameters] = place();
  document.getElementById('pages').replaceChildren(...Object.entries(pages).map(([key, page]) =>
    el('a', { href: `#${key}`, 'aria-current': key === name ? 'page' : null }, page.title)));
  document.querySelector('#pages [aria-current]').scrollIntoView({ block: 'nearest', inline: 'nearest' });
  document.title = `${pages[name].title} · Bellwether`;
  leavePage();
  leavePage = () => {};
  // A page that was left while it was fetching goes on in its own element, which nobody sees.
  const own = el('div', { class: 'page' }, el('section', { class: 'wide' },
    el('p', { class: 'empty loading' }, 'Loading …')));
  main.replaceChildren(own);
  try {
    const leave = (await pages[name].show(own, parameters)) || (() => {});
    if (own.isConnected) leavePage = leave; else leave();
  } catch (error) {
    if (error.status === 401) return askForKey();
    own.replaceChildren(el('section', { class: 'wide' }, trouble(error, show)));
  }
}

async function showState() {
  const risk = await get('/api/risk/status');
  const isHalted = risk.state !== 'ACTIVE';
  state.replaceChildren(el('span', { class: `pill ${isHalted ? 'down' : 'up'}` },
    isHalted ? `${risk.state}: ${risk.halts[0]?.reason ?? ''}` : 'Trading active'));
  haltButton.hidden = !may('trade');
  haltButton.textContent = isHalted ? 'Resume trading' : 'Halt trading';
  haltButton.className = isHalted ? '' : 'stop';
  haltButton.dataset.halted = isHalted;
}

async function toggleTrading() {
  if (haltButton.dataset.halted === 'true') {
    await post('/api/system/trading/enable', { scope: 'tenant', reason: 'resumed by hand' });
    say('Trading is on again.');
  } else {
    const dialog = document.getElementById('confirm');
    dialog.returnValue = 'no';
    dialog.showModal();
    await new Promise((done) => dialog.addEventListener('close', done, { once: true }));
    if (dialog.returnValue !== 'yes') return;
    await post('/api/system/trading/disable', {
      reason: document.getElementById('reason').value, scope: 'tenant' });
    say('Trading is halted.');
  }
  await showState();
}

function askForKey() {
  const dialog = document.getElementById('login');
  if (!dialog.open) dialog.showModal();
}

async function begin() {
  await showState();
  document.getElementById('leave').hidden = false;
  listen((isThere) => {
    live.textContent = isThere ? '● live' : '○ connection lost, trying again';
    live.className = isThere ? '' : 'down';
  });
  await show();
}

document.querySelector('#login form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const wrong = document.getElementById('login-wrong');
  try {
    await logIn(document.getElementById('key').value.trim());
    document.getElementById('key').value = '';
    wrong.textContent = '';
    document.getElementById('login').close();
    await begin();
  } catch (error) {
    wrong.textContent = error.message;
  }
});
document.getElementById('login').addEventListener('cancel', (event) => event.preventDefault());
document.getElementById('leave').addEventListener('click', async () => {
  await logOut();
  location.reload();
});
haltButton.addEventListener('click', () => toggleTrading().catch((error) => say(error.message)));
window.addEventListener('hashchange', show);
document.getElementById('help').addEventListener('click', showKeys);
const go = (name) => () => { location.hash = `#${name}`; };
shortcuts([
  ['?', 'This list', showKeys],
  ['gd', 'Desk', go('desk')], ['gm', 'Market', go('market')], ['gp', 'Patterns', go('patterns')],
  ['gc', 'Cycles', go('cycles')], ['gs', 'Strategies', go('strategies')],
  ['ga', 'Agents', go('agents')], ['gg', 'Graph', go('graph')], ['gj', 'Jobs', go('jobs')],
  ['gh', 'To the halt button', () => haltButton.focus()],
  ['/', 'To the first field of the page', () => main.querySelector('input, select')?.focus()],
]);

const clock = document.getElementById('clock');
const tick = () => { clock.textContent = `${new Date().toISOString().slice(11, 16)} UTC`; };
tick();
setInterval(tick, 5000);
onEvent((event) => {
  if (/Halt|Resum|Circuit/.test(event.type)) showState().catch(() => {});
});

// The cookie is good for an hour; a page that is left open asks for the next one.
setInterval(() => { showState().catch(() => {}); }, 20 * 60 * 1000);

begin().catch((error) => {
  if (error.status === 401) askForKey();
  else say(error.message);
});
