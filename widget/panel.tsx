/**
 * The panel's module: draws the messenger into the launcher's shadow root. Loaded when somebody is about to need it; importing
 * it does nothing, `start` connects nothing unless this browser has written before, `show` connects.
 */
import { createRef, render } from 'preact';
import type { Entry } from '../shared/protocol.ts';
import { createBadge } from './badge.ts';
import type { StartPanel, WidgetMessage } from './bridge.ts';
import { ConversationView } from './conversation-view.tsx';
import { createDraft } from './draft.ts';
import { attempt, browserEnvironment } from './environment.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { createMessenger, type MessengerState } from './messenger.ts';
import { listenToPage } from './page-events.ts';
import css from './panel.css';
import { storageKey } from './storage-key.ts';
import { panelTexts as texts } from './texts.ts';
import { followViewport } from './viewport.ts';

/** Typing here is not meant for the page's shortcuts, nor our focus for its focus traps. */
const OURS = ['keydown', 'keypress', 'keyup', 'input', 'paste', 'focusin'];

export const start: StartPanel = ({ settings, gateway, root, launcher, close, emit }) => {
  const gone = new AbortController();
  const { signal } = gone;
  const environment = browserEnvironment(settings, gateway);
  const draft = createDraft(settings.workspace, attempt(() => sessionStorage));
  const badge = createBadge(launcher);
  const field = createRef<HTMLTextAreaElement>();
  let open = false;
  let drawn = false;
  let bottom = true;
  let unread = 0;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];

  const frame = document.createElement('div');
  frame.className = `panel ${settings.position}`;
  frame.setAttribute('role', 'dialog');
  frame.setAttribute('aria-label', texts.title(settings.teamName));
  launcher.before(frame);

  const messenger = createMessenger(environment, {
    onChange: draw,
    onReceived: (entry) => emit('message:received', told(entry)),
    onSent: (entry) => emit('message:sent', told(entry)),
  });

  function draw(state: MessengerState): void {
    if (state.unread !== unread) emit('unread', state.unread);
    unread = state.unread;
    badge.show(unread, open);
    if (!drawn) return;
    render(
      <ErrorBoundary>
        <ConversationView
          settings={settings} state={state} messenger={messenger} offline={!navigator.onLine} field={field} draft={draft} onClose={closed}
          onBottom={(inView) => {
            bottom = inView;
            watch();
          }}
        />
      </ErrorBoundary>,
      frame,
    );
  }

  function watch(): void {
    messenger.setWatching(open && bottom && document.visibilityState === 'visible');
  }

  function closed(): void {
    close();
    launcher.focus();
  }

  listenToPage(
    {
      onWake() {
        messenger.wake();
        draw(messenger.state());
      },
      onVisible: watch,
      onStorage: messenger.checkSession,
      onPause: messenger.pause,
      onResume: () => (open || hasWritten()) && messenger.start(),
    },
    signal,
  );
  followViewport(frame, signal);
  function key({ key, isComposing }: KeyboardEvent): void {
    if (open && key === 'Escape' && !isComposing) closed();
  }
  frame.addEventListener('keydown', key, { signal });
  launcher.addEventListener('keydown', key, { signal });
  for (const type of OURS) frame.addEventListener(type, (event) => event.stopPropagation(), { signal });

  function hasWritten(): boolean {
    return attempt(() => environment.storage?.getItem(storageKey(settings.workspace)) ?? undefined) !== null;
  }
  if (hasWritten()) messenger.start();

  return {
    show() {
      open = drawn = true;
      frame.classList.add('open');
      messenger.start();
      draw(messenger.state());
      watch();
      field.current?.focus();
    },
    hide() {
      open = false;
      frame.classList.remove('open');
      watch();
      badge.show(unread, open);
    },
    destroy() {
      gone.abort();
      messenger.destroy();
      render(null, frame);
      frame.remove();
      badge.remove();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
    },
  };
};

function told({ conversationId, text, author, at }: Entry & { kind: 'message' }): WidgetMessage {
  return { conversationId, text, author: author.kind === 'visitor' ? null : author.name, at };
}
