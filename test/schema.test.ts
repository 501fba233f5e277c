/** supabase/schema.sql is what the migrations make, on both databases and on both ways there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, readMigrations } from '../gateway/store/migrate.ts';
import { createPostgres } from '../gateway/store/postgres.ts';
import { root } from './harness/build.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { dumpSchema, ROLES } from './harness/schema-dump.ts';

let postgres: Postgres;
let kept = '';
beforeAll(async () => {
  kept = await readFile(join(root, 'supabase/schema.sql'), 'utf8');
  postgres = await startPostgres();
  await postgres.query(ROLES);
});
afterAll(() => postgres.stop());

/** Makes a database on the server, lets `make` fill it, and dumps it. */
async function dumpOf(make: (client: Client, url: string) => Promise<unknown>): Promise<string> {
  const url = await postgres.createDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await make(client, url);
    return await dumpSchema(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows);
  } finally {
    await client.end();
  }
}

test('on PGlite the migrations make what supabase/schema.sql says (else: npm run schema)', async () => {
  const database = await PGlite.create();
  await database.exec(ROLES);
  await migrate(database, await readMigrations());
  expect(await dumpSchema(async (sql) => (await database.query<Record<string, unknown>>(sql)).rows)).toBe(kept);
  await database.close();
});

test('on Postgres they make the same', async () => {
  expect(await dumpOf(async (_, url) => {
    const { migrations, close } = createPostgres({ url });
    await migrate(migrations, await readMigrations());
    await close();
  })).toBe(kept);
});

test('they make the same one after another by themselves, as the Supabase CLI applies them', async () => {
  expect(await dumpOf(async (client) => {
    for (const { sql } of await readMigrations()) await client.query(sql);
  })).toBe(kept);
});

test('supabase/schema.sql leaves nothing out: run on an empty database, it makes the same', async () => {
  expect(await dumpOf((client) => client.query(kept))).toBe(kept);
});
