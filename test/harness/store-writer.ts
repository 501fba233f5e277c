/**
 * A process that holds a data folder, or writes into its store, until it is killed: `node store-writer.ts DATA_DIR lock|write NAME`.
 * With `lock` it prints `locked` or the error's name. With `write` it prints a line for each acknowledged message: CONVERSATION CLIENT_ID SEQ.
 */
import { writeSync } from 'node:fs';
import { lockData } from '../../gateway/store/data-lock.ts';
import { openStore } from '../../gateway/store/open-store.ts';
import { makeSeed } from '../../gateway/store/seed.ts';
import { testWorkspace } from './store.ts';

const [dataDir = '', does, name = ''] = process.argv.slice(2);

/** At once, past all buffers: what was acknowledged must be known also when the process is killed right after. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}

if (does === 'lock') {
  try {
    await lockData(dataDir);
    print('locked');
  } catch (error) {
    print(error instanceof Error ? error.name : String(error));
  }
  setInterval(() => {}, 60_000);
} else {
  const store = await openStore({ dataDir, seed: await makeSeed() });
  if (!(await store.workspace('demo'))) await store.createWorkspace(testWorkspace());
  const write = async (which: number): Promise<never> => {
    const author = { kind: 'visitor' as const, id: `v${which}`, name: null };
    await store.append('demo', {
      kind: 'start', author, clientId: 'start', conversationId: `k${which}`, conversationClientId: 'first', text: 'start', page: null,
    });
    for (let index = 0; ; index += 1) {
      const clientId = `${name}-${index}`;
      const { entry } = await store.append('demo', { kind: 'message', author, conversationId: `k${which}`, clientId, text: clientId, page: null });
      print(`${which} ${clientId} ${entry?.seq}`);
    }
  };
  await Promise.all([write(0), write(1), write(2)]);
}
