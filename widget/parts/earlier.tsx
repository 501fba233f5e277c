/** The way to older messages: a button at the top of the log, which also works by itself where somebody scrolls that far. */
import { createHistory } from '../history.ts';
import { adopt, Component, t } from '../kit.ts';
import type { Messenger } from '../messenger.ts';
import css from './earlier.css';

interface EarlierProps {
  messenger: Messenger;
  /** The log. */
  box: { current: HTMLElement | null };
}

/** This near to an end counts as there, in pixels. */
const NEAR = 48;

/** How far it is from the top of what is in view to the end. */
function toEnd(box: HTMLElement | null): number {
  return box ? box.scrollHeight - box.scrollTop : 0;
}

export default class Earlier extends Component<EarlierProps> {
  history = createHistory(this.props.messenger);
  mounted = new AbortController();
  /** Before the button was there. */
  toEnd = toEnd(this.props.box.current);

  override componentDidMount(): void {
    adopt(css);
    const box = this.props.box.current;
    if (!box) return;
    box.addEventListener('scroll', this.look, { signal: this.mounted.signal });
    // Somebody may have been quicker than this part: at the top already, or reading, who shall not lose their place to the button.
    this.look();
    box.scrollTop = box.scrollHeight - this.toEnd;
  }

  override componentWillUnmount(): void {
    this.mounted.abort();
  }

  look = (): void => {
    const box = this.props.box.current;
    if (box && box.scrollTop < NEAR && toEnd(box) - box.clientHeight >= NEAR) void this.history.loadEarlier();
  };

  override render() {
    const loading = this.history.loading();
    return (
      <button type="button" class="plain earlier" aria-live="off" aria-disabled={loading} onClick={() => void this.history.loadEarlier()}>
        {t(loading ? 'loadingEarlier' : 'earlier')}
      </button>
    );
  }
}
