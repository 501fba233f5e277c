/** What a visitor can do beside writing: take the conversation along, be left in peace or called, have everything deleted. */
import type { WidgetSettings } from '../../shared/settings.ts';
import { adopt, Component, createRef, t } from '../kit.ts';
import type { Messenger, MessengerState } from '../messenger.ts';
import type { TextKey } from '../texts.ts';
import { like, likesOf } from './likes.ts';
import css from './menu.css';
import { saveTranscript } from './transcript.ts';

interface MenuProps {
  messenger: Messenger;
  settings: Pick<WidgetSettings, 'teamName' | 'sound' | 'emoji'>;
  state: MessengerState;
  onDone(): void;
}

interface MenuState {
  shows: 'actions' | 'shortcuts' | 'erase';
  /** What came of the last action. */
  news: string;
  erasing: boolean;
}

/** The keys, and what they do. */
const KEYS: ReadonlyArray<[string, TextKey]> = [['Enter', 'shortcutSend'], ['Shift + Enter', 'shortcutLine'], ['Ctrl + Shift + E', 'shortcutEmoji'], ['Page Up / Page Down', 'shortcutLog'], ['Esc', 'shortcutClose']];

export default class Menu extends Component<MenuProps, MenuState> {
  override state: MenuState = { shows: 'actions', news: '', erasing: false };
  box = createRef<HTMLDivElement>();

  override componentDidMount(): void {
    adopt(css);
    this.focusFirst();
  }

  focusFirst = (): void => this.box.current?.querySelector<HTMLElement>('[data-first], button')?.focus();

  show(shows: MenuState['shows']): void {
    this.setState({ shows, news: '' }, this.focusFirst);
  }

  transcript = async (): Promise<void> => {
    const { messenger, settings, state } = this.props;
    try {
      await saveTranscript(messenger, state.conversation?.id, settings.teamName);
    } catch {
      this.setState({ news: t('transcriptFailed') });
    }
  };

  notify = async (): Promise<void> => {
    const { messenger } = this.props;
    const on = likesOf(messenger.session).notify && Notification.permission === 'granted';
    // Asked here, where the visitor wants it, and nowhere else.
    if (!on && (await Notification.requestPermission()) !== 'granted') {
      this.setState({ news: t('notifyBlocked') });
      return;
    }
    like(messenger.session, { notify: !on });
    this.forceUpdate();
  };

  erase = async (): Promise<void> => {
    if (this.state.erasing) return;
    this.setState({ erasing: true, news: t('erasing') });
    const { messenger, state } = this.props;
    try {
      // Whoever never wrote, on no device, has nothing that could be deleted elsewhere.
      if (messenger.session.hasActed() || messenger.session.isIdentifying() || state.userId || state.conversation) {
        const ack = await messenger.connection.request('visitor:erase', { confirm: true });
        if (!ack.ok) throw new Error(ack.error.code);
      }
      messenger.logout();
      this.setState({ shows: 'actions', erasing: false, news: t('erased') }, this.focusFirst);
    } catch {
      this.setState({ erasing: false, news: t('eraseFailed') });
    }
  };

  override render({ messenger, settings, state }: MenuProps, { shows, news, erasing }: MenuState) {
    const likes = likesOf(messenger.session);
    const notifies = likes.notify && typeof Notification !== 'undefined' && Notification.permission === 'granted';
    return (
      <div class="menu" ref={this.box}>
        <p class="menu-news" role="status">{news}</p>
        {shows === 'actions' && (
          <ul>
            {state.conversation && <li><button type="button" onClick={() => void this.transcript()}>{t('transcript')}</button></li>}
            {settings.sound && (
              <li>
                <button
                  type="button" onClick={() => {
                    like(messenger.session, { muted: !likes.muted });
                    this.forceUpdate();
                  }}
                >
                  {t(likes.muted ? 'soundOn' : 'soundOff')}
                </button>
              </li>
            )}
            {typeof Notification !== 'undefined' && <li><button type="button" onClick={() => void this.notify()}>{t(notifies ? 'notifyOff' : 'notify')}</button></li>}
            <li><button type="button" onClick={() => this.show('shortcuts')}>{t('shortcuts')}</button></li>
            <li><button type="button" class="bad" onClick={() => this.show('erase')}>{t('erase')}</button></li>
          </ul>
        )}
        {shows === 'shortcuts' && (
          <section aria-labelledby="menu-title">
            <h3 id="menu-title" tabIndex={-1} data-first>{t('shortcuts')}</h3>
            <dl>
              {KEYS.filter(([, key]) => key !== 'shortcutEmoji' || settings.emoji).map(([keys, key]) => <div key={key}><dt><kbd>{keys}</kbd></dt><dd>{t(key)}</dd></div>)}
            </dl>
          </section>
        )}
        {shows === 'erase' && (
          <section role="alertdialog" aria-labelledby="menu-title" aria-describedby="menu-text">
            <h3 id="menu-title">{t('eraseTitle')}</h3>
            <p id="menu-text">{t('eraseText')}</p>
            <div class="menu-buttons">
              <button type="button" class="secondary" data-first onClick={() => this.show('actions')}>{t('eraseNo')}</button>
              <button type="button" class="danger" aria-disabled={erasing} onClick={() => void this.erase()}>{t('eraseYes')}</button>
            </div>
          </section>
        )}
      </div>
    );
  }
}
