import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';

const gateway = (): string => `gateway-${nanoid()}`;

/** Everything that changed since a cursor, page by page. */
async function all({ store, id }: Scene, cursor: string, conversations = 100, entries = 20) {
  const max = { conversations, entries };
  const first = await store.changedSince(id, cursor, max);
  const changes = [...first.changes];
  for (let { next } = first; next !== null;) {
    const page = await store.changedSince(id, next, max);
    changes.push(...page.changes);
    next = page.next;
  }
  return { ...first, changes };
}

export function gatewaysContract(contract: Contract): void {
  describe('gateways', () => {
    test('hear of each other, and of one that left no more', async () => {
      const { store } = await contract.scene();
      const [one, two] = [gateway(), gateway()];
      expect(await store.beat(one, false)).toMatchObject({ known: false });
      expect(await store.beat(one, false)).toMatchObject({ known: true });
      await store.beat(two, true);
      const found = (await store.beat(one, false)).others.find(({ id }) => id === two);
      expect(found).toMatchObject({ degraded: true, seenAt: expect.any(Number) });
      await store.beat(two, false);
      const again = (await store.beat(one, false)).others.find(({ id }) => id === two);
      expect(again?.degraded).toBe(false);
      expect(again?.seenAt).toBeGreaterThan(found?.seenAt ?? Number.NaN);
      await store.leave(two);
      expect((await store.beat(one, false)).others.map(({ id }) => id)).not.toContain(two);
      await store.leave(one);
      expect(await store.beat(one, false)).toMatchObject({ known: false });
      await store.leave(one);
    });

    test('say who is at them: a member with leases at two is gone with the last', async () => {
      const { store, id, ada, ben } = await contract.scene();
      const [one, two] = [gateway(), gateway()];
      await store.beat(one, false);
      await store.beat(two, false);
      const names = (members: Array<{ name: string }>): string[] => members.map(({ name }) => name);
      expect(names(await store.takeLease(id, null, ada.id, one))).toEqual(['Ada']);
      expect(names(await store.takeLease(id, null, ada.id, one))).toEqual(['Ada']);
      expect(names(await store.takeLease(id, null, ada.id, two))).toEqual(['Ada']);
      expect(await store.takeLease(id, null, ben.id, two)).toEqual([{ id: ada.id, name: 'Ada' }, { id: ben.id, name: 'Ben' }]);
      expect(names(await store.dropLease(id, null, ada.id, one))).toEqual(['Ada', 'Ben']);
      expect(names(await store.dropLease(id, null, ada.id, two))).toEqual(['Ben']);
      await store.takeLease(id, null, ada.id, one);
      await store.leave(two);
      expect(names(await store.leaseHolders(id, null))).toEqual(['Ada']);
      await store.leave(one);
      expect(await store.leaseHolders(id, null)).toEqual([]);
    });

    test('count only while they say that they are there', async () => {
      const { store, id, ada } = await contract.scene();
      const one = gateway();
      await store.takeLease(id, null, ada.id, one);
      expect(await store.leaseHolders(id, null)).toEqual([]);
      await store.beat(one, false);
      expect(await store.leaseHolders(id, null)).toEqual([{ id: ada.id, name: 'Ada' }]);
      await store.leave(one);
    });

    test('[D8] hold leases in one workspace, on conversations and for members of it', async () => {
      const [scene, other] = [await contract.scene(), await contract.scene()];
      const { store, id, ada } = scene;
      const one = gateway();
      await store.beat(one, false);
      const { conversationId } = await scene.start();
      expect(await store.takeLease(id, conversationId, ada.id, one)).toEqual([{ id: ada.id, name: 'Ada' }]);
      expect(await store.leaseHolders(id, null)).toEqual([]);
      expect(await store.leaseHolders(other.id, conversationId)).toEqual([]);
      await expect(store.takeLease(id, null, other.ada.id, one)).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.takeLease(other.id, conversationId, other.ada.id, one)).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.takeLease('nowhere', null, ada.id, one)).rejects.toMatchObject({ code: 'not_found' });
      await store.leave(one);
    });

    test('ask which sessions are still on', async () => {
      const { store, id, ada } = await contract.scene();
      const [on, over, ended] = [nanoid(), nanoid(), nanoid()];
      for (const [tokenHash, ms] of [[on, 60_000], [ended, 60_000], [over, -1_000]] as const) {
        await store.startSession(id, { tokenHash, memberId: ada.id, expiresAt: new Date(Date.now() + ms).toISOString() });
      }
      await store.endSession(id, ended);
      expect(await store.sessionsOn(id, [ended, on, over, 'nothing', on])).toEqual([on]);
      expect(await store.sessionsOn(id, [])).toEqual([]);
      expect(await store.sessionsOn('nowhere', [on])).toEqual([]);
    });
  });

  describe('what changed lately', () => {
    test('[D6] names each conversation once, with its newest entries and how far everybody has read', async () => {
      const scene = await contract.scene();
      const quiet = await scene.start();
      const { cursor } = await scene.store.beat(gateway(), false);
      const { conversationId, visitorId } = await scene.start();
      await scene.append(message(visitor(visitorId), conversationId, 'Still there?'));
      await scene.append({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'a note' });
      await scene.store.markRead(scene.id, asAgent(scene.ada), { conversationId, delivered: 2, seen: 2 });
      const { changes, startOver } = await all(scene, cursor);
      expect(startOver).toBe(false);
      const found = changes.filter(({ conversation }) => conversation.id === conversationId);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({
        conversation: { id: conversationId, visitor: { id: visitorId }, head: 3, preview: { text: 'Still there?' }, reads: { agents: { seen: 2 } } },
        entries: [{ seq: 1, prev: 0 }, { kind: 'message', text: 'Still there?', seq: 2, prevVisible: 1 }, { kind: 'note', seq: 3, prev: 2, prevVisible: null }],
      });
      const later = await all(scene, (await scene.store.beat(gateway(), false)).cursor);
      expect(later.changes.map(({ conversation }) => conversation.id)).not.toContain(quiet.conversationId);
    });

    test('[D6] always has the newest entry and the newest that the visitor may see, however few are asked for', async () => {
      const scene = await contract.scene();
      const { cursor } = await scene.store.beat(gateway(), false);
      const { conversationId } = await scene.start();
      for (let count = 0; count < 5; count += 1) await scene.append({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'a note' });
      const seqs = async (entries: number) => (await all(scene, cursor, 100, entries)).changes.map((change) => change.entries.map(({ seq }) => seq));
      expect(await seqs(1)).toEqual([[1, 6]]);
      expect(await seqs(2)).toEqual([[1, 5, 6]]);
      expect(await seqs(6)).toEqual([[1, 2, 3, 4, 5, 6]]);
      expect(await seqs(100)).toEqual([[1, 2, 3, 4, 5, 6]]);
    });

    test('[D6] also comes for a reader who only read', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const { cursor } = await scene.store.beat(gateway(), false);
      await scene.append(message(visitor(visitorId), (await scene.start()).conversationId)).catch(() => {});
      await scene.store.markRead(scene.id, asVisitor(visitorId), { conversationId, delivered: 1, seen: 1 });
      const { changes } = await all(scene, cursor);
      expect(changes.find(({ conversation }) => conversation.id === conversationId)?.conversation.reads.visitor).toEqual({ delivered: 1, seen: 1 });
    });

    test('comes in pages that leave nothing out, oldest change first', async () => {
      const scene = await contract.scene();
      const { cursor } = await scene.store.beat(gateway(), false);
      const started = await Promise.all(Array.from({ length: 7 }, () => scene.start()));
      const wanted = started.map(({ conversationId }) => conversationId).toSorted();
      for (const max of [1, 2, 3, 7, 100]) {
        const { changes } = await all(scene, cursor, max);
        expect(changes.map(({ conversation }) => conversation.id).toSorted(), `pages of ${max}`).toEqual(wanted);
      }
      const first = await scene.store.changedSince(scene.id, cursor, { conversations: 3, entries: 1 });
      expect(first.changes).toHaveLength(3);
      expect(first.next).toMatch(/^\d+\./);
    });

    test('of a cursor that is none of this database’s is the latest', async () => {
      const scene = await contract.scene();
      for (let index = 0; index < 3; index += 1) await scene.start();
      for (const cursor of ['999999999999999999', 'nonsense', '']) {
        const { startOver, changes, cursor: next } = await scene.store.changedSince(scene.id, cursor, { conversations: 2, entries: 1 });
        expect(startOver).toBe(true);
        expect(changes).toHaveLength(2);
        expect((await scene.store.changedSince(scene.id, next, { conversations: 2, entries: 1 })).startOver).toBe(false);
      }
    });

    test('[D8] is of one workspace', async () => {
      const [scene, other] = [await contract.scene(), await contract.scene()];
      const { cursor } = await scene.store.beat(gateway(), false);
      const { conversationId } = await scene.start();
      const ids = (await all(other, cursor)).changes.map(({ conversation }) => conversation.id);
      expect(ids).not.toContain(conversationId);
      expect((await scene.store.changedSince('nowhere', cursor, { conversations: 10, entries: 1 })).changes).toEqual([]);
    });
  });
}
