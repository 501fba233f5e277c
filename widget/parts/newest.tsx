/** The way back to the newest message, for somebody who reads further up; says how many came meanwhile. */
import { adopt, Component, Icon, t } from '../kit.ts';
import type { MessengerState } from '../messenger.ts';
import css from './newest.css';

interface NewestProps {
  state: Pick<MessengerState, 'entries'>;
  /** `seq` of the newest entry that was in view. */
  reached: number;
  onClick(): void;
}

export default class Newest extends Component<NewestProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ state, reached, onClick }: NewestProps) {
    const missed = state.entries.filter(({ kind, author, seq }) => kind === 'message' && author.kind !== 'visitor' && seq > reached).length;
    return (
      <button type="button" class={`chip ${missed ? 'new' : ''}`} aria-label={missed ? t('newMessages', { count: missed }) : t('toNewest')} onClick={onClick}>
        {missed > 0 && <span>{t('newMessages', { count: missed })}</span>}
        <Icon name="down" />
      </button>
    );
  }
}
