// Shortcuts: two letters that go somewhere, and a list of them under the question mark. They can be
// switched off, for those who talk to their machine (WCAG 2.1, 2.1.4).

import { el } from '/ui.js';

const stored = 'shortcuts';
export const isOn = () => localStorage.getItem(stored) !== 'off';

/** actions: [[keys, what they do, run]]; keys are one or two characters. */
export function shortcuts(actions) {
  const dialog = document.getElementById('keys');
  const list = dialog.querySelector('dl');
  list.replaceChildren(...actions.map(([keys, what]) => el('div', {},
    el('dt', {}, what), el('dd', {}, [...keys].flatMap((one) => [el('kbd', {}, one), ' '])))));
  const box = dialog.querySelector('input');
  box.checked = isOn();
  box.addEventListener('change', () => localStorage.setItem(stored, box.checked ? 'on' : 'off'));
  let first = '';
  let timer = null;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !isOn() || event.key.length !== 1) return;
    if (event.target.closest('input, select, textarea, dialog')) return;
    const typed = first + event.key;
    clearTimeout(timer);
    const action = actions.find(([keys]) => keys === typed);
    first = !action && actions.some(([keys]) => keys.startsWith(typed)) ? typed : '';
    timer = setTimeout(() => { first = ''; }, 1500);
    if (!action) return;
    event.preventDefault();
    action[2]();
  });
}

export const showKeys = () => document.getElementById('keys').showModal();
