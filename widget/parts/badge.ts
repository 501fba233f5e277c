/** How much is unread, on the launcher: a number to see and a label to hear. */
import { adopt, t } from '../kit.ts';
import css from './badge.css';

export interface Badge {
  /** `open`: the panel is, so nothing needs saying. */
  show(unread: number, open: boolean): void;
  remove(): void;
}

export function createBadge(launcher: HTMLButtonElement): Badge {
  adopt(css);
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.setAttribute('aria-hidden', 'true');
  launcher.append(badge);
  /** What we have put behind the launcher's name. */
  let added = '';
  return {
    show(unread, open) {
      badge.textContent = open || !unread ? '' : unread > 99 ? '99+' : String(unread);
      const label = launcher.getAttribute('aria-label') ?? '';
      const name = added && label.endsWith(added) ? label.slice(0, -added.length) : label;
      added = open || !unread ? '' : `, ${t('newMessages', { count: unread })}`;
      launcher.setAttribute('aria-label', name + added);
    },
    remove: () => badge.remove(),
  };
}
