/** When a team is there, by its opening hours. No library: the browser knows every time zone and its changes of the clock. */
import type { Hours } from './settings.ts';

export interface Availability {
  open: boolean;
  /** When that changes, to the minute; null: not within the weeks that are looked at. */
  changesAt: Date | null;
}

const MINUTE = 60_000;
const DAY = 1_440;
/** How far ahead is looked: over the longest of company holidays. */
const AHEAD = 6 * 7 * DAY;

/** Whether the team is there at `now`, and until when that holds. No hours: always there; so, too, where the browser does not know the time zone. */
export function availabilityAt(hours: Hours | null, now: Date): Availability {
  const format = hours && clockOf(hours.timeZone);
  return format ? search(hours, format, Math.floor(+now / MINUTE)) : { open: true, changesAt: null };
}

function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  } catch {
    return null;
  }
}

/** Minutes since midnight of a time as 09:30. */
const minuteOf = (time: string): number => +time.slice(0, 2) * 60 + +time.slice(3);

function search({ week, holidays }: Hours, format: Intl.DateTimeFormat, begin: number): Availability {
  /** A minute since 1970, as the team's clock on the wall shows it. */
  function look(at: number) {
    const part = Object.fromEntries(format.formatToParts(at * MINUTE).map(({ type, value }) => [type, value]));
    const date = `${part.year}-${part.month}-${part.day}`;
    const day = new Date(date);
    const minute = minuteOf(`${part.hour}:${part.minute}`);
    const ranges = holidays.includes(date) ? [] : (week[(day.getUTCDay() + 6) % 7] ?? []).map((range) => range.map(minuteOf) as [number, number]);
    return {
      wall: +day / MINUTE + minute,
      open: ranges.some(([from, to]) => from <= minute && minute < to),
      /** Minutes on that clock until it could be otherwise: to the next end of a range, or of the day. */
      steady: Math.min(DAY, ...ranges.flat().filter((edge) => edge > minute)) - minute,
    };
  }

  let at = begin;
  let here = look(at);
  const { open } = here;
  while (at < begin + AHEAD) {
    let step = here.steady;
    let next = look(at + step);
    // The clock is changed on the way, which happens at a quarter of an hour: not further than to the next one, then.
    if (next.wall - here.wall !== step) {
      step = Math.min(step, 15 - at % 15);
      next = look(at + step);
    }
    at += step;
    here = next;
    if (here.open !== open) return { open, changesAt: new Date(at * MINUTE) };
  }
  return { open, changesAt: null };
}
