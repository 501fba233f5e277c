/** The panel's inside: head, connection, log, composer; and in their place, when the visitor wants them, the list of conversations and the menu. */
import { Component, createRef, type JSX } from 'preact';
import type { Profile } from '../shared/protocol.ts';
import type { LoaderSettings, PanelSettings } from '../shared/settings.ts';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import type { Draft } from './draft.ts';
import { Icon } from './icons.tsx';
import { Log } from './log.tsx';
import type { Messenger, MessengerState } from './messenger.ts';
import { Part } from './part.tsx';
import { t } from './texts.ts';

/** All that the site's owner has set, with what the page says over it. */
export type ShownSettings = PanelSettings & LoaderSettings;

export interface PanelViewProps {
  /** Gets hold of the view. (Preact hands components' refs on as a property like any other.) */
  hold: { current: PanelView | null };
  settings: ShownSettings;
  state: MessengerState;
  messenger: Messenger;
  draft: Draft;
  gateway: string;
  /** `seq` after which everything is new to somebody who was away. */
  mark: number | undefined;
  /** Whether the team is there. */
  available: boolean;
  /** Whether this tab may remember what is typed. */
  keeps: boolean;
  offline: boolean;
  onClose(): void;
  /** The newest message came into view, or left it. */
  onBottom(inView: boolean): void;
}

interface PanelViewState {
  shows: 'log' | 'conversations' | 'menu';
  /** What the visitor said in the form before the first message; undefined: not asked, or not answered. */
  profile?: Profile | undefined;
  /** Counts who was here, one after the other. */
  visitor: number;
}

export class PanelView extends Component<PanelViewProps, PanelViewState> {
  override state: PanelViewState = { shows: 'log', visitor: 0 };
  composer = createRef<Composer>();
  back = createRef<HTMLButtonElement>();
  menu = createRef<HTMLButtonElement>();

  /** Leaves what covers the conversation. False: nothing does. */
  stepBack(): boolean {
    const { shows } = this.state;
    if (shows === 'log') return this.composer.current?.stepBack() ?? false;
    this.setState({ shows: 'log' }, () => (shows === 'menu' ? this.menu : this.back).current?.focus());
    return true;
  }

  focus(): void {
    // Where there is a form in the place of the composer, it takes the keyboard itself.
    this.composer.current?.focus();
  }

  /** Shows the conversation, with this in the composer. */
  fill(text?: string): void {
    this.setState({ shows: 'log' }, () => {
      if (text !== undefined) this.composer.current?.put(text);
      this.focus();
    });
  }

  /** Files may be dropped anywhere on the conversation. */
  take = (event: Event): void => this.composer.current?.take(event);

  /** Somebody else is here now. */
  forget(): void {
    this.composer.current?.forget();
    this.setState({ profile: undefined, visitor: this.state.visitor + 1 });
  }

  override componentDidMount(): void {
    this.props.hold.current = this;
  }

  override componentDidUpdate(_: PanelViewProps, before: PanelViewState): void {
    if (before.shows !== this.state.shows) this.props.onBottom(true);
  }

  override render({ settings, state, messenger, gateway, draft, mark, available, keeps, offline, onClose, onBottom }: PanelViewProps, { shows, profile, visitor }: PanelViewState): JSX.Element {
    const { conversation } = state;
    const empty = !state.loading && state.entries.length + state.waiting.length === 0;
    const log = shows === 'log';
    const initial = <span class="face">{Array.from(settings.teamName)[0]?.toUpperCase()}</span>;
    // Whoever is writing while the team goes is not interrupted.
    const away = !available && settings.offlineForm;
    const asks = empty && !profile && !state.userId && (settings.preChat.length > 0 || (away && !this.composer.current?.props.draft.get()));
    return (
      <>
        <div class={`head ${empty && log ? 'wide' : ''}`}>
          {(!log || state.conversations > 0) && (
            <button class="round" ref={this.back} aria-label={log ? t('back') : t('backToChat')} onClick={() => (log ? this.setState({ shows: 'conversations' }) : this.stepBack())}>
              <Icon name="back" />
            </button>
          )}
          <div class="faces" aria-hidden="true">
            {settings.faces.length ? <Part name="faces" with={{ faces: settings.faces }} meanwhile={initial} /> : initial}
          </div>
          <div class="team">
            <h2 dir="auto">{settings.teamName}</h2>
            {settings.hours ? <Part name="availability" meanwhile="" with={{ hours: settings.hours, replyTime: settings.replyTime, clockOffset: state.clockOffset }} /> : <p dir="auto">{settings.replyTime}</p>}
          </div>
          <button class="round" ref={this.menu} aria-label={t('menu')} aria-expanded={shows === 'menu'} onClick={() => (shows === 'menu' ? this.stepBack() : this.setState({ shows: 'menu' }))}>
            <Icon name="more" />
          </button>
          <button class="round" aria-label={t('close')} onClick={onClose}>
            <Icon name="down" />
          </button>
          {log && empty && settings.greeting && <p class="greeting" dir="auto">{settings.greeting}</p>}
        </div>
        <Banner state={state} offline={offline} messenger={messenger} />
        {shows === 'conversations' && (
          <Part name="conversations" with={{ messenger, state, onPick: (id?: string) => {
            messenger.choose(id);
            this.fill();
          } }} />
        )}
        {shows === 'menu' && <Part name="menu" with={{ messenger, settings, state, onDone: () => this.stepBack() }} />}
        {/* Kept while something covers it, so that it is where it was afterwards. */}
        <div class="talk" hidden={!log} onDragOver={this.take} onDrop={this.take}>
          <Log state={state} messenger={messenger} settings={settings} gateway={gateway} mark={mark} onBottom={onBottom} />
          {conversation?.status === 'closed' && settings.rating && <Part name="rating" key={conversation.id} with={{ messenger, conversationId: conversation.id, rated: state.entries.some(({ kind }) => kind === 'rating') }} />}
          {empty && settings.consentText && <Part name="consent" with={{ text: settings.consentText, link: settings.privacyLink }} />}
          {asks
            ? <Part name="form" key={visitor} with={{ fields: settings.preChat, away, workspace: settings.workspace, keeps, onDone: (answers: Profile) => this.setState({ profile: answers }, () => this.focus()) }} />
            : <Composer hold={this.composer} messenger={messenger} settings={settings} gateway={gateway} draft={draft} profile={profile} />}
        </div>
      </>
    );
  }
}
