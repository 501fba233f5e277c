/**
 * Where replies and notes wait for their acknowledgement: localStorage, one key per item, so that two windows of the same
 * member never write over each other's words.
 */
import type { OutboxItem, OutboxStorage } from '../shared/outbox.ts';

/** Storage under keys that begin with `prefix`. Every method rejects when the browser's storage does not work. */
export function createOutboxStorage<P>(storage: Storage, prefix: string): OutboxStorage<P> {
  function keys(): string[] {
    return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) => key.startsWith(prefix));
  }

  function read(key: string): OutboxItem<P> | null {
    try {
      const item = JSON.parse(storage.getItem(key) ?? 'null') as Partial<OutboxItem<P>> | null;
      return item && typeof item.clientId === 'string' && typeof item.order === 'number' && item.payload !== undefined ? (item as OutboxItem<P>) : null;
    } catch {
      return null;
    }
  }

  function all(): OutboxItem<P>[] {
    const items = keys().map(read).filter((item) => item !== null);
    // Two windows can take the same place in the same moment; the name then decides, in both of them alike.
    return items.sort((one, other) => one.order - other.order || (one.clientId < other.clientId ? -1 : 1));
  }

  return {
    async add(item) {
      const last = all().at(-1)?.order ?? 0;
      const stored = { ...item, order: Math.max(last + 1, item.createdAt) } as OutboxItem<P>;
      storage.setItem(prefix + item.clientId, JSON.stringify(stored));
      return stored;
    },
    async update(item) {
      if (storage.getItem(prefix + item.clientId) !== null) storage.setItem(prefix + item.clientId, JSON.stringify(item));
    },
    async remove(clientId) {
      storage.removeItem(prefix + clientId);
    },
    async all() {
      return all();
    },
  };
}
