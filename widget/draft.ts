/** What stands in the composer, kept over closing and reloading. Stored from the first letter on, never before; this tab's own. */
import { attempt } from './attempt.ts';
import { formKey, storageKey } from './storage-key.ts';

export interface Draft {
  get(): string;
  set(text: string): void;
  /** Takes it away, and answers of a form that were typed beside it. */
  forget(): void;
}

/** `storage` answers null, or one that throws: it lives as long as the page. */
export function createDraft(workspace: string, storage: () => Storage | null): Draft {
  const key = `${storageKey(workspace)}:draft`;
  let memory: string | undefined;

  function set(text: string): void {
    memory = text;
    // Forbidden or full: the page still has it.
    attempt(() => (text ? storage()?.setItem(key, text) : storage()?.removeItem(key)));
  }

  return {
    get() {
      return (memory ??= attempt(() => storage()?.getItem(key)) ?? '');
    },
    set,
    forget() {
      set('');
      attempt(() => storage()?.removeItem(formKey(workspace)));
    },
  };
}
