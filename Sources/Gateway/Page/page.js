// The page: who is logged in, which part is shown, what the desk's state is.

import { get, post, logIn, logOut, listen, onEvent, may } from '/api.js';
import { el, say } from '/ui.js';
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
const haltButton = document.getElementById('halt');
let leavePage = () => {};

/** '#patterns?symbol=AAPL' -> ['patterns', parameters]. */
function place() {
  const [name, query] = location.hash.slice(1).split('?');
  return [pages[name] ? name : 'desk', new URLSearchParams(query)];
}

async function show() {
  const [name, parameters] = place();
  document.getElementById('pages').replaceChildren(...Object.entries(pages).map(([key, page]) =>
    el('a', { href: `#${key}`, 'aria-current': key === name ? 'page' : null }, page.title)));
  document.title = `${pages[name].title} · Bellwether`;
  leavePage();
  leavePage = () => {};
  try {
    leavePage = (await pages[name].show(main, parameters)) || (() => {});
  } catch (error) {
    if (error.status === 401) return askForKey();
    main.replaceChildren(el('section', {}, el('p', { class: 'wrong', role: 'alert' }, error.message)));
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
  listen((isThere) => { state.title = isThere ? 'live' : 'connection lost, trying again'; });
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
onEvent((event) => {
  if (/Halt|Resum|Circuit/.test(event.type)) showState().catch(() => {});
});

// The cookie is good for an hour; a page that is left open asks for the next one.
setInterval(() => { showState().catch(() => {}); }, 20 * 60 * 1000);

begin().catch((error) => {
  if (error.status === 401) askForKey();
  else say(error.message);
});
