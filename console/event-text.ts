import type { EventEntry } from './conversation-model.ts';
import { texts } from './texts.ts';

/** What was done, in words, as this member reads it. */
export function eventText(entry: EventEntry, memberId: string): string {
  const e = texts.events;
  const own = entry.author.kind === 'agent' && entry.author.id === memberId;
  const who = own ? texts.people.you : (entry.author.name ?? texts.people.someone);
  if (entry.kind === 'assigned') {
    if (!entry.assignee) return e.unassigned(who);
    if (entry.assignee.id === entry.author.id) return own ? e.youTookIt : e.tookIt(who);
    return e.assignedTo(who, entry.assignee.id === memberId ? e.you : entry.assignee.name);
  }
  if (entry.kind === 'rating') return e.rated(entry.score);
  // The gateway itself opens a conversation for one reason only: the visitor wrote again.
  if (entry.author.kind !== 'agent') return entry.status === 'open' ? e.reopenedByVisitor : e.closed;
  const by = own ? e.you : who;
  return entry.status === 'open' ? e.reopenedBy(by) : e.closedBy(by);
}
