// @vitest-environment happy-dom
/** What is asked before the first message. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Profile } from '../shared/protocol.ts';
import type { FormField } from '../shared/settings.ts';
import Form from '../widget/parts/form.tsx';
import { speak, speakMore } from '../widget/texts.ts';

let home: HTMLElement;
let done: Profile[];

beforeAll(async () => {
  await speak('en');
  await speakMore();
});
beforeEach(() => {
  sessionStorage.clear();
  done = [];
  home = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  render(null, home);
  home.remove();
});

const field = (key: string, change: Partial<FormField> = {}): FormField => ({ key, label: key, kind: 'text', required: false, choices: [], ...change });

function show(fields: FormField[], { away = false, keeps = true } = {}): void {
  void act(() => render(<Form fields={fields} away={away} workspace="demo" keeps={keeps} onDone={(answers) => void done.push(answers)} />, home));
}
function fill(key: string, value: string): void {
  void act(() => {
    const box = home.querySelector<HTMLInputElement>(`#field-${key}`) as HTMLInputElement;
    box.value = value;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
function submit(): Array<[string, string | null]> {
  void act(() => void home.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })));
  return [...home.querySelectorAll('.form-field')].flatMap((box): Array<[string, string | null]> => {
    const problem = box.querySelector('.hint.bad');
    return problem ? [[box.querySelector('[id^=field]')?.id ?? '', problem.textContent]] : [];
  });
}

it('says kindly what is wrong, at the field it is about, and loses nothing', () => {
  show([field('name', { required: true }), field('email', { kind: 'email' }), field('phone', { kind: 'phone' }), field('topic')]);
  fill('email', 'jane@');
  fill('phone', 'call me');
  fill('topic', 'x'.repeat(1_001));
  expect(submit()).toEqual([
    ['field-name', 'Please fill this in.'], ['field-email', 'This does not look like an e-mail address. Example: name@example.com'], ['field-phone', 'Please use digits, spaces and + only.'], ['field-topic', 'Please shorten this.'],
  ]);
  const name = home.querySelector('#field-name');
  expect([name?.getAttribute('aria-invalid'), home.querySelector(`#${name?.getAttribute('aria-describedby') ?? 'none'}`)?.textContent, document.activeElement]).toEqual(['true', 'Please fill this in.', name]);
  expect([done, home.querySelector<HTMLInputElement>('#field-email')?.value]).toEqual([[], 'jane@']);
  fill('email', 'jane@example.com');
  expect(home.querySelector('#field-email')?.getAttribute('aria-invalid')).toBe('false');
});

it('tells who the visitor is, and the rest as attributes', () => {
  show([field('name'), field('email', { kind: 'email' }), field('phone', { kind: 'phone' }), field('topic', { kind: 'choice', choices: ['Order', 'Other'] }), field('note', { kind: 'longtext' }), field('empty')]);
  for (const [key, value] of [['name', ' Jane '], ['email', 'jane@example.com'], ['phone', '+49 (30) 1/2-3'], ['topic', 'Order'], ['note', 'two\nlines'], ['empty', '  ']] as const) fill(key, value);
  expect(submit()).toEqual([]);
  expect(done).toEqual([{ name: 'Jane', email: 'jane@example.com', phone: '+49 (30) 1/2-3', attributes: { topic: 'Order', note: 'two\nlines' } }]);
});

it.each([
  ['a@b.co', true], ['first.last+tag@sub.example.org', true], ['ü@exämple.de', true], ['a@b', false], ['a b@c.de', false], ['@c.de', false], ['a@@c.de', false], ['a@c..de', false], ['a@.de', false], [`${'a'.repeat(250)}@b.co`, false], ['@'.repeat(250), false],
  ['用户@例え.jp', true], ['o\'neil&sons@x-y.ie', true], ['a..b@docomo.example', true], ['a@b.', false], ['a@-b.de', false], ['a@b.de,c@d.de', false], ['<a@b.de>', false], ['a\u202e@b.de', false],
])('takes the address %s: %s, and so does the gateway, which would refuse the message otherwise', (address, right) => {
  show([field('email', { kind: 'email' })]);
  fill('email', address);
  expect([submit().length === 0, Profile.safeParse({ email: address }).success]).toEqual([right, right]);
});

it.each([['030 123', true], ['+49 (0) 30 – 123', true], ['٠٣٠/١٢٣', true], ['call me', false]])('takes the number %s: %s', (number, right) => {
  show([field('phone', { kind: 'phone' })]);
  fill('phone', number);
  expect(submit().length === 0).toBe(right);
});

it('asks for an address while the team is away, once', () => {
  show([], { away: true });
  expect([home.querySelectorAll('input').length, submit()]).toEqual([1, [['field-email', 'Please fill this in.']]]);
  render(null, home);
  show([field('name'), field('email', { kind: 'email', label: 'Your e-mail' })], { away: true });
  expect([home.querySelectorAll('input').length, submit()]).toEqual([2, [['field-email', 'Please fill this in.']]]);
});

it('keeps what was typed over a reload, also after it was begun with, where it may', () => {
  show([field('name')]);
  fill('name', 'Jane');
  render(null, home);
  show([field('name')]);
  expect(home.querySelector<HTMLInputElement>('#field-name')?.value).toBe('Jane');
  submit();
  expect([done, sessionStorage.length]).toEqual([[{ name: 'Jane' }], 1]);
  sessionStorage.clear();
  render(null, home);
  show([field('name')], { keeps: false });
  fill('name', 'Jane');
  expect(sessionStorage.length).toBe(0);
  sessionStorage.setItem('miradesk:demo:form', 'not json');
  render(null, home);
  show([field('name')]);
  expect(home.querySelector<HTMLInputElement>('#field-name')?.value).toBe('');
});
