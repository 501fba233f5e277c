/** How much is unread, on the launcher: a number to see and a label to hear. */
import { panelTexts as texts } from './texts.ts';

export interface Badge {
  /** `open`: the panel is, so nothing needs saying. */
  show(unread: number, open: boolean): void;
  remove(): void;
}

export function createBadge(launcher: HTMLButtonElement): Badge {
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.setAttribute('aria-hidden', 'true');
  launcher.append(badge);
  return {
    show(unread, open) {
      badge.textContent = open || !unread ? '' : unread > 99 ? '99+' : String(unread);
      launcher.setAttribute('aria-label', open ? texts.close : unread ? `${texts.open}, ${texts.newMessages(unread)}` : texts.open);
    },
    remove: () => badge.remove(),
  };
}
