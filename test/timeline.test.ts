import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../shared/protocol.ts';
import { addEntry, addHistory, applyCatchup, EMPTY_TIMELINE, type Timeline } from '../shared/timeline.ts';

/** A log as one audience sees it: `seq` has holes where an entry was for others, `prev` bridges them. */
function logOf(seqs: number[]): Entry[] {
  return seqs.map((seq, index) => ({
    kind: 'message', id: `c.${seq}`, conversationId: 'c', seq, prev: seqs[index - 1] ?? 0, text: `text ${seq}`, clientId: null,
    author: { kind: 'agent', id: 'ana', name: 'Ana' }, at: '2026-03-01T12:00:00.000Z',
  }));
}

const LOG = logOf([1, 2, 5, 6, 9]);
const seqsOf = (timeline: Timeline): number[] => timeline.entries.map(({ seq }) => seq);
const known = (count: number): Timeline => applyCatchup(EMPTY_TIMELINE, { answer: 'entries', entries: LOG.slice(0, count) }).timeline;

describe('addEntry', () => {
  it('[D3] takes the next entry, although seq has a hole for what is not for this audience', () => {
    const { timeline, outcome } = addEntry(known(2), LOG[2] as Entry);
    expect(outcome).toBe('added');
    expect(seqsOf(timeline)).toEqual([1, 2, 5]);
  });

  it('[D2] passes over an entry it has', () => {
    const before = known(3);
    expect(addEntry(before, LOG[1] as Entry)).toEqual({ timeline: before, outcome: 'known' });
  });

  it('[D3] tells when something before it is missing, and does not take it in', () => {
    const before = known(2);
    expect(addEntry(before, LOG[3] as Entry)).toEqual({ timeline: before, outcome: 'gap' });
  });
});

describe('applyCatchup', () => {
  it('[D5] takes in the entries missed, and says which are new', () => {
    const { timeline, added, outcome } = applyCatchup(known(2), { answer: 'entries', entries: LOG.slice(1) });
    expect(outcome).toBe('complete');
    expect(added.map(({ seq }) => seq)).toEqual([5, 6, 9]);
    expect(timeline.last).toBe(9);
  });

  it('[D5] starts over with the newest page', () => {
    const { timeline, added } = applyCatchup(known(2), { answer: 'start-over', entries: LOG.slice(3), earlier: true });
    expect(seqsOf(timeline)).toEqual([6, 9]);
    expect(timeline.earlier).toBe(true);
    expect(added.map(({ seq }) => seq)).toEqual([6, 9]);
  });

  it('[D6] an answer that news overtook loses nothing for good: the next entry shows the gap', () => {
    const { timeline } = applyCatchup(known(5), { answer: 'start-over', entries: LOG.slice(0, 4), earlier: false });
    const next = { ...(LOG[4] as Entry), seq: 10, prev: 9 };
    expect(addEntry(timeline, next).outcome).toBe('gap');
  });
});

describe('addHistory', () => {
  it('puts an older page before, without what is there already', () => {
    const newest = applyCatchup(EMPTY_TIMELINE, { answer: 'start-over', entries: LOG.slice(2), earlier: true }).timeline;
    const whole = addHistory(newest, LOG.slice(0, 3), false);
    expect(seqsOf(whole)).toEqual([1, 2, 5, 6, 9]);
    expect(whole).toMatchObject({ earlier: false, last: 9 });
  });
});

describe('whatever order things arrive in', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 25, size: 'max' });
  const at = fc.nat(24);
  const steps = fc.array(fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('news' as const), at }) },
    // `head`: how far the log was when the answer was written; `asked`: where the client was when it asked.
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('entries' as const), head: at, asked: at }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('start-over' as const), head: at, page: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('history' as const), page: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  ), { minLength: 5, maxLength: 80, size: 'max' });

  it('[D3] [D5] what is shown is an unbroken run of the log, and one sync completes it', () => {
    fc.assert(fc.property(gaps, steps, (holes, order) => {
      let seq = 0;
      const log = logOf(holes.map((hole) => (seq += hole)));
      const upTo = (head: number): Entry[] => log.slice(0, (head % log.length) + 1);
      let timeline = EMPTY_TIMELINE;
      for (const step of order) {
        switch (step.kind) {
          case 'news':
            timeline = addEntry(timeline, log[step.at % log.length] as Entry).timeline;
            break;
          case 'entries': {
            // Asked and answered long ago, perhaps: it begins after something the client has or has not, and ends anywhere.
            const asked = Math.min(timeline.last, log[step.asked % log.length]?.seq ?? 0);
            timeline = applyCatchup(timeline, { answer: 'entries', entries: upTo(step.head).filter((entry) => entry.seq > asked) }).timeline;
            break;
          }
          case 'start-over': {
            const all = upTo(step.head);
            const before = timeline;
            const { added, timeline: next } = applyCatchup(timeline, { answer: 'start-over', entries: all.slice(-step.page), earlier: all.length > step.page });
            expect(added.map((entry) => entry.seq)).toEqual(seqsOf(next).filter((one) => one > before.last));
            timeline = next;
            break;
          }
          case 'history': {
            // Clients ask for what is before their first entry, and drop an answer that comes after they have started over.
            const first = timeline.entries[0]?.seq;
            if (first === undefined || !timeline.earlier) break;
            const older = log.filter((entry) => entry.seq < first);
            timeline = addHistory(timeline, older.slice(-step.page), older.length > step.page);
            break;
          }
          case 'crash':
            timeline = EMPTY_TIMELINE;
            break;
        }
        const from = log.findIndex((entry) => entry.seq === timeline.entries[0]?.seq);
        expect(timeline.entries).toEqual(from < 0 ? [] : log.slice(from, from + timeline.entries.length));
        expect(timeline.last).toBe(timeline.entries.at(-1)?.seq ?? 0);
        expect(timeline.earlier).toBe(from > 0);
      }
      const { last } = timeline;
      const done = applyCatchup(timeline, { answer: 'entries', entries: log.filter((entry) => entry.seq > last) });
      expect(done.outcome).toBe('complete');
      expect(done.timeline.entries).toEqual(log.slice(-done.timeline.entries.length));
    }), { numRuns: 300 });
  });
});
