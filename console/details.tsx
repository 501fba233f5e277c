/** What is known of the visitor and of the conversation, beside it. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ListedConversation } from '../shared/protocol.ts';
import { Avatar } from './avatar.tsx';
import { copyText } from './copy-text.ts';
import { useDesk } from './desk.ts';
import { Fact, Moment } from './fact.tsx';
import { Icon } from './icons.tsx';
import { safeHref } from '../shared/links.ts';
import { shortAddress } from './short-address.ts';
import { visitorName } from './names.ts';
import { addressOf } from './routes.ts';
import { texts } from './texts.ts';
import { Verified, VisitorFacts } from './visitor-facts.tsx';

const t = texts.details;

export function Details({ conversation, onClose }: { conversation: ListedConversation; onClose: () => void }) {
  const { visitor, page } = conversation;
  const name = visitorName(visitor);
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      onClose();
    };
    const section = element.current;
    section?.addEventListener('keydown', onKeyDown);
    return () => section?.removeEventListener('keydown', onKeyDown);
  }, [onClose]);
  // Where it lies over the conversation, the focus goes with it, and back to what opened it.
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    if (!element.current || getComputedStyle(element.current).position !== 'absolute') return undefined;
    element.current.querySelector('button')?.focus();
    return () => opener?.focus();
  }, []);
  return (
    <section class="details" ref={element} aria-label={t.heading}>
      <div class="details-head">
        <h2>{t.heading}</h2>
        <button type="button" class="icon-button" aria-label={texts.actions.hideDetails} onClick={onClose}><Icon name="close" size={16} /></button>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div class="details-body" tabIndex={0} role="group" aria-label={t.heading}>
        <div class="details-person">
          <Avatar id={visitor.id} name={name} size="l" />
          <p class="details-name"><bdi>{name}</bdi></p>
          {visitor.verified ? <Verified /> : null}
          {visitor.name || visitor.email ? null : <p class="muted">{t.anonymous}</p>}
        </div>
        <dl>
          {visitor.email ? <Fact name={t.email}><bdi>{visitor.email}</bdi></Fact> : null}
          <VisitorFacts conversation={conversation}>
            <Fact name={t.page}>{page ? <><Address url={page.url} words={page.title || shortAddress(page.url)} /><span class="fact-more"><bdi>{shortAddress(page.url)}</bdi></span></> : t.pageNone}</Fact>
            {page?.referrer ? <Fact name={t.referrer}><Address url={page.referrer} words={shortAddress(page.referrer)} /></Fact> : null}
            <Fact name={t.status}><span class="status-word" data-status={conversation.status}>{conversation.status === 'open' ? t.open : t.closed}</span></Fact>
            <Fact name={t.assignee}>{conversation.assignee?.name ?? texts.people.nobody}</Fact>
            <Fact name={t.started}><Moment at={conversation.createdAt} /></Fact>
            <Fact name={t.activity}><Moment at={conversation.activityAt} /></Fact>
            <Fact name={t.messages}>{conversation.visitorMessages}</Fact>
          </VisitorFacts>
          <Fact name={t.visitorId}><code>{visitor.id}</code></Fact>
        </dl>
        <CopyLink id={conversation.id} />
      </div>
    </section>
  );
}

function Address({ url, words }: { url: string; words: string }) {
  const href = safeHref(url);
  if (!href) return <bdi>{words}</bdi>;
  return <a href={href} target="_blank" rel="noopener noreferrer" title={url}><bdi>{words}</bdi><span class="visually-hidden"> ({texts.conversation.openLink})</span></a>;
}

function CopyLink({ id }: { id: string }) {
  const { workspace } = useDesk();
  const copied = useSignal(false);
  async function copy(): Promise<void> {
    const address = new URL(addressOf({ at: 'inbox', view: 'all', conversationId: id }), location.href);
    address.searchParams.set('workspace', workspace.id);
    copied.value = await copyText(address.href);
  }
  return (
    <button type="button" class="button small" onClick={() => void copy()} onBlur={() => { copied.value = false; }}>
      <Icon name="link" size={16} /><span aria-live="polite">{copied.value ? t.copied : t.copyLink}</span>
    </button>
  );
}
