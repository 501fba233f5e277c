/**
 * What one client knows of one conversation's log: an unbroken run of entries up to `last`.
 * Pure; used by the widget and the console alike. Whatever order news, answers and repetitions arrive in,
 * an entry is shown once and in its place, or not at all until the log is asked (rules D3, D5, D6).
 */
import type { Catchup, Entry } from './protocol.ts';

export interface Timeline {
  readonly entries: readonly Entry[];
  /** `seq` of the newest entry known; 0: nothing known. What a sync sends. */
  readonly last: number;
  /** There are entries before the first one here. */
  readonly earlier: boolean;
}

export const EMPTY_TIMELINE: Timeline = { entries: [], last: 0, earlier: false };

/** Takes in one entry. `gap`: something before it is missing and it was not taken in; the caller must sync. */
export function addEntry(timeline: Timeline, entry: Entry): { timeline: Timeline; outcome: 'added' | 'known' | 'gap' } {
  if (entry.seq <= timeline.last) return { timeline, outcome: 'known' };
  if (entry.prev !== timeline.last) return { timeline, outcome: 'gap' };
  return { timeline: { ...timeline, entries: [...timeline.entries, entry], last: entry.seq }, outcome: 'added' };
}

/**
 * Takes in the answer to a sync. News may have arrived in the meantime, so entries already known are passed over.
 * "Start over" replaces everything: where it was itself overtaken by news, the next entry shows a gap and asks again.
 * `added`: what was not known before, oldest first.
 */
export function applyCatchup(timeline: Timeline, catchup: Catchup): { timeline: Timeline; added: Entry[]; outcome: 'complete' | 'gap' } {
  if (catchup.answer === 'start-over') {
    const next: Timeline = { entries: catchup.entries, last: catchup.entries.at(-1)?.seq ?? 0, earlier: catchup.earlier };
    return { timeline: next, added: catchup.entries.filter((entry) => entry.seq > timeline.last), outcome: 'complete' };
  }
  const added: Entry[] = [];
  let next = timeline;
  for (const entry of catchup.entries) {
    const step = addEntry(next, entry);
    if (step.outcome === 'gap') return { timeline: next, added, outcome: 'gap' };
    if (step.outcome === 'added') added.push(entry);
    next = step.timeline;
  }
  return { timeline: next, added, outcome: 'complete' };
}

/** Puts an older page (answer to history:load, oldest first) before what is known; entries already here are passed over. */
export function addHistory(timeline: Timeline, page: readonly Entry[], earlier: boolean): Timeline {
  const first = timeline.entries[0]?.seq ?? Number.POSITIVE_INFINITY;
  const older = page.filter((entry) => entry.seq < first);
  return { entries: [...older, ...timeline.entries], last: timeline.last || (older.at(-1)?.seq ?? 0), earlier };
}
