/**
 * From the composer into the log: the outbox (rule D4), and where each message belongs. A message is addressed when it is
 * written, perhaps long before the gateway knows the conversation or even the visitor, and resolved when it is sent.
 */
import { createSender, type OutboxItem } from '../shared/outbox.ts';
import type { Ack, Attachment, Entry, Page, Profile, VisitorConversation } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import type { Conversations, KnownConversation } from './conversations.ts';
import { newName } from './names.ts';
import type { WaitingRoom } from './outbox-storage.ts';
import type { Session } from './session.ts';
import type { Tabs } from './tabs.ts';

/** What waits in the outbox. */
export interface Outgoing {
  /**
   * With `visitorId`: the id of a conversation of that visitor. Without: a name for one that is still to be started.
   * When the message is sent in another visitor's name (the old one's token has expired), the id serves as such a name.
   */
  to: string;
  visitorId?: string | undefined;
  /** `to` is meant to be a new conversation, whatever others there are. */
  fresh?: boolean;
  text: string;
  page?: Page | undefined;
  attachments?: Attachment[] | undefined;
  /** What the visitor said of themselves in a form; goes with the message that starts the conversation. */
  profile?: Profile | undefined;
}

/** What goes with a text. */
export type Enclosed = Pick<Outgoing, 'attachments' | 'profile'>;

/** Where a new message goes: a conversation, or a name for one that is still to be started. */
export type Chosen = { id: string } | { fresh: string } | undefined;

export type WaitingMessage = OutboxItem<Outgoing>;

export interface Sending {
  /** Resolves once the message is stored and will be sent whatever happens. */
  send(text: string, enclosed?: Enclosed): Promise<void>;
  /** The connection can carry messages, or cannot any more. */
  setOnline(online: boolean): void;
  /** Reads again what waits, and sends it if possible; another tab changed it. */
  refresh(): Promise<void>;
  /** What waits and is to be shown with this conversation, or with the new one that was chosen. */
  waitingFor(conversation: VisitorConversation | undefined): readonly WaitingMessage[];
  /** The conversation that was begun under a name, as far as it is known. */
  begun(name: string): KnownConversation | undefined;
  stop(): void;
}

export interface SendingOptions {
  session: Session;
  connection: Pick<Connection, 'request' | 'restart'>;
  conversations: Conversations;
  room: WaitingRoom<Outgoing>;
  tabs: Pick<Tabs<Entry>, 'exclusively' | 'locking'>;
  page(): Page | undefined;
  /** What the visitor has chosen to write in. */
  chosen(): Chosen;
  /** The gateway has committed it. Resolves when it is shown as such. */
  onLanded(entry: Entry, conversation?: VisitorConversation): Promise<void>;
  /** A conversation that we thought was there is not. */
  onMissing(): void;
  onChange(): void;
}

/** Without a lock, two tabs may settle who the visitor is at the same time; after this long both see who was last. */
const SETTLE_MS = 100;

export function createSending({ session, connection, conversations, room, tabs, page, chosen, onLanded, onMissing, onChange }: SendingOptions): Sending {
  let items: readonly WaitingMessage[] = [];
  let adding: Promise<unknown> = Promise.resolve();

  const outbox = createSender<Outgoing>({
    storage: room,
    send,
    exclusively: tabs.exclusively,
    onChange(now) {
      items = now;
      onChange();
    },
  });

  /** The name under which this visitor starts the conversation of such a message; never another visitor's. */
  function startName({ to }: Pick<Outgoing, 'to'>, visitorId: string | undefined): string {
    return `${to}-${visitorId ?? ''}`.slice(0, 64);
  }

  /** The conversation of a message as far as this tab knows it. */
  function known(payload: Outgoing): string | undefined {
    const me = session.visitorId();
    // A conversation may have gone over to the person whom the site has made known meanwhile; it is then known by its id.
    if (payload.visitorId && (payload.visitorId === me || conversations.get(payload.to))) return payload.to;
    return begun(payload.to)?.conversation.id;
  }

  function begun(name: string): KnownConversation | undefined {
    return conversations.named(startName({ to: name }, session.visitorId()));
  }

  /** The visitor of this connection becomes the one of all tabs, before the first message leaves. */
  async function claim(): Promise<string> {
    const settled = session.isSettled();
    let ours = session.claim();
    if (ours && !settled && !tabs.locking) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      ours = !session.isForeign();
    }
    const visitorId = session.visitorId();
    if (!ours || !visitorId) {
      connection.restart();
      throw new Error('no answer');
    }
    return visitorId;
  }

  async function send({ clientId, payload }: WaitingMessage): Promise<Ack<unknown>> {
    const visitorId = await claim();
    const { text, page, profile, fresh } = payload;
    const attachments = payload.attachments?.map(({ id }) => id);
    const name = startName(payload, visitorId);
    // Two tabs can each have meant to start the conversation: the second message then belongs to what the first has started.
    const conversationId = known(payload) ?? (await room.started(name)) ?? (fresh ? undefined : conversations.newest()?.conversation.id);
    if (conversationId) {
      const ack = await connection.request('message:send', { conversationId, clientId, text, page, attachments });
      if (ack.ok) await onLanded(ack.data.entry);
      else if (ack.error.code === 'not_found') onMissing();
      return ack;
    }
    const ack = await connection.request('conversation:start', { clientId: name, message: { clientId, text, attachments }, page, profile });
    if (ack.ok) {
      // Remembered before the message leaves the outbox: whatever was written after it must find the conversation.
      await room.setStarted(name, ack.data.conversation.id);
      await onLanded(ack.data.entry, ack.data.conversation);
    }
    return ack;
  }

  async function address(choice: Chosen): Promise<Pick<Outgoing, 'to' | 'visitorId' | 'fresh'>> {
    if (choice && 'fresh' in choice) return { to: choice.fresh, fresh: true };
    const current = choice ? conversations.get(choice.id) : conversations.newest();
    if (current) return { to: current.conversation.id, visitorId: session.visitorId() };
    const last = (await room.all()).at(-1)?.payload;
    return last ? { to: last.to, visitorId: last.visitorId, ...(last.fresh ? { fresh: true } : {}) } : (session.lastConversation() ?? { to: newName() });
  }

  return {
    send(text, enclosed = {}) {
      session.act();
      const choice = chosen();
      const turn = session.turn();
      // One after the other, so that a second message finds the conversation that the first is about to start.
      const added = adding.then(async () => {
        const payload: Outgoing = { ...(await address(choice)), text, page: page(), ...enclosed };
        // Forgotten meanwhile, with whoever wrote it.
        if (turn === session.turn()) await outbox.add({ clientId: newName(), payload, createdAt: Date.now() });
      });
      adding = added.catch(() => {});
      return added;
    },
    setOnline: (online) => outbox.setOnline(online),
    async refresh() {
      await outbox.refresh();
      if (items.length > 0) await outbox.flush();
    },
    waitingFor(conversation) {
      const choice = chosen();
      return items.filter(({ payload }) => {
        const id = known(payload);
        if (id && conversations.get(id)) return id === conversation?.id;
        // What starts a conversation is shown in that one alone, if it was chosen.
        return payload.fresh || (choice && 'fresh' in choice) ? Boolean(choice && 'fresh' in choice && choice.fresh === payload.to) : true;
      });
    },
    begun,
    stop: () => outbox.stop(),
  };
}
