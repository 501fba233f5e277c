/**
 * The gateway with a mistake in it: what it is told to do wrong stands in MUTANT. For the tests of the fault tests, which have to find
 * each of them. Everything but the store's answers is the real thing.
 */
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { createApp } from '../../gateway/app.ts';
import { readAssets } from '../../gateway/assets.ts';
import { filesDirOf, readConfig } from '../../gateway/config.ts';
import { diskStorage } from '../../gateway/file-storage.ts';
import { createLogger } from '../../gateway/logger.ts';
import { openStore } from '../../gateway/store/open-store.ts';
import type { Appended, AppendCommand, Store, StoredEntry } from '../../gateway/store/store.ts';

/** Everything the real gateway does, but … */
const MUTANTS: Readonly<Record<string, (store: Store) => Store>> = {
  none: (store) => store,
  'ack before the commit': ackBeforeCommit,
  'no de-duplication': withoutDeduplication,
  'broadcasts lost without repair': broadcastsLost,
  'a seq skipped': seqSkipped,
};

/** … answers as soon as it can tell what the answer will be, and commits a moment later. */
function ackBeforeCommit(store: Store): Store {
  const known = new Map<string, Appended>();
  return {
    ...store,
    async append(workspaceId, command) {
      const before = known.get(command.conversationId);
      if (!before || command.kind !== 'message' || before.entry?.kind !== 'message') {
        const appended = await store.append(workspaceId, command);
        if (appended.entry) known.set(command.conversationId, appended);
        return appended;
      }
      const entry = entryAfter(before.entry, command);
      const promised: Appended = { ...before, entry, added: [entry], repeated: false };
      known.set(command.conversationId, promised);
      setTimeout(() => { store.append(workspaceId, command).catch(() => {}); }, 150);
      return promised;
    },
  };
}

function entryAfter(last: StoredEntry, { author, clientId, ...command }: AppendCommand): StoredEntry {
  return {
    ...last, kind: 'message', text: 'text' in command ? command.text : '', author, clientId, seq: last.seq + 1, prev: last.seq, prevVisible: last.seq,
    id: `${last.conversationId}.${last.seq + 1}`, at: new Date().toISOString(),
  };
}

/** … stores what it is sent under a new name each time. */
function withoutDeduplication(store: Store): Store {
  return {
    ...store,
    async append(workspaceId, command) {
      const appended = await store.append(workspaceId, { ...command, clientId: nanoid() });
      const named = appended.entry && { ...appended.entry, clientId: command.clientId };
      return { ...appended, entry: named, added: appended.added.map((entry) => (entry.seq === named?.seq ? named : entry)) };
    },
  };
}

/** … loses every tenth broadcast, and tells nobody who asks whether something is missing. */
function broadcastsLost(store: Store): Store {
  let appends = 0;
  return {
    ...store,
    async append(workspaceId, command) {
      const appended = await store.append(workspaceId, command);
      appends += 1;
      return appends % 10 === 0 ? { ...appended, added: [] } : appended;
    },
    sync: (async (workspaceId: string, audience: { kind: 'agent'; memberId: string }, known: Array<{ id: string; seq: number }>) => {
      const answer = await store.sync(workspaceId, audience, known);
      const held = new Set(known.filter(({ seq }) => seq > 0).map(({ id }) => id));
      return { ...answer, conversations: answer.conversations.map((one) => (held.has(one.conversation.id) ? { ...one, catchup: { answer: 'entries', entries: [] } } : one)) };
    }) as Store['sync'],
  };
}

/** … counts one too many from some entry of each conversation on. */
function seqSkipped(store: Store): Store {
  return {
    ...store,
    async append(workspaceId, command) {
      const appended = await store.append(workspaceId, command);
      const renumbered = (entry: StoredEntry): StoredEntry => (entry.seq <= 5 ? entry : { ...entry, seq: entry.seq + 1, prev: entry.seq === 6 ? 5 : entry.prev + 1 });
      return { ...appended, entry: appended.entry && renumbered(appended.entry), added: appended.added.map(renumbered) };
    },
  };
}

const config = readConfig(process.env);
const mutate = MUTANTS[process.env.MUTANT ?? ''];
if (!mutate) throw new Error(`There is no mutant "${process.env.MUTANT}"; there are ${Object.keys(MUTANTS).join(', ')}`);
const logger = createLogger(config.logLevel);
const store = await openStore({ dataDir: config.dataDir });
const app = await createApp({ config, store: mutate(store), storage: diskStorage(filesDirOf(config)), assets: await readAssets(join(import.meta.dirname, '../..'), config.workspace), logger });
const { port } = await app.listen();
process.stdout.write(`http://localhost:${port}\n`);
process.on('SIGTERM', () => void app.close().then(() => store.close()).then(() => process.exit(0)));
