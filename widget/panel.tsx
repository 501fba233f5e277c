/**
 * The panel's module: draws the messenger into the launcher's shadow root. Loaded when somebody is about to need it; importing
 * it does nothing, `start` connects nothing unless this browser has written before, `show` connects.
 */
import { createRef, render } from 'preact';
import type { WireError } from '../shared/errors.ts';
import type { Entry, Identity, Profile } from '../shared/protocol.ts';
import type { PanelSettings } from '../shared/settings.ts';
import { cleanText, textProblem } from '../shared/text.ts';
import { createBadge } from './badge.ts';
import { beside } from './beside.ts';
import type { PageOptions, StartPanel } from './bridge.ts';
import { createDraft } from './draft.ts';
import { attempt, browserEnvironment } from './environment.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { createMessenger, type Consent, type MessengerState } from './messenger.ts';
import { listenToPage } from './page-events.ts';
import css from './panel.css';
import { PanelView } from './panel-view.tsx';
import { adopt, bring, settle } from './part.tsx';
import type { WidgetMessage } from './sdk-types.ts';
import { speak, speakMore, t } from './texts.ts';

export * from './kit.ts';

/** Typing here is not meant for the page's shortcuts, nor our focus for its focus traps. */
const OURS = ['keydown', 'keypress', 'keyup', 'input', 'paste', 'focusin'];

export const start: StartPanel = async ({ settings: first, options, locale: language, gateway, settingsAddress, root, launcher, open: openPanel, close, emit }) => {
  const [stored] = await Promise.all([fetchSettings(settingsAddress), speak(language)]);
  const gone = new AbortController();
  const { signal } = gone;
  const { workspace } = first;
  let settings = { ...first, ...stored, ...fitting(options, stored) };
  let consent = first.consent;
  let open = false;
  let drawn = false;
  let bottom = true;
  let watched = false;
  let unread = 0;
  /** `seq` after which everything is new to somebody who was away. */
  let mark: number | undefined;
  let available = true;
  let availability: (() => void) | undefined;

  const environment = browserEnvironment(workspace, gateway, () => settings.pageTracking);
  const draft = createDraft(workspace, () => (consent === 'none' ? null : attempt(() => sessionStorage)));
  const badge = createBadge(launcher);
  const view = createRef<PanelView>();

  settle(root);
  adopt(css);
  const frame = document.createElement('div');
  frame.className = 'panel';
  frame.setAttribute('role', 'dialog');
  root.prepend(frame);

  const messenger = createMessenger(environment, consent, {
    onChange: draw,
    onReceived(entry) {
      emit('message:received', told(entry));
      void alerts().then((one) => one.received(told(entry), { watched }), () => {});
    },
    onSent(entry) {
      mark = undefined;
      emit('message:sent', told(entry));
    },
    onStarted: (conversationId) => emit('conversation:started', { conversationId }),
    onClosed: (conversationId) => emit('conversation:closed', { conversationId }),
    onIdentity: (userId) => emit('identity', userId ? { userId } : null),
    onError: ({ code, message }: WireError) => emit('error', { code, message }),
  });

  /** Sound, the title's count, notifications: loaded with the first message that comes in. */
  let alerting: ReturnType<typeof loadAlerts> | undefined;
  function loadAlerts() {
    return beside<typeof import('./parts/alerts.tsx')>('./parts/alerts.tsx').then(async ({ createAlerts }) => {
      await speakMore();
      return createAlerts({ name: workspace, settings: () => settings, locks: environment.locks, likes: messenger.likes, open: openPanel, signal });
    });
  }
  function alerts() {
    alerting ??= loadAlerts();
    alerting.catch(() => {
      alerting = undefined;
    });
    return alerting;
  }

  /** What the frame does around the conversation: the phone's keyboard and back button, another size. Loaded when the panel is shown. */
  let framing: Promise<{ shown(open: boolean): void }> | undefined;
  function framed(): void {
    framing ??= beside<typeof import('./parts/frame.tsx')>('./parts/frame.tsx').then(async ({ createFrame }) => {
      await speakMore();
      return createFrame({ frame, settings: () => settings, messenger, close: () => close(true), signal });
    });
    void framing.then((one) => one.shown(open), () => {
      framing = undefined;
    });
  }

  function draw(state: MessengerState): void {
    if (state.unread !== unread) {
      emit('unread', state.unread);
      void alerts().then((one) => one.unread(messenger.state().unread), () => {});
    }
    unread = state.unread;
    badge.show(unread, open, settings.launcherLabel);
    if (!drawn) return;
    frame.setAttribute('aria-label', t('title', { team: settings.teamName }));
    render(
      <ErrorBoundary>
        <PanelView
          ref={view} settings={settings} state={state} messenger={messenger} draft={draft} gateway={gateway} mark={mark} available={available}
          offline={!navigator.onLine} onClose={() => close(true)}
          onBottom={(inView) => {
            bottom = inView;
            watch();
          }}
        />
      </ErrorBoundary>,
      frame,
    );
  }

  function redraw(): void {
    draw(messenger.state());
  }

  function watch(): void {
    const now = open && bottom && document.visibilityState === 'visible' && view.current?.showsLog() === true;
    // Whoever comes back finds what is new marked.
    if (!now && watched) mark = messenger.state().seen;
    watched = now;
    messenger.setWatching(now);
  }

  function style(): void {
    frame.style.setProperty('--radius', `${settings.radius}px`);
    frame.style.setProperty('--typeface', settings.font || 'var(--font)');
    availability?.();
    availability = undefined;
    const { hours } = settings;
    if (hours) {
      void bring('availability').then(({ watchAvailability }) => {
        if (!signal.aborted && settings.hours === hours) availability = watchAvailability(hours, () => new Date(Date.now() + messenger.state().clockOffset), setAvailable);
      }, () => {});
    } else setAvailable(true);
  }

  function setAvailable(now: boolean): void {
    if (now === available) return;
    available = now;
    emit('availability', { available });
    redraw();
  }

  listenToPage(
    {
      onWake() {
        messenger.wake();
        redraw();
      },
      onVisible: watch,
      onStorage: messenger.checkSession,
      onPause: messenger.pause,
      onResume: () => (open || messenger.hasActed()) && messenger.start(),
    },
    signal,
  );
  function key(event: KeyboardEvent): void {
    if (!open || event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
    if (!view.current?.stepBack()) close(true);
  }
  frame.addEventListener('keydown', key, { signal });
  launcher.addEventListener('keydown', key, { signal });
  for (const type of OURS) frame.addEventListener(type, (event) => event.stopPropagation(), { signal });

  style();
  if (messenger.hasActed()) messenger.start();

  /** Each verb of the page that needs the messenger. What comes from the page may be anything. */
  const verbs: Record<string, (...args: never[]) => void> = {
    identify: (identity: Identity) => messenger.identify(identity),
    setAttributes: (attributes: NonNullable<Profile['attributes']>) => messenger.describe({ attributes }),
    addTags: (...tags: Array<string | string[]>) => messenger.describe({ tags: tags.flat() }),
    track: (name: string, meta: Record<string, string> = {}) => messenger.track(name, meta),
    logout() {
      draft.set('');
      void messenger.logout();
    },
    setConsent(level: Consent) {
      consent = level;
      messenger.setConsent(level);
    },
    sendMessage: (text: string) => send(text),
    prefill(text: string) {
      draft.set(text);
      view.current?.fill(text);
    },
    startConversation(text?: string) {
      messenger.choose();
      view.current?.showLog();
      if (text) send(text);
    },
    openArticle: () => emit('error', { code: 'not_found', message: 'There are no help articles in this chat yet, so there is nothing to open.' }),
  };

  function send(written: string): void {
    const text = cleanText(String(written));
    const problem = textProblem(text);
    if (problem) emit('error', { code: problem, message: 'The text was not sent: it is empty, too long, or cannot be shown.' });
    else messenger.send(text).then(() => messenger.start(), () => emit('error', { code: 'unavailable', message: t('notKept') }));
  }

  return {
    show() {
      open = drawn = true;
      mark = messenger.state().seen;
      frame.classList.add('open');
      messenger.start();
      redraw();
      watch();
      view.current?.focus();
      framed();
    },
    hide() {
      open = false;
      frame.classList.remove('open');
      watch();
      badge.show(unread, open, settings.launcherLabel);
      framed();
    },
    update(now, changes, spoken) {
      settings = { ...settings, ...now, ...fitting(changes, stored) };
      void speak(spoken).then(() => speakMore()).catch(() => {}).then(redraw);
      style();
      redraw();
    },
    command(verb, args) {
      try {
        verbs[verb]?.(...(args as never[]));
      } catch (error) {
        // A wrong argument of the page's is the page's to hear of.
        emit('error', { code: 'bad_request', message: `MiraDesk.${verb}: ${String(error)}` });
      }
    },
    state() {
      const { connection, userId } = messenger.state();
      return { unread, connection: connection.name, identity: userId ? { userId } : null, available, consent };
    },
    destroy() {
      gone.abort();
      availability?.();
      messenger.destroy();
      render(null, frame);
      frame.remove();
      badge.remove();
    },
  };
};

async function fetchSettings(address: string): Promise<PanelSettings> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The settings answered ${response.status}`);
  return (await response.json()) as PanelSettings;
}

/** Those options of the page that are the panel's, in the kind that each is. */
function fitting(options: PageOptions, stored: PanelSettings): Partial<PanelSettings> {
  const names = Object.keys(options).filter((name) => Object.hasOwn(stored, name)) as Array<keyof PanelSettings>;
  return Object.fromEntries(names.map((name) => [name, typeof stored[name] === 'string' ? String(options[name]) : options[name]]));
}

function told({ conversationId, text, author, at }: Entry & { kind: 'message' }): WidgetMessage {
  return { conversationId, text, author: author.kind === 'visitor' ? null : author.name, at };
}
