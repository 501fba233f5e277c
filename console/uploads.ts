/**
 * Files on their way into a reply: each with its true state, until the reply takes them along. They belong to a conversation and stay there while the
 * window lives, whichever conversation is shown.
 */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { RETRYABLE, wireError, type WireError } from '../shared/errors.ts';
import { ATTACHMENTS_MAX, FILE_MAX_BYTES } from '../shared/limits.ts';
import type { Attachment } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import type { FileTransfer, SendFile } from './file-transfer.ts';
import { call } from './http.ts';

export interface Upload {
  readonly key: number;
  readonly conversationId: string;
  readonly name: string;
  readonly size: number;
  readonly state:
    | { at: 'uploading'; /** From 0 to 1. */ progress: number }
    | { at: 'ready'; attachment: Attachment }
    /** `empty`: there is nothing in it. `unreachable`: no answer came; it goes again by itself when the connection is back. `again`: the same file may succeed later. */
    | { at: 'failed'; reason: WireError | 'empty' | 'unreachable'; again: boolean };
}

export interface Uploads {
  /** In the order in which they were added. */
  readonly all: ReadonlySignal<readonly Upload[]>;
  /** Begins to upload. Answers how many were too many for one message, and not taken. */
  add(conversationId: string, files: readonly File[]): number;
  retry(key: number): void;
  /** Stops it, or takes it back. */
  remove(key: number): void;
  /** The files of a reply, which is stored now: they are its own. */
  take(conversationId: string): void;
  /** Puts back what a reply did not take after all. */
  restore(conversationId: string, attachments: readonly Attachment[]): void;
  dispose(): void;
}

/** Codes that say no until the person has done something about it. */
const PASSES: ReadonlySet<string> = new Set(['files_too_many', 'sign_in_required']);

let lastKey = 0;

export function createUploads({ connection, sendFile }: { connection: Pick<Connection, 'state'>; sendFile: SendFile }): Uploads {
  const all = signal<readonly Upload[]>([]);
  const files = new Map<number, File>();
  const transfers = new Map<number, FileTransfer>();

  function set(key: number, state: Upload['state']): void {
    all.value = all.peek().map((upload) => (upload.key === key ? { ...upload, state } : upload));
  }

  async function begin(key: number, file: File): Promise<void> {
    if (file.size === 0) return set(key, { at: 'failed', reason: 'empty', again: false });
    if (file.size > FILE_MAX_BYTES) return set(key, { at: 'failed', reason: wireError('file_too_large'), again: false });
    set(key, { at: 'uploading', progress: 0 });
    const transfer = sendFile(file, (progress) => set(key, { at: 'uploading', progress }));
    transfers.set(key, transfer);
    const answer = await transfer.answer;
    if (transfers.get(key) !== transfer) return; // taken away meanwhile
    transfers.delete(key);
    if (answer.ok) {
      files.delete(key);
      set(key, { at: 'ready', attachment: answer.data.file });
    } else if ('unreachable' in answer) set(key, { at: 'failed', reason: 'unreachable', again: true });
    else set(key, { at: 'failed', reason: answer.error, again: RETRYABLE.has(answer.error.code) || PASSES.has(answer.error.code) });
  }

  function retry(key: number): void {
    const file = files.get(key);
    if (file && !transfers.has(key)) void begin(key, file);
  }

  /** Those that are gone; what was under way of them is stopped. */
  function leave(leaving: (upload: Upload) => boolean): Upload[] {
    const gone = all.peek().filter(leaving);
    for (const { key } of gone) {
      const transfer = transfers.get(key);
      transfers.delete(key);
      files.delete(key);
      transfer?.stop();
    }
    all.value = all.peek().filter((upload) => !gone.includes(upload));
    return gone;
  }

  const stopWatching = effect(() => {
    if (connection.state.value.at !== 'online') return;
    for (const { key, state } of all.peek()) if (state.at === 'failed' && state.reason === 'unreachable') retry(key);
  });

  return {
    all,
    add(conversationId, added) {
      const room = Math.max(0, ATTACHMENTS_MAX - all.peek().filter((upload) => upload.conversationId === conversationId).length);
      for (const file of added.slice(0, room)) {
        const key = (lastKey += 1);
        files.set(key, file);
        all.value = [...all.peek(), { key, conversationId, name: file.name, size: file.size, state: { at: 'uploading', progress: 0 } }];
        void begin(key, file);
      }
      return Math.max(0, added.length - room);
    },
    retry,
    remove(key) {
      for (const { state } of leave((upload) => upload.key === key)) {
        // If this does not get through, the gateway tidies up within a day.
        if (state.at === 'ready') void call('DELETE', `/api/files/${state.attachment.id}`);
      }
    },
    take: (conversationId) => void leave((upload) => upload.conversationId === conversationId),
    restore(conversationId, attachments) {
      const back = attachments.map((attachment): Upload => ({ key: (lastKey += 1), conversationId, name: attachment.name, size: attachment.size, state: { at: 'ready', attachment } }));
      all.value = [...all.peek(), ...back];
    },
    dispose() {
      stopWatching();
      leave(() => true);
    },
  };
}
