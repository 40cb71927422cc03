// The door to the server: requests with the session's cookie, and live events.

let csrf = sessionStorage.getItem('csrf') || '';
export let scopes = (sessionStorage.getItem('scopes') || '').split(',').filter(Boolean);
const listeners = new Set();
let source = null;

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title || `The gateway answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', ...options });
  } catch {
    throw new Refused(0, { title: 'The gateway cannot be reached.',
      hint: 'Is it running, and is this machine on the network? Nothing was changed.' });
  }
  const text = await answer.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    throw new Refused(answer.status, { title: `Something between here and the gateway answered ${
      answer.status}, not the gateway.` });
  }
  if (!answer.ok) throw new Refused(answer.status, body || {});
  return body;
}

export const get = (path, parameters = {}) => ask(address(path, parameters));

/** A path with its parameters, those that are empty left out. */
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Every row of a list, page after page, newest first, until there are as many as wanted. */
export async function all(path, parameters, wanted = 5000) {
  const rows = [];
  for (let cursor = ''; rows.length < wanted;) {
    const answer = await get(path, { limit: 1000, ...parameters, cursor });
    rows.push(...answer.items);
    if (!answer.next) break;
    cursor = answer.next;
  }
  return rows;
}

export const post = (path, body) => ask(path, {
  method: 'POST', body: JSON.stringify(body),
  headers: {
    'Content-Type': 'application/json', 'X-CSRF-Token': csrf,
    'Idempotency-Key': crypto.randomUUID ? crypto.randomUUID() : String(Math.random()),
  },
});

export const remove = (path, parameters) => ask(address(path, parameters), {
  method: 'DELETE', headers: { 'X-CSRF-Token': csrf },
});

export async function logIn(key) {
  const answer = await ask('/login', { method: 'POST', body: JSON.stringify({ key }) });
  csrf = answer.csrf_token;
  scopes = answer.scopes;
  sessionStorage.setItem('csrf', csrf);
  sessionStorage.setItem('scopes', scopes.join(','));
}

export async function logOut() {
  sessionStorage.clear();
  if (source) source.close();
  source = null;
  await ask('/logout', { method: 'POST', headers: { 'X-CSRF-Token': csrf } });
}

export const may = (scope) => {
  const order = ['read', 'trade', 'admin'];
  return scopes.some((held) => order.indexOf(held) >= order.indexOf(scope));
};

/** Calls back with each event of the desk; returns what ends it. */
export function onEvent(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One stream for the whole page; the browser reconnects and says where it was. */
export function listen(said) {
  if (source) return;
  source = new EventSource('/api/events/stream');
  source.addEventListener('desk', (message) => {
    const event = JSON.parse(message.data);
    for (const listener of [...listeners]) listener(event);
  });
  source.addEventListener('open', () => said(true));
  source.addEventListener('error', () => said(false));
}

/** Calls back with the state of the queue now and whenever it changes; returns what ends it. */
export function onJobs(listener) {
  const stream = new EventSource('/api/jobs/stream');
  stream.addEventListener('jobs', (message) => listener(JSON.parse(message.data)));
  return () => stream.close();
}
