/**
 * What a person typed and has not sent: one draft per conversation and kind, kept in the browser so that a reload, a crash or
 * signing in again loses nothing. A reply and a note never share a draft: what was meant for colleagues must not end up with a visitor.
 */
import { signal, type Signal } from '@preact/signals';

export type Mode = 'reply' | 'note';

export interface Drafts {
  /** What is typed there now; reactive. */
  get(conversationId: string, mode: Mode): string;
  /** Empty text forgets the draft. */
  set(conversationId: string, mode: Mode, text: string): void;
  /** Whether anything waits in this conversation; for the list. Reactive. */
  has(conversationId: string): boolean;
  dispose(): void;
}

/** Drafts over a browser storage. Where it does not work (full, forbidden) they last as long as the page. */
export function createDrafts(storage: Storage | null, owner: string): Drafts {
  const prefix = `miradesk-console:draft:${owner}:`;
  const drafts = new Map<string, Signal<string>>();
  const changed = signal(0);
  const waiting = new Set<string>();
  /** Drafts that were last changed in this window. */
  const typedHere = new Set<string>();
  const keyOf = (conversationId: string, mode: Mode): string => `${prefix}${conversationId}:${mode}`;

  function draft(key: string): Signal<string> {
    let found = drafts.get(key);
    if (found) return found;
    let text = '';
    try {
      text = storage?.getItem(key) ?? '';
    } catch {
      // What cannot be read is not there.
    }
    drafts.set(key, (found = signal(text)));
    return found;
  }

  try {
    const length = storage?.length ?? 0;
    for (let index = 0; index < length; index += 1) {
      const key = storage?.key(index);
      if (key?.startsWith(prefix)) waiting.add(key);
    }
  } catch {
    // Nothing can be read: nothing waits.
  }

  function mark(key: string, any: boolean): void {
    if (waiting.has(key) === any) return;
    if (any) waiting.add(key);
    else waiting.delete(key);
    changed.value += 1;
  }

  // Another window of the same member shows the same draft. What was typed here stays here, and stays kept when the other one sends or clears its own.
  function changedElsewhere({ key, newValue }: StorageEvent): void {
    if (!key?.startsWith(prefix)) return;
    if (!typedHere.has(key)) {
      draft(key).value = newValue ?? '';
      mark(key, Boolean(newValue));
    } else if (!newValue) keep(key, draft(key).peek());
  }
  addEventListener('storage', changedElsewhere);

  function keep(key: string, text: string): void {
    try {
      if (text.trim()) storage?.setItem(key, text);
      else storage?.removeItem(key);
    } catch {
      // It lasts as long as the page then.
    }
  }

  return {
    get: (conversationId, mode) => draft(keyOf(conversationId, mode)).value,
    set(conversationId, mode, text) {
      const key = keyOf(conversationId, mode);
      draft(key).value = text;
      if (text.trim()) typedHere.add(key);
      else typedHere.delete(key);
      keep(key, text);
      mark(key, text.trim() !== '');
    },
    has(conversationId) {
      void changed.value;
      return waiting.has(keyOf(conversationId, 'reply')) || waiting.has(keyOf(conversationId, 'note'));
    },
    dispose() { removeEventListener('storage', changedElsewhere); },
  };
}
