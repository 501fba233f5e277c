import { afterAll, beforeAll } from 'vitest';
import { openStoreAndRpc } from '../gateway/store/open-store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { storeContract } from './store-contract.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

storeContract('Postgres', async () => {
  const opened = await openStoreAndRpc({ dataDir: '', databaseUrl: await postgres.createDatabase() });
  return { ...opened, close: () => opened.store.close() };
});
