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

export default class Earlier extends Component<EarlierProps> {
  history = createHistory(this.props.messenger);
  mounted = new AbortController();

  override componentDidMount(): void {
    adopt(css);
    this.props.box.current?.addEventListener('scroll', this.scrolled, { signal: this.mounted.signal });
  }

  override componentWillUnmount(): void {
    this.mounted.abort();
  }

  scrolled = ({ currentTarget }: Event): void => {
    const { scrollTop, scrollHeight, clientHeight } = currentTarget as HTMLElement;
    if (scrollTop < NEAR && scrollHeight - scrollTop - clientHeight >= NEAR) void this.history.loadEarlier();
  };

  override render() {
    const loading = this.history.loading();
    return (
      <button type="button" class="plain earlier" aria-disabled={loading} onClick={() => void this.history.loadEarlier()}>
        {t(loading ? 'loadingEarlier' : 'earlier')}
      </button>
    );
  }
}
