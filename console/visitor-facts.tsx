/** What is known of a visitor beside the conversation: as they or the website said it. All of it is shown as text. */
import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ListedConversation, TrackedEvent, VisitorDetails } from '../shared/protocol.ts';
import { useDesk } from './desk.ts';
import { Fact, Moment } from './fact.tsx';
import { Icon } from './icons.tsx';
import { texts } from './texts.ts';

const t = texts.details;
const EVENTS_SHOWN = 5;

export function Verified() {
  return <p class="verified" title={t.verifiedHint}><Icon name="closed" size={16} />{t.verified}<span class="visually-hidden"> ({t.verifiedHint})</span></p>;
}

/**
 * Facts for the list of details: who it is before `children`, what is known besides after them. Asked for again whenever the visitor has written or
 * become somebody else.
 */
export function VisitorFacts({ conversation: { visitor, visitorMessages }, children }: { conversation: ListedConversation; children?: ComponentChildren }) {
  const { connection } = useDesk();
  const details = useSignal<VisitorDetails | null>(null);
  const failed = useSignal(false);
  const more = useSignal(false);
  const online = connection.state.value.at === 'online';

  useEffect(() => {
    if (!online) return undefined;
    let wanted = true;
    connection.request('visitor:load', { visitorId: visitor.id }).then((ack) => {
      if (!wanted) return;
      failed.value = !ack.ok;
      if (ack.ok) details.value = ack.data.visitor;
    }, () => { failed.value = wanted; });
    return () => { wanted = false; };
  }, [online, visitor.id, visitor.name, visitor.email, visitorMessages]);

  const known = details.value;
  if (!known || known.id !== visitor.id) {
    return <>{children}{failed.value ? <div class="fact muted"><dt class="visually-hidden">{texts.people.visitor}</dt><dd>{t.loadFailed}</dd></div> : null}</>;
  }
  const attributes = Object.entries(known.attributes);
  const events = more.value ? known.events : known.events.slice(0, EVENTS_SHOWN);
  return (
    <>
      {known.phone ? <Fact name={t.phone}><bdi>{known.phone}</bdi></Fact> : null}
      {known.userId ? <Fact name={t.userId}><code><bdi>{known.userId}</bdi></code></Fact> : null}
      {known.tags.length > 0 ? <Fact name={t.tags}><ul class="tags">{known.tags.map((tag) => <li key={tag}><bdi>{tag}</bdi></li>)}</ul></Fact> : null}
      {attributes.length > 0 ? (
        <Fact name={t.attributes}>
          <ul class="attributes">{attributes.map(([name, value]) => <li key={name}><span class="muted"><bdi>{name}</bdi></span> <bdi>{worded(value)}</bdi></li>)}</ul>
        </Fact>
      ) : null}
      {children}
      {events.length > 0 ? (
        <Fact name={t.events}>
          <ul class="tracked">{events.map((event, index) => <Event key={index} event={event} />)}</ul>
          {events.length < known.events.length ? <button type="button" class="link-button" onClick={() => { more.value = true; }}>{t.moreEvents(known.events.length - events.length)}</button> : null}
        </Fact>
      ) : null}
      <Fact name={t.conversations}>{known.conversations}</Fact>
      <Fact name={t.since}><Moment at={known.createdAt} /></Fact>
    </>
  );
}

function Event({ event: { name, meta, at } }: { event: TrackedEvent }) {
  const facts = Object.entries(meta).map(([key, value]) => `${key}: ${worded(value)}`);
  return (
    <li>
      <bdi>{name}</bdi>
      {facts.length > 0 ? <span class="fact-more"><bdi>{facts.join(', ')}</bdi></span> : null}
      <span class="fact-more"><Moment at={at} /></span>
    </li>
  );
}

/** A value of the website's in words. */
export function worded(value: unknown): string {
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  return typeof value === 'string' ? value : String(value);
}
