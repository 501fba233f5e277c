/** The visitor's conversations, newest activity first, and the way to a new one. */
import type { Entry } from '../../shared/protocol.ts';
import { previewOf } from '../../shared/text.ts';
import { adopt, Component, createRef, dayName, Icon, t, timeOf } from '../kit.ts';
import type { ConversationSummary, Messenger, MessengerState } from '../messenger.ts';
import css from './conversations.css';

interface ConversationsProps {
  messenger: Pick<Messenger, 'list'>;
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
          {messenger.list().map((one, place) => (
            <li key={one.conversation.id}>
              <button type="button" class="row" ref={place === 0 ? this.first : null} onClick={() => onPick(one.conversation.id)}>
                <span class="row-text" dir="auto">{previewText(one.last)}</span>
                <Marks one={one} />
                <time dateTime={one.at}>{when(new Date(one.at), now)}</time>
              </button>
            </li>
          ))}
        </ul>
        <button type="button" class="primary" onClick={() => onPick()}>
          <Icon name="send" /> {t('startNew')}
        </button>
      </div>
    );
  }
}

function Marks({ one }: { one: ConversationSummary }) {
  if (one.unread) return <span class="unread"><span aria-hidden="true">{one.unread}</span><span class="hidden">{t('unread', { count: one.unread })}</span></span>;
  return one.conversation.status === 'closed' ? <span class="closed-mark">{t('closedMark')}</span> : null;
}

function previewText(entry: Entry | undefined): string {
  if (entry?.kind !== 'message') return t('noMessages');
  const text = previewOf(entry.text, 90) || t('aFile', { name: entry.attachments?.[0]?.name ?? '' });
  return entry.author.kind === 'visitor' ? t('preview', { text }) : text;
}

function when(at: Date, now: Date): string {
  return at.toDateString() === now.toDateString() ? timeOf(at) : dayName(at, now);
}
