/** Single-key shortcuts and the sheet that shows them. They rest while somebody types, and can be turned off. */
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useDesk, type Desk } from './desk.ts';
import { Icon } from './icons.tsx';
import { neighbourOf } from './inbox-model.ts';
import { preference, setPreference } from './preferences.ts';
import { navigate, route } from './routes.ts';
import { texts } from './texts.ts';

const t = texts.shortcuts;
const ENABLED = 'shortcuts';

const enabled = signal(true);
const sheetOpen = signal(false);

/** Opens the help sheet. */
export function openShortcuts(): void {
  sheetOpen.value = true;
}

/** Whether a key press belongs to a field, a menu or a dialog rather than to us. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing
    || Boolean(target?.closest('input, textarea, select, dialog, [contenteditable], .popover, [role=tablist]'));
}

/** What each key does with a desk. Returns whether the key did something. */
function createKeys({ inbox, actions, member }: Desk): (key: string) => boolean {
  let lastIndex = 0;

  function go(step: 1 | -1): boolean {
    const at = route.peek();
    if (at.at !== 'inbox') return false;
    const order = inbox.order(at.view);
    const next = neighbourOf(order, at.conversationId, step, lastIndex);
    if (!next) return false;
    lastIndex = order.indexOf(next);
    navigate({ ...at, conversationId: next });
    // The row is drawn with the next frame.
    requestAnimationFrame(() => {
      const row = document.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(next)}"]`);
      row?.scrollIntoView({ block: 'nearest' });
      row?.focus({ preventScroll: true });
    });
    return true;
  }

  function write(mode: 'reply' | 'note'): boolean {
    document.querySelector<HTMLElement>(`.composer [role=tab][data-mode=${mode}]`)?.click();
    return true;
  }

  return (key) => {
    const at = route.peek();
    const id = at.at === 'inbox' ? at.conversationId : null;
    const conversation = id ? inbox.conversation(id)?.peek() : undefined;
    if (key === 'j') return go(1);
    if (key === 'k') return go(-1);
    if (key === '?') openShortcuts();
    else if (key === 'r' && id) return write('reply');
    else if (key === 'n' && id) return write('note');
    else if (key === 'a' && conversation && conversation.assignee?.id !== member.id) void actions.assign(conversation.id, member);
    else if (key === 'e' && conversation) void actions.setStatus(conversation.id, conversation.status === 'open' ? 'closed' : 'open');
    else if (key === 'Escape' && at.at === 'inbox' && id) navigate({ ...at, conversationId: null });
    else return false;
    return true;
  };
}

export function Shortcuts() {
  const desk = useDesk();
  useEffect(() => {
    enabled.value = preference(ENABLED) !== 'off';
    const keys = createKeys(desk);
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isTaken(event) || (!enabled.peek() && event.key !== 'Escape')) return;
      if (keys(event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    const stop = effect(() => setPreference(ENABLED, enabled.value ? 'on' : 'off'));
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      stop();
    };
  }, [desk]);
  return sheetOpen.value ? <Sheet /> : null;
}

const GROUPS: Array<{ heading: string; keys: Array<{ keys: string[]; does: string }> }> = [
  { heading: t.groups.go, keys: [{ keys: ['J'], does: t.next }, { keys: ['K'], does: t.previous }, { keys: ['↑', '↓'], does: t.inList }, { keys: ['Enter'], does: t.open }, { keys: ['Esc'], does: t.leave }, { keys: ['?'], does: t.help }] },
  { heading: t.groups.write, keys: [{ keys: ['R'], does: t.reply }, { keys: ['N'], does: t.note }, { keys: ['Enter'], does: t.send }, { keys: ['Ctrl', 'Enter'], does: t.sendToo }, { keys: ['Shift', 'Enter'], does: t.newLine }] },
  { heading: t.groups.act, keys: [{ keys: ['A'], does: t.assign }, { keys: ['E'], does: t.closeReopen }] },
];

function Sheet() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    // A press beside the sheet lands on the dialog itself.
    const onClick = (event: Event): void => { if (event.target === element) element?.close(); };
    element?.addEventListener('click', onClick);
    element?.showModal();
    return () => element?.removeEventListener('click', onClick);
  }, []);
  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="shortcuts-heading" onClose={() => { sheetOpen.value = false; }}>
      <div class="sheet-body">
        <div class="sheet-head">
          <h2 id="shortcuts-heading">{t.heading}</h2>
          <button type="button" class="icon-button" aria-label={texts.close} onClick={() => dialog.current?.close()}><Icon name="close" size={16} /></button>
        </div>
        <div class="sheet-groups">
          {GROUPS.map(({ heading, keys }) => (
            <section key={heading}>
              <h3>{heading}</h3>
              <dl>{keys.map((shortcut, index) => <div class="shortcut" key={index}><dt>{shortcut.does}</dt><dd>{shortcut.keys.map((key) => <kbd key={key}>{key}</kbd>)}</dd></div>)}</dl>
            </section>
          ))}
        </div>
        <div class="switch">
          <input type="checkbox" id="shortcuts-enabled" aria-describedby="shortcuts-enabled-hint" checked={enabled} onChange={(event) => { enabled.value = event.currentTarget.checked; }} />
          <div><label for="shortcuts-enabled">{t.enabled}</label><p class="muted" id="shortcuts-enabled-hint">{t.enabledHint}</p></div>
        </div>
      </div>
    </dialog>
  );
}
