/** Drawing has failed: says so, and offers to try again. */
import { adopt, Component, t } from '../kit.ts';
import css from './broken.css';

export default class Broken extends Component<{ onAgain(): void }> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ onAgain }: { onAgain(): void }) {
    return (
      <div class="broken" role="alert">
        <p>{t('broken')}</p>
        <button type="button" class="plain" onClick={onAgain}>
          {t('again')}
        </button>
      </div>
    );
  }
}
