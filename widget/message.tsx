/** One message: its bubble, who wrote it, when, and what became of it. */
import { Component, type JSX } from 'preact';
import type { Locale } from '../shared/settings.ts';
import type { Messenger } from './messenger.ts';
import type { Delivery, MessageRow } from './rows.ts';
import { Part } from './part.tsx';
import { t } from './texts.ts';
import { timeOf } from './times.ts';

interface MessageProps {
  row: MessageRow;
  /** What its words are in. */
  language: Locale;
  /** Whether what waits can leave at once. */
  online: boolean;
  /** Whether what waits survives a reload. */
  durable: boolean;
  messenger: Pick<Messenger, 'room' | 'sending'>;
  /** Where the files of this workspace are: `https://chat.example/files/shop`. */
  files: string;
}

/** What may be an address, emphasis or code. */
const SPECIAL = /[*_~`]|:\/\/|www\.|mailto:/i;
const SHOWN: ReadonlyArray<keyof MessageRow> = ['text', 'first', 'last', 'delivery', 'newestOfMine', 'error'];

export class Message extends Component<MessageProps> {
  /** A long conversation is drawn again at every change; only what changed is worth the work. */
  override shouldComponentUpdate({ row, language, online, durable }: MessageProps): boolean {
    const now = this.props;
    return language !== now.language || SHOWN.some((key) => row[key] !== now.row[key]) || (row.delivery === 'waiting' && (online !== now.online || durable !== now.durable));
  }

  override render({ row, files }: MessageProps): JSX.Element {
    const { mine, author, first, delivery } = row;
    return (
      <div class={`message ${mine ? 'mine' : 'theirs'}${first ? ' first' : ''}`} data-delivery={delivery}>
        {first && author && <p class="author" aria-hidden="true">{author}</p>}
        <div class="bubble" dir="auto">
          {/* <bdi>, because it has no say in the direction of the text. */}
          <bdi class="hidden">{mine ? t('you') : author}: </bdi>
          {SPECIAL.test(row.text) ? <Part name="format" with={{ text: row.text }} meanwhile={<span aria-live="off">{row.text}</span>} /> : row.text}
          {row.attachments && <Part name="attachments" with={{ attachments: row.attachments, files }} />}
        </div>
        {this.meta()}
      </div>
    );
  }

  meta(): JSX.Element | null {
    const { row, online, durable, messenger } = this.props;
    const { delivery, newestOfMine } = row;
    if (delivery === 'failed') return <p class="meta failed"><Part name="failed" with={{ row, messenger }} meanwhile={t('failed')} /></p>;
    const waiting = delivery === 'waiting';
    const state = newestOfMine && delivery && stateText(delivery, online, durable);
    if (!state && (waiting || !row.last)) return null;
    return (
      <p class="meta" aria-live="off">
        {!waiting && <time dateTime={row.at.toISOString()}>{timeOf(row.at)}</time>}
        {state && <span class="delivery">{!waiting && ' · '}{state}</span>}
      </p>
    );
  }
}

function stateText(delivery: Delivery, online: boolean, durable: boolean): string {
  if (delivery !== 'waiting') return t(delivery);
  return t(online ? 'sending' : durable ? 'waiting' : 'waitingHere');
}
