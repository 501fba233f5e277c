/** Who this is, whose it is, and what can be done with it. */
import type { RefObject } from 'preact';
import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import type { InboxFilter, ListedConversation, MemberRef } from '../shared/protocol.ts';
import { Avatar } from './avatar.tsx';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { safeHref } from '../shared/links.ts';
import { shortAddress } from './short-address.ts';
import { visitorName } from './names.ts';
import { Popover } from './popover.tsx';
import { addressOf, followLink } from './routes.ts';
import { texts } from './texts.ts';

const t = texts.actions;

export function ConversationHead({ id, view, conversation, details, headingRef }: {
  id: string; view: InboxFilter; conversation: ListedConversation | undefined; details: Signal<boolean>; headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const back = { at: 'inbox', view, conversationId: null } as const;
  return (
    <div class="conversation-head">
      <a class="icon-button back" href={addressOf(back)} onClick={followLink(back)} aria-label={texts.conversation.toList}><Icon name="back" /></a>
      {conversation ? <Who conversation={conversation} headingRef={headingRef} /> : <div class="who"><h2 ref={headingRef} tabIndex={-1} class="visually-hidden">{texts.conversation.loading}</h2><span class="skeleton" data-width="3" /></div>}
      {conversation ? (
        <div class="head-actions">
          <Assignment id={id} assignee={conversation.assignee} />
          <StatusButton id={id} closed={conversation.status === 'closed'} />
          <button type="button" class="icon-button" aria-pressed={details.value} aria-label={details.value ? t.hideDetails : t.showDetails} onClick={() => { details.value = !details.value; }}>
            <Icon name="panel" />
          </button>
        </div>
      ) : null}
    </div>
  );
}

function Who({ conversation, headingRef }: { conversation: ListedConversation; headingRef: RefObject<HTMLHeadingElement | null> }) {
  const name = visitorName(conversation.visitor);
  const { page } = conversation;
  const href = page ? safeHref(page.url) : null;
  const title = page ? page.title || shortAddress(page.url) : '';
  return (
    <div class="who">
      <Avatar id={conversation.visitor.id} name={name} />
      <div class="who-words">
        <h2 ref={headingRef} tabIndex={-1}>
          <bdi>{name}</bdi>
          {conversation.visitor.verified ? <span class="verified-mark" title={texts.details.verifiedHint}><Icon name="closed" size={16} /><span class="visually-hidden"> ({texts.details.verified})</span></span> : null}
        </h2>
        {page ? (
          <p class="who-page">
            <span class="visually-hidden">{texts.conversation.wroteFrom} </span>
            {href ? (
              <a href={href} target="_blank" rel="noopener noreferrer" title={page.url}><bdi>{title}</bdi><Icon name="external" size={14} /><span class="visually-hidden"> ({texts.conversation.openLink})</span></a>
            ) : <bdi title={page.url}>{title}</bdi>}
          </p>
        ) : null}
      </div>
    </div>
  );
}

function Assignment({ id, assignee }: { id: string; assignee: MemberRef | null }) {
  const { member, members, actions } = useDesk();
  const busy = useSignal(false);
  const others = members.list.value.filter((other) => other.id !== member.id);

  async function assign(to: MemberRef | null): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await actions.assign(id, to);
    busy.value = false;
  }

  const option = (to: (MemberRef & { online?: boolean }) | null, close: () => void) => (
    <li key={to?.id ?? ''}>
      <button type="button" class="menu-item" aria-pressed={assignee?.id === to?.id} onClick={() => { close(); void assign(to); }}>
        {to ? <Avatar id={to.id} name={to.name} size="s" /> : <span class="avatar nobody" data-size="s" aria-hidden="true" />}
        <span class="grow">{to ? (to.id === member.id ? t.me(to.name) : to.name) : t.nobody}</span>
        {to?.online === undefined ? null : <span class="presence" data-online={to.online}>{to.online ? t.memberOnline : t.memberAway}</span>}
        {assignee?.id === to?.id ? <Icon name="sent" size={16} /> : null}
      </button>
    </li>
  );

  const name = assignee?.id === member.id ? texts.people.you : assignee?.name;
  return (
    <div class="assignment" data-split={!assignee}>
      {assignee ? null : <button type="button" class="button small assign-me" title={t.assignToMe} aria-disabled={busy.value} onClick={() => void assign(member)}><Icon name="person" size={16} /><span class="button-word">{t.assignToMe}</span></button>}
      <Popover
        class="button small assignee" place="below-end" panelLabel={t.assignHeading}
        button={assignee
          ? <><Avatar id={assignee.id} name={assignee.name} size="s" /><span class="visually-hidden">{t.assignedTo} </span><span class="assignee-name">{name}</span><Icon name="down" size={14} /></>
          : <><span class="when-wide"><Icon name="down" size={16} /></span><span class="when-narrow"><Icon name="person" /></span><span class="visually-hidden">{t.assignOther}</span></>}
      >
        {(close) => (
          <>
            <p class="popover-title">{t.assignHeading}</p>
            <ul class="menu">
              {option({ ...member, online: true }, close)}
              {others.map((other) => option(other, close))}
              {assignee ? option(null, close) : null}
            </ul>
          </>
        )}
      </Popover>
    </div>
  );
}

function StatusButton({ id, closed }: { id: string; closed: boolean }) {
  const { actions } = useDesk();
  const busy = useSignal(false);
  async function change(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await actions.setStatus(id, closed ? 'open' : 'closed');
    busy.value = false;
  }
  return (
    <button type="button" class={closed ? 'button small primary status-button' : 'button small status-button'} aria-disabled={busy.value} aria-label={closed ? t.reopenConversationLong : t.closeConversationLong} title={closed ? t.reopenConversation : t.closeConversation} onClick={() => void change()}>
      <Icon name={closed ? 'reopen' : 'closed'} size={16} /><span class="button-word">{closed ? t.reopenConversation : t.closeConversation}</span>
    </button>
  );
}
