/**
 * The log: days, messages, who is typing. Keeps its place: at the bottom while new messages come in, where the person reads
 * otherwise, and on the same message when older ones are put before it.
 */
import { Component, createRef, type JSX } from 'preact';
import { Icon } from './icons.tsx';
import { Message } from './message.tsx';
import type { Messenger, MessengerState } from './messenger.ts';
import { rowsOf, type Row } from './rows.ts';
import { t } from './texts.ts';
import { dayName } from './times.ts';

export interface LogProps {
  state: MessengerState;
  messenger: Pick<Messenger, 'loadEarlier' | 'retry' | 'discard'>;
  settings: { workspace: string };
  gateway: string;
  mark: number | undefined;
  /** The newest message came into view, or left it. */
  onBottom(inView: boolean): void;
}

/** This near to an end counts as there, in pixels. */
const NEAR = 48;
/** How long screen readers are given to pass over old messages that were put in. */
const QUIET_MS = 1_000;

export class Log extends Component<LogProps> {
  box = createRef<HTMLDivElement>();
  atBottom = true;
  /** `seq` of the newest entry that was in view at the bottom. */
  reached = 0;
  height = 0;
  firstKey: string | undefined;
  lastKey: string | undefined;
  quiet: ReturnType<typeof setTimeout> | undefined;
  resized = new ResizeObserver(() => this.atBottom && this.toBottom());

  override componentDidMount(): void {
    if (this.box.current) this.resized.observe(this.box.current);
    this.toBottom();
  }

  override componentWillUnmount(): void {
    this.resized.disconnect();
    clearTimeout(this.quiet);
  }

  override getSnapshotBeforeUpdate(): { top: number; height: number } {
    const { scrollTop: top = 0, scrollHeight: height = 0 } = this.box.current ?? {};
    return { top, height };
  }

  override componentDidUpdate(before: LogProps, _: unknown, { top, height }: { top: number; height: number }): void {
    const box = this.box.current;
    if (!box) return;
    const wrote = this.props.state.waiting.length > before.state.waiting.length;
    if (this.atBottom || wrote) this.toBottom();
    else if (this.props.state.entries[0] !== before.state.entries[0]) box.scrollTop = top + box.scrollHeight - height;
  }

  toBottom = (): void => {
    const box = this.box.current;
    if (!box) return;
    box.scrollTop = box.scrollHeight;
    this.scrolled();
  };

  scrolled = (): void => {
    const box = this.box.current;
    if (!box) return;
    const was = this.atBottom;
    if (box.clientHeight !== this.height) {
      // The composer grew or the keyboard came: that moved the view, not the person.
      this.height = box.clientHeight;
      if (was) box.scrollTop = box.scrollHeight;
    }
    this.atBottom = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    if (this.atBottom) this.reached = this.props.state.entries.at(-1)?.seq ?? 0;
    else if (box.scrollTop < NEAR) void this.props.messenger.loadEarlier();
    if (was !== this.atBottom) {
      this.props.onBottom(this.atBottom);
      this.forceUpdate();
    }
  };

  /** New messages are read out; those put in from the past are not. */
  hush(rows: Row[]): void {
    const first = rows.find((row) => row.kind === 'message')?.key;
    if (first !== this.firstKey) {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => {
        this.quiet = undefined;
        this.forceUpdate();
      }, QUIET_MS);
    }
    this.firstKey = first;
  }

  override render({ state, messenger, settings, gateway, mark }: LogProps): JSX.Element {
    const rows = rowsOf(state, mark);
    this.hush(rows);
    const now = new Date(Date.now() + state.clockOffset);
    const online = state.connection.name === 'online';
    const missed = this.atBottom ? 0 : state.entries.filter(({ kind, author, seq }) => kind === 'message' && author.kind !== 'visitor' && seq > this.reached).length;
    return (
      <div class="middle">
        <div class={`log${online ? '' : ' away'}`} role="log" aria-label={t('messages')} aria-live={this.quiet ? 'off' : 'polite'} tabIndex={0} ref={this.box} onScroll={this.scrolled}>
          {state.loading && <p class="status slow">{t('loading')}</p>}
          {state.earlier && (
            <button type="button" class="plain earlier" aria-disabled={state.loadingEarlier} onClick={() => void messenger.loadEarlier()}>
              {t(state.loadingEarlier ? 'loadingEarlier' : 'earlier')}
            </button>
          )}
          {rows.map((row) => {
            if (row.kind === 'day') return <p class="day" key={row.key}><span>{dayName(row.at, now)}</span></p>;
            if (row.kind === 'new') return <p class="new-here" key={row.key}><span>{t('newHere')}</span></p>;
            if (row.kind === 'rating') return <p class="status" key={row.key}>{t('rated', { score: row.score })}</p>;
            if (row.kind === 'status') return <p class="status" key={row.key}>{t(row.status === 'open' ? 'reopened' : row === rows.at(-1) ? 'closed' : 'closedHere')}</p>;
            return <Message key={row.key} row={row} online={online} durable={state.durable} messenger={messenger} files={`${gateway}/files/${settings.workspace}`} />;
          })}
          {state.typing && (
            <p class="typing" aria-live="off">
              <span class="dots" aria-hidden="true"><i /><i /><i /></span>
              {t('typing', { name: state.typing.name ?? t('team') })}
            </p>
          )}
        </div>
        {!this.atBottom && (
          <button type="button" class={`chip ${missed ? 'new' : ''}`} aria-label={missed ? t('newMessages', { count: missed }) : t('toNewest')} onClick={this.toBottom}>
            {missed > 0 && <span>{t('newMessages', { count: missed })}</span>}
            <Icon name="down" />
          </button>
        )}
      </div>
    );
  }
}
