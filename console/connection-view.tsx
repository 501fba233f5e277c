/** The true state of the connection: always as a dot with a word, and as a sentence with a way to act while it is not there. */
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ConnectionState } from './connection.ts';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { announce } from './notices.ts';
import { texts } from './texts.ts';

const t = texts.connection;

/** Milliseconds until the next try, counted down each second; 0 when none is planned. */
function useNextTry(state: ReadonlySignal<ConnectionState>): number {
  const left = useSignal(0);
  const until = state.value.at === 'waiting' ? state.value.until : 0;
  useEffect(() => {
    const look = (): void => { left.value = Math.max(0, until - Date.now()); };
    look();
    if (until === 0) return undefined;
    const timer = setInterval(look, 500);
    return () => clearInterval(timer);
  }, [until, left]);
  return left.value;
}

/** The dot and the word. */
export function ConnectionDot() {
  const { connection } = useDesk();
  const { at } = connection.state.value;
  const word = at === 'online' ? t.online : at === 'connecting' ? t.connecting : t.offline;
  return <span class="connection-dot" data-at={at}><span class="dot" aria-hidden="true" /><span class="connection-word">{word}</span></span>;
}

/** The sentence; only while there is something to say. The very first connecting is no news. */
export function ConnectionBanner() {
  const { connection } = useDesk();
  const state = connection.state.value;
  const left = useNextTry(connection.state);
  const wasAway = useRef(false);
  const slow = connection.slow.value && state.at === 'online';
  const online = state.at === 'online';
  const away = state.at === 'waiting' || state.at === 'refused' || (wasAway.current && !online);

  useEffect(() => {
    if (away && !wasAway.current) announce(`${t.banner} ${t.bannerMore}`);
    if (online && wasAway.current) announce(t.back);
    wasAway.current = away;
  }, [away, online]);

  useEffect(() => {
    if (slow) announce(t.slow);
  }, [slow]);

  if (state.at === 'refused') {
    return (
      <section class="banner" data-bad="true" aria-label={t.label}>
        <Icon name="warning" />
        <p>{state.error.code === 'protocol_unsupported' ? t.refused.protocol_unsupported : `${t.refused.other} ${state.error.message}`}</p>
        <button type="button" class="button small" onClick={() => location.reload()}>{t.reload}</button>
      </section>
    );
  }
  if (!away && slow) return <section class="banner" data-calm="true" aria-label={t.label}><Icon name="clock" /><p>{t.slow}</p></section>;
  if (!away) return null;
  return (
    <section class="banner" aria-label={t.label}>
      <Icon name="offline" />
      <p><strong>{t.banner}</strong> {t.bannerMore} <span class="muted nowrap">{state.at === 'connecting' || left === 0 ? t.connecting : `${t.tryingIn(left)}.`}</span></p>
      <button type="button" class="button small" disabled={state.at === 'connecting'} onClick={() => connection.retry()}>{t.tryNow}</button>
    </section>
  );
}
