import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../gateway/cli.ts';
import { addMember, addWorkspace, changeWorkspace, listWorkspaces, OperatorError, setMemberPassword } from '../gateway/operator.ts';
import { verifyPassword } from '../gateway/passwords.ts';
import { lockData } from '../gateway/store/data-lock.ts';
import { openStore } from '../gateway/store/open-store.ts';
import type { Store } from '../gateway/store/store.ts';
import { openTestStore, prepareDataDir, type TestStore } from './harness/store.ts';
import { temporaryDirectory } from './harness/workplace.ts';

let dataDir = '';
beforeAll(async () => {
  dataDir = temporaryDirectory('cli');
  await prepareDataDir(dataDir);
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runCli(args, { DATA_DIR: dataDir }, { out: (text) => { said.out += text; }, err: (text) => { said.err += text; } });
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

  test('is a program', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../gateway/cli.ts'), '--help']);
    expect(stdout).toContain('Usage: miradesk');
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
