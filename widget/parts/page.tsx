/** What the site's page says and asks: its options, and those verbs of `window.MiraDesk` that are about the visitor and their messages. */
import { HANDSHAKE_MAX_BYTES } from '../../shared/limits.ts';
import type { Profile, VisitorPayload } from '../../shared/protocol.ts';
import { cleanText, textProblem } from '../../shared/text.ts';
import type { Draft } from '../draft.ts';
import { attempt, t } from '../kit.ts';
import type { Consent, Messenger, MessengerEnvironment } from '../messenger.ts';
import type { PanelView } from '../panel-view.tsx';
import type { WidgetError, WidgetIdentity } from '../sdk-types.ts';

type Meta = VisitorPayload<'event:track'>['meta'];

export interface PageVerbsOptions {
  messenger: Messenger;
  environment: MessengerEnvironment;
  draft: Draft;
  /** What the visitor sees, while it is there. */
  view: { current: Pick<PanelView, 'fill'> | null };
  onError(error: WidgetError): void;
}

/** So many events wait for a connection; older ones go. */
const TRACKED_MAX = 20;

/** Carries out a verb. What comes from the page may be anything; what cannot be used is told as an error, never thrown. */
export function createPageVerbs({ messenger, environment, draft, view, onError }: PageVerbsOptions): (verb: string, args: readonly unknown[]) => void {
  const { session, connection } = messenger;
  let turn = session.turn();
  let profile: Profile = {};
  let tracked: Array<VisitorPayload<'event:track'>> = [];

  connection.on('session:started', () => {
    notice();
    if (Object.keys(profile).length > 0) tell('profile:set', { profile });
    for (const event of tracked.splice(0)) tell('event:track', event);
  });

  function tell<E extends 'profile:set' | 'event:track'>(event: E, payload: VisitorPayload<E>): void {
    connection.request(event, payload).then((ack) => ack.ok || onError(ack.error), () => {});
  }

  /** Tells the gateway more about the visitor: now, and after every connection. */
  function describe(change: Profile): void {
    profile = {
      ...profile, ...change,
      ...((profile.attributes ?? change.attributes) && { attributes: { ...profile.attributes, ...change.attributes } }),
      ...((profile.tags ?? change.tags) && { tags: [...new Set([...(profile.tags ?? []), ...(change.tags ?? [])])] }),
    };
    if (connection.state.name === 'online') tell('profile:set', { profile: change });
  }

  /** Shows the conversation that the messenger shows, with this in the composer. */
  function show(text?: string): void {
    if (text !== undefined) draft.set(text);
    view.current?.fill(text);
  }

  /** What was said of a person goes with them. */
  function notice(): void {
    if (turn === session.turn()) return;
    turn = session.turn();
    profile = {};
    tracked = [];
  }

  function send(written: unknown): void {
    const text = cleanText(String(written));
    const problem = textProblem(text);
    if (problem) onError({ code: problem, message: 'The text was not sent: it is empty, too long, or has characters that cannot be sent.' });
    else messenger.send(text).then(messenger.start, () => onError({ code: 'unavailable', message: t('notKept') }));
  }

  const verbs: Record<string, (...args: never[]) => void> = {
    identify(identity: WidgetIdentity) {
      if (typeof identity !== 'object' || identity === null) throw new TypeError('expected an object such as { userId, token }');
      // From one person to another nothing ever goes, not even what waits.
      const before = session.read()?.userId;
      const next = idOf(identity.userId) ?? userOf(identity.token);
      if (before && next && before !== next) verbs.logout?.();
      // As it will travel: the page may go on with its object, and what cannot travel must not keep the chat from connecting.
      const json = JSON.stringify(identity);
      if (json.length > HANDSHAKE_MAX_BYTES) {
        session.identityRefused();
        onError({ code: 'identity_invalid', message: 'MiraDesk.identify: this is too large, so nothing of it was taken.' });
      } else session.identify(JSON.parse(json) as WidgetIdentity);
      connection.restart();
    },
    setAttributes: (attributes: NonNullable<Profile['attributes']>) => describe({ attributes }),
    addTags: (...tags: Array<string | string[]>) => describe({ tags: tags.flat() }),
    track(name: string, meta: Meta = {}) {
      const page = environment.page();
      // Whoever asks browsers not to be tracked is not.
      if (!page) return;
      const event = { name, meta, page };
      if (connection.state.name === 'online') tell('event:track', event);
      else tracked = [...tracked, event].slice(-TRACKED_MAX);
    },
    start: messenger.start,
    /** Only before somebody else; the page's own is carried out by the panel itself. */
    logout() {
      messenger.logout();
      notice();
    },
    /** Every level there is has been taken up by the panel itself. */
    setConsent(level: Consent) {
      if (!['none', 'session', 'persistent'].includes(level)) throw new RangeError('expected "none", "session" or "persistent"');
    },
    sendMessage: send,
    prefill: (text: unknown) => show(typeof text === 'string' ? text : ''),
    startConversation(text?: string) {
      messenger.choose();
      show();
      if (text !== undefined) send(text);
    },
    openArticle: () => onError({ code: 'not_found', message: 'There are no help articles in this chat yet, so there is nothing to open.' }),
  };

  return (verb, args) => {
    notice();
    try {
      verbs[verb]?.(...(args as never[]));
    } catch (error) {
      onError({ code: 'bad_request', message: `MiraDesk.${verb}: ${error instanceof Error ? error.message : String(error)}` });
    }
  };
}

/** An id as the gateway takes it: a number is its digits, and an empty one is none. */
const idOf = (id: WidgetIdentity['userId']): string | undefined => (id === undefined || id === null || id === '' ? undefined : String(id));

/** Whom a token is for, before anybody has looked whether it is right. */
function userOf(token: WidgetIdentity['token']): string | undefined {
  const { sub, userId } = attempt(() => {
    const bytes = atob((token?.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))) as { sub?: string; userId?: string };
  }) ?? {};
  return idOf(sub) ?? idOf(userId);
}
