/**
 * The panel's module: draws the messenger into the launcher's shadow root. Loaded when somebody is about to need it; importing
 * it does nothing, `start` connects nothing unless this browser has written before, `show` connects.
 */
import { createRef, render } from 'preact';
import type { Entry } from '../shared/protocol.ts';
import type { PanelSettings } from '../shared/settings.ts';
import { createBadge } from './badge.ts';
import type { PageOptions, StartPanel } from './bridge.ts';
import { createDraft } from './draft.ts';
import { attempt, browserEnvironment } from './environment.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { createMessenger, type Consent, type MessengerState } from './messenger.ts';
import { listenToPage } from './page-events.ts';
import css from './panel.css';
import { PanelView, type ShownSettings } from './panel-view.tsx';
import { adopt, bring, once, settle } from './part.tsx';
import type { WidgetMessage } from './sdk-types.ts';
import { speak, t } from './texts.ts';

export * from './kit.ts';

/** Typing here is not meant for the page's shortcuts, nor our focus for its focus traps. */
const OURS = ['keydown', 'keypress', 'keyup', 'input', 'paste', 'focusin'];

export const start: StartPanel = async ({ loader, base, options: first, locale: language, launcher: { root, button }, open: openPanel, close, emit }) => {
  const [stored] = await Promise.all([
    fetch(new URL(`${loader.workspace}.json`, base)).then((response): Promise<PanelSettings> => (response.ok ? response.json() : Promise.reject(new Error(`the settings answered ${response.status}`)))),
    speak(language),
  ]);
  let settings = await applied(first);
  const gateway = loader.gateway ?? new URL(base).origin;
  const gone = new AbortController();
  const { signal } = gone;
  let { consent } = settings;
  let open = false;
  let drawn = false;
  let bottom = true;
  let watched = false;
  let unread = 0;
  /** `seq` after which everything is new to somebody who was away. */
  let mark: number | undefined;
  /** Whether the team is there, by its hours; and what ends the looking. */
  let available = true;
  let stopHours = (): void => {};
  /** Where the keyboard was when the panel was opened. */
  let opener: HTMLElement | null = null;

  /** All settings, with the page's options over the workspace's. */
  async function applied(options: PageOptions): Promise<ShownSettings> {
    const own = Object.keys(options).length > 0 ? (await bring('page')).optionsFor(options, stored) : {};
    return { ...stored, ...loader, ...options, ...own } as ShownSettings;
  }

  const environment = browserEnvironment(loader.workspace, gateway, () => settings.pageTracking);
  const draft = createDraft(loader.workspace, () => (consent === 'none' ? null : attempt(() => sessionStorage)));
  const badge = createBadge(button);
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
      alerts((one) => one.received(told(entry), watched));
    },
    onSent(entry) {
      mark = undefined;
      emit('message:sent', told(entry));
    },
    onStarted: (conversationId) => emit('conversation:started', { conversationId }),
    onClosed: (conversationId) => emit('conversation:closed', { conversationId }),
    onIdentity: (userId) => emit('identity', userId ? { userId } : null),
    onError: ({ code, message }) => emit('error', { code, message }),
  });

  const alerts = once('alerts', ({ createAlerts }) => createAlerts({ name: loader.workspace, settings: () => settings, locks: environment.locks, likes: messenger.session.likes, open: openPanel, signal }));
  const surroundings = once('frame', ({ createFrame }) => createFrame({ frame, settings: () => settings, session: messenger.session, close: closed, signal }));
  const verbs = once('page', ({ createPageVerbs }) => createPageVerbs({
    messenger, environment, draft, onError: (error) => emit('error', error),
    show(text) {
      if (text !== undefined) draft.set(text);
      view.current?.fill(text);
    },
  }));

  function draw(state: MessengerState): void {
    if (state.unread !== unread) {
      emit('unread', state.unread);
      alerts((one) => one.unread(messenger.state().unread));
    }
    unread = state.unread;
    badge.show(unread, open);
    if (!drawn) return;
    frame.setAttribute('aria-label', t('title', { team: settings.teamName }));
    render(
      <ErrorBoundary>
        <PanelView
          ref={view} settings={settings} state={state} messenger={messenger} draft={draft} gateway={gateway} mark={mark} available={available} offline={!navigator.onLine} onClose={closed}
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

  /** What is not drawn by the view: the frame's own look, and the team's hours. */
  function style(): void {
    const host = root.host as HTMLElement;
    host.dataset.theme = settings.theme;
    host.dataset.position = settings.position;
    host.dir = /ar|he/.test(host.lang) ? 'rtl' : 'ltr';
    const values = { x: `${settings.offsetX}px`, y: `${settings.offsetY}px`, above: button.hidden ? '0px' : '76px', radius: `${settings.radius}px`, typeface: settings.font || 'var(--font)' };
    for (const name in values) frame.style.setProperty(`--${name}`, values[name as 'x']);
    const { hours } = settings;
    stopHours();
    if (hours) void bring('availability').then(({ watchAvailability }) => {
      if (!signal.aborted && hours === settings.hours) stopHours = watchAvailability(hours, () => Date.now() + messenger.state().clockOffset, setAvailable);
    }, () => {});
    else setAvailable(true);
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
      onResume: () => (open || messenger.session.hasActed()) && messenger.start(),
    },
    signal,
  );
  function key(event: KeyboardEvent): void {
    if (open && event.key === 'Escape' && !event.isComposing && !view.current?.stepBack()) closed();
  }
  frame.addEventListener('keydown', key, { signal });
  button.addEventListener('keydown', key, { signal });
  for (const type of OURS) frame.addEventListener(type, (event) => event.stopPropagation(), { signal });

  style();
  if (messenger.session.hasActed()) messenger.start();

  return {
    show() {
      opener = document.activeElement as HTMLElement | null;
      open = drawn = true;
      mark = messenger.state().seen;
      frame.classList.add('open');
      messenger.start();
      redraw();
      watch();
      view.current?.focus();
      surroundings((one) => one.shown(open));
    },
    hide() {
      open = false;
      frame.classList.remove('open');
      watch();
      badge.show(unread, open);
      surroundings((one) => one.shown(open));
    },
    async update(options, spoken) {
      try {
        settings = await applied(options);
        await speak(spoken);
      } catch {
        // What could not be loaded is left as it was.
      }
      if (signal.aborted) return;
      style();
      redraw();
    },
    command(verb, args) {
      if (verb === 'setConsent') consent = args[0] as Consent;
      verbs((carryOut) => carryOut(verb, args));
    },
    state() {
      const { connection, userId } = messenger.state();
      return { unread, connection: connection.name, identity: userId ? { userId } : null, available, consent };
    },
    destroy() {
      gone.abort();
      stopHours();
      messenger.destroy();
      render(null, frame);
      frame.remove();
      badge.remove();
    },
  };
};

function told({ conversationId, text, author, at }: Entry & { kind: 'message' }): WidgetMessage {
  return { conversationId, text, author: author.kind === 'visitor' ? null : author.name, at };
}
