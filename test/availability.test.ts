import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availabilityAt } from '../shared/availability.ts';
import { Hours } from '../shared/settings.ts';
import { root } from './harness/build.ts';

const office: Array<[string, string]> = [['09:00', '17:00']];
const always: Array<[string, string]> = [['00:00', '24:00']];
const WEEK = { office: [office, office, office, office, office, [], []], always: Array.from({ length: 7 }, () => always), never: Array.from({ length: 7 }, () => []) };

const hours = (week: Hours['week'], timeZone = 'Europe/Berlin', holidays: string[] = []): Hours => Hours.parse({ timeZone, week, holidays });
const ask = (set: Hours | null, at: string) => {
  const { open, changesAt } = availabilityAt(set, new Date(at));
  return [open, changesAt?.toISOString() ?? null];
};

describe('the team', () => {
  it('is always there without hours', () => {
    expect(ask(null, '2026-01-01T03:00:00Z')).toEqual([true, null]);
  });

  it('is there in its own time zone, until its own evening', () => {
    // A Friday in January: Berlin is an hour ahead of UTC.
    expect(ask(hours(WEEK.office), '2026-01-09T07:59:59Z')).toEqual([false, '2026-01-09T08:00:00.000Z']);
    expect(ask(hours(WEEK.office), '2026-01-09T08:00:00Z')).toEqual([true, '2026-01-09T16:00:00.000Z']);
    expect(ask(hours(WEEK.office), '2026-01-09T15:59:59.999Z')).toEqual([true, '2026-01-09T16:00:00.000Z']);
    expect(ask(hours(WEEK.office), '2026-01-09T16:00:00Z')).toEqual([false, '2026-01-12T08:00:00.000Z']);
    expect(ask(hours(WEEK.office, 'Pacific/Auckland'), '2026-01-08T20:00:00Z')).toEqual([true, '2026-01-09T04:00:00.000Z']);
    expect(ask(hours(WEEK.office, 'Asia/Kathmandu'), '2026-01-09T03:00:00Z')).toEqual([false, '2026-01-09T03:15:00.000Z']);
  });

  it('goes on past midnight where one day ends and the next begins', () => {
    const night: Hours['week'] = [[['22:00', '24:00']], [['00:00', '02:00']], [], [], [], [], []];
    expect(ask(hours(night, 'UTC'), '2026-01-05T23:30:00Z')).toEqual([true, '2026-01-06T02:00:00.000Z']);
    expect(ask(hours(night, 'UTC'), '2026-01-06T02:00:00Z')).toEqual([false, '2026-01-12T22:00:00.000Z']);
  });

  it('takes ranges that touch, overlap or stand in no order as one', () => {
    const messy: Hours['week'] = [[['13:00', '17:00'], ['09:00', '13:00'], ['10:00', '15:00']], [], [], [], [], [], []];
    expect(ask(hours(messy, 'UTC'), '2026-01-05T09:00:00Z')).toEqual([true, '2026-01-05T17:00:00.000Z']);
  });

  it('is not there on holidays, from midnight to midnight', () => {
    expect(ask(hours(WEEK.office, 'Europe/Berlin', ['2026-12-24', '2026-12-25']), '2026-12-23T16:00:00Z')).toEqual([false, '2026-12-28T08:00:00.000Z']);
    expect(ask(hours(WEEK.always, 'Europe/Berlin', ['2026-12-25']), '2026-12-20T00:00:00Z')).toEqual([true, '2026-12-24T23:00:00.000Z']);
    expect(ask(hours(WEEK.always, 'Europe/Berlin', ['2026-12-25']), '2026-12-24T23:00:00Z')).toEqual([false, '2026-12-25T23:00:00.000Z']);
  });

  it('that is always there, never, or not for the next weeks has no moment to name', () => {
    expect(ask(hours(WEEK.always), '2026-03-01T12:00:00Z')).toEqual([true, null]);
    expect(ask(hours(WEEK.never), '2026-03-01T12:00:00Z')).toEqual([false, null]);
    const closedForLong = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
    expect(ask(hours(WEEK.office, 'UTC', closedForLong), '2026-01-01T12:00:00Z')).toEqual([false, null]);
  });

  it('counts as there in a browser that does not know its time zone', () => {
    expect(ask({ ...hours(WEEK.never), timeZone: 'Europe/Not_Yet_Founded' }, '2026-03-01T12:00:00Z')).toEqual([true, null]);
  });
});

describe('when the clock is changed', () => {
  it('opening and closing stay what the clock on the wall says', () => {
    // Berlin goes to summer time on 29 March 2026 and back on 25 October.
    expect(ask(hours(WEEK.office), '2026-03-27T16:00:00Z')).toEqual([false, '2026-03-30T07:00:00.000Z']);
    expect(ask(hours(WEEK.office), '2026-10-23T15:00:00Z')).toEqual([false, '2026-10-26T08:00:00.000Z']);
  });

  it('an hour that is left out is left out', () => {
    const early: Hours['week'] = [[], [], [], [], [], [], [['02:30', '03:30']]];
    expect(ask(hours(early), '2026-03-29T00:00:00Z')).toEqual([false, '2026-03-29T01:00:00.000Z']);
    expect(ask(hours(early), '2026-03-29T01:00:00Z')).toEqual([true, '2026-03-29T01:30:00.000Z']);
    const gone: Hours['week'] = [[], [], [], [], [], [], [['02:10', '02:50']]];
    expect(ask(hours(gone), '2026-03-29T00:00:00Z')).toEqual([false, '2026-04-05T00:10:00.000Z']);
  });

  it('an hour that comes twice is there twice', () => {
    const early: Hours['week'] = [[], [], [], [], [], [], [['02:00', '02:45']]];
    expect(ask(hours(early), '2026-10-25T00:00:00Z')).toEqual([true, '2026-10-25T00:45:00.000Z']);
    expect(ask(hours(early), '2026-10-25T00:45:00Z')).toEqual([false, '2026-10-25T01:00:00.000Z']);
    expect(ask(hours(early), '2026-10-25T01:00:00Z')).toEqual([true, '2026-10-25T01:45:00.000Z']);
  });
});

/** Whether the clock on the wall of that zone stands within a range, asked one minute at a time. */
function bruteForce(set: Hours) {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: set.timeZone, dateStyle: 'short', timeStyle: 'short' });
  const weekday = new Intl.DateTimeFormat('en', { timeZone: set.timeZone, weekday: 'short' });
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  return (at: number): boolean => {
    const [date = '', time = ''] = clock.format(at).split(' ');
    return !set.holidays.includes(date) && (set.week[days.indexOf(weekday.format(at))] ?? []).some(([from, to]) => time >= from && time < to);
  };
}

const time = fc.integer({ min: 0, max: 1_440 }).map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`);
const range = fc.tuple(time, time).filter(([from, to]) => from !== to).map(([from, to]): [string, string] => (from < to ? [from, to] : [to, from]));
/** Zones with summer time of an hour, of half an hour, at midnight, in the south, none, and with odd offsets. */
const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Asuncion', 'Africa/Cairo', 'Asia/Kathmandu', 'UTC', 'America/St_Johns', 'Pacific/Chatham', 'Africa/Casablanca');
/** Around the changes of the clock, and anywhere else. */
const moment = fc.oneof(
  fc.constantFrom('2024-10-05', '2025-03-08', '2025-10-04', '2026-03-28', '2026-10-24', '2026-04-04', '2026-11-01', '2026-04-23').map((day) => Date.parse(`${day}T00:00:00Z`)),
  fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }),
).chain((begin) => fc.integer({ min: 0, max: 48 * 3_600_000 }).map((later) => begin + later));

it('agrees with looking at every minute of the next two days', () => {
  fc.assert(fc.property(zone, moment, fc.array(fc.array(range, { maxLength: 3 }), { minLength: 7, maxLength: 7 }), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 1 }), (timeZone, at, week, off) => {
    const set = hours(week, timeZone, off.map((days) => new Date(at + days * 86_400_000).toISOString().slice(0, 10)));
    const isOpen = bruteForce(set);
    const { open, changesAt } = availabilityAt(set, new Date(at));
    expect(open).toBe(isOpen(at));
    const begin = Math.floor(at / 60_000);
    let minute = begin + 1;
    while (minute < begin + 2_880 && isOpen(minute * 60_000) === open) minute += 1;
    if (minute < begin + 2_880) expect(changesAt?.getTime()).toBe(minute * 60_000);
    else expect(changesAt?.getTime() ?? Infinity).toBeGreaterThanOrEqual(minute * 60_000);
  }), { numRuns: 150 });
}, 120_000);

it('weighs under 0.8 KB in the widget', async () => {
  const { outputFiles } = await esbuild.build({ entryPoints: [join(root, 'shared/availability.ts')], bundle: true, minify: true, write: false, format: 'esm', target: 'safari16.4' });
  expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length).toBeLessThan(800);
});
