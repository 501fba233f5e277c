/**
 * The other road to the clients of this gateway: while the gateways don't hear from each other, each asks the database what changed in the
 * workspaces it has clients of, and tells them the newest entries of each conversation. Clients find by `prev` what else they miss (rule D6).
 */
import { BoundedMap } from './bounded-map.ts';
import { forAgents, forVisitor } from './entries.ts';
import { visitorRoom, workspaceRoom, type Namespaces } from './rooms.ts';
import type { Change } from './store/cluster-store.ts';
import type { Store } from './store/store.ts';
import type { Told } from './told.ts';

/** Conversations in one answer with so many entries each, and answers to one question; far more than ever change in a second. */
const MAX = { conversations: 200, entries: 20 };
const PAGES_MAX = 100;
/** Workspaces that are asked for at the same time. */
const AT_ONCE = 4;

export interface Feed {
  /** Asks once for every workspace that has clients here, from where it asked last, or from `since` where it did not. Rejects when the database does not answer. */
  round(since: string): Promise<void>;
  /** The next round begins at its `since` again. */
  forget(): void;
}

export function createFeed({ store, namespaces, told }: { store: Pick<Store, 'changedSince'>; namespaces: Namespaces; told: Told }): Feed {
  const cursors = new Map<string, string>();
  const toldReads = new BoundedMap<string, string>({ max: 20_000 });
  const { visitors, agents } = namespaces;

  async function ask(workspaceId: string, since: string): Promise<void> {
    let cursor: string | undefined;
    let from = cursors.get(workspaceId) ?? since;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const { changes, cursor: next, next: rest } = await store.changedSince(workspaceId, from, MAX);
      for (const change of changes) tell(workspaceId, change);
      // What changed while the pages were fetched comes again with the next round.
      cursor ??= next;
      if (rest === null) break;
      from = rest;
    }
    if (cursor !== undefined) cursors.set(workspaceId, cursor);
  }

  function tell(workspaceId: string, { conversation, entries }: Change): void {
    const room = visitorRoom(workspaceId, conversation.visitor.id);
    for (const entry of entries) {
      const visible = forVisitor(entry);
      if (visible && !told.has(visitors.name, visible)) visitors.local.to(room).emit('entry:created', { entry: visible });
      if (!told.has(agents.name, entry)) agents.local.to(workspaceRoom(workspaceId)).emit('entry:created', { entry: forAgents(entry), conversation });
    }
    const { id, reads } = conversation;
    const seen = [reads.visitor.delivered, reads.visitor.seen, reads.agents.delivered, reads.agents.seen].join(' ');
    if (toldReads.get(id) === seen) return;
    toldReads.set(id, seen);
    visitors.local.to(room).emit('read:updated', { conversationId: id, reads });
    agents.local.to(workspaceRoom(workspaceId)).emit('read:updated', { conversationId: id, reads });
  }

  return {
    async round(since) {
      const queue = workspacesHere(namespaces);
      for (const known of cursors.keys()) if (!queue.has(known)) cursors.delete(known);
      const rest = [...queue];
      let failed: Error | undefined;
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        for (let next = rest.pop(); next !== undefined && failed === undefined; next = rest.pop()) await ask(next, since).catch((error: unknown) => { failed = error instanceof Error ? error : new Error(String(error)); });
      }));
      if (failed) throw failed;
    },
    forget: () => cursors.clear(),
  };
}

/** The workspaces that have clients here. */
export function workspacesHere({ visitors, agents }: Namespaces): Set<string> {
  const found = new Set<string>();
  for (const { data } of agents.sockets.values()) if (data.workspaceId) found.add(data.workspaceId);
  for (const { data } of visitors.sockets.values()) if (data.workspaceId) found.add(data.workspaceId);
  return found;
}
