/**
 * The panel's module: draws the messenger into the launcher's shadow root. Loaded when somebody is about to need it; importing
 * it does nothing, `start` connects nothing unless this browser has written before, `show` connects.
 */
import { createRef, render } from 'preact';
import type { Entry } from '../shared/protocol.ts';
import type { PanelSettings } from '../shared/settings.ts';
import { attempt } from './attempt.ts';
import type { PageOptions, PanelHandle, StartPanel } from './bridge.ts';
import { createDraft } from './draft.ts';
import { browserEnvironment } from './environment.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { createMessenger, type Consent, type MessengerState } from './messenger.ts';
import css from './panel.css';
import { PanelView, type ShownSettings } from './panel-view.tsx';
import { adopt, bring, once, settle } from './part.tsx';
import { storageKey } from './storage-key.ts';
import type { WidgetError, WidgetMessage } from './sdk-types.ts';
import { locale, speak, t } from './texts.ts';

export * from './kit.ts';

/** The system's own. */
const FONT = 'system-ui, sans-serif';
/** Before the part that carries out the page's verbs is asked for again. */
const AGAIN_MS = 10_000;
/** The longest first. */
const CONSENTS: readonly unknown[] = ['persistent', 'session', 'none'] satisfies Consent[];
/** Typing here is not meant for the page's shortcuts, nor our focus for its focus traps. */
const OURS = ['keydown', 'keypress', 'keyup', 'input', 'paste', 'focusin'];

export const start: StartPanel = async ({ loader, base, options: first, locale: language, launcher: { root, button }, open: openPanel, close, emit }) => {
  const [stored] = await Promise.all([
    fetch(new URL(`${loader.workspace}.json`, base)).then((response): Promise<PanelSettings> => (response.ok ? response.json() : Promise.reject(new Error('no answer')))),
    speak(language),
  ]);
  let settings: ShownSettings = { ...stored, ...loader };
  const gateway = loader.gateway ?? new URL(base).origin;
  const gone = new AbortController();
  const { signal } = gone;
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
  /** Verbs that wait for the part that carries them out, in the page's order. */
  let wishes: Array<Parameters<PanelHandle['command']>> = [];
  let again: ReturnType<typeof setTimeout> | undefined;
  let surrounded = false;
  /** Where the keyboard was when the panel was opened. */
  let opener: HTMLElement | null = null;

  const environment = browserEnvironment(loader.workspace, gateway, () => settings.pageTracking);
  /** Where something of the visitor is already, it is taken along from there. */
  let consent = (CONSENTS as Consent[]).find((level) => attempt(() => environment.storage(level)?.getItem(storageKey(loader.workspace)))) ?? stored.consent;
  const draft = createDraft(loader.workspace, () => (consent === 'none' ? null : attempt(() => sessionStorage)));
  const view = createRef<PanelView>();

  settle(root);
  adopt(css);
  const frame = document.createElement('div');
  frame.className = 'panel';
  frame.setAttribute('role', 'dialog');
  // Where the launcher is, perhaps in the browser's top layer.
  button.before(frame);

  const messenger = createMessenger(environment, consent, {
    onChange: draw,
    onReceived(entry) {
      const message = told(entry);
      emit('message:received', message);
      // Whoever reads it as it comes needs no call.
      if (!watched) alerts((one) => one.received(message));
    },
    onSent(entry) {
      mark = undefined;
      emit('message:sent', told(entry));
    },
    onStarted: (conversationId) => emit('conversation:started', { conversationId }),
    onClosed: (conversationId) => emit('conversation:closed', { conversationId }),
    onForgotten() {
      draft.forget();
      view.current?.forget();
      // What the page wanted was for whoever was here.
      wishes = [];
    },
    onIdentity: (userId) => emit('identity', userId ? { userId } : null),
    onError,
  });

  /** What parts need to know. */
  const all = { ...environment, ...messenger, environment, messenger, name: loader.workspace, settings: () => settings, draft, view, frame, button, open: openPanel, close: closed, signal, onError };
  const alerts = once('alerts', ({ createAlerts }) => createAlerts(all));
  const surroundings = once('frame', ({ createFrame }) => createFrame(all));
  const verbs = once('page', ({ createPageVerbs }) => createPageVerbs(all));

  /** Carries out what waits, or tries again by and by. `last`: what was asked just now; the page is told if it has to wait. */
  function fulfil(last?: string): void {
    if (!wishes[0]) return;
    verbs(
      (carryOut) => {
        for (const wish of wishes.splice(0)) carryOut(...wish);
      },
      (error) => {
        if (last) onError({ code: 'unavailable', message: `${last} has to wait: ${String(error)}` });
        clearTimeout(again);
        if (wishes[0]) again = setTimeout(fulfil, AGAIN_MS);
      },
    );
  }

  function ask(...wish: (typeof wishes)[0]): void {
    wishes.push(wish);
    fulfil(wish[0]);
  }

  /** Not as whoever was here before, while the page says that it is somebody. */
  function connect(): void {
    if (wishes.some(([verb]) => verb === 'identify')) ask('start', []);
    else messenger.start();
  }

  /** Connects where there is a reason to: somebody has written, and agrees to be known again, or opened the chat on this page. */
  function resume(): void {
    if (open || ((drawn || consent !== 'none') && messenger.session.hasActed())) connect();
  }

  /**
   * Takes up a level of consent, and keeps what there is as long as it says; false: it is none. Not in a part, because what is to go has to go
   * without a network, too.
   */
  function agree(level: unknown): boolean {
    const known = CONSENTS.includes(level);
    if (known && level !== consent) {
      // What was typed and not sent stays where it can be seen, and elsewhere only where it may.
      const text = draft.get();
      draft.forget();
      consent = level as Consent;
      draft.set(text);
      messenger.keep(consent);
      redraw();
    }
    return known;
  }

  function onError({ code, message }: WidgetError): void {
    emit('error', { code, message });
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
    looked ||= wants.dark || wants.phone || rtl || next.position !== 'bottom-right' || !!stored.hours || Object.keys(options).length > 0;
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

  /** The network came back or went, or the page is looked at again. */
  function wake(): void {
    messenger.wake();
    fulfil();
    redraw();
  }
  for (const type of ['online', 'offline']) addEventListener(type, wake, gone);
  document.addEventListener('visibilitychange', () => {
    watch();
    if (document.visibilityState === 'visible') wake();
  }, gone);
  addEventListener('storage', messenger.checkSession, gone);
  // Into the browser's back/forward cache, where sockets and locks would keep the page out, and back.
  addEventListener('pagehide', ({ persisted }) => persisted && messenger.pause(), gone);
  addEventListener('pageshow', ({ persisted }) => persisted && resume(), gone);

  function key(event: KeyboardEvent): void {
    if (open && event.key === 'Escape' && !event.isComposing && !view.current?.stepBack()) closed();
  }
  frame.addEventListener('keydown', key, gone);
  button.addEventListener('keydown', key, gone);
  // Another size is for those who move about in it, and so is a keyboard that is never lost; a phone's keyboard and back button matter at once.
  // In the composer nobody does yet.
  for (const moves of ['pointermove', 'focusin']) {
    frame.addEventListener(moves, ({ target }) => surrounded || (target as HTMLTextAreaElement).rows || surround(target), gone);
  }
  function surround(held?: EventTarget | null): void {
    surrounded = true;
    surroundings((one) => one.shown(open, held));
  }
  for (const type of OURS) frame.addEventListener(type, (event) => event.stopPropagation(), gone);

  for (const query of [dark, phone]) query.addEventListener('change', () => void look(last).catch(() => {}), gone);
  if (!agree(first.consent)) agree(stored.consent);
  await look(first);
  // The page may have said meanwhile who this is.
  setTimeout(() => signal.aborted || resume());

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
      if (agree(options.consent)) resume();
      // What could not be loaded is left as it was.
      look(options, spoken).catch(() => {});
    },
    command(verb, args) {
      if (verb === 'logout') {
        messenger.logout();
        resume();
      } else if (verb !== 'setConsent' || !agree(args[0])) {
        ask(verb, args);
      } else resume();
    },
    state() {
      const { connection, userId } = messenger.state();
      return { unread, connection: connection.name, identity: userId ? { userId } : null, available, consent };
    },
    destroy() {
      gone.abort();
      wishes = [];
      clearTimeout(again);
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
