import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { ATTRIBUTES_MAX, EVENTS_KEPT, TAGS_MAX } from '../shared/limits.ts';
import { replayAll } from '../gateway/replay.ts';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const event = (second: number): { name: string; meta: Record<string, unknown>; page: null; at: string } => ({ name: `e${second}`, meta: { second }, page: null, at: at(second) });

/** What replay finds in this workspace; of all those that the tests made it would take long. */
async function differences({ rpc, id }: Scene): Promise<unknown[]> {
  const found: unknown[] = [];
  await replayAll(async (fn, args) => (fn === 'list_workspaces' ? [{ id }] : rpc(fn, args)), (difference) => found.push(difference));
  return found;
}

export function visitorsContract(contract: Contract): void {
  describe('[P1] identities', () => {
    test('a workspace has a secret of its own from the beginning, and a new one when it asks', async () => {
      const [one, two] = [await contract.scene(), await contract.scene()];
      const [first, other] = [await one.store.workspace(one.id), await two.store.workspace(two.id)];
      expect(first?.identitySecret).toMatch(/^[0-9a-f]{64}$/);
      expect(other?.identitySecret).not.toBe(first?.identitySecret);
      const renewed = await one.store.renewIdentitySecret(one.id);
      expect(renewed).toEqual({ ...first, identitySecret: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(renewed.identitySecret).not.toBe(first?.identitySecret);
      expect(await one.store.workspace(one.id)).toEqual(renewed);
      expect(await two.store.workspace(two.id)).toEqual(other);
      await expect(one.store.renewIdentitySecret('never-made')).rejects.toMatchObject({ code: 'not_found' });
    });

    test('[D8] what is good for one browser is its own once it has used it, in its workspace', async () => {
      const [one, two] = [await contract.scene(), await contract.scene()];
      const use = (scene: Scene, sid: string, jtiHash = 'j'): Promise<boolean> => scene.store.useIdentity(scene.id, { jtiHash, sid, visitorId: 'v', expiresAt: new Date(Date.now() + 60_000).toISOString() });
      expect(await use(one, 'a')).toBe(true);
      expect(await use(one, 'a')).toBe(true);
      expect(await use(one, 'b')).toBe(false);
      expect(await use(one, 'b', 'k')).toBe(true);
      expect(await use(two, 'b')).toBe(true);
      const race = await Promise.all(['a', 'b', 'c', 'd'].map((sid) => use(one, sid, 'race')));
      expect(race.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('what is known of a visitor', () => {
    test('[W1] makes no visitor, unless it is asked to', async () => {
      const { store, id } = await contract.scene();
      expect(await store.describeVisitor(id, 'v', { profile: { name: 'Vi' } }, { create: false })).toBe(false);
      await expect(store.visitorDetails(id, 'v')).rejects.toMatchObject({ code: 'not_found' });
      expect(await store.describeVisitor(id, 'v', { userId: 'u', profile: { name: 'Vi' } }, { create: true })).toBe(true);
      expect(await store.visitorDetails(id, 'v')).toEqual({
        id: 'v', name: 'Vi', email: null, phone: null, userId: 'u', attributes: {}, tags: [], createdAt: expect.stringMatching(/\.\d{3}Z$/), events: [], conversations: 0,
      });
      await expect(store.describeVisitor('never-made', 'v', {}, { create: true })).rejects.toMatchObject({ code: 'not_found' });
    });

    test('is taken in piece by piece; what is signed stays before what is not', async () => {
      const { store, id } = await contract.scene();
      const says = (change: Parameters<typeof store.describeVisitor>[2]): Promise<boolean> => store.describeVisitor(id, 'v', change, { create: true });
      await says({ profile: { name: 'V', email: 'v@example.com', phone: '1', attributes: { a: 'x', b: 2, c: true }, tags: ['one', 'two'] } });
      await says({ signed: { name: 'Vera', attributes: { a: 'signed' } }, profile: { name: 'Root', email: '', attributes: { a: 'unsigned', b: null }, tags: ['two', 'three'] } });
      expect(await store.visitorDetails(id, 'v')).toMatchObject({ name: 'Vera', email: null, phone: '1', attributes: { a: 'signed', c: true }, tags: ['one', 'two', 'three'] });
      await says({ profile: { name: 'Root', attributes: { a: null } } });
      await says({ profile: {} });
      expect(await store.visitorDetails(id, 'v')).toMatchObject({ name: 'Vera', attributes: { a: 'signed', c: true } });
      await says({ signed: { attributes: { a: null } } });
      await says({ profile: { attributes: { a: 'free again' } } });
      expect((await store.visitorDetails(id, 'v')).attributes).toEqual({ a: 'free again', c: true });
    });

    test('is bounded: the newest tags and events, the attributes that were there', async () => {
      const { store, id } = await contract.scene();
      const many = (count: number, of: string): string[] => Array.from({ length: count }, (_, index) => `${of}${String(index).padStart(3, '0')}`);
      const attributes = (of: string): Record<string, string> => Object.fromEntries(many(ATTRIBUTES_MAX, of).map((key) => [key, of]));
      await store.describeVisitor(id, 'v', { profile: { attributes: attributes('b'), tags: many(TAGS_MAX, 'old') } }, { create: true });
      await store.describeVisitor(id, 'v', { signed: { attributes: { z: 'signed' } }, profile: { attributes: attributes('a'), tags: ['new'] } }, { create: true });
      const events = Array.from({ length: EVENTS_KEPT + 3 }, (_, index) => event(index));
      await store.describeVisitor(id, 'v', { events }, { create: true });
      const details = await store.visitorDetails(id, 'v');
      expect(Object.keys(details.attributes).toSorted()).toEqual([...many(ATTRIBUTES_MAX - 1, 'b'), 'z']);
      expect(details.tags).toEqual([...many(TAGS_MAX, 'old').slice(1), 'new']);
      expect(details.events).toEqual(events.slice(3).toReversed());
    });

    test('[D6] is a change of their conversations where inboxes show it', async () => {
      const scene = await contract.scene();
      const { conversationId, visitorId } = await scene.start();
      const changedBy = async (change: Parameters<typeof scene.store.describeVisitor>[2]): Promise<string[]> => {
        const { cursor } = await scene.store.inboxChanges(scene.id, scene.ada.id, null);
        await scene.store.describeVisitor(scene.id, visitorId, change, { create: false });
        const changes = await scene.store.inboxChanges(scene.id, scene.ada.id, cursor);
        return changes.answer === 'changes' ? changes.conversations.map(({ visitor: { name } }) => String(name)) : ['start-over'];
      };
      expect(await changedBy({ profile: { name: 'Wim' } })).toEqual(['Wim']);
      expect((await scene.store.history(scene.id, asAgent(scene.ada), { conversationId, before: 9, limit: 9 })).entries).toHaveLength(1);
    });

    test('is news of the newest conversations only, where there are very many', async () => {
      const { store, id, ada, start } = await contract.scene();
      for (let index = 0; index < 60; index += 1) await start('v');
      const { cursor } = await store.inboxChanges(id, ada.id, null);
      await store.describeVisitor(id, 'v', { profile: { name: 'Xu' } }, { create: false });
      const changes = await store.inboxChanges(id, ada.id, cursor);
      expect(changes.answer === 'changes' && changes.conversations.length).toBe(50);
      const { conversations } = await store.inboxList(id, ada.id, { filter: 'all', after: null, limit: 100 });
      expect(new Set(conversations.map(({ visitor: { name } }) => name))).toEqual(new Set(['Xu']));
    });

    test('[D8] belongs to one workspace', async () => {
      const [one, two] = [await contract.scene(), await contract.scene()];
      const { visitorId } = await one.start();
      await expect(two.store.visitorDetails(two.id, visitorId)).rejects.toMatchObject({ code: 'not_found' });
      expect(await two.store.describeVisitor(two.id, visitorId, { profile: { name: 'X' } }, { create: false })).toBe(false);
      expect(await two.store.adoptVisitor(two.id, visitorId, { visitorId: 'u', userId: 'u' })).toEqual([]);
      expect(await two.store.eraseVisitor(two.id, visitorId)).toEqual({ conversations: [], files: [] });
      expect(await one.store.visitorDetails(one.id, visitorId)).toMatchObject({ name: null, conversations: 1 });
    });
  });

  describe('[P2] adopting', () => {
    test('[W1] somebody who has not written makes nobody', async () => {
      const { store, id } = await contract.scene();
      expect(await store.adoptVisitor(id, 'a', { visitorId: 'u1', userId: 'user' })).toEqual([]);
      await expect(store.visitorDetails(id, 'u1')).rejects.toMatchObject({ code: 'not_found' });
    });

    test('[D2] [D8] moves all of it, once, and what is sent again is recognised', async () => {
      const scene = await contract.scene();
      const { store, id, append } = scene;
      const { conversationId, visitorId, appended } = await scene.start();
      const sent = message(visitor(visitorId), conversationId, 'second');
      await append(sent);
      await append({ kind: 'note', author: agent(scene.ada), conversationId, clientId: nanoid(), text: 'n' });
      await store.describeVisitor(id, visitorId, { profile: { name: 'A', attributes: { a: 1 } }, events: [event(1)] }, { create: false });
      const { cursor } = await store.inboxChanges(id, scene.ada.id, null);
      expect(await store.adoptVisitor(id, visitorId, { visitorId: 'u1', userId: 'user' })).toEqual([conversationId]);
      expect(await store.adoptVisitor(id, visitorId, { visitorId: 'u1', userId: 'user' })).toEqual([]);
      expect(await store.inboxChanges(id, scene.ada.id, cursor)).toMatchObject({ answer: 'changes', conversations: [{ id: conversationId, visitor: { id: 'u1', name: 'A' } }], gone: [] });
      expect(await store.visitorDetails(id, 'u1')).toMatchObject({ name: 'A', userId: 'user', attributes: { a: 1 }, events: [event(1)], conversations: 1 });
      await expect(store.visitorDetails(id, visitorId)).rejects.toMatchObject({ code: 'not_found' });
      expect(await append({ ...sent, author: visitor('u1') })).toMatchObject({ repeated: true, entry: { seq: 2 } });
      await expect(append(message(visitor(visitorId), conversationId))).rejects.toMatchObject({ code: 'not_found' });
      expect((await append(message(visitor('u1'), conversationId))).entry?.seq).toBe(4);
      const { conversations } = await store.sync(id, asVisitor('u1'), []);
      expect(conversations[0]?.conversation).toMatchObject({ id: conversationId, clientId: appended.visitorConversation.clientId });
      expect(await differences(scene)).toEqual([]);
    });

    test('[D2] keeps both of what has one name', async () => {
      const scene = await contract.scene();
      const names = { clientId: nanoid(), conversationClientId: nanoid() };
      for (const author of ['anonymous', 'u1']) await scene.append({ kind: 'start', author: visitor(author), ...names, conversationId: nanoid(), text: author, page: null });
      expect(await scene.store.adoptVisitor(scene.id, 'anonymous', { visitorId: 'u1', userId: 'user' })).toHaveLength(1);
      const { conversations } = await scene.store.sync(scene.id, asVisitor('u1'), []);
      expect(conversations).toHaveLength(2);
      expect(new Set(conversations.map(({ conversation }) => conversation.clientId)).size).toBe(2);
      expect(await differences(scene)).toEqual([]);
    });

    test('never takes from somebody who is identified', async () => {
      const scene = await contract.scene();
      await scene.start('u1');
      await scene.store.describeVisitor(scene.id, 'u1', { userId: 'one' }, { create: false });
      expect(await scene.store.adoptVisitor(scene.id, 'u1', { visitorId: 'u2', userId: 'two' })).toEqual([]);
      expect(await scene.store.visitorDetails(scene.id, 'u1')).toMatchObject({ userId: 'one', conversations: 1 });
    });

    test('while both write loses and doubles nothing', async () => {
      const scene = await contract.scene();
      const started = await Promise.all(Array.from({ length: 8 }, () => scene.start()));
      await Promise.all(started.flatMap(({ conversationId, visitorId }) => [
        ...Array.from({ length: 5 }, (_, index) => scene.append(message(visitor(visitorId), conversationId, `${index}`)).catch(() => {})),
        scene.store.adoptVisitor(scene.id, visitorId, { visitorId: 'u1', userId: 'user' }),
        scene.start('u1'),
        ...Array.from({ length: 5 }, (_, index) => scene.append(message(agent(scene.ada), conversationId, `${index}`))),
      ]));
      expect((await scene.store.visitorDetails(scene.id, 'u1')).conversations).toBe(16);
      expect(await differences(scene)).toEqual([]);
    });
  });

  describe('[P3] erasing', () => {
    test('leaves the others, the counts right, and word of what is gone', async () => {
      const scene = await contract.scene();
      const { store, id, ada } = scene;
      const [mine, other] = [await scene.start('v1'), await scene.start('v2')];
      await scene.start('v1');
      await scene.append({ kind: 'status', author: agent(ada), conversationId: mine.conversationId, clientId: nanoid(), status: 'closed' });
      await store.markRead(id, asAgent(ada), { conversationId: mine.conversationId, delivered: 2, seen: 2 });
      await store.describeVisitor(id, 'v1', { profile: { name: 'V' }, events: [event(1)] }, { create: false });
      const { cursor } = await store.inboxChanges(id, ada.id, null);
      const { conversations, files } = await store.eraseVisitor(id, 'v1');
      expect([conversations.length, files]).toEqual([2, []]);
      expect(conversations).toContain(mine.conversationId);
      const changes = await store.inboxChanges(id, ada.id, cursor);
      expect(changes).toMatchObject({ answer: 'changes', counts: { unassigned: 1, mine: 0, all: 1, closed: 0 } });
      expect(changes.answer === 'changes' && changes.gone.toSorted()).toEqual(conversations.toSorted());
      expect(await store.sync(id, asAgent(ada), [{ id: mine.conversationId, seq: 1 }])).toEqual({ conversations: [], gone: [mine.conversationId] });
      await expect(store.visitorDetails(id, 'v1')).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.markRead(id, asAgent(ada), { conversationId: mine.conversationId, delivered: 2, seen: 2 })).rejects.toMatchObject({ code: 'not_found' });
      expect(await store.conversationVisitor(id, other.conversationId)).toBe('v2');
      expect(await store.eraseVisitor(id, 'v1')).toEqual({ conversations: [], files: [] });
      expect(await differences(scene)).toEqual([]);
    });

    test('while the visitor starts and writes leaves nothing half', async () => {
      const scene = await contract.scene();
      await Promise.all(Array.from({ length: 30 }, async (_, round) => {
        if (round % 5 === 4) await scene.store.eraseVisitor(scene.id, 'v');
        else {
          const { conversationId } = await scene.start('v');
          await scene.append(message(visitor('v'), conversationId)).catch(() => {});
        }
      }));
      expect(await differences(scene)).toEqual([]);
      await scene.store.eraseVisitor(scene.id, 'v');
      expect((await scene.store.inboxList(scene.id, scene.ada.id, { filter: 'all', after: null, limit: 10 })).counts).toEqual({ unassigned: 0, mine: 0, all: 0, closed: 0 });
    });
  });
}
