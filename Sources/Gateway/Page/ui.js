// Small pieces that every page is made of: elements, tables, numbers, panels.

/** An element: el('td', { class: 'number' }, 'text', otherElement). Texts stay texts. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const two = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const four = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });
const missing = (value) => value === null || value === undefined || Number.isNaN(Number(value));
/** A minus as wide as a plus, so that columns stay columns. */
const minus = (text) => text.replace(/^-/, '−');
const signed = (text) => /^-?[0.,]+$/.test(text) ? text.replace(/^-/, '')
  : minus(text.startsWith('-') ? text : `+${text}`);

export const money = (value) => missing(value) ? '–' : minus(two.format(value));
/** What was won or lost, with its sign: colour alone tells nothing to some. */
export const change = (value) => missing(value) ? '–' : signed(two.format(value));
export const count = (value) => missing(value) ? '–' : minus(whole.format(value));
export const quantity = (value) => missing(value) ? '–' : minus(four.format(value));
export const percent = (value, digits = 1) => missing(value) ? '–'
  : `${signed((100 * value).toFixed(digits))} %`;
export const share = (value) => missing(value) ? '–' : `${minus((100 * value).toFixed(1))} %`;
export const day = (text) => text ? text.slice(0, 10) : '–';
/** A moment, to the minute, always in UTC. */
export const time = (text) => text
  ? `${new Date(text).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '–';
/** How long something took: milliseconds in the unit that reads best. */
export const lasting = (ms, known = ms) => missing(known) ? '–'
  : ms < 0.1 ? '< 0.1 ms' : ms < 1000 ? `${Number(ms).toFixed(ms < 10 ? 1 : 0)} ms`
    : ms < 120000 ? `${(ms / 1000).toFixed(1)} s` : ms < 7200000 ? `${(ms / 60000).toFixed(0)} min`
      : ms < 172800000 ? `${(ms / 3600000).toFixed(0)} h` : `${(ms / 86400000).toFixed(0)} days`;
export const sign = (value) => value > 0 ? 'up' : value < 0 ? 'down' : '';
/** 'one bar', '20 bars'. */
export const many = (n, one, several = `${one}s`) => `${count(n)} ${Number(n) === 1 ? one : several}`;

/**
 * columns: [title, row => text or element, 'number' or 'text' or nothing, what the title means].
 * A title of several words that is no unit is explained by the fourth.
 */
export function table(columns, rows, empty, name = 'Table') {
  if (!rows.length) return el('p', { class: 'empty' }, empty || 'Nothing yet.');
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name },
    el('table', {},
      el('thead', {}, el('tr', {}, columns.map(([title, , kind, meaning]) =>
        el('th', { class: kind, scope: 'col', title: meaning }, title)))),
      el('tbody', {}, rows.map((row) => el('tr', {}, columns.map(([, cell, kind]) => {
        const content = cell(row);
        return el('td', { class: kind }, content instanceof Node ? content : String(content ?? '–'));
      }))))));
}

/** What is shown as nothing is neither up nor down. */
export const colored = (text, value) =>
  el('span', { class: /[1-9]/.test(text) ? sign(value) : '' }, text);

/** A word about a state: its colour says the same again. */
export const pill = (text, kind = '', title = null) =>
  el('span', { class: `pill ${kind}`, title }, text);

/** list: [name, value, class, what it means]. */
export function figures(list) {
  return el('dl', { class: 'figures' }, list.map(([name, value, kind, meaning]) =>
    el('div', { class: 'figure', title: meaning }, el('dt', {}, name),
      el('dd', { class: kind || '' }, value))));
}

/** Names and values in as many columns as there is room for. */
export function facts(list) {
  return el('dl', { class: 'facts' }, list.map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

/** A swatch of a colour and what it means. */
export const key = (colour, text, kind = '') => el('span', { class: 'key' },
  el('span', { class: `swatch ${kind}`, style: `--of: ${colour}` }), text);

/** Says something at the bottom for a while. */
export function say(text) {
  const place = document.getElementById('said');
  place.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { place.textContent = ''; }, 6000);
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  } catch {
    say(text);
  }
}

/** A word of a shell, whatever is in it. */
const shellWord = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curl({ path, body }) {
  const sent = body ? ` --json ${shellWord(JSON.stringify(body()))}` : '';
  return `curl -sS -H "Authorization: Bearer $KEY"${sent} ${shellWord(location.origin + path())}`;
}

/** The buttons that copy where the data come from: { sql, path, body }. */
export function sources(title, source) {
  const button = (label, text, what) => el('button', { class: 'copy', type: 'button',
    'aria-label': `Copy ${title} as ${label}`, title: `Copy as ${label}`,
    onclick: () => copy(text(), what) }, label);
  return [source.sql && button('SQL', source.sql, 'SQL'),
    source.path && button('curl', () => curl(source), 'curl line, for the key in $KEY,')]
    .filter(Boolean);
}

/** What went wrong in plain words, what helps, and a button that tries again. */
export function trouble(error, again) {
  const about = error.problem ?? {};
  return el('div', { role: 'alert' }, el('p', { class: 'wrong' }, error.message),
    about.hint ? el('p', { class: 'faint' }, about.hint) : null,
    el('p', {}, again ? el('button', { type: 'button', onclick: again }, 'Try again') : null,
      about.request_id ? el('span', { class: 'faint' }, ` Request ${about.request_id}`) : null));
}

/**
 * A panel that can be filled again: title, where its data come from, and what draws them.
 * source: { sql, path, body } for "copy as SQL" and "copy as curl".
 */
export function panel(title, source, draw, wide = false) {
  const body = el('div', { class: 'body' }, el('p', { class: 'empty loading' }, 'Loading …'));
  const section = el('section', { class: wide ? 'wide' : '', 'aria-label': title },
    el('header', {}, el('h2', {}, title), el('span', { class: 'grow' }), sources(title, source)),
    body);
  section.refresh = async () => {
    section.setAttribute('aria-busy', 'true');
    try {
      const content = await draw();
      body.replaceChildren(...[content].flat().filter(Boolean));
    } catch (error) {
      if (error.status === 401) throw error;
      body.replaceChildren(trouble(error, () => section.refresh()));
    } finally {
      section.removeAttribute('aria-busy');
    }
  };
  return section;
}

/** Literals for "copy as SQL". */
export const quoted = (text) => `'${String(text).replaceAll("'", "''")}'`;
/** A JSON document as a literal. */
export const jsonb = (value) => `${quoted(JSON.stringify(value))}::jsonb`;
