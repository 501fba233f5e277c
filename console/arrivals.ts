/** Telling people who listen instead of look that something arrived: in full in the opened conversation, in short elsewhere. */
import type { Entry, InboxConversation } from '../shared/protocol.ts';
import { messagePreview, previewOf } from '../shared/text.ts';
import type { Inbox } from './inbox.ts';
import { visitorName } from './names.ts';
import { announce } from './notices.ts';
import { route } from './routes.ts';
import { texts } from './texts.ts';
import { createThrottle } from './throttle.ts';

/** News of other conversations are gathered for this long, so that a busy hour does not talk without end. */
const GATHER_MS = 4_000;

export interface Arrivals {
  /** An entry that is new in a log that is kept. */
  inOpened(entry: Entry): void;
  /** Any entry of the workspace. */
  anywhere(entry: Entry, conversation: InboxConversation): void;
  dispose(): void;
}

function openedId(): string | null {
  const at = route.peek();
  return at.at === 'inbox' ? at.conversationId : null;
}

export function createArrivals(options: { inbox: Pick<Inbox, 'conversation'>; memberId: string }): Arrivals {
  let elsewhere: string[] = [];
  const tell = createThrottle(() => {
    const [first] = elsewhere;
    if (first) announce(elsewhere.length === 1 ? texts.announce.elsewhere(first) : texts.announce.several(elsewhere.length));
    elsewhere = [];
  }, GATHER_MS);

  return {
    inOpened(entry) {
      if (entry.conversationId !== openedId() || entry.author.id === options.memberId || entry.kind === 'assigned' || entry.kind === 'status') return;
      const visitor = options.inbox.conversation(entry.conversationId)?.peek().visitor;
      const name = entry.author.kind === 'visitor' && visitor ? visitorName(visitor) : (entry.author.name ?? texts.people.someone);
      if (entry.kind === 'rating') announce(texts.announce.rated(name, entry.score, previewOf(entry.comment, 300)));
      else announce(texts.announce.said(name, entry.kind === 'note', previewOf(entry.text, 300) || messagePreview(entry)));
    },
    anywhere(entry, conversation) {
      if (entry.kind !== 'message' || entry.author.kind !== 'visitor' || entry.conversationId === openedId()) return;
      const mine = conversation.assignee === null || conversation.assignee.id === options.memberId;
      if (!mine) return;
      elsewhere.push(visitorName(conversation.visitor));
      tell();
    },
    dispose: tell.cancel,
  };
}
