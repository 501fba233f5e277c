/** Sessions of members: a secret in a cookie, of which the store has only the hash. */
import { createHash, randomBytes } from 'node:crypto';
import type { Member, Store } from './store/store.ts';

export const SESSION_COOKIE = 'miradesk_session';

/** A session that is on. `tokenHash` names it without being able to open it. */
export interface MemberSession { workspaceId: string; member: Member; tokenHash: string; expiresAt: string }

export interface MemberSessions {
  /** Begins a session; answers the value of its cookie. */
  start(workspaceId: string, memberId: string): Promise<{ cookie: string; maxAgeSeconds: number }>;
  /** The session of a Cookie header, or null. */
  find(cookieHeader: string | undefined): Promise<MemberSession | null>;
  /** Whether the session is still on, by its hash. */
  isOn(workspaceId: string, tokenHash: string): Promise<boolean>;
  end(session: Pick<MemberSession, 'workspaceId' | 'tokenHash'>): Promise<void>;
}

const VALUE = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/;
const DAY_SECONDS = 86_400;

export function createMemberSessions(store: Pick<Store, 'startSession' | 'session' | 'endSession'>, days: number): MemberSessions {
  async function findByHash(workspaceId: string, tokenHash: string) {
    const session = await store.session(workspaceId, tokenHash);
    return session && Date.parse(session.expiresAt) > Date.now() ? session : null;
  }
  return {
    async start(workspaceId, memberId) {
      const secret = randomBytes(32).toString('base64url');
      const maxAgeSeconds = days * DAY_SECONDS;
      await store.startSession(workspaceId, { tokenHash: hashOf(secret), memberId, expiresAt: new Date(Date.now() + maxAgeSeconds * 1_000).toISOString() });
      return { cookie: `${workspaceId}.${secret}`, maxAgeSeconds };
    },
    async find(cookieHeader) {
      const [, workspaceId, secret] = VALUE.exec(readCookie(cookieHeader)) ?? [];
      if (workspaceId === undefined || secret === undefined) return null;
      const tokenHash = hashOf(secret);
      const session = await findByHash(workspaceId, tokenHash);
      return session && { workspaceId, tokenHash, member: session.member, expiresAt: session.expiresAt };
    },
    isOn: async (workspaceId, tokenHash) => (await findByHash(workspaceId, tokenHash)) !== null,
    end: ({ workspaceId, tokenHash }) => store.endSession(workspaceId, tokenHash),
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function readCookie(header: string | undefined): string {
  return new RegExp(`(?:^|;)\\s*${SESSION_COOKIE}=([^;\\s]*)`).exec(header ?? '')?.[1] ?? '';
}
