/** The visitor's conversations, newest activity first, and the way to a new one. */
import type { Entry } from '../../shared/protocol.ts';
import { previewOf } from '../../shared/text.ts';
import { adopt, Component, createRef, dayName, t, timeOf } from '../kit.ts';
import type { KnownConversation } from '../conversations.ts';
import type { Messenger, MessengerState } from '../messenger.ts';
import css from './conversations.css';

interface ConversationsProps {
  messenger: Pick<Messenger, 'conversations' | 'reading'>;
  state: MessengerState;
  /** Without an id: a new one. */
  onPick(id?: string): void;
}

export default class Conversations extends Component<ConversationsProps> {
  first = createRef<HTMLButtonElement>();

  override componentDidMount(): void {
    adopt(css);
    this.first.current?.focus();
  }

  override render({ messenger, state, onPick }: ConversationsProps) {
    const now = new Date(Date.now() + state.clockOffset);
    return (
      <div class="list">
        <h3 id="list-title">{t('conversations')}</h3>
        <ul aria-labelledby="list-title">
          {messenger.conversations.all().map(({ conversation, timeline }, place) => {
            const last = timeline.entries.findLast(({ kind }) => kind === 'message');
            const at = last?.at ?? conversation.createdAt;
            return (
              <li key={conversation.id}>
                <button type="button" class="row" ref={place === 0 ? this.first : null} onClick={() => onPick(conversation.id)}>
                  <span class="row-text" dir="auto">{previewText(last)}</span>
                  <Marks conversation={conversation} unread={messenger.reading.unread(conversation.id)} />
                  <time dateTime={at}>{when(new Date(at), now)}</time>
                </button>
              </li>
            );
          })}
        </ul>
        <button type="button" class="primary" onClick={() => onPick()}>{t('startNew')}</button>
      </div>
    );
  }
}

function Marks({ conversation, unread }: { conversation: KnownConversation['conversation']; unread: number }) {
  if (unread) return <span class="unread"><span aria-hidden="true">{unread}</span><span class="hidden">{t('unread', { count: unread })}</span></span>;
  return conversation.status === 'closed' ? <span class="closed-mark">{t('closedMark')}</span> : null;
}

function previewText(entry: Entry | undefined): string {
  if (entry?.kind !== 'message') return t('noMessages');
  const text = previewOf(entry.text, 90) || t('aFile', { name: entry.attachments?.[0]?.name ?? '' });
  return entry.author.kind === 'visitor' ? t('preview', { text }) : text;
}

function when(at: Date, now: Date): string {
  return at.toDateString() === now.toDateString() ? timeOf(at) : dayName(at, now);
}
