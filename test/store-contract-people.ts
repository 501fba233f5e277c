import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { testMember, testWorkspace } from './harness/store.ts';
import type { Contract } from './store-contract-scene.ts';

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

export function peopleContract(contract: Contract): void {
  describe('workspaces', () => {
    test('a workspace comes back as it was made', async () => {
      const { store } = await contract.scene();
      const workspace = testWorkspace(`ws-${nanoid()}`, { name: 'Käsehandlung "Zum Keller"', allowedOrigins: ['https://a.example', 'http://localhost:5000'] });
      await store.createWorkspace(workspace);
      expect(await store.workspace(workspace.id)).toEqual({ ...workspace, identitySecret: expect.any(String) });
      expect(await store.workspace('never-made')).toBeNull();
    });

    test('an id is given once', async () => {
      const { store, id } = await contract.scene();
      await expect(store.createWorkspace(testWorkspace(id))).rejects.toMatchObject({ code: 'conflict' });
    });

    test('a change changes what it names and leaves the rest', async () => {
      const { store, id } = await contract.scene();
      const before = await store.workspace(id);
      const after = await store.updateWorkspace(id, { allowedOrigins: ['https://shop.example'] });
      expect(after).toEqual({ ...before, allowedOrigins: ['https://shop.example'] });
      expect(await store.workspace(id)).toEqual(after);
      await expect(store.updateWorkspace('never-made', { name: 'X' })).rejects.toMatchObject({ code: 'not_found' });
    });

    test('a row older than a setting gets its default', async () => {
      const { store, rpc } = await contract.scene();
      const id = `ws-${nanoid()}`;
      await rpc('create_workspace', { p_workspace: id, p_name: 'Old', p_settings: { color: '#123456' }, p_allowed_origins: [], p_token_secret: 's' });
      expect((await store.workspace(id))?.settings).toEqual({ ...testWorkspace().settings, color: '#123456' });
    });

    test('the operator sees all workspaces, without their secrets', async () => {
      const { store, id } = await contract.scene();
      const mine = (await store.workspaces()).find((workspace) => workspace.id === id);
      expect(mine).toEqual({ id, name: 'Demo', allowedOrigins: ['*'] });
    });
  });

  describe('members', () => {
    test('are listed by name, without e-mail', async () => {
      const { store, id, ada, ben } = await contract.scene();
      expect(await store.members(id)).toEqual([{ id: ada.id, name: 'Ada' }, { id: ben.id, name: 'Ben' }]);
    });

    test('sign in by e-mail, however it is written', async () => {
      const { store, id } = await contract.scene();
      const member = testMember({ email: 'Grace@Example.com' });
      await store.addMember(id, { ...member, passwordHash: 'h1' });
      expect(await store.memberForSignIn(id, 'gRACE@example.COM')).toEqual({ ...member, passwordHash: 'h1' });
      expect(await store.memberForSignIn(id, 'nobody@example.com')).toBeNull();
    });

    test('an e-mail belongs to one member of a workspace, and to any number of workspaces', async () => {
      const [one, two] = [await contract.scene(), await contract.scene()];
      const member = testMember({ email: 'same@example.com' });
      await one.store.addMember(one.id, member);
      await expect(one.store.addMember(one.id, testMember({ email: 'SAME@example.com' }))).rejects.toMatchObject({ code: 'conflict' });
      await two.store.addMember(two.id, member);
      expect((await two.store.memberForSignIn(two.id, 'same@example.com'))?.id).toBe(member.id);
    });

    test('a new password ends the sessions begun with the old one', async () => {
      const { store, id, ada, ben } = await contract.scene();
      await store.startSession(id, { tokenHash: 'ada-1', memberId: ada.id, expiresAt: inAnHour() });
      await store.startSession(id, { tokenHash: 'ben-1', memberId: ben.id, expiresAt: inAnHour() });
      await store.setPassword(id, ada.id, 'h2');
      expect((await store.memberForSignIn(id, ada.email))?.passwordHash).toBe('h2');
      expect(await store.session(id, 'ada-1')).toBeNull();
      expect(await store.session(id, 'ben-1')).not.toBeNull();
      await expect(store.setPassword(id, 'nobody', 'h')).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  describe('sessions', () => {
    test('last until they expire or are ended', async () => {
      const { store, id, ada } = await contract.scene();
      const expiresAt = inAnHour();
      await store.startSession(id, { tokenHash: 'lasting', memberId: ada.id, expiresAt });
      await store.startSession(id, { tokenHash: 'expired', memberId: ada.id, expiresAt: new Date(Date.now() - 1).toISOString() });
      expect(await store.session(id, 'lasting')).toEqual({ member: { id: ada.id, name: ada.name, email: ada.email, role: ada.role }, expiresAt });
      expect(await store.session(id, 'expired')).toBeNull();
      expect(await store.session(id, 'unknown')).toBeNull();
      await store.endSession(id, 'lasting');
      await store.endSession(id, 'lasting');
      expect(await store.session(id, 'lasting')).toBeNull();
    });

    test('are begun by members only', async () => {
      const { store, id } = await contract.scene();
      await expect(store.startSession(id, { tokenHash: 'x', memberId: 'nobody', expiresAt: inAnHour() })).rejects.toMatchObject({ code: 'not_found' });
    });
  });
}
