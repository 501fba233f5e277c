import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { PAGE_ENTRIES, SYNC_CONVERSATIONS_MAX, SYNC_ENTRIES_MAX } from '../shared/limits.ts';
import { Catchup } from '../shared/protocol.ts';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';

/** A conversation with `count` entries: every third a note, the others messages of the visitor. */
async function conversationOf(scene: Scene, count: number): Promise<{ conversationId: string; visitorId: string }> {
  const { conversationId, visitorId } = await scene.start();
  await Promise.all(Array.from({ length: count - 1 }, (_, index) => scene.append(
    index % 3 === 2
      ? { kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: `n${index}` }
      : message(visitor(visitorId), conversationId, `m${index}`),
  )));
  return { conversationId, visitorId };
}

export function syncContract(contract: Contract): void {
  describe('sync', () => {
    test('[D5] a client that has everything gets an empty list of entries', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await conversationOf(scene, 8);
      const known = [{ id: conversationId, seq: 8 }];
      const mine = await scene.store.sync(scene.id, asVisitor(visitorId), known);
      expect(mine.conversations).toMatchObject([{ conversation: { id: conversationId, head: 8 }, catchup: { answer: 'entries', entries: [] } }]);
      const theirs = await scene.store.sync(scene.id, asAgent(scene.ada), known);
      expect(theirs.conversations).toMatchObject([{ conversation: { id: conversationId, head: 8, readMessages: expect.any(Number) }, catchup: { answer: 'entries', entries: [] } }]);
    });

    test('[D5] a log of the longest messages comes in answers of bearable size, and all of it comes', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const long = 'x'.repeat(8_000);
      await Promise.all(Array.from({ length: 29 }, () => scene.append(message(visitor(visitorId), conversationId, long))));
      const { conversations } = await scene.store.sync(scene.id, asVisitor(visitorId), [{ id: conversationId, seq: 1 }]);
      expect(conversations[0]?.catchup).toMatchObject({ answer: 'start-over', earlier: true });
      const seqs = conversations[0]?.catchup.entries.map(({ seq }) => seq) ?? [];
      expect(seqs).toEqual(Array.from({ length: 13 }, (_, index) => 18 + index));
      for (let earlier = true; earlier;) {
        const page = await scene.store.history(scene.id, asVisitor(visitorId), { conversationId, before: seqs[0] ?? 0, limit: 50 });
        expect(page.entries.length).toBeGreaterThan(0);
        seqs.unshift(...page.entries.map(({ seq }) => seq));
        ({ earlier } = page);
      }
      expect(seqs).toEqual(Array.from({ length: 30 }, (_, index) => 1 + index));
    });

    test('[D5] a client that misses some gets these, as its audience sees them', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await conversationOf(scene, 8);
      const theirs = await scene.store.sync(scene.id, asAgent(scene.ada), [{ id: conversationId, seq: 2 }]);
      expect(theirs.conversations[0]?.catchup.entries.map(({ seq, prev, kind }) => [seq, prev, kind])).toEqual([
        [3, 2, 'message'], [4, 3, 'note'], [5, 4, 'message'], [6, 5, 'message'], [7, 6, 'note'], [8, 7, 'message'],
      ]);
      const mine = await scene.store.sync(scene.id, asVisitor(visitorId), [{ id: conversationId, seq: 2 }]);
      expect(mine.conversations[0]?.catchup).toMatchObject({ answer: 'entries' });
      expect(mine.conversations[0]?.catchup.entries.map(({ seq, prev }) => [seq, prev])).toEqual([[3, 2], [5, 3], [6, 5], [8, 6]]);
    });

    test('[D5] start over: nothing known, more known than there is, or too much missing', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await conversationOf(scene, SYNC_ENTRIES_MAX + 10);
      const ask = async (seq: number): Promise<Catchup | undefined> => (await scene.store.sync(scene.id, asAgent(scene.ada), [{ id: conversationId, seq }])).conversations[0]?.catchup;
      for (const seq of [0, SYNC_ENTRIES_MAX + 11, 1, 9]) {
        const catchup = await ask(seq);
        expect(catchup).toMatchObject({ answer: 'start-over', earlier: true });
        expect(catchup?.entries.map((entry) => entry.seq)).toEqual(Array.from({ length: PAGE_ENTRIES }, (_, index) => SYNC_ENTRIES_MAX + 10 - PAGE_ENTRIES + 1 + index));
      }
      expect((await ask(10))?.entries).toHaveLength(SYNC_ENTRIES_MAX);
      // For the visitor a third of them does not count.
      const mine = await scene.store.sync(scene.id, asVisitor(visitorId), [{ id: conversationId, seq: 2 }]);
      expect(mine.conversations[0]?.catchup.answer).toBe('entries');
    });

    test('[D5] a visitor who names an entry that is not for visitors starts over', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await conversationOf(scene, 8);
      const mine = await scene.store.sync(scene.id, asVisitor(visitorId), [{ id: conversationId, seq: 4 }]);
      expect(mine.conversations[0]?.catchup).toMatchObject({ answer: 'start-over', earlier: false });
    });

    test('[D5] a short conversation starts over with all of it', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await conversationOf(scene, 4);
      const [mine] = (await scene.store.sync(scene.id, asVisitor(visitorId), [{ id: conversationId, seq: 0 }])).conversations;
      expect(mine?.catchup).toMatchObject({ answer: 'start-over', earlier: false, entries: [{ seq: 1, prev: 0 }, { seq: 2, prev: 1 }, { seq: 3, prev: 2 }] });
      expect(() => Catchup.parse(mine?.catchup)).not.toThrow();
    });

    test('a visitor also gets own conversations it did not name, newest activity first', async () => {
      const scene = await contract.scene();
      const [one, two, three] = [await scene.start('v1', 'one'), await scene.start('v1', 'two'), await scene.start('v1', 'three')];
      await scene.append(message(agent(scene.ada), one.conversationId, 'now this is the newest'));
      const { conversations, gone } = await scene.store.sync(scene.id, asVisitor('v1'), [{ id: two.conversationId, seq: 1 }]);
      expect(new Map(conversations.map(({ conversation, catchup }) => [conversation.id, catchup.answer]))).toEqual(new Map([
        [one.conversationId, 'start-over'], [two.conversationId, 'entries'], [three.conversationId, 'start-over'],
      ]));
      expect(conversations[0]?.conversation.id).toBe(one.conversationId);
      expect(gone).toEqual([]);
    });

    test('a visitor with very many conversations gets the newest of them', async () => {
      const scene = await contract.scene();
      await Promise.all(Array.from({ length: SYNC_CONVERSATIONS_MAX + 3 }, () => scene.start('v1')));
      expect((await scene.store.sync(scene.id, asVisitor('v1'), [])).conversations).toHaveLength(SYNC_CONVERSATIONS_MAX);
    });

    test('[D8] what is not there, and what is not theirs, is gone', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start('v1');
      const known = [{ id: conversationId, seq: 1 }, { id: 'never-made', seq: 3 }];
      expect(await scene.store.sync(scene.id, asVisitor('v2'), known)).toEqual({ conversations: [], gone: expect.arrayContaining([conversationId, 'never-made']) });
      expect(await scene.store.sync(scene.id, asAgent(scene.ada), known)).toMatchObject({ conversations: [{ conversation: { id: conversationId } }], gone: ['never-made'] });
      expect(await scene.store.sync(scene.id, asAgent(scene.ada), [])).toEqual({ conversations: [], gone: [] });
    });

    test('a visitor never gets an e-mail of a member, nor who else is involved', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append(message(agent(scene.ada), conversationId));
      await scene.append({ kind: 'assigned', author: agent(scene.ada), conversationId, clientId: nanoid(), memberId: scene.ben.id });
      const all = JSON.stringify([
        await scene.store.sync(scene.id, asVisitor(visitorId), []),
        await scene.store.history(scene.id, asVisitor(visitorId), { conversationId, before: 100, limit: 100 }),
        (await scene.append(message(visitor(visitorId), conversationId))).visitorConversation,
      ]);
      expect(all).toContain(scene.ada.id);
      for (const secret of [scene.ada.email, scene.ben.email, scene.ben.id]) expect(all).not.toContain(secret);
    });
  });

  describe('history', () => {
    test('goes back page by page to the first entry', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await conversationOf(scene, 25);
      const seqs: number[] = [];
      let before = 26;
      for (let earlier = true; earlier;) {
        const page = await scene.store.history(scene.id, asAgent(scene.ada), { conversationId, before, limit: 10 });
        seqs.unshift(...page.entries.map((entry) => entry.seq));
        before = page.entries[0]?.seq ?? 0;
        earlier = page.earlier;
      }
      expect(seqs).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
      expect(await scene.store.history(scene.id, asAgent(scene.ada), { conversationId, before: 1, limit: 10 })).toEqual({ entries: [], earlier: false });
      // Visitors page over what they see.
      const mine = await scene.store.history(scene.id, asVisitor(visitorId), { conversationId, before: 10, limit: 4 });
      expect(mine).toMatchObject({ earlier: true, entries: [{ seq: 5, prev: 3 }, { seq: 6, prev: 5 }, { seq: 8, prev: 6 }, { seq: 9, prev: 8 }] });
    });

    test('numbers beyond any log are no error', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const far = Number.MAX_SAFE_INTEGER;
      expect((await scene.store.history(scene.id, asVisitor(visitorId), { conversationId, before: far, limit: 5 })).entries).toHaveLength(1);
      expect((await scene.store.sync(scene.id, asVisitor(visitorId), [{ id: conversationId, seq: far }])).conversations[0]?.catchup.answer).toBe('start-over');
      expect(await scene.store.markRead(scene.id, asVisitor(visitorId), { conversationId, delivered: far, seen: far })).toMatchObject({ mine: { delivered: 1, seen: 1 } });
    });
  });
}
