/**
 * What is known of a visitor beside what they write: profile, attributes, tags, events. It is stored with their first message; until then it waits on the
 * connection, for somebody who has not written is not in the database (rule W1).
 */
import type { z } from 'zod';
import { ATTRIBUTES_MAX, EVENTS_KEPT, PAYLOAD_MAX_BYTES, TAGS_MAX } from '../shared/limits.ts';
import type { Profile, visitorRequests } from '../shared/protocol.ts';
import type { AgentHandlers } from './agent-namespace.ts';
import type { Logger } from './logger.ts';
import { RequestError } from './request-errors.ts';
import type { VisitorChange, VisitorStore } from './store/visitor-store.ts';
import type { VisitorContext, VisitorHandlers } from './visitor-namespace.ts';
import type { VisitorWrites } from './visitor-writes.ts';

type Start = z.output<(typeof visitorRequests)['conversation:start']>;

export interface Profiles {
  visitor: Pick<VisitorHandlers, 'profile:set' | 'event:track'>;
  /** Stores what waits, and the profile that comes with the beginning of a conversation. So both are durable when the message is. Undefined: there is nothing to store. */
  beforeWriting(context: VisitorContext, event: string, payload: unknown): Promise<void> | undefined;
  /** Stores what came with the handshake, where the visitor is one who has written. */
  arrived(context: VisitorContext): void;
}

export function visitorProfiles(store: Pick<VisitorStore, 'describeVisitor'>, writes: Pick<VisitorWrites, 'track'>, logger: Logger): Profiles {
  /** One after another on a connection, so that what was said later stays later. What cannot be stored now stays unless it is the addition itself: its sender is told. */
  async function take(context: VisitorContext, addition: VisitorChange, options: { create: boolean }): Promise<void> {
    const { workspaceId, visitorId, socket: { data } } = context;
    const stored = Promise.resolve(data.storing).then(async () => {
      const change = mergeChanges(data.change, addition);
      if (isEmpty(change)) return;
      const known = await store.describeVisitor(workspaceId, visitorId, change, options);
      data.change = known ? {} : change;
    });
    data.storing = stored.catch(() => {});
    await writes.track(context, stored);
  }

  /** A connection that was closed meanwhile may belong to somebody who is another person by now: nothing more is stored in the old name, and the client comes back. */
  async function takeBefore(context: VisitorContext, addition: VisitorChange, options: { create: boolean }): Promise<void> {
    await take(context, addition, options);
    if (!context.socket.connected) throw new RequestError('unavailable', { retryAfterMs: 0 });
  }

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
    beforeWriting(context, event, payload) {
      const create = event === 'conversation:start';
      const profile = create ? (payload as Start).profile : undefined;
      return profile || !isEmpty(context.socket.data.change) ? takeBefore(context, profile ? { profile } : {}, { create }) : undefined;
    },
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
