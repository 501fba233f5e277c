// @vitest-environment happy-dom
import { effect } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDrafts, type Drafts } from '../console/drafts.ts';
import { fakeStorage } from './console-fakes.ts';

let storage: ReturnType<typeof fakeStorage>;
let drafts: Drafts;
const opened: Drafts[] = [];

function open(owner = 'demo:ana'): Drafts {
  const one = createDrafts(storage, owner);
  opened.push(one);
  return one;
}

/** What another window did to the storage. */
function changedElsewhere(key: string, newValue: string | null): void {
  if (newValue === null) storage.removeItem(key);
  else storage.setItem(key, newValue);
  dispatchEvent(new StorageEvent('storage', { key, newValue }));
}

const KEY = 'miradesk-console:draft:demo:ana:c1:reply';

beforeEach(() => {
  storage = fakeStorage();
  drafts = open();
});
afterEach(() => {
  for (const one of opened.splice(0)) one.dispose();
});

describe('drafts', () => {
  it('are there again after a reload', () => {
    drafts.set('c1', 'reply', 'Good mor');
    expect(open().get('c1', 'reply')).toBe('Good mor');
    expect(open().has('c1')).toBe(true);
  });

  it('keep a note and a reply apart, and conversations, and members', () => {
    drafts.set('c1', 'note', 'He is angry');
    expect(drafts.get('c1', 'reply')).toBe('');
    expect(drafts.get('c2', 'note')).toBe('');
    expect(open('demo:ben').get('c1', 'note')).toBe('');
  });

  it('leave nothing behind when they are sent or emptied', () => {
    drafts.set('c1', 'reply', 'Hello');
    drafts.set('c1', 'reply', '');
    drafts.set('c2', 'reply', '   ');
    expect(storage.length).toBe(0);
    expect(drafts.has('c1')).toBe(false);
    // White space somebody is in the middle of stays in the field.
    expect(drafts.get('c2', 'reply')).toBe('   ');
  });

  it('tell the list when one begins and ends, not at every letter', () => {
    const seen: boolean[] = [];
    const stop = effect(() => { seen.push(drafts.has('c1')); });
    for (const text of ['H', 'He', 'Hel', '']) drafts.set('c1', 'reply', text);
    stop();
    expect(seen).toEqual([false, true, false]);
  });

  it('last as long as the page where the browser stores nothing', () => {
    storage.full = true;
    drafts.set('c1', 'reply', 'still here');
    expect(drafts.get('c1', 'reply')).toBe('still here');
    const without = createDrafts(null, 'demo:ana');
    opened.push(without);
    without.set('c1', 'reply', 'here too');
    expect(without.get('c1', 'reply')).toBe('here too');
  });

  it('follow another window while nothing is typed here', () => {
    changedElsewhere(KEY, 'typed there');
    expect(drafts.get('c1', 'reply')).toBe('typed there');
    changedElsewhere(KEY, null);
    expect(drafts.get('c1', 'reply')).toBe('');
    expect(drafts.has('c1')).toBe(false);
  });

  it('stay, and stay kept, when another window sends its own', () => {
    drafts.set('c1', 'reply', 'mine');
    changedElsewhere(KEY, 'theirs');
    changedElsewhere(KEY, null);
    expect(drafts.get('c1', 'reply')).toBe('mine');
    expect(storage.getItem(KEY)).toBe('mine');
  });
});
