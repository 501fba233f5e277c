import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { previewOf } from '../shared/text.ts';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';
import type { AppendCommand } from '../gateway/store/store.ts';

const PAGE = { url: 'https://shop.example/cheese', title: 'Cheese', referrer: '' };

function start(visitorId: string, change: Partial<Extract<AppendCommand, { kind: 'start' }>> = {}): AppendCommand {
  return {
    kind: 'start', author: visitor(visitorId), clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text: 'Hello', page: null, ...change,
  };
}

async function log({ store, id, ada }: Scene, conversationId: string): Promise<string[]> {
  const { entries } = await store.history(id, asAgent(ada), { conversationId, before: 1_000_000, limit: 1_000 });
  return entries.map((entry) => (entry.kind === 'message' || entry.kind === 'note' ? entry.text : entry.kind));
}

export function appendContract(contract: Contract): void {
  describe('starting a conversation', () => {
    test('[D1] what was answered is stored, all of it', async () => {
      const scene = await contract.scene();
      const command = start('v1', { text: 'Do you have Brie?', page: PAGE });
      const { entry, added, repeated, conversation, visitorConversation } = await scene.append(command);
      expect(entry).toEqual({
        id: `${conversation.id}.1`, conversationId: conversation.id, seq: 1, prev: 0, prevVisible: 0, kind: 'message', text: 'Do you have Brie?', page: PAGE,
        author: { kind: 'visitor', id: 'v1', name: null }, clientId: command.clientId, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect(added).toEqual([entry]);
      expect(repeated).toBe(false);
      expect(conversation).toEqual({
        id: conversation.id, visitor: { id: 'v1', name: null, email: null, verified: false }, status: 'open', assignee: null, head: 1, visitorMessages: 1,
        createdAt: entry?.at, activityAt: entry?.at, preview: { author: 'visitor', text: 'Do you have Brie?' }, page: PAGE,
        reads: { visitor: { delivered: 0, seen: 0 }, agents: { delivered: 0, seen: 0 } },
      });
      expect(visitorConversation).toEqual({
        id: conversation.id, clientId: (command as { conversationClientId: string }).conversationClientId, status: 'open', head: 1, createdAt: entry?.at,
        reads: conversation.reads,
      });
      const { prevVisible: _, ...wire } = entry ?? { prevVisible: null };
      expect((await scene.store.history(scene.id, asVisitor('v1'), { conversationId: conversation.id, before: 10, limit: 10 })).entries).toEqual([wire]);
    });

    test('[D2] a repeated start stores nothing and answers the same conversation and entry', async () => {
      const scene = await contract.scene();
      const command = start('v1');
      const first = await scene.append(command);
      const again = await scene.append({ ...command, conversationId: nanoid() });
      expect(again).toEqual({ ...first, repeated: true, added: [] });
      expect((await scene.store.inboxList(scene.id, scene.ada.id, { filter: 'all', after: null, limit: 10 })).conversations).toHaveLength(1);
    });

    test('[D2] starts of one name that arrive together start one conversation', async () => {
      const scene = await contract.scene();
      const command = start('v1');
      const answers = await Promise.all(Array.from({ length: 5 }, () => scene.append({ ...command, conversationId: nanoid() })));
      expect(new Set(answers.map(({ conversation }) => conversation.id)).size).toBe(1);
      expect(answers.map(({ repeated }) => repeated)).toEqual([false, true, true, true, true]);
    });

    test('[D2] a second first message under the same name of a conversation goes into that conversation', async () => {
      const scene = await contract.scene();
      const conversationClientId = nanoid();
      const [first, second] = await Promise.all([
        scene.append(start('v1', { conversationClientId, text: 'one' })),
        scene.append(start('v1', { conversationClientId, text: 'two' })),
      ]);
      expect(second.conversation.id).toBe(first.conversation.id);
      expect(await log(scene, first.conversation.id)).toEqual(['one', 'two']);
    });

    test('[D2] a start whose message is already in another conversation leaves nothing behind', async () => {
      const scene = await contract.scene();
      const clientId = nanoid();
      const first = await scene.append(start('v1', { clientId }));
      const second = await scene.append(start('v1', { clientId }));
      expect(second).toEqual({ ...first, repeated: true, added: [] });
      const other = nanoid();
      const [third, fourth] = await Promise.all([
        scene.append(message(visitor('v1'), first.conversation.id, 'x', other)),
        scene.append(start('v1', { clientId: other })),
      ]);
      expect(fourth.entry).toEqual(third.entry);
      const { conversations, counts } = await scene.store.inboxList(scene.id, scene.ada.id, { filter: 'all', after: null, limit: 10 });
      expect(conversations).toHaveLength(1);
      expect(counts.all).toBe(1);
    });

    test('two visitors may choose the same names', async () => {
      const scene = await contract.scene();
      const names = { clientId: nanoid(), conversationClientId: nanoid() };
      const [one, two] = await Promise.all([scene.append(start('v1', names)), scene.append(start('v2', names))]);
      expect(one.conversation.id).not.toBe(two.conversation.id);
    });

    test('a conversation cannot be started in a workspace that does not exist', async () => {
      const { store } = await contract.scene();
      await expect(store.append('never-made', start('v1'))).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  describe('writing in a conversation', () => {
    test('[D2] a repeated send stores nothing new and answers the same entry', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      for (const command of [
        message(visitor(visitorId), conversationId, 'from the visitor'),
        message(agent(scene.ada), conversationId, 'from the agent'),
        { kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'note' } as const,
        { kind: 'assigned', author: agent(scene.ada), conversationId, clientId: nanoid(), memberId: scene.ben.id } as const,
        { kind: 'status', author: agent(scene.ada), conversationId, clientId: nanoid(), status: 'closed' } as const,
      ] satisfies AppendCommand[]) {
        const first = await scene.append(command);
        const again = await scene.append(command);
        expect(again.entry).toEqual(first.entry);
        expect(again).toMatchObject({ repeated: true, added: [] });
      }
      expect(await log(scene, conversationId)).toEqual(['Hello', 'from the visitor', 'from the agent', 'note', 'assigned', 'status']);
    });

    test('[D2] the same name twice in one batch is stored once', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const command = message(visitor(visitorId), conversationId, 'once');
      const [first, second, other] = await Promise.all([scene.append(command), scene.append(command), scene.append(message(agent(scene.ada), conversationId, 'then'))]);
      expect(second?.entry).toEqual(first?.entry);
      expect([first?.repeated, second?.repeated, other?.entry?.seq]).toEqual([false, true, 3]);
    });

    test('[D2] names are compared among the things of one author only', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const clientId = nanoid();
      await Promise.all([visitor(visitorId), agent(scene.ada), agent(scene.ben)].map((author) => scene.append(message(author, conversationId, author.id, clientId))));
      expect(await log(scene, conversationId)).toEqual(['Hello', visitorId, scene.ada.id, scene.ben.id]);
    });

    test('[D3] the order of calls is the order in the log, whatever they are', async () => {
      const scene = await contract.scene();
      const [one, two] = [await scene.start(), await scene.start()];
      const texts = Array.from({ length: 30 }, (_, index) => `m${index}`);
      await Promise.all(texts.flatMap((text, index) => [
        scene.append(message(index % 2 ? visitor(one.visitorId) : agent(scene.ada), one.conversationId, text)),
        scene.append(message(visitor(two.visitorId), two.conversationId, text)),
        ...(index === 10 ? [scene.append({ kind: 'status', author: agent(scene.ben), conversationId: two.conversationId, clientId: nanoid(), status: 'closed' })] : []),
      ]));
      expect(await log(scene, one.conversationId)).toEqual(['Hello', ...texts]);
      expect(await log(scene, two.conversationId)).toEqual(['Hello', ...texts.slice(0, 11), 'status', 'status', ...texts.slice(11)]);
    });

    test('[D3] seq has no holes, and prev counts what each audience sees', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const note = (text: string): AppendCommand => ({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text });
      const answers = await Promise.all([note('n1'), note('n2'), message(agent(scene.ada), conversationId, 'a'), note('n3'), message(visitor(visitorId), conversationId, 'b')].map(scene.append));
      expect(answers.map(({ entry }) => [entry?.seq, entry?.prev, entry?.prevVisible])).toEqual([[2, 1, null], [3, 2, null], [4, 3, 1], [5, 4, null], [6, 5, 4]]);
      expect(answers.at(-1)).toMatchObject({ conversation: { head: 6 }, visitorConversation: { head: 6 } });
    });

    test('a message of the visitor opens a closed conversation, in the same commit', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append({ kind: 'status', author: agent(scene.ada), conversationId, clientId: nanoid(), status: 'closed' });
      const reply = await scene.append(message(agent(scene.ada), conversationId, 'One more thing'));
      expect(reply.conversation.status).toBe('closed');
      const { entry, added, conversation } = await scene.append(message(visitor(visitorId), conversationId, 'Wait'));
      expect(added).toMatchObject([{ seq: 4, kind: 'status', status: 'open', author: { kind: 'system', id: null, name: null }, clientId: null, prevVisible: 3 }, { seq: 5, prevVisible: 4 }]);
      expect(added.at(-1)).toEqual(entry);
      expect(conversation.status).toBe('open');
    });

    test('what is so already adds nothing', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start();
      const by = { author: agent(scene.ada), conversationId };
      for (const command of [
        { kind: 'status', ...by, clientId: nanoid(), status: 'open' }, { kind: 'assigned', ...by, clientId: nanoid(), memberId: null },
      ] as AppendCommand[]) {
        expect(await scene.append(command)).toMatchObject({ entry: null, added: [], repeated: false, conversation: { head: 1 } });
      }
    });

    test('an assignment names its member, in the log and in the conversation', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start();
      const assign = (memberId: string | null): Promise<unknown> => scene.append({ kind: 'assigned', author: agent(scene.ada), conversationId, clientId: nanoid(), memberId });
      const ben = { id: scene.ben.id, name: 'Ben' };
      expect(await assign(scene.ben.id)).toMatchObject({ entry: { kind: 'assigned', assignee: ben, prevVisible: null }, conversation: { assignee: ben }, visitorConversation: { head: 1 } });
      expect(await assign(null)).toMatchObject({ entry: { assignee: null }, conversation: { assignee: null } });
      await expect(assign('nobody')).rejects.toMatchObject({ code: 'not_found' });
    });

    test('lists show the newest message, shortened as everywhere, and the page the visitor wrote from', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const long = `Ein\u00a0langer  Text\n${'🧀 ganz viel Käse '.repeat(30)}`;
      await scene.append({ ...message(visitor(visitorId), conversationId, long), page: PAGE } as AppendCommand);
      const { conversation } = await scene.append({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'Not for lists' });
      expect(conversation).toMatchObject({ preview: { author: 'visitor', text: previewOf(long) }, page: PAGE });
      expect((await scene.append(message(agent(scene.ada), conversationId, 'Hm'))).conversation).toMatchObject({ preview: { author: 'agent', text: 'Hm' }, page: PAGE });
    });

    test('text comes back as it was sent', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const texts = ['"; drop table miradesk.entries; --', '<script>alert(1)</script>', 'Zeile 1\nZeile 2\t\\n \\u0000 %s $1 {}', '👩‍👩‍👧‍👦 עברית العربية 日本語', '\u202eabc', 'x'.repeat(8_000)];
      await Promise.all(texts.map((text) => scene.append(message(visitor(visitorId), conversationId, text))));
      expect(await log(scene, conversationId)).toEqual(['Hello', ...texts]);
    });

    test('one refused command does not touch the others of its batch', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const outcomes = await Promise.allSettled([
        scene.append(message(visitor(visitorId), conversationId, 'before')),
        scene.append(message(visitor(visitorId), 'no-such-conversation', 'x')),
        scene.append(message(visitor('somebody-else'), conversationId, 'x')),
        scene.append({ kind: 'assigned', author: agent(scene.ada), conversationId, clientId: nanoid(), memberId: 'nobody' }),
        scene.append(message(visitor(visitorId), conversationId, 'broken \u0000 text')),
        scene.append(message(visitor(visitorId), conversationId, 'after')),
      ]);
      expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : 'stored')))
        .toEqual(['stored', 'not_found', 'not_found', 'not_found', 'internal', 'stored']);
      expect(await log(scene, conversationId)).toEqual(['Hello', 'before', 'after']);
    });
  });
}
