/** Something this member wrote that the log does not hold yet, with its true state and what can be done about it (rule D7). */
import { useDesk } from './desk.ts';
import type { Mode } from './drafts.ts';
import { Attachments } from './attachments.tsx';
import { Icon } from './icons.tsx';
import { MessageText } from './message-text.tsx';
import { announce } from './notices.ts';
import type { OutgoingItem } from './sending.ts';
import { texts } from './texts.ts';

const t = texts.outgoing;

/** `onEdit`: told that its text went back into the composer. */
export function OutgoingLine({ item, first, onEdit }: { item: OutgoingItem; first: boolean; onEdit(mode: Mode): void }) {
  const { connection, sending, drafts, uploads } = useDesk();
  const { mode, conversationId, text, attachments = [] } = item.payload;
  // Nobody keeps a file for ever that was not sent.
  const gone = item.error?.code === 'not_found' && attachments.length > 0;
  const online = connection.state.value.at === 'online';
  const state = item.error ? 'failed' : online ? 'sending' : 'waiting';

  /** Back into the composer, in front of whatever is being written there. */
  function edit(): void {
    const draft = drafts.get(conversationId, mode);
    drafts.set(conversationId, mode, draft && text ? `${text}\n${draft}` : draft || text);
    if (!gone) uploads.restore(conversationId, attachments);
    sending.discard(item.clientId);
    onEdit(mode);
  }

  return (
    <article class="line-said" data-side="out" data-kind={mode === 'note' ? 'note' : 'message'} data-first={first} data-last="true" data-state={state}>
      {first ? (
        <header class="said-by">
          <span class="said-name">{texts.people.you}</span>
          {mode === 'note' ? <span class="note-mark"><Icon name="lock" size={14} />{texts.conversation.note}: {texts.conversation.noteHidden}</span> : null}
        </header>
      ) : null}
      <div class="bubble">
        {attachments.length > 0 ? <Attachments files={attachments} /> : null}
        {text ? <MessageText text={text} /> : null}
        <span class="said-meta">
          <Icon name={state === 'failed' ? 'warning' : 'clock'} size={16} />
          <span>{state === 'failed' ? t.failed : state === 'waiting' ? t.waiting : t.sending}</span>
        </span>
      </div>
      {state === 'sending' ? null : (
        <div class="outgoing-actions">
          {item.error ? <span class="outgoing-reason">{gone ? texts.files.gone : item.error.message}</span> : null}
          {item.error ? <button type="button" class="link-button" onClick={() => sending.retry(item.clientId)}>{t.retry}</button> : null}
          <button type="button" class="link-button" onClick={edit}>{t.edit}</button>
          <button type="button" class="link-button" onClick={() => { sending.discard(item.clientId); announce(t.removed); }}>{t.remove}</button>
        </div>
      )}
    </article>
  );
}
