/** What each audience sees of the log, and how it hears of what was added. */
import type { Entry } from '../shared/protocol.ts';
import { type Namespaces, visitorRoom, workspaceRoom } from './rooms.ts';
import type { AppendAuthor, Appended, Member, StoredEntry } from './store/store.ts';

/** An entry as agents see it. */
export function forAgents(stored: StoredEntry): Entry {
  const { prevVisible: _, ...entry } = stored;
  return entry;
}

/** An entry as its visitor sees it, with the `prev` of that audience; null when it is not for visitors. */
export function forVisitor({ prevVisible, ...entry }: StoredEntry): Entry | null {
  return prevVisible === null ? null : { ...entry, prev: prevVisible };
}

/** The entry a command of a visitor made. One that visitors may not see would be a fault of the store. */
export function ownEntry(entry: StoredEntry | null): Entry {
  const own = entry && forVisitor(entry);
  if (!own) throw new Error('The store answered no entry that its visitor may see');
  return own;
}

/** A visitor as author; nothing they say of themselves is told as their name here. */
export function visitorAuthor({ visitorId }: { visitorId: string }): AppendAuthor {
  return { kind: 'visitor', id: visitorId, name: null };
}

/** A member as author: visitors see the name, never the e-mail. */
export function agentAuthor({ member }: { member: Member }): AppendAuthor {
  return { kind: 'agent', id: member.id, name: member.name };
}

/** The entry a command of a member made, where the command always makes one. */
export function agentEntry(entry: StoredEntry | null): Entry {
  if (!entry) throw new Error('The store answered no entry');
  return forAgents(entry);
}

/**
 * Tells everybody concerned what a command added, in the order of the log: the visitor's tabs what visitors may see, all agents of the
 * workspace everything with the conversation as it is now. A repeated command added nothing and nobody hears of it (rule D2).
 */
export function tellEntries({ visitors, agents }: Namespaces, workspaceId: string, { added, conversation }: Appended): void {
  for (const entry of added) {
    const visible = forVisitor(entry);
    if (visible) visitors.to(visitorRoom(workspaceId, conversation.visitor.id)).emit('entry:created', { entry: visible });
    agents.to(workspaceRoom(workspaceId)).emit('entry:created', { entry: forAgents(entry), conversation });
  }
}

