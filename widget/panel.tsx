/**
 * The panel's module: draws the messenger into the launcher's shadow root. Loaded when somebody is about to need it; importing
 * it does nothing, `start` connects nothing unless this browser has written before, `show` connects.
 */
import { createRef, render } from 'preact';
import type { Entry } from '../shared/protocol.ts';
import type { PanelSettings } from '../shared/settings.ts';
import { attempt } from './attempt.ts';
import type { PageOptions, StartPanel } from './bridge.ts';
import { createDraft } from './draft.ts';
import { browserEnvironment } from './environment.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { createMessenger, type Consent, type MessengerState } from './messenger.ts';
import { listenToPage } from './page-events.ts';
import css from './panel.css';
import { PanelView, type ShownSettings } from './panel-view.tsx';
import { adopt, bring, once, settle } from './part.tsx';
import { storageKey } from './storage-key.ts';
import type { WidgetMessage } from './sdk-types.ts';
import { locale, speak, t } from './texts.ts';

export * from './kit.ts';

/** The system's own. */
const FONT = 'system-ui, sans-serif';
/** The longest first. */
const CONSENTS: readonly unknown[] = ['persistent', 'session', 'none'] satisfies Consent[];
/** Typing here is not meant for the page's shortcuts, nor our focus for its focus traps. */
const OURS = ['keydown', 'keypress', 'keyup', 'input', 'paste', 'focusin'];

export const start: StartPanel = async ({ loader, base, options: first, locale: language, launcher: { root, button }, open: openPanel, close, emit }) => {
  const [stored] = await Promise.all([
    fetch(new URL(`${loader.workspace}.json`, base)).then((response): Promise<PanelSettings> => (response.ok ? response.json() : Promise.reject(new Error(`the settings answered ${response.status}`)))),
    speak(language),
  ]);
  let settings: ShownSettings = { ...stored, ...loader };
  const gateway = loader.gateway ?? new URL(base).origin;
  const gone = new AbortController();
  const { signal } = gone;
  let { consent } = stored;
  agree(first.consent);
  let open = false;
  let drawn = false;
  let bottom = true;
  let watched = false;
  let unread = 0;
  /** `seq` after which everything is new to somebody who was away. */
  let mark: number | undefined;
  /** Whether the team is there, by its hours. */
  let available = true;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const phone = matchMedia('(max-width: 480px), (max-height: 480px)');
  let looked = false;
  let named = false;
  let surrounded = false;
  /** Where the keyboard was when the panel was opened. */
  let opener: HTMLElement | null = null;

  const environment = browserEnvironment(loader.workspace, gateway, () => settings.pageTracking);
  /** Where something of the visitor is already, it is taken along from there. */
  const before = (CONSENTS as Consent[]).find((level) => attempt(() => environment.storage(level)?.getItem(storageKey(loader.workspace)) ?? undefined)) ?? consent;
  const draft = createDraft(loader.workspace, () => (consent === 'none' ? null : attempt(() => sessionStorage)));
  const view = createRef<PanelView>();

  settle(root);
  adopt(css);
  const frame = document.createElement('div');
  frame.className = 'panel';
  frame.setAttribute('role', 'dialog');
  // Where the launcher is, perhaps in the browser's top layer.
  button.before(frame);

  const messenger = createMessenger(environment, before, {
    onChange: draw,
    onReceived(entry) {
      emit('message:received', told(entry));
      // Whoever reads it as it comes needs no call.
      if (!watched) alerts((one) => one.received(told(entry)));
    },
    onSent(entry) {
      mark = undefined;
      emit('message:sent', told(entry));
    },
    onStarted: (conversationId) => emit('conversation:started', { conversationId }),
    onClosed: (conversationId) => emit('conversation:closed', { conversationId }),
    onForgotten(byPage) {
      draft.forget();
      view.current?.forget();
      if (!byPage) verbs((carryOut) => carryOut('forget', []));
    },
    onIdentity: (userId) => emit('identity', userId ? { userId } : null),
    onError: ({ code, message }) => emit('error', { code, message }),
  });

  const alerts = once('alerts', ({ createAlerts }) => createAlerts({ name: loader.workspace, settings: () => settings, locks: environment.locks, session: messenger.session, button, open: openPanel, signal }));
  const surroundings = once('frame', ({ createFrame }) => createFrame({ frame, settings: () => settings, session: messenger.session, close: closed, signal }));
  const verbs = once('page', ({ createPageVerbs }) => createPageVerbs({ messenger, environment, draft, view, onError: (error) => emit('error', error) }));

  /** Not as whoever was here before, while the page says that it is somebody. */
  function connect(): void {
    if (named) verbs(messenger.start);
    else messenger.start();
  }

  /** Says whether that is another level of consent than before. */
  function agree(level: unknown): boolean {
    if (level === consent || !CONSENTS.includes(level)) return false;
    consent = level as Consent;
    return true;
  }

  /** Keeps what there is as long as the consent says. */
  function follow(): void {
    verbs((carryOut) => carryOut('setConsent', [consent]));
  }

  function draw(state: MessengerState): void {
    if (state.unread !== unread) emit('unread', state.unread);
    if (state.unread || unread) alerts((one) => one.unread(unread, open));
    unread = state.unread;
    if (!drawn) return;
    frame.setAttribute('aria-label', t('title', { team: settings.teamName }));
    render(
      <ErrorBoundary>
        <PanelView
          hold={view} settings={settings} state={state} messenger={messenger} draft={draft} gateway={gateway} mark={mark} available={available} keeps={consent !== 'none'} offline={!navigator.onLine} onClose={closed}
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
    const now = open && bottom && document.visibilityState === 'visible' && view.current?.state.shows === 'log';
    // Whoever comes back finds what is new marked.
    if (!now && watched) mark = messenger.state().seen;
    watched = now;
    messenger.setWatching(now);
  }

  function closed(): void {
    close();
    (button.hidden && opener?.isConnected ? opener : button).focus();
  }

  /** Takes up the page's options. What light, large and always open panels don't need is a part of its own. */
  async function look(options: PageOptions, spoken = locale): Promise<void> {
    await speak(spoken);
    if (spoken !== locale) return;
    let next: ShownSettings = { ...stored, ...loader };
    const theme = options.theme ?? next.theme;
    const wants = { dark: theme === 'dark' || (theme === 'auto' && dark.matches), phone: phone.matches };
    const rtl = /ar|he/.test(spoken);
    looked ||= wants.dark || wants.phone || rtl || next.position !== 'bottom-right' || stored.hours !== null || Object.keys(options).length > 0;
    if (looked) {
      const part = await bring('look');
      next = { ...next, ...part.optionsFor(options, stored) };
      if (signal.aborted) return;
      part.wear(wants);
      part.watchHours(next.hours, () => Date.now() + messenger.state().clockOffset, setAvailable);
    }
    settings = next;
    const host = root.host as HTMLElement;
    host.dataset.position = settings.position;
    frame.dir = rtl ? 'rtl' : 'ltr';
    const values = { x: `${settings.offsetX}px`, y: `${settings.offsetY}px`, above: button.hidden ? '0px' : '76px', radius: `${settings.radius}px`, typeface: settings.font || FONT };
    for (const name in values) frame.style.setProperty(`--${name}`, values[name as 'x']);
    last = options;
    redraw();
  }
  let last = first;

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
      onResume: () => (open || messenger.session.hasActed()) && messenger.start(),
    },
    signal,
  );
  function key(event: KeyboardEvent): void {
    if (open && event.key === 'Escape' && !event.isComposing && !view.current?.stepBack()) closed();
  }
  frame.addEventListener('keydown', key, { signal });
  button.addEventListener('keydown', key, { signal });
  // Another size is for those who move about in it, and so is a keyboard that is never lost; a phone's keyboard and back button matter at once.
  // In the composer nobody does yet.
  for (const moves of ['pointermove', 'focusin']) {
    frame.addEventListener(moves, ({ target }) => surrounded || (target as HTMLTextAreaElement).rows || surround(target), { signal });
  }
  function surround(held?: EventTarget | null): void {
    surrounded = true;
    surroundings((one) => one.shown(open, held));
  }
  for (const type of OURS) frame.addEventListener(type, (event) => event.stopPropagation(), { signal });

  for (const query of [dark, phone]) query.addEventListener('change', () => void look(last).catch(() => {}), { signal });
  if (before !== consent) follow();
  await look(first);
  // The page may have said meanwhile who this is.
  setTimeout(() => !signal.aborted && messenger.session.hasActed() && connect());

  return {
    show() {
      opener = document.activeElement as HTMLElement | null;
      open = drawn = true;
      mark = messenger.state().seen;
      frame.classList.add('open');
      connect();
      redraw();
      watch();
      view.current?.focus();
      if (phone.matches || surrounded) surround();
    },
    hide() {
      open = false;
      frame.classList.remove('open');
      watch();
      redraw();
      if (surrounded) surround();
    },
    update(options, spoken) {
      if (agree(options.consent)) follow();
      // What could not be loaded is left as it was.
      look(options, spoken).catch(() => {});
    },
    command(verb, args) {
      if (verb === 'setConsent' && agree(args[0])) redraw();
      named ||= verb === 'identify';
      verbs((carryOut) => carryOut(verb, args));
    },
    state() {
      const { connection, userId } = messenger.state();
      return { unread, connection: connection.name, identity: userId ? { userId } : null, available, consent };
    },
    destroy() {
      gone.abort();
      if (looked) void bring('look').then(({ watchHours }) => watchHours(null, Date.now, () => {}));
      messenger.destroy();
      render(null, frame);
      frame.remove();
    },
  };
};

function told({ conversationId, text, author, at }: Entry & { kind: 'message' }): WidgetMessage {
  return { conversationId, text, author: author.kind === 'visitor' ? null : author.name, at };
}
