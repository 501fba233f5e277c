import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';
import type { Member } from '../gateway/store/store.ts';

async function unread({ store, id }: Scene, member: Member): Promise<number[]> {
  const { conversations } = await store.inboxList(id, member.id, { filter: 'all', after: null, limit: 100 });
  return conversations.map(({ visitorMessages, readMessages }) => visitorMessages - readMessages);
}

export function readsContract(contract: Contract): void {
  describe('reads', () => {
    test('[D7] move forward only, and never past the head', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append(message(agent(scene.ada), conversationId));
      await scene.append(message(agent(scene.ada), conversationId));
      const mark = (delivered: number, seen: number) => scene.store.markRead(scene.id, asVisitor(visitorId), { conversationId, delivered, seen });
      expect(await mark(2, 0)).toMatchObject({ mine: { delivered: 2, seen: 0 }, changed: true, visitorId });
      expect(await mark(3, 2)).toMatchObject({ mine: { delivered: 3, seen: 2 }, changed: true });
      expect(await mark(1, 1)).toMatchObject({ mine: { delivered: 3, seen: 2 }, changed: false });
      expect(await mark(900, 900)).toMatchObject({ mine: { delivered: 3, seen: 3 }, changed: true, reads: { visitor: { delivered: 3, seen: 3 } } });
    });

    test('[D7] what is seen is delivered', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start();
      expect(await scene.store.markRead(scene.id, asAgent(scene.ada), { conversationId, delivered: 0, seen: 1 })).toMatchObject({ mine: { delivered: 1, seen: 1 } });
    });

    test('[D7] the visitor learns of the agent who got furthest', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append(message(visitor(visitorId), conversationId));
      await scene.append(message(visitor(visitorId), conversationId));
      await scene.store.markRead(scene.id, asAgent(scene.ada), { conversationId, delivered: 3, seen: 1 });
      const { reads } = await scene.store.markRead(scene.id, asAgent(scene.ben), { conversationId, delivered: 2, seen: 2 });
      expect(reads.agents).toEqual({ delivered: 3, seen: 2 });
      const { conversations } = await scene.store.sync(scene.id, asVisitor(visitorId), []);
      expect(conversations[0]?.conversation.reads.agents).toEqual({ delivered: 3, seen: 2 });
    });

    test('unread is each member’s own, and counts messages of the visitor only', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append(message(agent(scene.ada), conversationId, 'reply'));
      await scene.append({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'note' });
      for (const text of ['a', 'b', 'c']) await scene.append(message(visitor(visitorId), conversationId, text));
      expect([await unread(scene, scene.ada), await unread(scene, scene.ben)]).toEqual([[4], [4]]);
      const { mine } = await scene.store.markRead(scene.id, asAgent(scene.ben), { conversationId, delivered: 5, seen: 5 });
      expect(mine).toEqual({ delivered: 5, seen: 5, readMessages: 3 });
      expect([await unread(scene, scene.ada), await unread(scene, scene.ben)]).toEqual([[4], [1]]);
    });

    test('[D7] writing, assigning or closing is not reading', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append({ kind: 'assigned', author: agent(scene.ada), conversationId, clientId: nanoid(), memberId: scene.ada.id });
      await scene.append({ kind: 'status', author: agent(scene.ada), conversationId, clientId: nanoid(), status: 'closed' });
      expect((await scene.append(message(visitor(visitorId), conversationId))).conversation.reads).toEqual({ visitor: { delivered: 0, seen: 0 }, agents: { delivered: 0, seen: 0 } });
      expect((await scene.append({ kind: 'note', author: agent(scene.ben), conversationId, clientId: nanoid(), text: 'n' })).conversation.reads.agents).toEqual({ delivered: 0, seen: 0 });
      expect([await unread(scene, scene.ada), await unread(scene, scene.ben)]).toEqual([[2], [2]]);
    });

    test('marks that cross each other all count', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      for (let index = 0; index < 9; index += 1) await scene.append(message(visitor(visitorId), conversationId));
      await Promise.all([3, 9, 5, 10, 1].map((seen) => scene.store.markRead(scene.id, asAgent(seen % 2 ? scene.ada : scene.ben), { conversationId, delivered: 0, seen })));
      const [listed] = (await scene.store.inboxList(scene.id, scene.ada.id, { filter: 'all', after: null, limit: 1 })).conversations;
      expect(listed).toMatchObject({ seen: 9, readMessages: 9, reads: { agents: { delivered: 10, seen: 10 } } });
    });
  });
}
