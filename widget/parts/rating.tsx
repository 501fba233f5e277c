/** Asks what the visitor thought of a conversation that was closed. */
import { RATING_COMMENT_MAX } from '../../shared/limits.ts';
import { adopt, Component, newName, t } from '../kit.ts';
import type { Messenger } from '../messenger.ts';
import type { TextKey } from '../texts.ts';
import css from './rating.css';

interface RatingProps {
  messenger: Pick<Messenger, 'connection'>;
  conversationId: string;
  /** The log has a rating. */
  rated: boolean;
}

/** Conversations that were rated here, or whose visitor did not want to. */
const done = new Set<string>();

interface RatingState { score: number; comment: string; sending: boolean; problem: string }

const FACES = ['😞', '🙁', '😐', '🙂', '😀'];

export default class Rating extends Component<RatingProps, RatingState> {
  override state: RatingState = { score: 0, comment: '', sending: false, problem: '' };
  /** The same name however often it is tried (rule D2). */
  clientId = newName();

  override componentDidMount(): void {
    adopt(css);
  }

  send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { score, comment, sending } = this.state;
    if (!score || sending) return;
    this.setState({ sending: true, problem: '' });
    const { messenger, conversationId } = this.props;
    try {
      const ack = await messenger.connection.request('rating:set', { conversationId, clientId: this.clientId, score, comment: comment.trim() });
      if (!ack.ok) throw new Error(ack.error.code);
      this.done();
    } catch {
      this.setState({ sending: false, problem: t('ratingFailed') });
    }
  };

  done = (): void => {
    done.add(this.props.conversationId);
    this.forceUpdate();
  };

  override render({ conversationId, rated }: RatingProps, { score, comment, sending, problem }: RatingState) {
    if (rated || done.has(conversationId)) return null;
    return (
      <form class="rating" onSubmit={(event) => void this.send(event)}>
        <fieldset>
          <legend>{t('rate')}</legend>
          <div class="scores">
            {FACES.map((face, place) => (
              <label key={face} title={t(`score${place + 1}` as TextKey)}>
                <input type="radio" name="score" value={place + 1} checked={score === place + 1} aria-label={t(`score${place + 1}` as TextKey)} onChange={() => this.setState({ score: place + 1 })} />
                <span aria-hidden="true">{face}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {score > 0 && (
          <textarea
            rows={2} maxLength={RATING_COMMENT_MAX} dir="auto" aria-label={t('comment')} placeholder={t('comment')} value={comment}
            onInput={({ currentTarget }) => this.setState({ comment: currentTarget.value })}
          />
        )}
        <p class="hint bad" role="status">{problem}</p>
        <div class="rating-buttons">
          <button type="button" class="plain" onClick={this.done}>{t('notNow')}</button>
          {score > 0 && <button type="submit" class="primary" aria-disabled={sending}>{t('sendRating')}</button>}
        </div>
      </form>
    );
  }
}
