/** Somebody of the team is typing. */
import type { Author } from '../../shared/protocol.ts';
import { adopt, Component, t } from '../kit.ts';
import css from './typing.css';

export default class Typing extends Component<{ author: Author }> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ author: { name } }: { author: Author }) {
    return (
      <p class="typing" aria-live="off">
        <span class="dots" aria-hidden="true"><i /><i /><i /></span>
        {t('typing', { name: name ?? t('team') })}
      </p>
    );
  }
}
