/** The log of a conversation as a person reads it: scrolled to where they were, never moved under their eyes, older pages on the way up. */
import { useComputed, useSignal, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ListedConversation } from '../shared/protocol.ts';
import { linesOf, lastToVisitor } from './conversation-model.ts';
import { useDesk } from './desk.ts';
import type { Mode } from './drafts.ts';
import { Icon } from './icons.tsx';
import type { Log } from './logs.ts';
import { LogLine } from './log-line.tsx';
import { LogSkeleton, TypingLine } from './log-states.tsx';
import { keepScroll, type ScrollKeeper } from './scroll-keeper.ts';
import { texts } from './texts.ts';
import { pageShown } from './viewport.ts';

const t = texts.conversation;

export function ConversationLog({ log, conversation, id, name, mode }: { log: Log; conversation: ListedConversation | undefined; id: string; name: string; mode: Signal<Mode> }) {
  const { logs, sending, reading, connection } = useDesk();
  const scroller = useRef<HTMLDivElement>(null);
  const keeper = useRef<ScrollKeeper>(null);
  const atEnd = useSignal(true);
  const below = useSignal(0);
  const ready = log.state.value === 'ready';
  const timeline = log.timeline.value;
  // What this member had seen when it was opened; the mark stays where it is while they read.
  const unreadAfter = useUnreadMark(conversation, ready);

  const outgoing = useComputed(() => sending.items.value.filter((item) => item.payload.conversationId === id));
  const lines = useMemo(() => linesOf(timeline.entries, outgoing.value, { unreadAfter }), [timeline.entries, outgoing.value, unreadAfter]);
  const lastSent = useMemo(() => lastToVisitor(timeline.entries), [timeline.entries]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    keeper.current = keepScroll(element, { onEnd(now) {
      atEnd.value = now;
      if (now) below.value = 0;
    } });
    return () => keeper.current?.dispose();
  }, []);

  // Before the browser draws: stay at the end, or where the person reads.
  const last = useRef(0);
  const lastOutgoing = useRef(outgoing.value.length);
  useLayoutEffect(() => {
    const news = timeline.entries.filter((entry) => entry.seq > last.current && last.current > 0 && (entry.kind === 'message' || entry.kind === 'note'));
    const wrote = outgoing.value.length > lastOutgoing.current;
    last.current = timeline.last;
    lastOutgoing.current = outgoing.value.length;
    if (!keeper.current?.settled()) return;
    if (wrote) keeper.current.toEnd();
    else if (!keeper.current.restore()) below.value += news.length;
  }, [lines]);

  useLayoutEffect(() => {
    if (ready) keeper.current?.start(scroller.current?.querySelector<HTMLElement>('.line-unread') ?? null);
  }, [ready]);

  // Seen is what somebody can see: the page shown, the end in view.
  const shown = pageShown.value;
  const looking = ready && shown && atEnd.value;
  useEffect(() => {
    if (!looking || timeline.last === 0) return;
    reading.seen(id, timeline.last);
    logs.trim(id);
  }, [looking, timeline.last, id]);

  function edit(edited: Mode): void {
    mode.value = edited;
    document.querySelector<HTMLTextAreaElement>('.composer textarea')?.focus();
  }

  function reach(): void {
    const element = scroller.current;
    if (element && ready && element.scrollTop < 300 && log.timeline.peek().earlier) void logs.loadEarlier(id);
  }
  // A short first page, or a very tall window, shows the beginning at once; coming back online asks again.
  const online = connection.state.value.at === 'online';
  useEffect(reach, [ready, timeline.entries, online]);

  return (
    <div class="log-frame">
      <div class="log-scroller" ref={scroller} onScroll={reach} tabIndex={0} role="log" aria-live="off" aria-label={t.log(name)} aria-busy={!ready}>
        {ready ? (
          <>
            {timeline.earlier ? (
              <p class="log-earlier">{log.loadingEarlier.value ? t.loadingEarlier : <button type="button" class="link-button" onClick={() => void logs.loadEarlier(id)}>{t.loadEarlier}</button>}</p>
            ) : <p class="log-beginning">{t.beginning}</p>}
            {lines.map((line) => (
              <LogLine
                line={line} key={line.key} visitorName={name} visitorId={conversation?.visitor.id ?? ''}
                delivered={conversation?.reads.visitor.delivered ?? 0} seen={conversation?.reads.visitor.seen ?? 0}
                newestToVisitor={line.kind === 'said' && line.entry === lastSent} onEdit={edit}
              />
            ))}
          </>
        ) : <LogSkeleton />}
      </div>
      {ready && !atEnd.value ? (
        <button type="button" class="to-end" onClick={() => { keeper.current?.toEnd(); scroller.current?.focus({ preventScroll: true }); }} aria-label={below.value > 0 ? undefined : t.toEnd}>
          <Icon name="toEnd" size={16} />{below.value > 0 ? t.newMessages(below.value) : null}
        </button>
      ) : null}
      <TypingLine id={id} visitorName={name} />
    </div>
  );
}

/** `seen` as it was when the log came; null while there is nothing unread then. */
function useUnreadMark(conversation: ListedConversation | undefined, ready: boolean): number | null {
  const mark = useRef<number | null | undefined>(undefined);
  if (mark.current === undefined && ready && conversation) mark.current = conversation.visitorMessages > conversation.readMessages ? conversation.seen : null;
  return mark.current ?? null;
}
