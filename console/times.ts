/**
 * Moments as people read them. The interface is in English, so months and weekdays are too; the reader's own
 * kind of English decides between 14:05 and 2:05 PM.
 */
import { texts } from './texts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Which locale and time zone to write in; undefined: the device's. Set by tests. */
export interface TimeStyle { locale?: string; timeZone?: string }

const kept = new Map<string, Intl.DateTimeFormat>();

function format(at: number, options: Intl.DateTimeFormatOptions, style: TimeStyle): string {
  const own = typeof navigator === 'undefined' ? '' : navigator.language;
  const locale = style.locale ?? (/^en\b/i.test(own) ? own : 'en-GB');
  const key = `${locale} ${style.timeZone ?? ''} ${JSON.stringify(options)}`;
  let formatter = kept.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, { ...options, ...(style.timeZone ? { timeZone: style.timeZone } : {}) });
    kept.set(key, formatter);
  }
  return formatter.format(at);
}

/** 14:05 */
export function clockTime(at: string, style: TimeStyle = {}): string {
  return format(Date.parse(at), { hour: 'numeric', minute: '2-digit' }, style);
}

/** Saturday, 31 January 2026 at 14:05 */
export function fullDate(at: string, style: TimeStyle = {}): string {
  return format(Date.parse(at), { dateStyle: 'full', timeStyle: 'short' }, style);
}

/** A name for the local day of a moment; equal for two moments exactly when they are on one day. */
export function dayKey(at: string | number, style: TimeStyle = {}): string {
  return format(typeof at === 'number' ? at : Date.parse(at), { year: 'numeric', month: '2-digit', day: '2-digit' }, style);
}

/** Today, Yesterday, Tuesday, 12 January, 12 January 2024 */
export function dayLabel(at: string, now: number, style: TimeStyle = {}): string {
  const key = dayKey(at, style);
  if (key === dayKey(now, style)) return texts.time.today;
  if (key === dayKey(now - DAY, style)) return texts.time.yesterday;
  const then = Date.parse(at);
  if (then < now && now - then < 6 * DAY) return format(then, { weekday: 'long' }, style);
  const sameYear = format(then, { year: 'numeric' }, style) === format(now, { year: 'numeric' }, style);
  return format(then, { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }, style);
}

/** How long ago, as short as a list wants it: now, 4 min, 3 h, 2 d, 12 Jan, 12 Jan 2024. A device whose clock is behind sees "now". */
export function timeAgo(at: string, now: number, style: TimeStyle = {}): string {
  const then = Date.parse(at);
  const passed = now - then;
  if (passed < MINUTE) return texts.time.now;
  if (passed < HOUR) return texts.time.minutes(Math.floor(passed / MINUTE));
  if (passed < DAY) return texts.time.hours(Math.floor(passed / HOUR));
  if (passed < 7 * DAY) return texts.time.days(Math.floor(passed / DAY));
  const sameYear = format(then, { year: 'numeric' }, style) === format(now, { year: 'numeric' }, style);
  return format(then, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }, style);
}
