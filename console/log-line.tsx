/** One line of a log: a day, the mark of what is new, something said, something done, or something still to be sent. */
import { Component } from 'preact';
import { now } from './clock.ts';
import { receiptOf, type EventEntry, type Line, type SpokenEntry } from './conversation-model.ts';
import { useDesk } from './desk.ts';
import { eventText } from './event-text.ts';
import type { Mode } from './drafts.ts';
import { Attachments } from './attachments.tsx';
import { Avatar } from './avatar.tsx';
import { Icon } from './icons.tsx';
import { MessageText } from './message-text.tsx';
import { OutgoingLine } from './outgoing-line.tsx';
import { texts } from './texts.ts';
import { clockTime, dayLabel, fullDate } from './times.ts';

const t = texts.conversation;

export interface LogLineProps {
  line: Line;
  visitorName: string;
  visitorId: string;
  /** How far the visitor has got. */
  delivered: number;
  seen: number;
  newestToVisitor: boolean;
  /** Something that waited to be sent went back into the composer. */
  onEdit(mode: Mode): void;
}

function receipt({ line, delivered, seen }: LogLineProps): string {
  return line.kind === 'said' ? receiptOf(line.entry, { delivered, seen }) : '';
}

function same(one: Line, other: Line): boolean {
  if (one.kind === 'said' && other.kind === 'said') return one.entry === other.entry && one.first === other.first && one.last === other.last;
  if (one.kind === 'outgoing' && other.kind === 'outgoing') return one.item === other.item && one.first === other.first;
  if (one.kind === 'event' && other.kind === 'event') return one.entry === other.entry;
  return one.kind === other.kind && one.key === other.key;
}

/** Draws a line anew only when it changed: in a long log each news would else redraw all of it. */
export class LogLine extends Component<LogLineProps> {
  override shouldComponentUpdate(next: LogLineProps): boolean {
    return !same(this.props.line, next.line) || this.props.visitorName !== next.visitorName || this.props.visitorId !== next.visitorId
      || this.props.newestToVisitor !== next.newestToVisitor || receipt(this.props) !== receipt(next);
  }

  override render({ line, ...rest }: LogLineProps) {
    if (line.kind === 'day') return <Day at={line.at} />;
    if (line.kind === 'unread') return <div class="line-unread" role="separator" aria-label={t.unread}><span>{t.unread}</span></div>;
    if (line.kind === 'event') return line.entry.kind === 'rating' ? <RatingLine entry={line.entry} /> : <EventLine entry={line.entry} />;
    if (line.kind === 'outgoing') return <OutgoingLine item={line.item} first={line.first} onEdit={rest.onEdit} />;
    return <Said {...rest} entry={line.entry} first={line.first} last={line.last} receipt={receiptOf(line.entry, rest)} />;
  }
}

function Day({ at }: { at: string }) {
  return <div class="line-day" role="separator" aria-label={dayLabel(at, now.value)}><span>{dayLabel(at, now.value)}</span></div>;
}

function Said({ entry, first, last, receipt: state, visitorName, visitorId, newestToVisitor }: Omit<LogLineProps, 'line' | 'onEdit'> & { entry: SpokenEntry; first: boolean; last: boolean; receipt: 'sent' | 'delivered' | 'seen' }) {
  const { member } = useDesk();
  const incoming = entry.author.kind === 'visitor';
  const own = entry.author.kind === 'agent' && entry.author.id === member.id;
  const name = incoming ? visitorName : own ? texts.people.you : (entry.author.name ?? texts.people.someone);
  return (
    <article class="line-said" data-side={incoming ? 'in' : 'out'} data-kind={entry.kind} data-first={first} data-last={last}>
      {first ? (
        <header class="said-by">
          {incoming ? <Avatar id={visitorId} name={visitorName} size="s" /> : null}
          <span class="said-name"><bdi>{name}</bdi></span>
          {entry.kind === 'note' ? <span class="note-mark"><Icon name="lock" size={14} />{t.note}: {t.noteHidden}</span> : null}
        </header>
      ) : <span class="visually-hidden">{name}{entry.kind === 'note' ? `, ${t.note}` : ''}: </span>}
      <div class="bubble">
        {entry.kind === 'message' && entry.attachments?.length ? <Attachments files={entry.attachments} /> : null}
        {entry.text ? <MessageText text={entry.text} /> : null}
        <span class="said-meta">
          <time dateTime={entry.at} title={fullDate(entry.at)}>{clockTime(entry.at)}</time>
          {entry.kind === 'message' && !incoming ? <Receipt state={state} inWords={newestToVisitor} /> : null}
        </span>
      </div>
    </article>
  );
}

function Receipt({ state, inWords }: { state: 'sent' | 'delivered' | 'seen'; inWords: boolean }) {
  return (
    <span class="receipt" data-state={state} title={t.receipt[state]}>
      <Icon name={state === 'sent' ? 'sent' : 'delivered'} size={16} />
      <span class={inWords ? '' : 'visually-hidden'}>{t.receipt[state]}</span>
    </span>
  );
}

/** Stars for those who look, words for everybody. */
function RatingLine({ entry: { score, comment, at } }: { entry: Extract<EventEntry, { kind: 'rating' }> }) {
  return (
    <article class="line-rating">
      <span class="stars" aria-hidden="true">{'★'.repeat(score)}{'☆'.repeat(Math.max(0, 5 - score))}</span>
      <p class="rating-said"><span>{texts.events.rated(score)}</span> <time dateTime={at} title={fullDate(at)}>{clockTime(at)}</time></p>
      {comment ? <p class="rating-comment" dir="auto">{comment}</p> : null}
    </article>
  );
}

function EventLine({ entry }: { entry: EventEntry }) {
  const { member } = useDesk();
  return (
    <p class="line-event">
      <span>{eventText(entry, member.id)}</span> <time dateTime={entry.at} title={fullDate(entry.at)}>{clockTime(entry.at)}</time>
    </p>
  );
}
