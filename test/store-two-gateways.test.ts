/** Two gateways' stores on one Postgres: what they do at the same moment comes out as if one had come after the other. */
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../gateway/store/open-store.ts';
import type { AppendCommand, Appended, Store } from '../gateway/store/store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { testMember, testWorkspace } from './harness/store.ts';

let postgres: Postgres;
let stores: [Store, Store];

beforeAll(async () => {
  postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase();
  stores = [await openStore({ dataDir: '', databaseUrl }), await openStore({ dataDir: '', databaseUrl })];
  await stores[0].createWorkspace(testWorkspace());
  await stores[0].addMember('demo', testMember({ id: 'ada' }));
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await postgres.stop();
});

const entryOf = ({ entry }: Appended): string => `${entry?.conversationId}.${entry?.seq}`;

function start(visitorId: string, clientId = nanoid(), conversationClientId = nanoid()): AppendCommand {
  return { kind: 'start', author: { kind: 'visitor', id: visitorId, name: null }, conversationId: nanoid(), conversationClientId, clientId, text: 'Hello', page: null };
}

it('[D2] the same message by both at once is stored once, and both answer the same entry', async () => {
  for (let round = 0; round < 30; round += 1) {
    const visitorId = nanoid();
    const begin = start(visitorId);
    const { conversation: { id: conversationId } } = await stores[0].append('demo', begin);
    const message: AppendCommand = { kind: 'message', author: begin.author, conversationId, clientId: nanoid(), text: 'Again?', page: null };
    const [one, two] = await Promise.all(stores.map((store) => store.append('demo', message)));
    if (!one || !two) throw new Error('no answer');
    expect(entryOf(two)).toBe(entryOf(one));
    expect(one.added.length + two.added.length).toBe(1);
  }
});

it('[D2] the same name for two things at once, a start and a message, is one of them', async () => {
  for (let round = 0; round < 30; round += 1) {
    const visitorId = nanoid();
    const begin = start(visitorId);
    const { conversation: { id: conversationId } } = await stores[0].append('demo', begin);
    const clientId = nanoid();
    const answers = await Promise.all([
      stores[0].append('demo', { kind: 'message', author: begin.author, conversationId, clientId, text: 'Which?', page: null }),
      stores[1].append('demo', start(visitorId, clientId)),
    ]);
    expect(new Set(answers.map(entryOf)).size).toBe(1);
  }
});

it('[D3] one conversation filled through both is one log without holes, and no batch waits for another in a circle', async () => {
  const begun = await Promise.all([start('left'), start('right')].map((command) => stores[0].append('demo', command)));
  const ids = begun.map(({ conversation }) => conversation.id);
  await Promise.all(stores.flatMap((store, which) => Array.from({ length: 200 }, (_, index) => store.append('demo', {
    kind: 'message', author: { kind: 'agent', id: 'ada', name: 'Ada' }, conversationId: ids[(index + which) % 2] ?? '', clientId: nanoid(), text: `${which} ${index}`, page: null,
  }))));
  for (const id of ids) {
    const { conversations: [found] } = await stores[1].sync('demo', { kind: 'agent', memberId: 'ada' }, [{ id, seq: 1 }]);
    const entries = found?.catchup.entries ?? [];
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 2));
    for (const which of ['0', '1']) {
      const own = entries.flatMap((entry) => (entry.kind === 'message' && entry.text.startsWith(`${which} `) ? [Number(entry.text.slice(2))] : []));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  }
});
