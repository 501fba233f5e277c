/** Who is typing. Told, never stored; it disappears at the other end by itself when no more news comes. */
import { TYPING_TTL_MS } from '../shared/limits.ts';
import type { Author } from '../shared/protocol.ts';
import type { AgentHandlers } from './agent-namespace.ts';
import { BoundedMap } from './bounded-map.ts';
import { RequestError } from './request-errors.ts';
import { memberRoom, visitorRoom, workspaceRoom, type Namespaces } from './rooms.ts';
import type { Store } from './store/store.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

/** The same news about the same person again within this time tells nobody anything new. Well below TYPING_TTL_MS, so nothing flickers. */
const QUIET_MS = TYPING_TTL_MS / 3;
/** Whose conversation it is, is asked again after this long. */
const VISITOR_KEPT_MS = 30_000;

export interface Typing {
  visitor: Pick<VisitorHandlers, 'typing:set'>;
  agent: Pick<AgentHandlers, 'typing:set'>;
}

export function createTyping(store: Pick<Store, 'conversationVisitor'>, { visitors, agents }: Namespaces): Typing {
  /** A conversation changes its visitor only when an anonymous one turns out to be a person the site knows. */
  const visitorOf = new BoundedMap<string, string>({ max: 10_000, ttlMs: VISITOR_KEPT_MS });
  const lastTold = new BoundedMap<string, boolean>({ max: 10_000, ttlMs: QUIET_MS });

  async function findVisitor(workspaceId: string, conversationId: string): Promise<string> {
    const key = `${workspaceId}:${conversationId}`;
    const known = visitorOf.get(key) ?? await store.conversationVisitor(workspaceId, conversationId);
    if (known === null) throw new RequestError('not_found');
    visitorOf.set(key, known);
    return known;
  }

  /** Answers whether it is worth telling. */
  function isNews(workspaceId: string, conversationId: string, personId: string, typing: boolean): boolean {
    const key = `${workspaceId}:${conversationId}:${personId}`;
    if (lastTold.get(key) === typing) return false;
    lastTold.set(key, typing);
    return true;
  }

  return {
    visitor: {
      'typing:set': async ({ workspaceId, visitorId }, { conversationId, typing }) => {
        if (await findVisitor(workspaceId, conversationId) !== visitorId) throw new RequestError('not_found');
        const author: Author = { kind: 'visitor', id: visitorId, name: null };
        return {
          answer: {},
          broadcast: () => {
            if (isNews(workspaceId, conversationId, visitorId, typing)) agents.to(workspaceRoom(workspaceId)).emit('typing:updated', { conversationId, author, typing });
          },
        };
      },
    },
    agent: {
      'typing:set': async ({ workspaceId, member }, { conversationId, typing }) => {
        const visitorId = await findVisitor(workspaceId, conversationId);
        const author: Author = { kind: 'agent', id: member.id, name: member.name };
        return {
          answer: {},
          broadcast: () => {
            if (!isNews(workspaceId, conversationId, member.id, typing)) return;
            visitors.to(visitorRoom(workspaceId, visitorId)).emit('typing:updated', { conversationId, author, typing });
            // The member's other windows know who is typing there.
            agents.to(workspaceRoom(workspaceId)).except(memberRoom(workspaceId, member.id)).emit('typing:updated', { conversationId, author, typing });
          },
        };
      },
    },
  };
}
