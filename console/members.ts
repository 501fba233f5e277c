/** The members of the workspace, and who of them is there. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { MemberRef } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';

export interface Members {
  readonly list: ReadonlySignal<ReadonlyArray<MemberRef & { online: boolean }>>;
  /** Asks for the whole list. */
  load(): Promise<void>;
  dispose(): void;
}

const byName = (one: MemberRef, other: MemberRef): number => one.name.localeCompare(other.name) || (one.id < other.id ? -1 : 1);

export function createMembers(connection: Connection): Members {
  const list = signal<ReadonlyArray<MemberRef & { online: boolean }>>([]);
  const off = connection.on('member:updated', ({ member }) => {
    list.value = [...list.peek().filter((other) => other.id !== member.id), member].sort(byName);
  });
  return {
    list,
    async load() {
      const ack = await connection.request('member:list', {}).catch(() => null);
      if (ack?.ok) list.value = [...ack.data.members].sort(byName);
    },
    dispose: off,
  };
}
