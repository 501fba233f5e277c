/**
 * The inbox's logs against the log itself: news are lost, doubled and overtaken, answers come late and are old by then, connections break,
 * conversations are left and opened again. What is shown is always an unbroken run of the log, and a heartbeat or two complete it.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLogs } from '../console/logs.ts';
import type { Catchup, Entry } from '../shared/protocol.ts';
import { conversation, fakeConnection, message, news, ok } from './console-fakes.ts';

/** What the gateway would answer instead of more entries than this. */
const MOST_ENTRIES = 6;
const PAGE = 3;

const tick = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const id = fc.constantFrom('a', 'b');

const steps = fc.array(fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('written' as const), id, fate: fc.constantFrom('told', 'told', 'lost', 'twice', 'late') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('open' as const), id }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('beat' as const), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('back' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('earlier' as const), id }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('breathe' as const), turns: fc.integer({ min: 1, max: 4 }) }) },
), { minLength: 5, maxLength: 60, size: 'max' });

it('[D3] [D5] [D6] what an agent is shown is an unbroken run of the log, each entry is news once, and a heartbeat completes it', async () => {
  await fc.assert(fc.asyncProperty(steps, fc.scheduler(), fc.infiniteStream(fc.constantFrom('answered', 'answered', 'answered', 'lost')), async (script, scheduler, fates) => {
    const written: Record<string, Entry[]> = { a: [], b: [] };
    const connection = fakeConnection();
    const told: string[] = [];
    const logs = createLogs({ connection, inbox: { take: () => {} }, onEntry: (entry) => told.push(`${entry.conversationId}.${entry.seq}`) });
    const late: Entry[] = [];
    let calm = false;
    const tell = (entry: Entry): void => connection.tell('entry:created', { entry, conversation: news(entry.conversationId) });
    /** The request travels, is answered from the log as it is then, and the answer travels; or the connection breaks. */
    const travel = async <T>(answer: () => T): Promise<T> => {
      await scheduler.schedule(Promise.resolve());
      const data = answer();
      await scheduler.schedule(Promise.resolve());
      if (!calm && fates.next().value === 'lost') throw new Error('The connection was lost');
      return data;
    };
    connection.answer('log:sync', async ({ conversations }) => ok(await travel(() => ({
      conversations: conversations.map((known) => ({ conversation: conversation(known.id, { head: written[known.id]?.length ?? 0 }), catchup: catchupOf(written[known.id] ?? [], known.seq) })), gone: [],
    }))));
    connection.answer('history:load', async ({ conversationId, before, limit = PAGE }) => ok(await travel(() => {
      const older = (written[conversationId] ?? []).filter(({ seq }) => seq < before);
      return { entries: older.slice(-Math.min(limit, PAGE)), earlier: older.length > PAGE };
    })));
    const opened = new Map<string, ReturnType<typeof logs.open>>();
    const turns = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn += 1) {
        await tick();
        if (scheduler.count() > 0) await scheduler.waitOne();
      }
      await tick();
    };
    const check = (): void => {
      for (const [name, log] of opened) {
        const { entries, last, earlier } = log.timeline.value;
        const from = (entries[0]?.seq ?? 1) - 1;
        expect(entries).toEqual((written[name] ?? []).slice(from, from + entries.length));
        expect(last).toBe(entries.at(-1)?.seq ?? 0);
        expect(earlier).toBe(from > 0);
      }
      expect(new Set(told).size).toBe(told.length);
    };

    for (const step of script) {
      switch (step.kind) {
        case 'written': {
          const entry = message(step.id, (written[step.id]?.length ?? 0) + 1);
          written[step.id]?.push(entry);
          if (step.fate === 'late') late.push(entry);
          else if (step.fate !== 'lost') for (const again of step.fate === 'twice' ? [entry, entry] : [entry]) tell(again);
          break;
        }
        case 'open': opened.set(step.id, logs.open(step.id)); break;
        case 'beat': if (opened.has(step.id)) void logs.sync([step.id]); break;
        case 'back': void logs.sync(); break;
        case 'earlier': void logs.loadEarlier(step.id); break;
        case 'breathe':
          await turns(step.turns);
          for (const entry of late.splice(0)) tell(entry);
          break;
      }
      check();
    }

    calm = true;
    for (let beat = 0; beat < 2; beat += 1) {
      for (const name of opened.keys()) void logs.sync([name]);
      for (let patience = 0; patience < 500 && (patience === 0 || scheduler.count() > 0); patience += 1) await turns(1);
      check();
    }
    for (const [name, log] of opened) expect(log.timeline.value.last).toBe(written[name]?.length);
    logs.dispose();
  }), { numRuns: 200 });
});

/** The answer of rule D5, as the gateway gives it. */
function catchupOf(log: readonly Entry[], seq: number): Catchup {
  const missed = log.slice(seq);
  return missed.length > MOST_ENTRIES ? { answer: 'start-over', entries: log.slice(-PAGE), earlier: log.length > PAGE } : { answer: 'entries', entries: [...missed] };
}
