/** One conversation in the list. Redrawn only when this conversation changes. */
import type { InboxFilter, ListedConversation } from '../shared/protocol.ts';
import { Avatar } from './avatar.tsx';
import { now } from './clock.ts';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { unreadOf } from './inbox-model.ts';
import { shortAddress } from './short-address.ts';
import { visitorName } from './names.ts';
import { addressOf, followLink } from './routes.ts';
import { texts } from './texts.ts';
import { fullDate, timeAgo } from './times.ts';

const t = texts.list;

export function InboxRow({ id, view, opened }: { id: string; view: InboxFilter; opened: boolean }) {
  const { inbox } = useDesk();
  const conversation = inbox.conversation(id)?.value;
  if (!conversation) return null;
  const to = { at: 'inbox', view, conversationId: id } as const;
  const name = visitorName(conversation.visitor);
  const unread = unreadOf(conversation);
  return (
    <li class="row" data-unread={unread > 0}>
      <a class="row-link" href={addressOf(to)} onClick={followLink(to)} aria-current={opened ? 'true' : undefined} data-conversation={id}>
        <Avatar id={conversation.visitor.id} name={name} />
        <span class="row-body">
          <span class="row-top">
            <span class="row-name"><bdi>{name}</bdi></span>
            <Ago at={conversation.activityAt} />
          </span>
          <Preview conversation={conversation} />
          <span class="row-bottom">
            <span class="row-page">{conversation.page ? conversation.page.title || shortAddress(conversation.page.url) : t.noPage}</span>
            {view !== 'mine' && conversation.assignee ? <span class="row-assignee"><Icon name="person" size={14} />{conversation.assignee.name}</span> : null}
          </span>
        </span>
        {unread > 0 ? <span class="unread-pill"><span aria-hidden="true">{unread > 99 ? '99+' : unread}</span><span class="visually-hidden">{t.unread(unread)}</span></span> : null}
      </a>
    </li>
  );
}

function Ago({ at }: { at: string }) {
  return <time class="row-time" dateTime={at} title={fullDate(at)}>{timeAgo(at, now.value)}</time>;
}

function Preview({ conversation }: { conversation: ListedConversation }) {
  const { typing, drafts } = useDesk();
  const typists = typing.now.value.get(conversation.id);
  if (typists?.some((author) => author.kind === 'visitor')) return <span class="row-preview row-typing">{t.typing}</span>;
  const { preview } = conversation;
  return (
    <span class="row-preview">
      {drafts.has(conversation.id) ? <span class="row-draft">{t.draft}</span> : null}
      {preview ? <>{preview.author === 'agent' ? <Icon name="reply" size={14} /> : null}<span class="row-text" dir="auto">{preview.text}</span></> : <span class="row-text muted">{t.noPreview}</span>}
    </span>
  );
}
