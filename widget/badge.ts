/** How much is unread, on the launcher: a number to see and a label to hear. */
import { launcherLabel } from './launcher-label.ts';
import { locale, t } from './texts.ts';

export interface Badge {
  /** `open`: the panel is, so nothing needs saying. */
  show(unread: number, open: boolean, label: string): void;
  remove(): void;
}

export function createBadge(launcher: HTMLButtonElement): Badge {
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.setAttribute('aria-hidden', 'true');
  launcher.append(badge);
  return {
    show(unread, open, label) {
      badge.textContent = open || !unread ? '' : unread > 99 ? '99+' : String(unread);
      const name = label || launcherLabel(locale);
      launcher.setAttribute('aria-label', unread && !open ? `${name}, ${t('newMessages', { count: unread })}` : name);
      // The loader does not name it anew while there is something to say.
      launcher.dataset.unread = unread ? String(unread) : '';
    },
    remove: () => badge.remove(),
  };
}
