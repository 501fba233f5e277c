/** The part of the store that many gateways need: who is there, and what changed while they did not hear of each other. */
import type { InboxConversation, MemberRef } from '../../shared/protocol.ts';
import { answered, entryOf, inboxConversation, type ConversationRow, type EntryRow } from './results.ts';
import type { Rpc, StoredEntry } from './store.ts';

/** Another gateway that counts as alive. `seenAt`: when it last said so, in seconds of the database's clock; only good for comparing. */
export interface OtherGateway { id: string; degraded: boolean; seenAt: number }

/** A conversation that changed, with the newest entry of its log, the newest that its visitor may see, and those of the last seconds; oldest first. */
export interface Change { conversation: InboxConversation; entries: StoredEntry[] }

/** What somebody may be at: the workspace's inbox (null), or a conversation in it. */
export type Place = string | null;

export interface ClusterStore {
  /**
   * Says that this gateway is there, about once a second. `cursor`: `changedSince` from here on answers all that commits later.
   * `known` false: the gateway is new or had been forgotten, and holds no leases.
   */
  beat(gatewayId: string, degraded: boolean): Promise<{ cursor: string; known: boolean; others: OtherGateway[] }>;
  /** Takes the gateway and its leases away. */
  leave(gatewayId: string): Promise<void>;
  /** Members with a window at this gateway, or who look at a conversation there. All three answer everybody who does, at any gateway. */
  takeLease(workspaceId: string, place: Place, memberId: string, gatewayId: string): Promise<MemberRef[]>;
  dropLease(workspaceId: string, place: Place, memberId: string, gatewayId: string): Promise<MemberRef[]>;
  leaseHolders(workspaceId: string, place: Place): Promise<MemberRef[]>;
  /** Those of these sessions that are still on. */
  sessionsOn(workspaceId: string, tokenHashes: readonly string[]): Promise<string[]>;
  /** What changed since a cursor, at most so many conversations, each with about so many entries; `next` asks for the rest. With `startOver` the cursor was unknown and these are the latest. */
  changedSince(workspaceId: string, cursor: string, max: { conversations: number; entries: number }): Promise<{ startOver: boolean; changes: Change[]; cursor: string; next: string | null }>;
}

export function clusterStore(rpc: Rpc): ClusterStore {
  const members = async (fn: string, args: Record<string, unknown>): Promise<MemberRef[]> => answered<MemberRef[]>(fn, await rpc(fn, args), 'length');
  return {
    async beat(gatewayId, degraded) {
      return answered<Awaited<ReturnType<ClusterStore['beat']>>>('beat', await rpc('beat', { p_gateway: gatewayId, p_degraded: degraded }), 'cursor', 'known', 'others');
    },
    async leave(gatewayId) {
      await rpc('leave', { p_gateway: gatewayId });
    },
    takeLease: (workspaceId, place, memberId, gatewayId) =>
      members('take_lease', { p_workspace: workspaceId, p_conversation: place ?? '', p_member: memberId, p_gateway: gatewayId }),
    dropLease: (workspaceId, place, memberId, gatewayId) =>
      members('drop_lease', { p_workspace: workspaceId, p_conversation: place ?? '', p_member: memberId, p_gateway: gatewayId }),
    leaseHolders: (workspaceId, place) => members('lease_holders', { p_workspace: workspaceId, p_conversation: place ?? '' }),
    async sessionsOn(workspaceId, tokenHashes) {
      return answered<string[]>('sessions_on', await rpc('sessions_on', { p_workspace: workspaceId, p_token_hashes: tokenHashes }), 'length');
    },
    async changedSince(workspaceId, cursor, max) {
      const found = answered<{ answer: string; changes: ChangeRow[]; cursor: string; next: string | null }>(
        'changed_since', await rpc('changed_since', { p_workspace: workspaceId, p_cursor: cursor, p_max: max.conversations, p_entries: max.entries }), 'answer', 'changes', 'cursor', 'next',
      );
      return { startOver: found.answer === 'start-over', changes: found.changes.map(changeOf), cursor: found.cursor, next: found.next };
    },
  };
}

interface ChangeRow { conversation: ConversationRow; entries: EntryRow[] }

function changeOf({ conversation, entries }: ChangeRow): Change {
  return { conversation: inboxConversation(conversation), entries: entries.map((row) => ({ ...entryOf(row, row.seq - 1), prevVisible: row.prev_visible })) };
}
