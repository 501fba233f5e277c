import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { agent, asAgent, asVisitor, message, visitor, type Contract } from './store-contract-scene.ts';

export function tenantsContract(contract: Contract): void {
  describe('two workspaces', () => {
    test('[D8] every function answers for another workspace’s ids as for ids that never were', async () => {
      const [ours, theirs] = [await contract.scene(), await contract.scene()];
      const { store } = ours;
      const { conversationId, visitorId, appended } = await theirs.start();
      await store.startSession(theirs.id, { tokenHash: 'theirs', memberId: theirs.ada.id, expiresAt: new Date(Date.now() + 60_000).toISOString() });
      const before = await snapshot();

      const by = { author: agent(ours.ada), conversationId };
      const notFound: Array<() => Promise<unknown>> = [
        () => store.setPassword(ours.id, theirs.ada.id, 'h'),
        () => store.startSession(ours.id, { tokenHash: 'x', memberId: theirs.ada.id, expiresAt: new Date(Date.now() + 60_000).toISOString() }),
        () => ours.append(message(visitor(visitorId), conversationId)),
        () => ours.append(message(agent(ours.ada), conversationId)),
        () => ours.append(message(agent(theirs.ada), conversationId)),
        () => ours.append({ kind: 'note', ...by, clientId: nanoid(), text: 'n' }),
        () => ours.append({ kind: 'assigned', ...by, clientId: nanoid(), memberId: null }),
        () => ours.append({ kind: 'status', ...by, clientId: nanoid(), status: 'closed' }),
        () => store.history(ours.id, asVisitor(visitorId), { conversationId, before: 10, limit: 10 }),
        () => store.history(ours.id, asAgent(ours.ada), { conversationId, before: 10, limit: 10 }),
        () => store.history(theirs.id, asAgent(ours.ada), { conversationId, before: 10, limit: 10 }),
        () => store.markRead(ours.id, asVisitor(visitorId), { conversationId, delivered: 1, seen: 1 }),
        () => store.markRead(ours.id, asAgent(ours.ada), { conversationId, delivered: 1, seen: 1 }),
        () => store.markRead(theirs.id, asAgent(ours.ada), { conversationId, delivered: 1, seen: 1 }),
        () => store.sync(ours.id, asAgent(theirs.ada), []),
        () => store.inboxList(ours.id, theirs.ada.id, { filter: 'all', after: null, limit: 10 }),
        () => store.inboxChanges(ours.id, theirs.ada.id, null),
      ];
      for (const attempt of notFound) await expect(attempt(), attempt.toString()).rejects.toMatchObject({ code: 'not_found' });

      expect(await store.memberForSignIn(ours.id, theirs.ada.email)).toBeNull();
      expect(await store.session(ours.id, 'theirs')).toBeNull();
      expect(await store.conversationVisitor(ours.id, conversationId)).toBeNull();
      expect(await store.sync(ours.id, asVisitor(visitorId), [{ id: conversationId, seq: 0 }])).toEqual({ conversations: [], gone: [conversationId] });
      expect(await store.sync(ours.id, asAgent(ours.ada), [{ id: conversationId, seq: 0 }])).toEqual({ conversations: [], gone: [conversationId] });
      expect((await store.inboxList(ours.id, ours.ada.id, { filter: 'all', after: null, limit: 10 })).conversations).toEqual([]);
      await store.endSession(ours.id, 'theirs');

      expect(await snapshot()).toEqual(before);
      expect((await theirs.append(message(visitor(visitorId), conversationId))).entry?.seq).toBe((appended.entry?.seq ?? 0) + 1);

      async function snapshot(): Promise<unknown> {
        return [
          await store.session(theirs.id, 'theirs'),
          await store.memberForSignIn(theirs.id, theirs.ada.email),
          await store.sync(theirs.id, asAgent(theirs.ada), [{ id: conversationId, seq: 0 }]),
        ];
      }
    });

    test('[D8] in a workspace, a visitor reaches own conversations only, and has a visitor’s rights only', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start('v1');
      await scene.start('v2');
      const own = visitor('v2');
      for (const attempt of [
        () => scene.append(message(own, conversationId)),
        () => scene.store.history(scene.id, asVisitor('v2'), { conversationId, before: 10, limit: 10 }),
        () => scene.store.markRead(scene.id, asVisitor('v2'), { conversationId, delivered: 1, seen: 1 }),
        () => scene.append({ kind: 'note', author: visitor(visitorId), conversationId, clientId: nanoid(), text: 'n' }),
        () => scene.append({ kind: 'assigned', author: visitor(visitorId), conversationId, clientId: nanoid(), memberId: scene.ada.id }),
        () => scene.append({ kind: 'status', author: visitor(visitorId), conversationId, clientId: nanoid(), status: 'closed' }),
        // Starting under another's conversation id takes nothing over.
        () => scene.append({ kind: 'start', author: own, clientId: nanoid(), conversationId, conversationClientId: nanoid(), text: 'mine now', page: null }),
      ]) {
        await expect(attempt(), attempt.toString()).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(await scene.store.conversationVisitor(scene.id, conversationId)).toBe('v1');
      expect((await scene.store.history(scene.id, asAgent(scene.ada), { conversationId, before: 10, limit: 10 })).entries).toHaveLength(1);
    });

    test('[D8] the same ids in two workspaces are two things', async () => {
      const [one, two] = [await contract.scene(), await contract.scene()];
      const names = { clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid() };
      for (const scene of [one, two]) {
        const { repeated } = await scene.append({ kind: 'start', author: visitor('v1'), ...names, text: scene.id, page: null });
        expect(repeated).toBe(false);
      }
      const { entries } = await two.store.history(two.id, asVisitor('v1'), { conversationId: names.conversationId, before: 9, limit: 9 });
      expect(entries).toMatchObject([{ text: two.id }]);
    });
  });
}
