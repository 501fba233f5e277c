/** What the site tells before the first message, such as what becomes of it. */
import { adopt, Component, t } from '../kit.ts';
import css from './consent.css';

/** Pages fill the address from what others typed; nothing in it may run. */
const SAFE = /^(?:https?:|mailto:|[/.#?]|[^:]*$)/i;

interface ConsentProps {
  text: string;
  link: string;
}

export default class Consent extends Component<ConsentProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ text, link }: ConsentProps) {
    return <p class="consent" dir="auto">{text} {SAFE.test(link) && link && <a href={link} target="_blank" rel="noopener noreferrer">{t('privacy')}</a>}</p>;
  }
}
