import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { createWaitingRoom, type WaitingRoom } from '../widget/outbox-storage.ts';
import { until } from './harness/until.ts';

const item = (text: string) => ({ clientId: `name-of-${text}`, payload: text, createdAt: 1 });

function open(factory: IDBFactory | null, change: { mayHoldItems?: boolean; onChange?: () => void } = {}): WaitingRoom<string> {
  return createWaitingRoom<string>({ name: 'miradesk:demo', factory, mayHoldItems: () => change.mayHoldItems ?? true, onChange: change.onChange ?? (() => {}) });
}

const texts = async (room: WaitingRoom<string>): Promise<string[]> => (await room.all()).map(({ payload }) => payload);

/** An IndexedDB that refuses, as private windows and full disks do. */
function refusing(refuses: () => boolean, factory: IDBFactory = new FakeFactory()): IDBFactory {
  return new Proxy(factory, {
    get(target, name) {
      if (name !== 'open') return Reflect.get(target, name) as unknown;
      return (...args: [string, number]) => {
        if (refuses()) throw new DOMException('not here', 'InvalidStateError');
        return target.open(...args);
      };
    },
  });
}

describe('with IndexedDB', () => {
  it('[D4] keeps items in their order over a reload, and takes them out by name', async () => {
    const factory = new FakeFactory();
    const before = open(factory);
    const orders = [];
    for (const text of ['one', 'two', 'three']) orders.push((await before.add(item(text))).order);
    expect(orders).toEqual(orders.toSorted((a, b) => a - b));
    before.close();

    const after = open(factory);
    expect(await texts(after)).toEqual(['one', 'two', 'three']);
    await after.remove('name-of-two');
    expect(await texts(after)).toEqual(['one', 'three']);
    expect(after.isDurable()).toBe(true);
  });

  it('changes an item in its place, and none that is gone', async () => {
    const room = open(new FakeFactory());
    const one = await room.add(item('one'));
    await room.add(item('two'));
    await room.update({ ...one, payload: 'changed' });
    expect(await texts(room)).toEqual(['changed', 'two']);
    await room.remove('name-of-one');
    await room.update(one);
    expect(await texts(room)).toEqual(['two']);
  });

  it('remembers conversations that were started', async () => {
    const factory = new FakeFactory();
    const before = open(factory);
    await before.setStarted('name-of-it', 'conversation-1');
    before.close();
    const after = open(factory);
    expect(await after.started('name-of-it')).toBe('conversation-1');
    expect(await after.started('another')).toBeUndefined();
  });

  it('opens nothing while this browser can have nothing to keep', async () => {
    const factory = new FakeFactory();
    expect(await open(factory, { mayHoldItems: false }).all()).toEqual([]);
    expect(await factory.databases()).toEqual([]);
  });

  it('finds what is there although nothing says so, and makes nothing by looking', async () => {
    const factory = new FakeFactory();
    const nobody = open(factory, { mayHoldItems: false });
    await nobody.look();
    expect([await nobody.all(), await factory.databases()]).toEqual([[], []]);
    const before = open(factory);
    await before.add(item('one'));
    before.close();
    const after = open(factory, { mayHoldItems: false });
    expect(await texts(after)).toEqual([]);
    await after.look();
    expect(await texts(after)).toEqual(['one']);
    // What it sees is not believed when everything was erased meanwhile.
    const looking = after.look();
    await after.erase();
    await looking;
    expect([await texts(after), await factory.databases()]).toEqual([[], []]);
    // Browsers that cannot tell, and none at all.
    for (const other of [Object.assign(new FakeFactory(), { databases: undefined }) as unknown as IDBFactory, null]) {
      const room = open(other, { mayHoldItems: false });
      await room.look();
      expect(await room.all()).toEqual([]);
    }
  });

  it('moves into memory with what is added meanwhile, in order, and leaves no database behind', async () => {
    const factory = new FakeFactory();
    const room = open(factory);
    await room.add(item('one'));
    const moving = room.moveTo(null);
    const adding = room.add(item('two'));
    const looking = room.all();
    await Promise.all([moving, adding, looking]);
    expect(await texts(room)).toEqual(['one', 'two']);
    expect(await factory.databases()).toEqual([]);
  });

  it('is told of each change once it is made', async () => {
    let changes = 0;
    const room = open(new FakeFactory(), { onChange: () => changes++ });
    const one = await room.add(item('one'));
    await room.update(one);
    await room.remove('name-of-one');
    expect(changes).toBe(3);
  });

  it('two tabs see each other\'s items, in one order', async () => {
    const factory = new FakeFactory();
    const [here, there] = [open(factory), open(factory)];
    await here.add(item('one'));
    await there.add(item('two'));
    await here.add(item('three'));
    expect(await texts(there)).toEqual(['one', 'two', 'three']);
  });

  it('opens the database again when the browser has closed it', async () => {
    const factory = new FakeFactory();
    const opened: IDBDatabase[] = [];
    const watched = new Proxy(factory, {
      get(target, name) {
        if (name !== 'open') return Reflect.get(target, name) as unknown;
        return (...args: [string, number]) => {
          const request = target.open(...args);
          request.addEventListener('success', () => opened.push(request.result));
          return request;
        };
      },
    });
    const room = open(watched);
    await room.add(item('one'));
    opened[0]?.close();
    await room.add(item('two'));
    expect(await texts(room)).toEqual(['one', 'two']);
  });

  it('makes way when somebody deletes the database', async () => {
    const factory = new FakeFactory();
    const room = open(factory);
    await room.add(item('one'));
    let gone = false;
    factory.deleteDatabase('miradesk:demo').onsuccess = () => { gone = true; };
    await until(() => gone);
    expect(await texts(room)).toEqual([]);
  });

  it('stays closed', async () => {
    const factory = new FakeFactory();
    const room = open(factory);
    room.close();
    expect(await room.all()).toEqual([]);
    expect(await factory.databases()).toEqual([]);
  });
});

describe('moving', () => {
  it('into memory takes everything along, in order, and leaves no database behind', async () => {
    const factory = new FakeFactory();
    const room = open(factory);
    await room.add(item('one'));
    await room.add(item('two'));
    await room.setStarted('name', 'conversation-1');
    await room.moveTo(null);
    expect([await texts(room), room.isDurable(), await factory.databases(), await room.started('name')]).toEqual([['one', 'two'], false, [], 'conversation-1']);
    await room.add(item('three'));
    expect([await texts(room), await factory.databases()]).toEqual([['one', 'two', 'three'], []]);
  });

  it('out of memory keeps the order: what waits there goes first, and new items are durable when it has gone', async () => {
    const factory = new FakeFactory();
    const room = open(null);
    await room.add(item('one'));
    await room.moveTo(factory);
    await room.add(item('two'));
    expect([await texts(room), room.isDurable()]).toEqual([['one', 'two'], false]);
    await room.remove('name-of-one');
    await room.remove('name-of-two');
    await room.add(item('three'));
    expect([await texts(room), room.isDurable(), (await factory.databases()).length]).toEqual([['three'], true, 1]);
  });

  it('to where it is changes nothing', async () => {
    const factory = new FakeFactory();
    const room = open(factory);
    await room.add(item('one'));
    await room.moveTo(factory);
    expect([await texts(room), room.isDurable()]).toEqual([['one'], true]);
  });
});

describe('erasing', () => {
  it('takes everything off the device, under the eyes of another tab, and goes on after it', async () => {
    const factory = new FakeFactory();
    const [here, there] = [open(factory), open(factory)];
    await here.add(item('one'));
    await there.add(item('two'));
    await here.setStarted('name', 'conversation-1');
    await here.erase();
    expect(await factory.databases()).toEqual([]);
    expect([await texts(here), await texts(there), await here.started('name')]).toEqual([[], [], undefined]);
    await here.add(item('three'));
    expect(await texts(there)).toEqual(['three']);
  });

  it('opens nothing where nothing was kept, and empties memory where that was all', async () => {
    const factory = new FakeFactory();
    await open(factory, { mayHoldItems: false }).erase();
    expect(await factory.databases()).toEqual([]);
    const room = open(null);
    await room.add(item('one'));
    await room.erase();
    expect([await texts(room), room.isDurable()]).toEqual([[], true]);
  });
});

describe('without IndexedDB', () => {
  it.each([['missing', null], ['refused', refusing(() => true)]])('%s: memory takes over, in order, and says so', async (_, factory) => {
    const room = open(factory);
    const one = await room.add(item('one'));
    await room.add(item('two'));
    expect(room.isDurable()).toBe(false);
    await room.update({ ...one, payload: 'changed' });
    expect(await texts(room)).toEqual(['changed', 'two']);
    await room.remove('name-of-one');
    await room.remove('name-of-two');
    expect(await texts(room)).toEqual([]);
    expect(room.isDurable()).toBe(true);
    await room.setStarted('name', 'conversation-1');
    expect(await room.started('name')).toBe('conversation-1');
  });

  it('keeps the order when it fails in between and works again', async () => {
    let refuses = false;
    const factory = refusing(() => refuses);
    const before = open(factory);
    await before.add(item('one'));
    before.close();
    refuses = true;
    const room = open(factory);
    await room.add(item('two'));
    refuses = false;
    await room.add(item('three'));
    expect(await texts(room)).toEqual(['one', 'two', 'three']);
    expect(room.isDurable()).toBe(false);
  });
});
