/** The part of the store about visitors as persons: how they are known, what is known of them, and how they are forgotten. */
import { ATTRIBUTES_MAX, EVENTS_KEPT, TAGS_MAX } from '../../shared/limits.ts';
import type { Page, Profile, TrackedEvent, VisitorDetails } from '../../shared/protocol.ts';
import { answered, utc, workspaceOf } from './results.ts';
import type { Rpc, Workspace } from './store.ts';

/** What became known of a visitor; each part may be missing. */
export interface VisitorChange {
  /** The site's id of its user, which the site has proven. */
  userId?: string;
  /** What the site has signed; nothing unsigned overwrites it. */
  signed?: Profile;
  profile?: Profile;
  /** Oldest first. */
  events?: Array<{ name: string; meta: Record<string, unknown>; page: Page | null; at: string }>;
}

export interface VisitorStore {
  /** Gives the workspace a new identity secret; what was signed with the old one is worth nothing from then on. */
  renewIdentitySecret(workspaceId: string): Promise<Workspace>;
  /** Whether the browser `sid` may use a signed identity that is good for one browser: nobody has so far, or it has itself. `jtiHash`: what names it, hashed; `expiresAt`: ISO 8601. */
  useIdentity(workspaceId: string, use: { jtiHash: string; sid: string; visitorId: string; expiresAt: string }): Promise<boolean>;
  /** Takes in what became known of a visitor. False: there is no such visitor, and `create` does not ask for one. */
  describeVisitor(workspaceId: string, visitorId: string, change: VisitorChange, options: { create: boolean }): Promise<boolean>;
  /** Makes what an anonymous visitor said and is known by the identified one's. Answers the conversations. */
  adoptVisitor(workspaceId: string, from: string, to: { visitorId: string; userId: string }): Promise<string[]>;
  /** Rejects with `not_found` for a visitor who never wrote. */
  visitorDetails(workspaceId: string, visitorId: string): Promise<VisitorDetails>;
  /** Removes all there is of a visitor. `files`: whose bytes are to be taken away. */
  eraseVisitor(workspaceId: string, visitorId: string): Promise<{ conversations: string[]; files: string[] }>;
}

const LIMITS = { attributes: ATTRIBUTES_MAX, tags: TAGS_MAX, events: EVENTS_KEPT };

export function visitorStore(rpc: Rpc): VisitorStore {
  return {
    async renewIdentitySecret(workspaceId) {
      return workspaceOf(await rpc('renew_identity_secret', { p_workspace: workspaceId }));
    },
    async useIdentity(workspaceId, { jtiHash, sid, visitorId, expiresAt }) {
      return await rpc('use_identity', { p_workspace: workspaceId, p_jti_hash: jtiHash, p_sid: sid, p_visitor: visitorId, p_expires_at: expiresAt }) === true;
    },
    async describeVisitor(workspaceId, visitorId, change, { create }) {
      return await rpc('describe_visitor', { p_workspace: workspaceId, p_visitor: visitorId, p_change: change, p_create: create, p_limits: LIMITS }) === true;
    },
    async adoptVisitor(workspaceId, from, { visitorId, userId }) {
      return answered<string[]>('adopt_visitor', await rpc('adopt_visitor', { p_workspace: workspaceId, p_from: from, p_to: visitorId, p_user: userId, p_limits: LIMITS }), 'length');
    },
    async visitorDetails(workspaceId, visitorId) {
      const details = answered<VisitorDetails>('visitor_details', await rpc('visitor_details', { p_workspace: workspaceId, p_visitor: visitorId }), 'id', 'attributes', 'events');
      const eventOf = ({ name, meta, page, at }: TrackedEvent): TrackedEvent => ({ name, meta, page, at: utc(at) });
      return { ...details, createdAt: utc(details.createdAt), events: details.events.map(eventOf) };
    },
    async eraseVisitor(workspaceId, visitorId) {
      return answered<{ conversations: string[]; files: string[] }>('erase_visitor', await rpc('erase_visitor', { p_workspace: workspaceId, p_visitor: visitorId }), 'conversations', 'files');
    },
  };
}
