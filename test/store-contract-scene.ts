/** A workspace as the store's tests set it up, and short ways to say who does what. */
import { nanoid } from 'nanoid';
import type { AppendCommand, Appended, Audience, Member, Rpc, Store } from '../gateway/store/store.ts';

/** A workspace with two members, and short ways to write in it. */
export interface Scene {
  id: string;
  ada: Member;
  ben: Member;
  store: Store;
  rpc: Rpc;
  /** Starts a conversation with one message and answers its id. */
  start(visitorId?: string, text?: string): Promise<{ conversationId: string; visitorId: string; appended: Appended }>;
  /** Commands as their senders give them, with a new clientId where none is given. */
  append(command: AppendCommand): Promise<Appended>;
}

export interface Contract {
  scene(): Promise<Scene>;
}

export const visitor = (id: string): AppendCommand['author'] => ({ kind: 'visitor', id, name: null });
export const agent = (member: Member): AppendCommand['author'] => ({ kind: 'agent', id: member.id, name: member.name });
export const asVisitor = (visitorId: string): Extract<Audience, { kind: 'visitor' }> => ({ kind: 'visitor', visitorId });
export const asAgent = (member: Member): Extract<Audience, { kind: 'agent' }> => ({ kind: 'agent', memberId: member.id });

/** A message of an author in a conversation. */
export function message(author: AppendCommand['author'], conversationId: string, text = 'Hello', clientId = nanoid()): AppendCommand {
  return { kind: 'message', author, conversationId, text, clientId, page: null };
}
