/** The opened conversation: head, log, composer, and beside them what is known of the visitor. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { InboxFilter } from '../shared/protocol.ts';
import { attachFiles, Composer } from './composer.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { ConversationLog } from './conversation-log.tsx';
import { useDesk } from './desk.ts';
import { Details } from './details.tsx';
import { useFileDrop } from './file-drop.ts';
import { visitorName } from './names.ts';
import { preference, setPreference } from './preferences.ts';
import { addressOf, followLink } from './routes.ts';
import { texts } from './texts.ts';
import type { Mode } from './drafts.ts';

const t = texts.conversation;
/** From here on the details have a column of their own; see details.css. */
const DETAILS_BESIDE = '(min-width: 1280px)';
const DETAILS = 'details';

export function ConversationPane({ id, view }: { id: string | null; view: InboxFilter }) {
  const details = useDetailsShown();
  if (!id) return <NothingOpen />;
  return <Conversation id={id} view={view} details={details} key={id} />;
}

function NothingOpen() {
  return (
    <section class="conversation-pane empty-pane" id="conversation">
      <svg class="empty-drawing" width="132" height="84" viewBox="0 0 132 84" aria-hidden="true" focusable="false">
        <path class="empty-shade" d="M66 8c30 0 52 16 52 38S96 78 66 78 14 68 14 46 36 8 66 8Z" />
        <path d="M34 22h40a5 5 0 0 1 5 5v16a5 5 0 0 1-5 5H48l-10 7v-7h-4a5 5 0 0 1-5-5V27a5 5 0 0 1 5-5ZM40 32h28M40 39h18M86 36h12a5 5 0 0 1 5 5v13a5 5 0 0 1-5 5h-2v6l-9-6H70a5 5 0 0 1-5-5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      <h2>{t.none}</h2>
      <p class="for-keys">{t.noneText}</p>
      <p class="for-touch">{t.noneTextTouch}</p>
    </section>
  );
}

function Conversation({ id, view, details }: { id: string; view: InboxFilter; details: Signal<boolean> }) {
  const { logs, inbox, drafts, uploads } = useDesk();
  const log = useMemo(() => logs.open(id), []);
  const conversation = inbox.conversation(id)?.value;
  const mode = useSignal<Mode>(drafts.get(id, 'note') && !drafts.get(id, 'reply') ? 'note' : 'reply');
  const heading = useRef<HTMLHeadingElement>(null);
  const drop = useFileDrop((files) => attachFiles(uploads, id, mode.value, files));

  // On a phone the list is gone now, and with it the focus.
  useEffect(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body || !(focused as HTMLElement).checkVisibility?.()) heading.current?.focus({ preventScroll: true });
  }, []);

  const state = log.state.value;
  if (state === 'missing') return <Missing view={view} heading={t.missing} words={t.missingText} />;
  if (state === 'erased') return <Missing view={view} heading={t.erased} words={t.erasedText} takesFocus />;
  const name = conversation ? visitorName(conversation.visitor) : texts.people.visitor;
  return (
    <>
      <section class="conversation-pane" id="conversation" tabIndex={-1} aria-label={t.log(name)} {...drop.handlers}>
        <ConversationHead id={id} view={view} conversation={conversation} details={details} headingRef={heading} />
        <ConversationLog log={log} conversation={conversation} id={id} name={name} mode={mode} />
        <Composer conversation={conversation} id={id} name={name} mode={mode} />
        {drop.over.value ? <p class="drop-here">{mode.value === 'note' ? texts.files.notInNotes : texts.files.drop}</p> : null}
      </section>
      {details.value && conversation ? <Details conversation={conversation} onClose={() => { details.value = false; }} /> : null}
    </>
  );
}

/** `takesFocus`: it takes the place of a conversation that was being read or written in. */
function Missing({ view, heading, words, takesFocus = false }: { view: InboxFilter; heading: string; words: string; takesFocus?: boolean }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => { if (takesFocus) title.current?.focus(); }, [takesFocus]);
  const to = { at: 'inbox', view, conversationId: null } as const;
  return (
    <section class="conversation-pane empty-pane" id="conversation">
      <h2 ref={title} tabIndex={-1}>{heading}</h2>
      <p>{words}</p>
      <a class="button" href={addressOf(to)} onClick={followLink(to)}>{t.toList}</a>
    </section>
  );
}

/** Whether the details are shown: as the person left them, where there is room beside the conversation; closed at first where there is not. */
function useDetailsShown(): Signal<boolean> {
  const shown = useSignal(matchMedia(DETAILS_BESIDE).matches && preference(DETAILS) !== 'hidden');
  useEffect(() => {
    if (matchMedia(DETAILS_BESIDE).matches) setPreference(DETAILS, shown.value ? 'shown' : 'hidden');
  }, [shown.value]);
  return shown;
}
