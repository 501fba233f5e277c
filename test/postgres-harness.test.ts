import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagedFolder, usableBinaries } from './harness/postgres-binaries.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { temporaryDirectory } from './harness/workplace.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

test('a real Postgres with fsync on, whose committed rows survive a kill', async () => {
  expect(await postgres.query('show fsync')).toEqual([{ fsync: 'on' }]);
  await postgres.createDatabase('shop');
  await postgres.query('create table cheese (name text)', [], 'shop');
  await postgres.query("insert into cheese values ('Brie')", [], 'shop');
  const { port } = postgres;
  await postgres.restart('kill');
  expect(postgres.port).toBe(port);
  expect(await postgres.query('select * from cheese', [], 'shop')).toEqual([{ name: 'Brie' }]);
});

test('frozen, it answers nothing until it is thawed, and then what was asked meanwhile', async () => {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  postgres.freeze();
  let answered = false;
  const answer = client.query('select 1 as one').then(({ rows }) => {
    answered = true;
    return rows;
  });
  const another = new Client({ connectionString: postgres.url, connectionTimeoutMillis: 300 });
  await expect(another.connect()).rejects.toThrow('timeout');
  expect(answered).toBe(false);
  postgres.thaw();
  expect(await answer).toEqual([{ one: 1 }]);
  await client.end();
});

test('programs without their links, in a folder that only its owner may enter, are made usable', async () => {
  // As an installation without install scripts leaves them, in the home of somebody else than Postgres's user.
  const home = temporaryDirectory('home');
  const native = join(home, 'native');
  cpSync(packagedFolder(), native, { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(join(native, 'lib'))) if (lstatSync(join(native, 'lib', name)).isSymbolicLink()) rmSync(join(native, 'lib', name));
  chmodSync(home, 0o700);
  const { postgres: program, runAs } = await usableBinaries(native, 'postgres-binaries-made-usable');
  expect(execFileSync(program, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' })).toContain('PostgreSQL');
});
