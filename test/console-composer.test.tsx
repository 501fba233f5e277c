// @vitest-environment happy-dom
import { signal, type Signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Composer } from '../console/composer.tsx';
import { DeskContext, type Desk } from '../console/desk.ts';
import { createDrafts, type Drafts, type Mode } from '../console/drafts.ts';
import type { FileTransfer } from '../console/file-transfer.ts';
import { notices } from '../console/notices.ts';
import type { Outgoing } from '../console/sending.ts';
import { createUploads, type Uploads } from '../console/uploads.ts';
import { ATTACHMENTS_MAX, TEXT_MAX } from '../shared/limits.ts';
import { conversation, fakeConnection, fakeStorage } from './console-fakes.ts';
import { until } from './harness/until.ts';

let root: HTMLElement;
let mode: Signal<Mode>;
let drafts: Drafts;
let sent: Outgoing[];
let refuse: boolean;
let typed: string[];
let uploads: Uploads;
/** What the gateway says about each file, by name; without that it is on its way. */
let answers: Record<string, Awaited<FileTransfer['answer']>>;

function show(id = 'a', status: 'open' | 'closed' = 'open'): void {
  const desk = {
    drafts, uploads,
    connection: fakeConnection(),
    sending: { send: async (outgoing: Outgoing) => {
      if (refuse) throw new DOMException('Full.', 'QuotaExceededError');
      sent.push(outgoing);
    } },
    typing: { typed: (_: string, text: string) => typed.push(text), stopped: () => typed.push('stopped') },
  } as unknown as Desk;
  void act(() => render(
    <DeskContext.Provider value={desk}><Composer conversation={conversation(id, { status })} id={id} name="Mia" mode={mode} key={id} /></DeskContext.Provider>,
    root,
  ));
}

const field = (): HTMLTextAreaElement => root.querySelector('textarea') as HTMLTextAreaElement;
const says = (): string => root.textContent ?? '';

async function type(text: string): Promise<void> {
  await act(() => {
    field().value = text;
    field().dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
}

/** Presses a key; answers whether the browser's own doing was prevented. */
async function press(key: string, more: KeyboardEventInit = {}): Promise<boolean> {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  await act(() => { field().dispatchEvent(event); });
  return event.defaultPrevented;
}

async function choose(tab: 'Reply' | 'Note'): Promise<void> {
  const button = [...root.querySelectorAll<HTMLButtonElement>('[role=tab]')].find(({ textContent }) => textContent === tab);
  await act(() => button?.click());
}

beforeEach(() => {
  root = document.body.appendChild(document.createElement('div'));
  mode = signal<Mode>('reply');
  drafts = createDrafts(fakeStorage(), 'demo:ana');
  sent = [];
  typed = [];
  refuse = false;
  answers = {};
  uploads = createUploads({
    connection: fakeConnection(),
    sendFile: (file) => ({ answer: answers[file.name] ? Promise.resolve(answers[file.name] as never) : new Promise(() => {}), stop: () => {} }),
  });
  show();
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
  drafts.dispose();
});

describe('the composer', () => {
  it('sends with Enter, and with Ctrl or Cmd and Enter', async () => {
    for (const [text, keys] of [['one', {}], ['two', { ctrlKey: true }], ['three', { metaKey: true }]] as const) {
      await type(`  ${text} `);
      expect(await press('Enter', keys)).toBe(true);
    }
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(field().value).toBe('');
    expect(drafts.has('a')).toBe(false);
  });

  it('makes a new line with Shift and Enter', async () => {
    await type('one');
    expect(await press('Enter', { shiftKey: true })).toBe(false);
    expect(sent).toEqual([]);
  });

  it('leaves Enter to an input method that is composing', async () => {
    await type('にほん');
    expect(await press('Enter', { isComposing: true })).toBe(false);
    expect(await press('Enter', { keyCode: 229 })).toBe(false);
    expect(sent).toEqual([]);
  });

  it('sends nothing where there is nothing to read', async () => {
    await type(' \n\u200b ');
    await press('Enter');
    expect(sent).toEqual([]);
  });

  it('shows unmistakably that a note is a note, and sends it as one', async () => {
    await type('for the visitor');
    await choose('Note');
    expect(field().getAttribute('aria-label')).toBe('Note for your team');
    expect(says()).toContain('The visitor will not see this');
    expect(root.querySelector('form')?.dataset['mode']).toBe('note');
    expect(root.querySelector('[type=submit]')?.textContent).toBe('Add note');
    // What was meant for one is never in the other.
    expect(field().value).toBe('');
    await type('for us');
    await press('Enter');
    await choose('Reply');
    expect(field().value).toBe('for the visitor');
    expect(sent).toEqual([{ mode: 'note', conversationId: 'a', text: 'for us' }]);
  });

  it('keeps a draft for each conversation', async () => {
    await type('half a sen');
    show('b');
    expect(field().value).toBe('');
    show('a');
    expect(field().value).toBe('half a sen');
  });

  it('[D7] keeps the text when the browser cannot store it', async () => {
    refuse = true;
    await type('important');
    await press('Enter');
    expect(field().value).toBe('important');
    expect(says()).toContain('the text stays here');
    refuse = false;
    await press('Enter');
    expect(sent).toHaveLength(1);
    expect(says()).not.toContain('the text stays here');
  });

  it('[D7] puts what could not be stored before what was typed since', async () => {
    refuse = true;
    await act(() => {
      field().value = 'first';
      field().dispatchEvent(new InputEvent('input', { bubbles: true }));
      field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      field().value = 'second';
      field().dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    await until(() => field().value !== 'second');
    expect(field().value).toBe('first\nsecond');
  });

  it('[D7] sends at every Enter what stands there, however fast', async () => {
    await act(() => {
      for (const text of ['one', 'two', 'three']) {
        field().value = text;
        field().dispatchEvent(new InputEvent('input', { bubbles: true }));
        for (let again = 0; again < 2; again += 1) field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      }
    });
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(field().value).toBe('');
  });

  it('counts when the end is near, and does not send what is too long', async () => {
    await type('x'.repeat(TEXT_MAX - 10));
    expect(says()).toContain('10 left');
    await type('x'.repeat(TEXT_MAX + 1));
    expect(says()).toContain('1 character too many');
    await press('Enter');
    expect(sent).toEqual([]);
    expect(field().value).toHaveLength(TEXT_MAX + 1);
  });

  it('tells the visitor that somebody types a reply, and never that somebody types a note', async () => {
    await type('Hel');
    expect(typed).toEqual(['Hel']);
    typed.length = 0;
    await choose('Note');
    typed.length = 0;
    await type('He is angry');
    expect(typed).toEqual([]);
  });

  it('says that a closed conversation is closed', () => {
    show('c', 'closed');
    expect(says()).toContain('This conversation is closed.');
  });

  it('changes between reply and note by arrow keys', async () => {
    const tab = root.querySelector('[role=tab][aria-selected=true]');
    await act(() => { tab?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true })); });
    expect(mode.value).toBe('note');
  });
});

describe('files in the composer', () => {
  const taken = (name: string) => ({ ok: true, data: { file: { id: `id-of-${name}`, name, type: 'image/png', size: 3 } } }) as const;
  const file = (name: string, size = 3): File => new File(['x'.repeat(size)], name);
  const button = (name: string): HTMLButtonElement | undefined => [...root.querySelectorAll('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent) === name);
  const sendButton = (): HTMLButtonElement => root.querySelector('button[type=submit]') as HTMLButtonElement;

  async function pick(...files: File[]): Promise<void> {
    const input = root.querySelector<HTMLInputElement>('input[type=file]') as HTMLInputElement;
    Object.defineProperty(input, 'files', { value: files, configurable: true });
    await act(() => { input.dispatchEvent(new Event('change', { bubbles: true })); });
  }

  it('go with the reply that is sent, and need no text', async () => {
    answers['kettle.png'] = taken('kettle.png');
    await pick(file('kettle.png'));
    expect(says()).toContain('kettle.png');
    await press('Enter');
    expect(sent).toMatchObject([{ mode: 'reply', text: '', attachments: [{ id: 'id-of-kettle.png' }] }]);
    expect(says()).not.toContain('kettle.png');
  });

  it('[D7] hold the reply back, with the reason, while they are on their way or failed; the text stays', async () => {
    await type('Here it is');
    await pick(file('slow.png'));
    expect(root.querySelector('progress')?.getAttribute('aria-label')).toBe('Uploading slow.png');
    expect(sendButton().getAttribute('aria-disabled')).toBe('true');
    await press('Enter');
    expect(says()).toContain('Files are still being uploaded');
    await act(() => button('Cancel slow.png')?.click());
    answers['bad.html'] = { ok: false, status: 415, error: { code: 'file_type_not_allowed', message: 'This kind of file cannot be sent.' } };
    await pick(file('bad.html'));
    expect(says()).toContain('This kind of file cannot be sent.');
    expect(button('Try again: bad.html')).toBeUndefined();
    await press('Enter');
    expect(says()).toContain('A file could not be uploaded.');
    await act(() => button('Remove bad.html')?.click());
    expect(document.activeElement).toBe(field());
    await press('Enter');
    expect(sent).toEqual([{ mode: 'reply', conversationId: 'a', text: 'Here it is' }]);
  });

  it('come back when the browser could not store the reply', async () => {
    answers['kettle.png'] = taken('kettle.png');
    await pick(file('kettle.png'));
    refuse = true;
    await press('Enter');
    await until(() => says().includes('could not store'));
    expect(says()).toContain('kettle.png');
    refuse = false;
    await press('Enter');
    expect(sent).toMatchObject([{ attachments: [{ id: 'id-of-kettle.png' }] }]);
  });

  it('are pasted as files, but text that comes along is pasted as text', async () => {
    const paste = async (files: File[], text: string): Promise<boolean> => {
      const event = Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData: { files, getData: () => text } });
      await act(() => { field().dispatchEvent(event); });
      return event.defaultPrevented;
    };
    expect(await paste([file('table.png')], 'a\tb')).toBe(false);
    expect(await paste([], 'only text')).toBe(false);
    expect(uploads.all.value).toEqual([]);
    expect(await paste([file('screenshot.png')], '')).toBe(true);
    expect(uploads.all.value.map(({ name }) => name)).toEqual(['screenshot.png']);
  });

  it(`are ${ATTACHMENTS_MAX} at most, and none in notes`, async () => {
    await pick(...Array.from({ length: ATTACHMENTS_MAX + 2 }, (_, index) => file(`${index}.png`)));
    expect(uploads.all.value).toHaveLength(ATTACHMENTS_MAX);
    expect(notices.value.at(-1)?.text).toContain(`${ATTACHMENTS_MAX} files`);
    await choose('Note');
    expect(button('Attach files')).toBeUndefined();
    expect(root.querySelector('.uploads')).toBeNull();
    await type('Only for us');
    await press('Enter');
    expect(sent).toEqual([{ mode: 'note', conversationId: 'a', text: 'Only for us' }]);
    expect(uploads.all.value).toHaveLength(ATTACHMENTS_MAX);
  });
});
