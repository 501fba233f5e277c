/** Workspaces as the gateway needs them at every handshake and page: from memory for a few seconds, then from the store again. */
import { BoundedMap } from './bounded-map.ts';
import type { Store, Workspace } from './store/store.ts';

/** For how long a change made through another gateway may go unnoticed. */
const TTL_MS = 5_000;
const MAX = 2_000;

const ID = /^[A-Za-z0-9_-]{1,64}$/;

export interface Workspaces {
  /** Null when there is none of this id, whatever the id looks like. */
  find(workspaceId: string): Promise<Workspace | null>;
  /** Forgets what is remembered of one, because it changed. */
  forget(workspaceId: string): void;
}

/** Concurrent questions for the same workspace are one question to the store; one that failed is asked again. */
export function createWorkspaces(store: Pick<Store, 'workspace'>): Workspaces {
  const known = new BoundedMap<string, Promise<Workspace | null>>({ max: MAX, ttlMs: TTL_MS });
  return {
    async find(workspaceId) {
      if (!ID.test(workspaceId)) return null;
      let found = known.get(workspaceId);
      if (!found) {
        found = store.workspace(workspaceId);
        known.set(workspaceId, found);
        found.catch(() => known.delete(workspaceId));
      }
      return found;
    },
    forget: (workspaceId) => known.delete(workspaceId),
  };
}
