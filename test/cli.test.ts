import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../gateway/cli.ts';
import { addMember, addWorkspace, changeWorkspace, listWorkspaces, OperatorError, setMemberPassword } from '../gateway/operator.ts';
import { verifyPassword } from '../gateway/passwords.ts';
import { lockData } from '../gateway/store/data-lock.ts';
import { readMigrations } from '../gateway/store/migrate.ts';
import { openStore } from '../gateway/store/open-store.ts';
import type { Store } from '../gateway/store/store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { openTestStore, prepareDataDir, type TestStore } from './harness/store.ts';
import { temporaryDirectory } from './harness/workplace.ts';

let dataDir = '';
beforeAll(async () => {
  dataDir = temporaryDirectory('cli');
  await prepareDataDir(dataDir);
});

interface Said { code: number; out: string; err: string }

const run = (...args: string[]): Promise<Said> => runIn({ DATA_DIR: dataDir }, ...args);

async function runIn(environment: Record<string, string>, ...args: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const code = await runCli(args, environment, { out: (text) => { said.out += text; }, err: (text) => { said.err += text; } });
  return { code, ...said };
}

async function withStore<T>(look: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ dataDir });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

describe('miradesk', () => {
  test('makes a workspace with its owner, changes it and lists it', async () => {
    expect(await run('workspace', 'add', 'cheese', '--name', 'Cheese & Co', '--owner-email', 'olive@example.com', '--owner-password', 'correct horse', '--origins', 'https://cheese.example'))
      .toEqual({ code: 0, out: 'The workspace "cheese" is there. Its owner signs in with olive@example.com.\n', err: '' });
    expect((await run('workspace', 'set', 'cheese', '--origins', 'https://cheese.example,https://*.cheese.example')).code).toBe(0);
    expect((await run('workspace', 'list')).out).toBe('cheese  Cheese & Co  (https://cheese.example, https://*.cheese.example)\n');
    const owner = await withStore((store) => store.memberForSignIn('cheese', 'olive@example.com'));
    expect(owner).toMatchObject({ role: 'owner', name: 'olive' });
    expect(await verifyPassword('correct horse', owner?.passwordHash ?? null)).toBe(true);
  });

  test('makes a password where none is given, and prints it once', async () => {
    await run('workspace', 'add', 'bread', '--name', 'Bread', '--owner-email', 'olive@example.com', '--owner-password', 'correct horse');
    const { out } = await run('member', 'add', 'bread', '--name', 'Ben', '--email', 'ben@example.com');
    const [, made = ''] = /the password (\S+) \(shown this once\)/.exec(out) ?? [];
    expect(await withStore(async (store) => verifyPassword(made, (await store.memberForSignIn('bread', 'ben@example.com'))?.passwordHash ?? null))).toBe(true);
    expect((await run('member', 'password', 'bread', 'BEN@example.com', '--password', 'a new password')).out).toMatch(/^Ben signs in with/);
    expect(await withStore(async (store) => verifyPassword('a new password', (await store.memberForSignIn('bread', 'ben@example.com'))?.passwordHash ?? null))).toBe(true);
  });

  test('explains itself, and what it does not understand', async () => {
    for (const args of [[], ['--help'], ['workspace', 'add', '-h']]) expect(await run(...args)).toMatchObject({ code: 0, out: expect.stringContaining('Usage: miradesk'), err: '' });
    for (const [args, says] of [
      [['dance'], 'There is no command "dance".'], [['toString'], 'There is no command'], [['workspace', 'list', 'all'], 'takes nothing after it'],
      [['workspace', 'add'], 'takes 1 word after it'], [['workspace', 'list', '--name', 'x'], 'has no option --name'], [['workspace', 'add', 'x', '--name', 'X'], 'needs --owner-email'],
      [['workspace', 'list', '--colour'], '--colour'],
    ] as const) {
      expect(await run(...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(says) });
    }
  });

  test('asks for the gateway to be stopped while it runs', async () => {
    const lock = await lockData(dataDir);
    expect(await run('workspace', 'list')).toEqual({ code: 1, out: '', err: expect.stringMatching(new RegExp(`process ${process.pid}.*\n.*was not carried out`)) });
    await lock.release();
    expect((await run('workspace', 'list')).code).toBe(0);
  });

  test('brings the schema up to date and says what it did', async () => {
    expect(await run('migrate')).toEqual({ code: 0, out: 'The schema is up to date; there was nothing to apply.\n', err: '' });
    const fresh = { DATA_DIR: temporaryDirectory('cli-fresh') };
    const applied = (await readMigrations()).map(({ version, name }) => `Applied ${version}_${name}\n`).join('');
    expect(await runIn(fresh, 'migrate')).toEqual({ code: 0, out: `${applied}The schema is up to date.\n`, err: '' });
    expect((await runIn(fresh, 'migrate')).out).toBe('The schema is up to date; there was nothing to apply.\n');
  });

  test('tells where the data may be when the settings say it twice, or by half', async () => {
    const both = { DATABASE_URL: 'postgresql://localhost/x', SUPABASE_URL: 'https://x.supabase.co', SUPABASE_SECRET_KEY: 'sb_secret_x' };
    expect(await runIn(both, 'workspace', 'list')).toMatchObject({ code: 1, err: expect.stringContaining('DATABASE_URL and SUPABASE_URL are both set') });
    expect(await runIn({ SUPABASE_URL: 'https://x.supabase.co' }, 'workspace', 'list')).toMatchObject({ code: 1, err: expect.stringContaining('SUPABASE_SECRET_KEY is not') });
    expect(await runIn({ DATABASE_URL: 'mysql://u:a-secret@h/x' }, 'replay')).toEqual({ code: 1, out: '', err: expect.not.stringContaining('a-secret') });
  });

  test('is a program', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../gateway/cli.ts'), '--help']);
    expect(stdout).toContain('Usage: miradesk');
  });
});

describe('miradesk with a Postgres server', () => {
  let postgres: Postgres;
  let environment: Record<string, string>;
  beforeAll(async () => {
    postgres = await startPostgres();
    environment = { DATABASE_URL: await postgres.createDatabase() };
  });
  afterAll(() => postgres.stop());

  test('makes the schema, and works beside a gateway that has the database open', async () => {
    expect((await runIn(environment, 'migrate')).out).toMatch(/^Applied 20\d{12}_tables\n(Applied .*\n)+The schema is up to date\.\n$/);
    // A project of Supabase is migrated by its connection string, and its own settings may be there as well.
    const withSupabase = { ...environment, SUPABASE_URL: 'https://x.supabase.co', SUPABASE_SECRET_KEY: 'sb_secret_x' };
    expect((await runIn(withSupabase, 'migrate')).out).toBe('The schema is up to date; there was nothing to apply.\n');
    const store = await openStore({ dataDir: '', databaseUrl: environment.DATABASE_URL ?? '' });
    expect((await runIn(environment, 'workspace', 'add', 'cheese', '--name', 'Cheese', '--owner-email', 'o@example.com', '--owner-password', 'correct horse')).code).toBe(0);
    expect((await store.workspace('cheese'))?.name).toBe('Cheese');
    expect(await runIn(environment, 'replay')).toMatchObject({ code: 0, out: 'Replayed 0 entries of 0 conversations in 1 workspace: all agree with what is stored.\n' });
    await store.close();
  });

  test('says what is wrong when it cannot be reached', async () => {
    const url = new URL(environment.DATABASE_URL ?? '');
    url.port = '1';
    expect(await runIn({ DATABASE_URL: url.href }, 'migrate')).toEqual({ code: 1, out: '', err: expect.stringMatching(/cannot be reached: nothing listens there\..*DATABASE_URL/) });
  });
});

describe('the operator', () => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore();
    await addWorkspace(opened.store, { id: 'twice', name: 'Twice', ownerEmail: 'o@example.com', ownerPassword: 'correct horse', origins: undefined });
  });
  afterAll(() => opened.close());

  const workspace = { id: 'other', name: 'X', ownerEmail: 'o@example.com', ownerPassword: 'correct horse', origins: undefined };
  const member = { workspace: 'twice', name: 'X', email: 'x@example.com', role: undefined, password: 'correct horse' };
  test.each<[string, (store: Store) => Promise<unknown>]>([
    ['There is a workspace "twice" already.', (store) => addWorkspace(store, { ...workspace, id: 'twice' })],
    ['The ID is "Not An Id"', (store) => addWorkspace(store, { ...workspace, id: 'Not An Id' })],
    ['--name wants from 1 to 80', (store) => addWorkspace(store, { ...workspace, name: ' ' })],
    ['--owner-email is "nobody"', (store) => addWorkspace(store, { ...workspace, ownerEmail: 'nobody' })],
    ['--owner-password wants from 8', (store) => addWorkspace(store, { ...workspace, ownerPassword: 'short' })],
    ['--origins is "shop.example"', (store) => addWorkspace(store, { ...workspace, origins: 'shop.example' })],
    ['Nothing to change', (store) => changeWorkspace(store, { id: 'twice', name: undefined, origins: undefined })],
    ['There is no workspace "never-made"', (store) => changeWorkspace(store, { id: 'never-made', name: 'X', origins: undefined })],
    ['There is no workspace "never-made"', (store) => addMember(store, { ...member, workspace: 'never-made' })],
    ['has a member with O@example.com already', (store) => addMember(store, { ...member, email: 'O@example.com' })],
    ['--role is agent or owner', (store) => addMember(store, { ...member, role: 'king' })],
    ['"twice" has no member with nobody@example.com', (store) => setMemberPassword(store, { workspace: 'twice', email: 'nobody@example.com', password: undefined })],
  ])('is told: %s', async (says, attempt) => {
    const before = await listWorkspaces(opened.store);
    await expect(attempt(opened.store)).rejects.toThrow(OperatorError);
    await expect(attempt(opened.store)).rejects.toThrow(says);
    expect(await listWorkspaces(opened.store)).toBe(before);
    expect(await opened.store.members('twice')).toHaveLength(1);
  });
});
