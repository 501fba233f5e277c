import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { replayAll } from '../gateway/replay.ts';
import type { FileOwner } from '../gateway/store/file-store.ts';
import type { AppendCommand } from '../gateway/store/store.ts';
import { FILES_PENDING_MAX, PAGE_ENTRIES } from '../shared/limits.ts';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';

const PNG = { type: 'image/png', size: 1_200, width: 40, height: 30 };
const owner = (author: AppendCommand['author']): FileOwner => ({ kind: author.kind, id: author.id });

/** A whole file that its owner may send. */
async function upload({ store, id }: Scene, by: AppendCommand['author'], name = 'kettle.png'): Promise<string> {
  const fileId = nanoid();
  expect(await store.addFile(id, { id: fileId, owner: owner(by) })).toBe(true);
  await store.completeFile(id, fileId, { name, ...PNG });
  return fileId;
}

const withFiles = (author: AppendCommand['author'], conversationId: string, attachments: string[], text = '', clientId = nanoid()): AppendCommand =>
  ({ ...message(author, conversationId, text, clientId), attachments }) as AppendCommand;

const rating = (author: AppendCommand['author'], conversationId: string, score: number, comment = ''): AppendCommand =>
  ({ kind: 'rating', author, conversationId, clientId: nanoid(), score, comment });

/** Everything of this workspace agrees with its logs. */
async function expectReplayed({ rpc, id }: Scene): Promise<void> {
  const found: unknown[] = [];
  await replayAll(rpc, (difference) => { if (difference.workspace === id) found.push(difference); });
  expect(found).toEqual([]);
}

export function filesContract(contract: Contract): void {
  describe('files', () => {
    test('a file can be fetched when all of it is there, not before', async () => {
      const { store, id } = await contract.scene();
      await store.addFile(id, { id: 'half', owner: { kind: 'visitor', id: 'v1' } });
      expect(await store.file(id, 'half')).toBeNull();
      const whole = { id: 'half', name: 'notes.txt', type: 'text/plain', size: 12 };
      expect(await store.completeFile(id, 'half', { name: 'notes.txt', type: 'text/plain', size: 12 })).toEqual(whole);
      expect(await store.file(id, 'half')).toEqual(whole);
      await expect(store.completeFile(id, 'half', { name: 'again.png', ...PNG })).rejects.toMatchObject({ code: 'not_found' });
    });

    test('[D8] a file is one of its workspace only', async () => {
      const [one, other] = [await contract.scene(), await contract.scene()];
      const fileId = await upload(one, visitor('v1'));
      expect(await one.store.file(other.id, fileId)).toBeNull();
      await expect(one.store.addFile('nowhere', { id: nanoid(), owner: { kind: 'visitor', id: 'v1' } })).rejects.toMatchObject({ code: 'not_found' });
      await expect(one.store.addFile(one.id, { id: nanoid(), owner: { kind: 'agent', id: 'nobody' } })).rejects.toMatchObject({ code: 'not_found' });
      const { conversationId } = await other.start('v1');
      await expect(other.append(withFiles(visitor('v1'), conversationId, [fileId]))).rejects.toMatchObject({ code: 'not_found' });
    });

    test('a message takes files along, as they are at that time, in its order', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const files = [await upload(scene, visitor(visitorId), 'front.png'), await upload(scene, visitor(visitorId), 'back.png')];
      const { entry, conversation } = await scene.append(withFiles(visitor(visitorId), conversationId, files.toReversed(), 'Both sides'));
      const attachments = [{ id: files[1], name: 'back.png', ...PNG }, { id: files[0], name: 'front.png', ...PNG }];
      expect(entry).toMatchObject({ kind: 'message', seq: 2, prevVisible: 1, text: 'Both sides', attachments });
      expect(conversation).toMatchObject({ visitorMessages: 2, preview: { author: 'visitor', text: 'Both sides' } });
      const seen = await scene.store.history(scene.id, asVisitor(visitorId), { conversationId, before: 100, limit: 10 });
      expect(seen.entries.at(-1)).toMatchObject({ attachments });
      await expectReplayed(scene);
    });

    test('without text, lists show the name of the first file, cut like any text', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start();
      const short = await scene.append(withFiles(agent(scene.ada), conversationId, [await upload(scene, agent(scene.ada), 'offer.pdf'), await upload(scene, agent(scene.ada))]));
      expect(short.conversation.preview).toEqual({ author: 'agent', text: 'offer.pdf' });
      const long = await scene.append(withFiles(agent(scene.ada), conversationId, [await upload(scene, agent(scene.ada), `${'🫖'.repeat(138)} ${'x'.repeat(50)}.png`)]));
      expect(long.conversation.preview).toEqual({ author: 'agent', text: `${'🫖'.repeat(138)}…` });
      await expectReplayed(scene);
    });

    test('a conversation can start with nothing but a file', async () => {
      const scene = await contract.scene();
      const fileId = await upload(scene, visitor('v1'));
      const start: AppendCommand = {
        kind: 'start', author: visitor('v1'), clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text: '', attachments: [fileId], page: null,
      };
      expect((await scene.append(start)).entry).toMatchObject({ seq: 1, text: '', attachments: [{ id: fileId }] });
      // Nothing stays of a start whose file is not there.
      const failed = { ...start, clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid() };
      await expect(scene.append(failed)).rejects.toMatchObject({ code: 'not_found' });
      expect((await scene.store.sync(scene.id, asVisitor('v1'), [])).conversations).toHaveLength(1);
      await expectReplayed(scene);
    });

    test('[D2] a message that is sent again is answered with its entry, files and all', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const command = withFiles(visitor(visitorId), conversationId, [await upload(scene, visitor(visitorId))]);
      const first = await scene.append(command);
      expect(await scene.append(command)).toMatchObject({ repeated: true, added: [], entry: first.entry });
    });

    test('a file is sent once, by who uploaded it, and whole; else nothing of the message is stored', async () => {
      const scene = await contract.scene();
      const { store, id } = scene;
      const { conversationId, visitorId } = await scene.start();
      const me = visitor(visitorId);
      const sent = await upload(scene, me);
      await scene.append(withFiles(me, conversationId, [sent]));
      const mine = await upload(scene, me);
      const theirs = await upload(scene, visitor('somebody-else'));
      const agents = await upload(scene, agent(scene.ada));
      const forgotten = await upload(scene, me);
      await store.forgetFile(id, forgotten, owner(me));
      const half = nanoid();
      await store.addFile(id, { id: half, owner: owner(me) });
      for (const wrong of [[sent], [theirs], [agents], [forgotten], [half], ['never-there'], [mine, mine], [mine, theirs]]) {
        await expect(scene.append(withFiles(me, conversationId, wrong, 'Look'))).rejects.toMatchObject({ code: 'not_found' });
      }
      await expect(scene.append(withFiles(agent(scene.ben), conversationId, [agents]))).rejects.toMatchObject({ code: 'not_found' });
      // What was refused took nothing: the file can still be sent.
      expect((await scene.append(withFiles(me, conversationId, [mine]))).entry).toMatchObject({ seq: 3 });
    });

    test('one file in two messages at the same moment goes with one of them', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const fileId = await upload(scene, visitor(visitorId));
      const results = await Promise.allSettled(Array.from({ length: 4 }, (_, index) => scene.append(withFiles(visitor(visitorId), conversationId, [fileId], `number ${index}`))));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expectReplayed(scene);
    });

    test('a closed conversation opens again for a file, too', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      await scene.append({ kind: 'status', author: agent(scene.ada), conversationId, clientId: nanoid(), status: 'closed' });
      const { added } = await scene.append(withFiles(visitor(visitorId), conversationId, [await upload(scene, visitor(visitorId))]));
      expect(added).toMatchObject([{ kind: 'status', status: 'open' }, { kind: 'message', attachments: [{}] }]);
      await expectReplayed(scene);
    });

    test(`one person has at most ${FILES_PENDING_MAX} files waiting, also when they come at once`, async () => {
      const scene = await contract.scene();
      const { store, id } = scene;
      const me = owner(visitor('v1'));
      const add = (fileId = nanoid()): Promise<boolean> => store.addFile(id, { id: fileId, owner: me });
      expect(await add('first')).toBe(true);
      const taken = await Promise.all(Array.from({ length: FILES_PENDING_MAX + 3 }, () => add()));
      expect(taken.filter(Boolean)).toHaveLength(FILES_PENDING_MAX - 1);
      expect(await store.addFile(id, { id: 'of-another', owner: owner(visitor('v2')) })).toBe(true);
      // One of them gone makes room for one.
      expect(await store.forgetFile(id, 'first', me)).toBe(true);
      expect([await add(), await add()]).toEqual([true, false]);
    });

    test('only its owner forgets a file, and only before it is sent', async () => {
      const scene = await contract.scene();
      const { store, id } = scene;
      const { conversationId, visitorId } = await scene.start();
      const me = visitor(visitorId);
      const [sent, unsent] = [await upload(scene, me), await upload(scene, me)];
      await scene.append(withFiles(me, conversationId, [sent]));
      expect(await store.forgetFile(id, sent, owner(me))).toBe(false);
      expect(await store.forgetFile(id, unsent, { kind: 'visitor', id: 'somebody-else' })).toBe(false);
      expect(await store.forgetFile(id, unsent, { kind: 'agent', id: visitorId })).toBe(false);
      expect(await store.forgetFile(id, unsent, owner(me))).toBe(true);
      expect(await store.forgetFile(id, unsent, owner(me))).toBe(false);
      expect([await store.file(id, unsent), await store.file(id, sent)]).toMatchObject([null, { id: sent }]);
      // Until its bytes are gone it is on the list of what is to go.
      const listed = async (): Promise<boolean> => (await store.staleFiles(10_000)).some((file) => file.workspace === id && file.id === unsent);
      expect(await listed()).toBe(true);
      await store.dropFiles(id, [sent, unsent]);
      expect(await listed()).toBe(false);
      expect(await store.file(id, sent)).not.toBeNull();
    });

    test('answers are bounded by what is told of files, too', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start();
      const me = agent(scene.ada);
      const name = `${'n'.repeat(196)}.png`;
      for (let round = 0; round < PAGE_ENTRIES; round += 1) {
        const files = await Promise.all(Array.from({ length: 10 }, () => upload(scene, me, name)));
        await scene.append(withFiles(me, conversationId, files));
      }
      const { entries, earlier } = await scene.store.history(scene.id, asAgent(scene.ada), { conversationId, before: 1_000, limit: PAGE_ENTRIES });
      expect(earlier).toBe(true);
      expect(entries.length).toBeGreaterThan(10);
      expect(entries.length).toBeLessThan(PAGE_ENTRIES);
    });
  });

  describe('ratings', () => {
    test('are seen by both sides, count as activity, and change nothing else', async () => {
      const scene = await contract.scene();
      const { store, id } = scene;
      const { conversationId, visitorId, appended } = await scene.start();
      await scene.append({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'A regular' });
      await scene.append({ kind: 'status', author: agent(scene.ada), conversationId, clientId: nanoid(), status: 'closed' });
      const { entry, added, conversation, visitorConversation } = await scene.append(rating(visitor(visitorId), conversationId, 4, 'Quick, thanks'));
      expect(entry).toMatchObject({ kind: 'rating', score: 4, comment: 'Quick, thanks', seq: 4, prev: 3, prevVisible: 3, author: { kind: 'visitor', id: visitorId } });
      expect(added).toHaveLength(1);
      expect(conversation).toMatchObject({ status: 'closed', visitorMessages: 1, preview: appended.conversation.preview, activityAt: entry?.at, head: 4 });
      expect(visitorConversation).toMatchObject({ status: 'closed', head: 4 });
      const own = await store.sync(id, asVisitor(visitorId), [{ id: conversationId, seq: 3 }]);
      expect(own.conversations[0]?.catchup).toMatchObject({ answer: 'entries', entries: [{ kind: 'rating', seq: 4, prev: 3, score: 4 }] });
      const later = await scene.append(message(agent(scene.ada), conversationId, 'Glad to hear it'));
      expect(later.entry).toMatchObject({ seq: 5, prevVisible: 4 });
      await expectReplayed(scene);
    });

    test('[D2] sent again, the same one is answered; a later one stands beside it', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const command = rating(visitor(visitorId), conversationId, 2);
      await scene.append(command);
      expect(await scene.append({ ...command, score: 5 } as AppendCommand)).toMatchObject({ repeated: true, entry: { score: 2, comment: '' } });
      expect((await scene.append(rating(visitor(visitorId), conversationId, 5))).entry).toMatchObject({ seq: 3, score: 5 });
    });

    test('[D8] come from the conversation\'s own visitor only', async () => {
      const scene = await contract.scene();
      const { conversationId } = await scene.start();
      for (const author of [visitor('somebody-else'), agent(scene.ada)]) {
        await expect(scene.append(rating(author, conversationId, 5))).rejects.toMatchObject({ code: 'not_found' });
      }
    });

    test('go with messages of the same moment in one order', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const me = visitor(visitorId);
      const all = await Promise.all([message(me, conversationId, 'one'), rating(me, conversationId, 5), message(me, conversationId, 'two')].map((command) => scene.append(command)));
      expect(all.map(({ entry }) => entry?.seq)).toEqual([2, 3, 4]);
      await expectReplayed(scene);
    });
  });
}
