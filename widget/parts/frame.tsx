/**
 * What surrounds the conversation: on phones it fills the screen, makes room for the keyboard and closes by the back button; elsewhere its size can be
 * changed at a corner, by pointer or keys. And the keyboard never falls out of it: where what had it is gone, it goes to what is there to be used.
 */
import type { WidgetSettings } from '../../shared/settings.ts';
import { adopt, t } from '../kit.ts';
import type { Session } from '../session.ts';
import { like, likesOf } from './likes.ts';
import css from './frame.css';

export interface FrameOptions {
  frame: HTMLElement;
  settings(): Pick<WidgetSettings, 'position' | 'attachments'>;
  session: Session;
  close(): void;
  signal: AbortSignal;
}

const SMALLEST = { width: 320, height: 380 };
const STEP = 24;
/** As in panel.css, and what suits who wants more of it; never more than there is room for. */
const NORMAL = { width: 400, height: 680 };
const LARGE = { width: 640, height: 960 };
/** Where the keyboard goes when what had it is gone: the first of these that is there and shown. */
const NEXT = ['.menu button', '.list button', '.form :is(input, select, textarea)', '.composer textarea', '.log'];

export function createFrame({ frame, settings, session, close, signal }: FrameOptions): { shown(open: boolean, held?: EventTarget | null): void } {
  adopt(css);
  const phone = matchMedia('(max-width: 480px), (max-height: 480px)');
  const handle = document.createElement('div');
  handle.className = 'resize';
  handle.tabIndex = 0;
  handle.setAttribute('role', 'separator');
  handle.setAttribute('aria-label', t('resize'));
  frame.prepend(handle);
  let size = likesOf(session);
  /** Our entry of the browser's history is the newest one. */
  let stacked = false;

  function apply(): void {
    for (const [name, value] of [['--width', size.width], ['--height', size.height]] as const) {
      if (value) frame.style.setProperty(name, `${value}px`);
    }
    handle.setAttribute('aria-valuenow', String(Math.round(frame.offsetWidth)));
  }

  function resize(width: number, height: number): void {
    size = { width: Math.max(SMALLEST.width, Math.round(width)), height: Math.max(SMALLEST.height, Math.round(height)) };
    apply();
  }

  /** The handle is at the corner that faces the middle of the window, so outwards is larger. */
  function outwards(): { x: number; y: number } {
    const { position } = settings();
    return { x: position.endsWith('right') ? -1 : 1, y: position.startsWith('bottom') ? -1 : 1 };
  }

  handle.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    const from = { x: event.clientX, y: event.clientY, width: frame.offsetWidth, height: frame.offsetHeight };
    const { x, y } = outwards();
    const dragging = new AbortController();
    handle.addEventListener('pointermove', (move) => resize(from.width + x * (move.clientX - from.x), from.height + y * (move.clientY - from.y)), { signal: dragging.signal });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      handle.addEventListener(end, () => {
        dragging.abort();
        keep();
      }, { signal: dragging.signal });
    }
    signal.addEventListener('abort', () => dragging.abort(), { once: true, signal: dragging.signal });
  }, { signal });
  // For those who cannot drag: large, and back.
  function toggle(): void {
    const { width, height } = frame.offsetWidth > NORMAL.width ? NORMAL : LARGE;
    resize(width, height);
    keep();
  }
  handle.addEventListener('dblclick', toggle, { signal });
  handle.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') toggle();
    const { x, y } = outwards();
    const right = Number(key === 'ArrowRight') - Number(key === 'ArrowLeft');
    const down = Number(key === 'ArrowDown') - Number(key === 'ArrowUp');
    if (!right && !down) return;
    resize(frame.offsetWidth + x * right * STEP, frame.offsetHeight + y * down * STEP);
    keep();
  }, { signal });

  function keep(): void {
    const { width, height } = size;
    if (width && height) like(session, { width, height });
  }

  const viewport = window.visualViewport;
  /** When the keyboard comes up, only what it leaves is ours. */
  function fit(): void {
    // Somebody who has zoomed in wants to look closer, not to have the panel shrink with the view.
    if (!viewport || viewport.scale > 1.01) return;
    frame.style.setProperty('--view-height', `${viewport.height}px`);
    frame.style.setProperty('--view-top', `${viewport.offsetTop}px`);
  }
  viewport?.addEventListener('resize', fit, { signal });
  viewport?.addEventListener('scroll', fit, { signal });

  const root = frame.getRootNode() as ShadowRoot;
  /** What has the keyboard, or had it last. */
  let held = root.activeElement;
  frame.addEventListener('focusin', ({ target }) => {
    held = target as Element;
  }, { signal });
  function rescue(): void {
    if (!held || held.isConnected || root.activeElement || !frame.classList.contains('open')) return;
    held = null;
    for (const next of NEXT) {
      frame.querySelector<HTMLElement>(next)?.focus();
      if (root.activeElement) break;
    }
  }
  const observer = new MutationObserver(rescue);
  observer.observe(frame, { childList: true, subtree: true });
  signal.addEventListener('abort', () => observer.disconnect());

  /** Whoever drags files over the conversation sees that they can be let go here. */
  function offer({ type, dataTransfer, target, relatedTarget }: DragEvent): void {
    const talk = (target as Element).closest<HTMLElement>('.talk');
    if (!talk) return;
    if (type === 'dragover' && settings().attachments && dataTransfer?.types.includes('Files')) talk.dataset.drop = t('drop');
    if (type === 'drop' || (type === 'dragleave' && !talk.contains(relatedTarget as Node | null))) delete talk.dataset.drop;
  }
  for (const type of ['dragover', 'dragleave', 'drop'] as const) frame.addEventListener(type, offer, { capture: true, signal });

  addEventListener('popstate', () => {
    if (!stacked) return;
    stacked = false;
    close();
  }, { signal });

  return {
    shown(open, had) {
      // It may be gone already, while this was loading.
      held = (had as Element | null | undefined) ?? held;
      rescue();
      fit();
      apply();
      if (open && phone.matches && !stacked) {
        stacked = true;
        // The same address: for the page nothing changes, for the back button there is somewhere to go.
        history.pushState({ ...(history.state as object | null), miradesk: true }, '');
      } else if (!open && stacked) {
        stacked = false;
        if ((history.state as { miradesk?: boolean } | null)?.miradesk) history.back();
      }
    },
  };
}
