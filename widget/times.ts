/** Days and times as the visitor reads them: their language and time zone, the gateway's clock. */
import { locale, t } from './texts.ts';

const DAY_MS = 86_400_000;

/** 14:05 */
export function timeOf(at: Date): string {
  return at.toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit' });
}

/** The same for all moments of one day, where the visitor is. */
export function dayOf(at: Date): string {
  return at.toDateString();
}

/** Today, Yesterday, Mon 3 Nov, 3 Nov 2025. */
export function dayName(at: Date, now: Date): string {
  if (dayOf(at) === dayOf(now)) return t('today');
  // Noon, so that a night with a change of clocks still leads to the day before.
  if (dayOf(at) === dayOf(new Date(new Date(now).setHours(12) - DAY_MS))) return t('yesterday');
  const sameYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString(locale, { day: 'numeric', month: 'long', ...(sameYear ? { weekday: 'long' } : { year: 'numeric' }) });
}
