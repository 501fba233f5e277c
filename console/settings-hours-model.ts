/** Opening hours as they are typed: what times and time zones people may mean, what is wrong, and what is sent. Pure. */
import { SETTINGS_MAX } from '../shared/limits.ts';
import type { Hours } from '../shared/settings.ts';
import { texts } from './texts.ts';

const t = texts.settings.problems;

/** Times and the time zone are what the person typed, until they are sent. */
export type HoursForm = Hours;

/** Most ranges of one day. */
export const RANGES_MAX = 4;
const ZONE = /^[A-Za-z][\w+/-]{0,63}$/;

/** What the editor begins with: an office's week, where this person is. */
export function usualHours(timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone): HoursForm {
  const office = (): Array<[string, string]> => [['09:00', '17:00']];
  return { timeZone, week: [office(), office(), office(), office(), office(), [], []], holidays: [] };
}

/** A time as people write it (9, 9:30, 930, 17.30, 5pm) as 09:00; null when it is none. */
export function timeOf(text: string): string | null {
  const [, hours, minutes = '00', half] = /^(\d{1,2})(?:[:.h]?(\d{2}))?\s*(?:([ap])\.?m\.?)?$/i.exec(text.trim()) ?? [];
  if (hours === undefined || (half && (+hours < 1 || +hours > 12))) return null;
  const hour = half ? (+hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : +hours;
  if (+minutes > 59 || hour > 24 || (hour === 24 && +minutes > 0)) return null;
  return `${String(hour).padStart(2, '0')}:${minutes}`;
}

export function isTimeZone(name: string): boolean {
  try {
    return ZONE.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** The zones to choose from. */
export function timeZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}

/**
 * The zone that a typed text means: its name in any case, or the one city of that name; else the text as it is. Browsers list one name of
 * a zone and know others (Kyiv, Kolkata), so every continent is tried.
 */
export function zoneNamed(text: string, zones: readonly string[] = timeZones()): string {
  const wanted = text.trim().toLowerCase().replace(/\s+/g, '_');
  const exact = zones.find((zone) => zone.toLowerCase() === wanted);
  const cities = zones.filter((zone) => zone.toLowerCase().endsWith(`/${wanted}`));
  if (exact ?? cities[0]) return exact ?? (cities.length === 1 ? cities[0] as string : text.trim());
  const continents = new Set(zones.filter((zone) => zone.includes('/')).map((zone) => zone.split('/')[0] ?? ''));
  const other = [...continents].map((continent) => `${continent}/${wanted}`).find(isTimeZone);
  return other ? new Intl.DateTimeFormat('en', { timeZone: other }).resolvedOptions().timeZone : text.trim();
}

/** Hours as they are sent; what cannot be read goes as it is, for the gateway to refuse. */
export function hoursOf({ timeZone, week, holidays }: HoursForm): Hours {
  return {
    timeZone: isTimeZone(timeZone) ? timeZone : zoneNamed(timeZone),
    week: week.map((day) => day.map(([from, to]) => [timeOf(from) ?? from, timeOf(to) ?? to])),
    holidays,
  };
}

function rangeProblem([from, to]: [string, string]): string | undefined {
  const [begin, end] = [timeOf(from), timeOf(to)];
  if (begin === null || end === null) return t.time;
  return begin < end ? undefined : t.timeOrder;
}

/** What is wrong, by path: `hours.timeZone`, `hours.week.0.1`, `hours.holidays`. */
export function hoursProblems(form: HoursForm): Record<string, string> {
  const problems: Record<string, string> = {};
  if (!isTimeZone(hoursOf(form).timeZone)) problems['hours.timeZone'] = t.timeZone;
  for (const [day, ranges] of form.week.entries()) {
    for (const [index, range] of ranges.entries()) {
      const problem = rangeProblem(range);
      if (problem) problems[`hours.week.${day}.${index}`] = problem;
    }
  }
  if (form.holidays.length > SETTINGS_MAX.holidays) problems['hours.holidays'] = t.daysMany(SETTINGS_MAX.holidays);
  return problems;
}
