import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../gateway/config.ts';
import { ensureFirstWorkspace, readablePassword } from '../gateway/first-workspace.ts';
import { verifyPassword } from '../gateway/passwords.ts';
import { openTestStore, type TestStore } from './harness/store.ts';

let opened: TestStore;

beforeAll(async () => {
  opened = await openTestStore();
});

afterAll(() => opened.close());

let count = 0;
const settings = (environment: Record<string, string> = {}) => readConfig({ MIRADESK_WORKSPACE: `first-${(count += 1)}`, ...environment });

describe('the first start', () => {
  it('makes the workspace and an owner with a password of its own making', async () => {
    const config = settings();
    const owner = await ensureFirstWorkspace(opened.store, config);
    expect(owner).toEqual({ email: 'owner@example.com', password: expect.stringMatching(/^[a-z2-9]{6}-[a-z2-9]{6}-[a-z2-9]{6}$/) });
    const workspace = await opened.store.workspace(config.workspace);
    expect(workspace).toMatchObject({ allowedOrigins: ['*'], settings: { teamName: 'Support' } });
    expect(Buffer.from(workspace?.tokenSecret ?? '', 'base64url')).toHaveLength(32);
    const member = await opened.store.memberForSignIn(config.workspace, 'owner@example.com');
    expect(member).toMatchObject({ name: 'Owner', role: 'owner' });
    expect(await verifyPassword(owner?.password ?? '', member?.passwordHash ?? '')).toBe(true);
  });

  it('takes the e-mail address and password it is given', async () => {
    const config = settings({ MIRADESK_OWNER_EMAIL: 'olive.branch@kettle.example', MIRADESK_OWNER_PASSWORD: 'steeped for four minutes' });
    expect(await ensureFirstWorkspace(opened.store, config)).toEqual({ email: 'olive.branch@kettle.example', password: null });
    const member = await opened.store.memberForSignIn(config.workspace, 'olive.branch@kettle.example');
    expect([member?.name, await verifyPassword('steeped for four minutes', member?.passwordHash ?? '')]).toEqual(['Olive Branch', true]);
  });
});

describe('later starts', () => {
  it('make nothing and change nobody', async () => {
    const config = settings();
    await ensureFirstWorkspace(opened.store, config);
    const before = await opened.store.workspace(config.workspace);
    expect(await ensureFirstWorkspace(opened.store, { ...config, ownerEmail: 'other@example.com', ownerPassword: 'another password' })).toBeNull();
    expect(await opened.store.workspace(config.workspace)).toEqual(before);
    expect(await opened.store.members(config.workspace)).toHaveLength(1);
  });

  it('put the allowed origins of the settings in the place of the stored ones', async () => {
    const config = settings();
    await ensureFirstWorkspace(opened.store, config);
    await ensureFirstWorkspace(opened.store, { ...config, allowedOrigins: ['https://shop.example'] });
    expect(await opened.store.workspace(config.workspace)).toMatchObject({ allowedOrigins: ['https://shop.example'] });
    await ensureFirstWorkspace(opened.store, config);
    expect(await opened.store.workspace(config.workspace)).toMatchObject({ allowedOrigins: ['https://shop.example'] });
  });

  it('finish a first start that was cut short', async () => {
    const config = settings();
    const cut = { ...opened.store, addMember: () => Promise.reject(new Error('the lights went out')) };
    await expect(ensureFirstWorkspace(cut, config)).rejects.toThrow('lights');
    expect(await ensureFirstWorkspace(opened.store, config)).toMatchObject({ email: 'owner@example.com' });
  });

  it('at the same moment make one owner', async () => {
    const config = settings();
    const owners = await Promise.all([ensureFirstWorkspace(opened.store, config), ensureFirstWorkspace(opened.store, config)]);
    expect(owners.filter(Boolean)).toHaveLength(1);
    expect(await opened.store.members(config.workspace)).toHaveLength(1);
  });
});

describe('a password that is made', () => {
  it('is another one each time, and has no signs that look alike', () => {
    const made = Array.from({ length: 200 }, readablePassword);
    expect(new Set(made).size).toBe(200);
    for (const password of made) expect(password).not.toMatch(/[01iloIOL]/);
  });
});
