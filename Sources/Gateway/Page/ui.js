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
const missing = (value) => value === null || value === undefined || Number.isNaN(Number(value));

export const money = (value) => missing(value) ? '–' : two.format(value);
export const count = (value) => missing(value) ? '–' : whole.format(value);
export const quantity = (value) => missing(value) ? '–'
  : new Intl.NumberFormat('en', { maximumFractionDigits: 4 }).format(value);
export const percent = (value, digits = 1) => missing(value) ? '–'
  : `${value > 0 ? '+' : ''}${(100 * value).toFixed(digits)} %`.replace(/^[+-](0\.?0* %)$/, '$1');
export const share = (value) => missing(value) ? '–' : `${(100 * value).toFixed(1)} %`;
export const day = (text) => text ? text.slice(0, 10) : '–';
/** A moment, to the minute, always in UTC. */
export const time = (text) => text
  ? `${new Date(text).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '–';
/** How long something took: milliseconds in the unit that reads best. */
export const lasting = (ms, known = ms) => missing(known) ? '–'
  : ms < 0.1 ? '< 0.1 ms' : ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
    : ms < 120000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60000).toFixed(0)} min`;
export const sign = (value) => value > 0 ? 'up' : value < 0 ? 'down' : '';

/** columns: [title, row => text or element, 'number' or nothing]. */
export function table(columns, rows, empty) {
  if (!rows.length) return el('p', { class: 'empty' }, empty || 'Nothing yet.');
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    el('table', {},
      el('thead', {}, el('tr', {}, columns.map(([title, , kind]) =>
        el('th', { class: kind, scope: 'col' }, title)))),
      el('tbody', {}, rows.map((row) => el('tr', {}, columns.map(([, cell, kind]) => {
        const content = cell(row);
        return el('td', { class: kind }, content instanceof Node ? content : String(content ?? '–'));
      }))))));
}

export const colored = (text, value) => el('span', { class: sign(value) }, text);

export function figures(list) {
  return el('div', { class: 'figures' }, list.map(([name, value, kind]) =>
    el('div', { class: 'figure' }, el('span', { class: 'faint' }, name),
      el('b', { class: kind || '' }, value))));
}

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

/**
 * A panel that can be filled again: title, where its data come from, and what draws them.
 * source: { sql, path } for "copy as SQL" and "copy as curl".
 */
export function panel(title, source, draw, wide = false) {
  const body = el('div', {}, el('p', { class: 'empty' }, 'Loading …'));
  const buttons = [];
  if (source.sql) {
    buttons.push(el('button', { class: 'copy', type: 'button', 'aria-label': `Copy ${title} as SQL`,
      onclick: () => copy(source.sql(), 'SQL') }, 'SQL'));
  }
  if (source.path) {
    buttons.push(el('button', { class: 'copy', type: 'button', 'aria-label': `Copy ${title} as curl`,
      onclick: () => copy(`curl -H "Authorization: Bearer $KEY" '${location.origin}${source.path()}'`,
        'curl line') }, 'curl'));
  }
  const section = el('section', { class: wide ? 'wide' : '', 'aria-label': title },
    el('header', {}, el('h2', {}, title), el('span', { class: 'grow' }), buttons), body);
  section.refresh = async () => {
    try {
      const content = await draw();
      body.replaceChildren(...[content].flat());
    } catch (error) {
      if (error.status === 401) throw error;
      body.replaceChildren(el('p', { class: 'wrong', role: 'alert' }, error.message),
        el('p', { class: 'faint' }, error.problem?.hint || ''));
    }
  };
  return section;
}

/** Literals for "copy as SQL". */
export const quoted = (text) => `'${String(text).replaceAll("'", "''")}'`;
