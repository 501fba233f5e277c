/** Moments of the opening hours as the settings name them, in the team's time zone. */

const language = (): string => (/^en\b/i.test(navigator.language) ? navigator.language : 'en-GB');

/** 14:05 */
export function timeIn(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(language(), { timeZone, hour: 'numeric', minute: '2-digit' }).format(at);
}

/** Monday at 09:00 */
export function dayAndTime(at: Date, timeZone: string): string {
  return `${new Intl.DateTimeFormat(language(), { timeZone, weekday: 'long' }).format(at)} at ${timeIn(at, timeZone)}`;
}

/** Friday, 25 December 2026, of a day as 2026-12-25. */
export function wholeDay(day: string): string {
  return new Intl.DateTimeFormat(language(), { timeZone: 'UTC', dateStyle: 'full' }).format(new Date(day));
}
