/**
 * Sending replies and notes (rules D2, D7): everything goes through the outbox, so that it survives a dead gateway, a reload and a closed
 * window, and shows its true state until the log has it.
 */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { nanoid } from 'nanoid';
import { Outbox, type OutboxItem } from '../shared/outbox.ts';
import type { Attachment, Entry } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import type { Mode } from './drafts.ts';
import { createOutboxStorage } from './outbox-storage.ts';

/** `attachments`: files that are uploaded and go with a reply. */
export interface Outgoing { mode: Mode; conversationId: string; text: string; attachments?: readonly Attachment[] }
export type OutgoingItem = OutboxItem<Outgoing>;

export interface Sending {
  /** What waits or failed, in the order of sending. */
  readonly items: ReadonlySignal<readonly OutgoingItem[]>;
  /** Stores it and sends it as soon as possible. Rejects when the browser cannot store it; then nothing was sent and the text is still the caller's. */
  send(outgoing: Outgoing): Promise<void>;
  retry(clientId: string): void;
  discard(clientId: string): void;
  dispose(): void;
}

/** `onSent`: what the log now holds, told before the item leaves the outbox, so that it never is in neither place. */
export function createSending(options: { connection: Connection; storage: Storage; owner: string; onSent(entry: Entry): void }): Sending {
  const { connection, owner } = options;
  const prefix = `miradesk-console:outbox:${owner}:`;
  const items = signal<readonly OutgoingItem[]>([]);

  const outbox = new Outbox<Outgoing>({
    storage: createOutboxStorage<Outgoing>(options.storage, prefix),
    async send({ clientId, payload: { mode, conversationId, text, attachments = [] } }) {
      const ack = mode === 'note'
        ? await connection.request('note:add', { conversationId, clientId, text })
        : await connection.request('message:send', { conversationId, clientId, text, ...(attachments.length > 0 ? { attachments: attachments.map(({ id }) => id) } : {}) });
      // Without a session nothing is wrong with the message: it waits until its writer has signed in again.
      if (!ack.ok && ack.error.code === 'sign_in_required') throw new Error(ack.error.message);
      if (ack.ok) options.onSent(ack.data.entry);
      return ack;
    },
    async exclusively(task) {
      // Without Web Locks two windows may both send; the item's name keeps it from being stored twice.
      if (navigator.locks) await navigator.locks.request(prefix, task);
      else await task();
    },
    onChange(changed) { items.value = changed; },
  });

  const changedElsewhere = (event: StorageEvent): void => {
    if (event.key === null || event.key.startsWith(prefix)) refresh();
  };
  function refresh(): void {
    outbox.refresh().catch(() => { items.value = []; });
  }
  addEventListener('storage', changedElsewhere);
  const stopWatching = effect(() => outbox.setOnline(connection.state.value.at === 'online'));
  refresh();

  return {
    items,
    async send(outgoing) {
      await outbox.add({ clientId: nanoid(), payload: outgoing, createdAt: Date.now() });
    },
    retry(clientId) { void outbox.retry(clientId).catch(refresh); },
    discard(clientId) { void outbox.discard(clientId).catch(refresh); },
    dispose() {
      removeEventListener('storage', changedElsewhere);
      stopWatching();
      outbox.stop();
    },
  };
}
