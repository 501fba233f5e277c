/** A line of the log that is no message: the conversation was closed, reopened or rated; here begins what is new. */
import { adopt, Component, t } from '../kit.ts';
import type { Row } from '../rows.ts';
import css from './mark.css';

interface MarkProps {
  row: Exclude<Row, { kind: 'message' | 'day' }>;
  /** Nothing comes after it. */
  last: boolean;
}

export default class Mark extends Component<MarkProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ row, last }: MarkProps) {
    if (row.kind === 'new') return <p class="new-here" aria-live="off"><span>{t('newHere')}</span></p>;
    return <p class="status">{row.kind === 'rating' ? t('rated', { score: row.score }) : t(row.status === 'open' ? 'reopened' : last ? 'closed' : 'closedHere')}</p>;
  }
}
