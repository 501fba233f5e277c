/** The Socket.IO namespaces, what their sockets carry, and the rooms. Only these rooms exist, so that an adapter can carry them between gateways. */
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import type { AgentNews, VisitorNews } from '../shared/protocol.ts';
import type { Member } from './store/store.ts';
import type { VisitorChange } from './store/visitor-store.ts';
import type { VisitorSession } from './visitor-tokens.ts';

/** Who a socket in /visitor belongs to. Set by the handshake. */
export interface VisitorData {
  workspaceId: string;
  workspaceName: string;
  session: VisitorSession;
  token: string;
  /** What is known of the visitor and not stored yet, because they have not written (profiles.ts). */
  change: VisitorChange;
  /** Storing it, if that is under way. */
  storing?: Promise<unknown>;
}

/** Who a socket in /agent belongs to. */
export interface AgentData { workspaceId: string; workspaceName: string; member: Member; tokenHash: string; expiresAt: string }

export type VisitorSocket = Socket<DefaultEventsMap, VisitorNews, DefaultEventsMap, VisitorData>;
export type AgentSocket = Socket<DefaultEventsMap, AgentNews, DefaultEventsMap, AgentData>;
export type VisitorNamespace = Namespace<DefaultEventsMap, VisitorNews, DefaultEventsMap, VisitorData>;
export type AgentNamespace = Namespace<DefaultEventsMap, AgentNews, DefaultEventsMap, AgentData>;

/** Both namespaces, for features that tell both sides. */
export interface Namespaces { visitors: VisitorNamespace; agents: AgentNamespace }

/** In /visitor: all sockets of one visitor. */
export function visitorRoom(workspaceId: string, visitorId: string): string {
  return `visitor:${workspaceId}:${visitorId}`;
}

/** In /agent: all members of a workspace. */
export function workspaceRoom(workspaceId: string): string {
  return `workspace:${workspaceId}`;
}

/** In /agent: all windows of one member. */
export function memberRoom(workspaceId: string, memberId: string): string {
  return `member:${workspaceId}:${memberId}`;
}

/** In /agent: the windows of members who look at a conversation. */
export function viewersRoom(workspaceId: string, conversationId: string): string {
  return `viewers:${workspaceId}:${conversationId}`;
}
