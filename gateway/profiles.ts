/**
 * What is known of a visitor beside what they write: profile, attributes, tags, events. It is stored with their first message; until then it waits on the
 * connection, for somebody who has not written is not in the database (rule W1).
 */
import { ATTRIBUTES_MAX, EVENTS_KEPT, PAYLOAD_MAX_BYTES, TAGS_MAX } from '../shared/limits.ts';
import type { Profile } from '../shared/protocol.ts';
import type { AgentHandlers } from './agent-namespace.ts';
import type { Logger } from './logger.ts';
import type { VisitorSocket } from './rooms.ts';
import type { VisitorChange, VisitorStore } from './store/visitor-store.ts';
import type { VisitorContext, VisitorHandlers } from './visitor-namespace.ts';

type Writing = Pick<VisitorHandlers, 'conversation:start' | 'message:send'>;

export interface Profiles {
  visitor: Pick<VisitorHandlers, 'profile:set' | 'event:track'>;
  /** The same handlers, which first store what waits. So what comes with a message is durable when the message is. */
  storingFirst(handlers: Writing): Writing;
  /** Stores what came with the handshake, where the visitor is one who has written. */
  arrived(context: VisitorContext): void;
}

export function visitorProfiles(store: Pick<VisitorStore, 'describeVisitor'>, logger: Logger): Profiles {
  /** One after another on a connection, so that what was said later stays later. What cannot be stored now stays unless it is the addition itself: its sender is told. */
  async function take({ workspaceId, visitorId, socket: { data } }: VisitorContext, addition: VisitorChange, options: { create: boolean }): Promise<void> {
    const stored = Promise.resolve(data.storing).then(async () => {
      const change = mergeChanges(data.change, addition);
      if (isEmpty(change)) return;
      const known = await store.describeVisitor(workspaceId, visitorId, change, options);
      data.change = known ? {} : change;
    });
    data.storing = stored.catch(() => {});
    await stored;
  }

  const waits = ({ data }: VisitorSocket): boolean => !isEmpty(data.change);

  return {
    visitor: {
      'profile:set': async (context, { profile }) => {
        await take(context, { profile }, { create: false });
        return { answer: {} };
      },
      'event:track': async (context, { name, meta, page }) => {
        await take(context, { events: [{ name, meta, page: page ?? null, at: new Date().toISOString() }] }, { create: false });
        return { answer: {} };
      },
    },
    storingFirst: (handlers) => ({
      async 'conversation:start'(context, payload) {
        const { profile } = payload;
        if (profile || waits(context.socket)) await take(context, profile ? { profile } : {}, { create: true });
        return handlers['conversation:start'](context, payload);
      },
      async 'message:send'(context, payload) {
        if (waits(context.socket)) await take(context, {}, { create: false });
        return handlers['message:send'](context, payload);
      },
    }),
    arrived(context) {
      const { signed, profile } = context.socket.data.change;
      if (signed || profile) take(context, {}, { create: false }).catch((error: unknown) => logger.warn({ err: error }, 'a profile is stored later'));
    },
  };
}

/** What members see of a visitor. */
export function agentProfiles(store: Pick<VisitorStore, 'visitorDetails'>): Pick<AgentHandlers, 'visitor:load'> {
  return {
    'visitor:load': async ({ workspaceId }, { visitorId }) => ({ answer: { visitor: await store.visitorDetails(workspaceId, visitorId) } }),
  };
}

function isEmpty({ userId, signed, profile, events }: VisitorChange): boolean {
  return !userId && !signed && !profile && !events;
}

/** Two changes as one, by the limits of what is stored, and never more than fits into one request: the oldest events go first. */
export function mergeChanges(one: VisitorChange, other: VisitorChange): VisitorChange {
  const merged: VisitorChange = { ...one, ...other };
  if (one.signed && other.signed) merged.signed = mergeProfiles(one.signed, other.signed);
  if (one.profile && other.profile) merged.profile = mergeProfiles(one.profile, other.profile);
  if (merged.events) {
    merged.events = [...one.events ?? [], ...other.events ?? []].slice(-EVENTS_KEPT);
    while (merged.events.length > 1 && JSON.stringify(merged).length > PAYLOAD_MAX_BYTES) merged.events.shift();
  }
  return merged;
}

function mergeProfiles(one: Profile, other: Profile): Profile {
  const merged: Profile = { ...one, ...other };
  if (one.attributes && other.attributes) merged.attributes = Object.fromEntries(Object.entries({ ...one.attributes, ...other.attributes }).slice(0, ATTRIBUTES_MAX));
  if (one.tags && other.tags) merged.tags = [...new Set([...one.tags, ...other.tags])].slice(-TAGS_MAX);
  return merged;
}
