/** What somebody reads whose database is not there, not theirs, or not of this version. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from 'pg';
import { explainStartProblem } from '../gateway/start-problems.ts';
import { readMigrations } from '../gateway/store/migrate.ts';
import { openStore, type OpenStoreOptions } from '../gateway/store/open-store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { startSupabase, type Supabase } from './harness/supabase.ts';
import { testWorkspace } from './harness/store.ts';
import { until } from './harness/until.ts';

/** What a start with these settings says; null: it starts. */
async function said(options: Partial<OpenStoreOptions>): Promise<string | null> {
  try {
    await (await openStore({ dataDir: '', ...options })).close();
    return null;
  } catch (error) {
    return explainStartProblem(error, { port: 0, host: null, dataDir: '' });
  }
}

describe('a Postgres server', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  const at = (change: (url: URL) => void): { databaseUrl: string } => {
    const url = new URL(postgres.url);
    change(url);
    return { databaseUrl: url.href };
  };

  test('that cannot be used is explained, and no password is shown', async () => {
    const cases: Array<[string, { databaseUrl: string }]> = [
      ['refuses the password', at((url) => { url.password = 'a-wrong-secret'; })],
      ['wants a password', at((url) => { url.password = ''; })],
      ['has no database of this name', at((url) => { url.pathname = '/nothing'; })],
      ['nothing listens there', at((url) => { url.port = '1'; })],
      ['there is no host of this name', at((url) => { url.hostname = 'nowhere.invalid'; })],
      ['has no TLS, but sslmode asks for it', at((url) => { url.searchParams.set('sslmode', 'require'); })],
    ];
    for (const [says, options] of cases) {
      const sentence = await said(options);
      expect(sentence).toContain(says);
      expect(sentence).toContain('(DATABASE_URL)');
      expect(sentence).not.toMatch(/wrong-secret|kettle-on-the-stove/);
    }
  });

  test('that is frozen is given up after some seconds', async () => {
    postgres.freeze();
    try {
      expect(await said({ databaseUrl: postgres.url })).toContain('it does not answer');
    } finally {
      postgres.thaw();
    }
  });

  test('that is not there yet is waited for, where that is wanted', async () => {
    await postgres.stop();
    const told: string[] = [];
    const opening = openStore({ dataDir: '', databaseUrl: postgres.url, patienceMs: 60_000, onProgress: (message) => told.push(message) });
    const waiting = (): string[] => told.filter((message) => message.startsWith('Waiting'));
    await until(() => waiting().length > 0, { what: 'it to wait' });
    await postgres.start();
    await (await opening).close();
    expect(waiting()).toHaveLength(1);
  });

  test('may be used by a user who owns nothing but was given the functions, when the schema is there', async () => {
    const name = 'granted';
    const databaseUrl = await postgres.createDatabase(name);
    await postgres.query("create role clerk login password 'clerk'", [], name);
    const asClerk = { databaseUrl: databaseUrl.replace(/\/\/.*@/, '//clerk:clerk@') };
    expect(await said(asClerk)).toContain('npx miradesk migrate');
    await (await openStore({ dataDir: '', databaseUrl })).close();
    await postgres.query('grant usage on schema miradesk to clerk', [], name);
    await postgres.query('grant execute on all functions in schema miradesk to clerk', [], name);
    expect(await said(asClerk)).toBeNull();
  });

  test('with TLS where there is any, and without where there is none, for sslmode=prefer', async () => {
    expect(await said(at((url) => { url.searchParams.set('sslmode', 'prefer'); }))).toBeNull();
  });

  test('gets a schema from a start, and what the gateway stores stays there', async () => {
    const databaseUrl = await postgres.createDatabase('kept');
    const store = await openStore({ dataDir: '', databaseUrl });
    await store.createWorkspace(testWorkspace('kept'));
    await store.close();
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    expect((await client.query('select id from miradesk.workspaces')).rows).toEqual([{ id: 'kept' }]);
    await client.end();
  });
});

describe('a Supabase project', () => {
  let supabase: Supabase;
  beforeAll(async () => {
    supabase = await startSupabase();
  });
  afterAll(() => supabase.stop());
  beforeEach(() => supabase.sql('drop schema if exists miradesk cascade; drop schema if exists supabase_migrations cascade'));

  const settings = (change: Partial<OpenStoreOptions> = {}): Partial<OpenStoreOptions> => ({ supabaseUrl: supabase.url, supabaseSecretKey: supabase.secretKey, ...change });

  test('without our schema, or with an older or a newer one, is explained', async () => {
    const all = await readMigrations();
    expect(await said(settings())).toMatch(/has no schema for MiraDesk, or an old one\. .*npx miradesk migrate.*supabase db push/);
    await supabase.push(all.length - 1);
    const last = all.at(-1);
    expect(await said(settings())).toMatch(new RegExp(`older than this MiraDesk: it lacks ${last?.version}_${last?.name}\\. .*npx miradesk migrate`));
    await supabase.push();
    expect(await said(settings())).toBeNull();
    await supabase.sql("insert into supabase_migrations.schema_migrations values ('20290101000000', array['create table public.mine (id int)'], 'mine')");
    expect(await said(settings())).toBeNull();
    await supabase.sql("insert into supabase_migrations.schema_migrations values ('20290102000000', array['create table miradesk.more (id int)'], 'more')");
    expect(await said(settings())).toMatch(/newer MiraDesk.*20290102000000_more/);
  });

  test('that cannot be used is explained, and no key is shown', async () => {
    await supabase.push();
    const cases: Array<[string, Partial<OpenStoreOptions>]> = [
      ['refuses the key', settings({ supabaseSecretKey: 'sb_secret_wrong' })],
      ['refuses the key', settings({ supabaseSecretKey: 'sb_publishable_for_tests' })],
      ['cannot be reached', settings({ supabaseUrl: new URL('http://127.0.0.1:9') })],
    ];
    for (const [says, options] of cases) {
      const sentence = await said(options);
      expect(sentence).toContain(says);
      expect(sentence).not.toMatch(/sb_secret_wrong|sb_publishable_for/);
    }
  });

  test('[D2] that answers nothing fails calls in time, and goes on when it is back', async () => {
    await supabase.push();
    const store = await openStore({ dataDir: '', ...settings({ databaseTimeoutMs: 600, databasePool: 2 }) });
    await store.createWorkspace(testWorkspace('slow'));
    supabase.signal('SIGSTOP');
    try {
      // More than may be asked at once: those that wait for their turn are not held up for longer.
      const calls = await Promise.allSettled(Array.from({ length: 6 }, () => store.workspace('slow')));
      expect(calls.map((call) => (call.status === 'rejected' ? (call.reason as { code: string }).code : 'answered'))).toEqual(Array.from({ length: 6 }, () => 'unavailable'));
    } finally {
      supabase.signal('SIGCONT');
    }
    await expect.poll(() => store.workspace('slow').then((workspace) => workspace?.id, () => null)).toBe('slow');
    await store.close();
  });
});
