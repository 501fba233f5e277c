/**
 * The log: days, messages, who is typing. Keeps its place: at the bottom while new messages come in, where the person reads
 * otherwise, and on the same message when older ones are put before it.
 */
import { Component, createRef, type JSX } from 'preact';
import { Message } from './message.tsx';
import type { Messenger, MessengerState } from './messenger.ts';
import { Part } from './part.tsx';
import { rowsOf, type Row } from './rows.ts';
import { locale, t } from './texts.ts';
import { dayName } from './times.ts';

export interface LogProps {
  state: MessengerState;
  messenger: Messenger;
  settings: { workspace: string };
  gateway: string;
  mark: number | undefined;
  /** The newest message came into view, or left it. */
  onBottom(inView: boolean): void;
}

/** This near to the end counts as there, in pixels. */
const NEAR = 48;
/** How long screen readers are given to pass over old messages that were put in. */
const QUIET_MS = 1_000;

export class Log extends Component<LogProps> {
  box = createRef<HTMLDivElement>();
  atBottom = true;
  /** `seq` of the newest entry that was in view at the bottom. */
  reached = 0;
  /** How far down the view could be when it was last looked at, and where it was if that was the end, or near it. */
  end = 0;
  top = 0;
  firstKey: string | undefined;
  quiet: ReturnType<typeof setTimeout> | undefined;

  override componentDidMount(): void {
    const box = this.box.current as HTMLDivElement;
    this.resized.observe(box);
    this.grown.observe(box, { childList: true, subtree: true });
    this.toBottom();
  }

  override componentWillUnmount(): void {
    this.resized.disconnect();
    this.grown.disconnect();
    clearTimeout(this.quiet);
  }

  /** How far it is from here to the end. */
  override getSnapshotBeforeUpdate(): number {
    const box = this.box.current as HTMLDivElement;
    return box.scrollHeight - box.scrollTop;
  }

  override componentDidUpdate({ state: before }: LogProps, _: unknown, toEnd: number): void {
    const box = this.box.current as HTMLDivElement;
    const { state } = this.props;
    if (state.waiting.length > before.waiting.length || state.conversation?.id !== before.conversation?.id) this.toBottom();
    else if (state.entries[0] !== before.entries[0]) box.scrollTop = box.scrollHeight - toEnd;
  }

  /** Now, or as soon as the log can be seen. */
  toBottom = (): void => {
    this.end = this.top = 0;
    this.scrolled();
  };

  /** The person moved the view, there is more to see, or less room for it (the composer grew, a keyboard came): perhaps all at once. */
  scrolled = (): void => {
    const box = this.box.current as HTMLDivElement;
    if (!box.clientHeight) return;
    const was = this.atBottom;
    const end = box.scrollHeight - box.clientHeight;
    // Only a person goes up. Where nobody did, the view goes along to the end.
    if (end > this.end && box.scrollTop + 1 > this.top) box.scrollTop = end;
    this.end = end;
    this.atBottom = end - box.scrollTop < NEAR;
    this.top = this.atBottom ? box.scrollTop : Infinity;
    if (this.atBottom) this.reached = this.props.state.entries.at(-1)?.seq ?? 0;
    if (was !== this.atBottom) {
      this.props.onBottom(this.atBottom);
      this.forceUpdate();
    }
  };
  resized = new ResizeObserver(this.scrolled);
  grown = new MutationObserver(this.scrolled);

  /** New messages are read out; those put in from the past are not. */
  hush(rows: Row[]): void {
    const first = rows.find((row) => row.kind === 'message')?.key;
    if (first === this.firstKey) return;
    this.firstKey = first;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      this.quiet = undefined;
      this.forceUpdate();
    }, QUIET_MS);
  }

  override render({ state, messenger, settings, gateway, mark }: LogProps): JSX.Element {
    const rows = rowsOf(state, mark);
    this.hush(rows);
    const now = new Date(Date.now() + state.clockOffset);
    // A browser without a network may hold a connection that has not noticed yet.
    const online = state.connection.name === 'online' && navigator.onLine;
    return (
      <div class="middle">
        <div class={`log${online ? '' : ' away'}`} role="log" aria-label={t('messages')} aria-live={this.quiet ? 'off' : 'polite'} tabIndex={0} ref={this.box} onScroll={this.scrolled}>
          {state.loading && <p class="status slow">{t('loading')}</p>}
          {state.earlier && <Part name="earlier" with={{ messenger, box: this.box }} meanwhile="" />}
          {rows.map((row) => {
            if (row.kind === 'day') return <p class="day" key={row.key}><span>{dayName(row.at, now)}</span></p>;
            if (row.kind !== 'message') return <Part name="mark" key={row.key} with={{ row, last: row === rows.at(-1) }} meanwhile="" />;
            return <Message key={row.key} row={row} language={locale} online={online} durable={state.durable} messenger={messenger} files={`${gateway}/files/${settings.workspace}`} />;
          })}
          {state.typing && <Part name="typing" with={{ author: state.typing }} meanwhile="" />}
        </div>
        {!this.atBottom && <Part name="newest" with={{ state, reached: this.reached, onClick: this.toBottom }} meanwhile="" />}
      </div>
    );
  }
}
