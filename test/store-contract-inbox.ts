import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { INBOX_CHANGES_MAX } from '../shared/limits.ts';
import { ListedConversation, type InboxFilter } from '../shared/protocol.ts';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';

const assign = (scene: Scene, conversationId: string, memberId: string | null): Promise<unknown> =>
  scene.append({ kind: 'assigned', author: agent(scene.ada), conversationId, clientId: nanoid(), memberId });
const close = (scene: Scene, conversationId: string): Promise<unknown> =>
  scene.append({ kind: 'status', author: agent(scene.ada), conversationId, clientId: nanoid(), status: 'closed' });

async function ids(scene: Scene, filter: InboxFilter): Promise<string[]> {
  const { conversations, counts } = await scene.store.inboxList(scene.id, scene.ada.id, { filter, after: null, limit: 100 });
  expect(counts[filter]).toBe(conversations.length);
  return conversations.map(({ id }) => id);
}

/** The next changes, and the cursor after them; fails on "start over". */
async function changes(scene: Scene, cursor: string | null): Promise<{ ids: string[]; cursor: string }> {
  const answer = await scene.store.inboxChanges(scene.id, scene.ada.id, cursor);
  if (answer.answer !== 'changes') throw new Error('told to start over');
  return { ids: answer.conversations.map(({ id }) => id), cursor: answer.cursor };
}

export function inboxContract(contract: Contract): void {
  describe('the inbox', () => {
    test('an empty one is empty', async () => {
      const scene = await contract.scene();
      expect(await scene.store.inboxList(scene.id, scene.ada.id, { filter: 'all', after: null, limit: 10 }))
        .toEqual({ conversations: [], next: null, counts: { unassigned: 0, mine: 0, all: 0, closed: 0 } });
    });

    test('has four parts, each counted, newest activity first', async () => {
      const scene = await contract.scene();
      const made: string[] = [];
      for (let index = 0; index < 5; index += 1) made.push((await scene.start()).conversationId);
      const [a = '', b = '', c = '', d = '', e = ''] = made;
      await assign(scene, b, scene.ada.id);
      await assign(scene, c, scene.ben.id);
      await assign(scene, d, scene.ada.id);
      await close(scene, d);
      await scene.append(message(agent(scene.ada), a, 'the newest'));
      expect(await ids(scene, 'unassigned')).toEqual([a, e]);
      expect(await ids(scene, 'mine')).toEqual([b]);
      expect(await ids(scene, 'all')).toEqual([a, e, c, b]);
      expect(await ids(scene, 'closed')).toEqual([d]);
      const { conversations: [first] } = await scene.store.inboxList(scene.id, scene.ben.id, { filter: 'mine', after: null, limit: 10 });
      expect(first?.id).toBe(c);
      expect(ListedConversation.parse(first)).toEqual(first);
    });

    test('pages through all, each once, also where activity is of the same moment', async () => {
      const scene = await contract.scene();
      const made = await Promise.all(Array.from({ length: 23 }, () => scene.start()));
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof scene.store.inboxList>> = await scene.store.inboxList(scene.id, scene.ada.id, { filter: 'unassigned', after, limit: 5 });
        expect(page.conversations.length).toBeLessThanOrEqual(5);
        seen.push(...page.conversations.map(({ id }) => id));
        after = page.next;
      } while (after !== null);
      expect(seen).toHaveLength(23);
      expect(new Set(seen)).toEqual(new Set(made.map(({ conversationId }) => conversationId)));
    });

    test('a page that was never given is not found', async () => {
      const scene = await contract.scene();
      for (const after of ['', 'x', '1.', '.a', '99999999999999999999.a', "1.a'--"]) {
        await expect(scene.store.inboxList(scene.id, scene.ada.id, { filter: 'all', after, limit: 5 })).rejects.toMatchObject({ code: 'not_found' });
      }
    });
  });

  describe('changes of the inbox', () => {
    test('[D6] a first cursor comes with nothing, then whatever changes comes', async () => {
      const scene = await contract.scene();
      const { conversationId: one, visitorId } = await scene.start();
      const first = await changes(scene, null);
      expect(first.ids).toEqual([]);
      const { conversationId: two } = await scene.start();
      const second = await changes(scene, first.cursor);
      expect(second.ids).toEqual([two]);
      await scene.append(message(visitor(visitorId), one));
      expect((await changes(scene, second.cursor)).ids).toContain(one);
      // A cursor can be used again.
      expect((await changes(scene, first.cursor)).ids.sort()).toEqual([one, two].sort());
    });

    test('[D6] notes, assignments, status and reading are changes, too', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append(message(agent(scene.ben), conversationId));
      const by = { author: agent(scene.ada), conversationId };
      for (const change of [
        () => scene.append({ kind: 'note', ...by, clientId: nanoid(), text: 'n' }),
        () => assign(scene, conversationId, scene.ben.id),
        () => close(scene, conversationId),
        () => scene.store.markRead(scene.id, asVisitor(visitorId), { conversationId, delivered: 2, seen: 2 }),
        () => scene.store.markRead(scene.id, asAgent(scene.ada), { conversationId, delivered: 5, seen: 5 }),
      ]) {
        // Something of another workspace moves the cursor past the last change here.
        await (await contract.scene()).start();
        const { cursor, ids: none } = await changes(scene, (await changes(scene, null)).cursor);
        expect(none).toEqual([]);
        await change();
        expect((await changes(scene, cursor)).ids).toEqual([conversationId]);
      }
    });

    test('[D6] an unchanged inbox has no changes', async () => {
      const scene = await contract.scene();
      await scene.start();
      const { cursor } = await changes(scene, null);
      expect(await changes(scene, cursor)).toEqual({ ids: [], cursor });
    });

    test('[D5] start over: a cursor nobody gave, one from the future, or too many changes', async () => {
      const scene = await contract.scene();
      const { cursor } = await changes(scene, null);
      for (const wrong of ['', 'x', '-1', '1.5', ' 1', '9'.repeat(18), '9'.repeat(19), '9'.repeat(200), "1' or true"]) {
        expect(await scene.store.inboxChanges(scene.id, scene.ada.id, wrong)).toEqual({ answer: 'start-over', cursor, counts: { unassigned: 0, mine: 0, all: 0, closed: 0 } });
      }
      await Promise.all(Array.from({ length: INBOX_CHANGES_MAX }, () => scene.start()));
      expect((await changes(scene, cursor)).ids).toHaveLength(INBOX_CHANGES_MAX);
      await scene.start();
      expect(await scene.store.inboxChanges(scene.id, scene.ada.id, cursor)).toMatchObject({ answer: 'start-over', counts: { all: INBOX_CHANGES_MAX + 1 } });
    });
  });
}
