/** The widget's core, whole, on a gateway and a browser in memory: what a visitor sees, whatever happens underneath. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { until } from './harness/until.ts';
import { FakeBrowser, type Tab } from './widget-fake-browser.ts';
import { FakeGateway } from './widget-fake-gateway.ts';

let gateway: FakeGateway;
let browser: FakeBrowser;
let tabs: Tab[];

beforeEach(() => {
  gateway = new FakeGateway();
  browser = new FakeBrowser();
  tabs = [];
});
afterEach(() => {
  for (const tab of tabs) tab.destroy();
  expect(gateway.wires.size).toBe(0);
});

function open(change: Parameters<FakeBrowser['tab']>[1] = {}, from = browser): Tab {
  const tab = from.tab(gateway, change);
  tabs.push(tab);
  tab.start();
  return tab;
}

const online = (tab: Tab) => until(() => tab.state().connection.name === 'online');
const shows = (tab: Tab, ...lines: string[]) => until(() => tab.shown().join('\n') === lines.join('\n'), { timeout: 5_000, what: lines.join(' | ') }).catch(() => expect(tab.shown()).toEqual(lines));
const only = (): string => [...gateway.logs.keys()][0] as string;
const asked = (event: string) => gateway.requests.filter((request) => request.event === event);

/** A conversation with one message of the visitor's in it. */
async function talking(change: Parameters<FakeBrowser['tab']>[1] = {}): Promise<Tab> {
  const tab = open(change);
  await online(tab);
  await tab.send('hello');
  await shows(tab, 'sent: hello');
  return tab;
}

describe('the first message', () => {
  it('is the first thing that is stored; connecting alone leaves nothing', async () => {
    const tab = open();
    await online(tab);
    expect(browser.values.size).toBe(0);
    expect(await browser.factory.databases()).toEqual([]);
    await tab.send('hello');
    await shows(tab, 'sent: hello');
    expect([...browser.values.keys()]).toEqual(['miradesk:demo']);
    expect(tab.sent).toEqual(['hello']);
  });

  it('starts a conversation, and what is written right after it goes there too', async () => {
    const tab = open();
    await online(tab);
    await Promise.all(['one', 'two', 'three'].map((text) => tab.send(text)));
    await shows(tab, 'sent: one', 'sent: two', 'sent: three');
    expect(gateway.logs.size).toBe(1);
    expect(asked('conversation:start')).toHaveLength(1);
  });

  it('[D4] written while the gateway is down, it is sent when that is back, on another page', async () => {
    gateway.reachable = false;
    const before = open();
    await before.send('one');
    await before.send('two');
    await shows(before, 'waiting: one', 'waiting: two');
    before.crash();
    gateway.reachable = true;
    const after = open();
    await shows(after, 'sent: one', 'sent: two');
    expect(gateway.logs.size).toBe(1);
  });

  it('[D2] whose answer got lost is in the log once, and what follows finds its conversation after a reload', async () => {
    gateway.automatic = false;
    const before = open();
    const deliverAll = async () => until(() => !gateway.deliver(0));
    await until(async () => { gateway.deliver(0); return before.state().connection.name === 'online'; });
    await deliverAll();
    await before.send('one');
    await until(() => { const [wire] = gateway.wires; return (wire?.up.length ?? 0) > 0; });
    gateway.deliver(0);
    expect(gateway.texts()).toEqual(['one']);
    await before.send('two');
    before.crash();
    gateway.automatic = true;
    const after = open();
    await shows(after, 'sent: one', 'sent: two');
    expect(gateway.texts()).toEqual(['one', 'two']);
    expect(gateway.logs.size).toBe(1);
  });
});

describe('the connection', () => {
  it('[D4] [D7] what is written while it is gone waits, is sent in order, and is shown once', async () => {
    const tab = await talking();
    gateway.reachable = false;
    gateway.cut();
    await tab.send('two');
    await tab.send('three');
    await shows(tab, 'sent: hello', 'waiting: two', 'waiting: three');
    expect(tab.state().connection.name).not.toBe('online');
    gateway.reachable = true;
    await shows(tab, 'sent: hello', 'sent: two', 'sent: three');
    expect(gateway.texts()).toEqual(['hello', 'two', 'three']);
  });

  it('[D5] brings what was missed, notes left out', async () => {
    const tab = await talking();
    gateway.reachable = false;
    gateway.cut();
    gateway.say(only(), 'one');
    gateway.note(only());
    gateway.say(only(), 'two');
    gateway.reachable = true;
    await shows(tab, 'sent: hello', 'Ana: one', 'Ana: two');
    expect(tab.received).toEqual(['one', 'two']);
  });

  it('[D6] a broadcast that got lost is made up for by the heartbeat', async () => {
    gateway.heartbeatMs = 30;
    const tab = await talking();
    const tell = vi.spyOn(gateway, 'tell').mockImplementation(() => {});
    gateway.say(only(), 'lost');
    tell.mockRestore();
    await shows(tab, 'sent: hello', 'Ana: lost');
  });

  it('[D3] a broadcast that got lost is made up for at once by the next one', async () => {
    const tab = await talking();
    const tell = vi.spyOn(gateway, 'tell').mockImplementation(() => {});
    gateway.say(only(), 'lost');
    tell.mockRestore();
    gateway.say(only(), 'heard');
    await shows(tab, 'sent: hello', 'Ana: lost', 'Ana: heard');
    expect(tab.received).toEqual(['lost', 'heard']);
  });

  it('a gateway that stops answering is taken for lost', async () => {
    gateway.heartbeatMs = 30;
    const tab = await talking();
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
    try {
      gateway.automatic = false;
      tab.wake();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(tab.state().connection.name).not.toBe('online');
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells why it is refused, and keeps the message', async () => {
    gateway.refuseHandshake = wireError('origin_not_allowed');
    const tab = open();
    await tab.send('hello');
    await until(() => tab.state().connection.name === 'refused');
    await shows(tab, 'waiting: hello');
    gateway.refuseHandshake = undefined;
    tab.start();
    await shows(tab, 'sent: hello');
  });

  it('is let go of when the page is put aside, and taken up again', async () => {
    const tab = await talking();
    tab.pause();
    expect(gateway.wires.size).toBe(0);
    gateway.say(only(), 'meanwhile');
    tab.start();
    await shows(tab, 'sent: hello', 'Ana: meanwhile');
  });

  it('a broken entry breaks nothing', async () => {
    const tab = await talking();
    for (const entry of [null, {}, { seq: 2, prev: 1, conversationId: only() }, { ...gateway.log(only()).entries[0], seq: 2, prev: 1, text: 7 }]) {
      for (const wire of gateway.wires) wire.events.news('entry:created', { entry });
    }
    gateway.say(only(), 'fine');
    await shows(tab, 'sent: hello', 'Ana: fine');
  });
});

describe('two tabs', () => {
  it('that were open before the first message are one visitor in one conversation', async () => {
    const [one, two] = [open(), open()];
    await Promise.all([online(one), online(two)]);
    await Promise.all([one.send('from one'), two.send('from two')]);
    await until(() => gateway.texts().length === 2);
    expect(gateway.logs.size).toBe(1);
    const lines = gateway.texts().map((text) => `sent: ${text}`);
    await shows(one, ...lines);
    await shows(two, ...lines);
  });

  it('are one visitor without Web Locks and channels too', async () => {
    const bare = { locks: null, Channel: null };
    gateway.heartbeatMs = 50;
    const [one, two] = [open(bare), open(bare)];
    await Promise.all([online(one), online(two)]);
    await Promise.all([one.send('from one'), two.send('from two')]);
    await until(() => gateway.texts().length === 2);
    await until(() => one.shown().length === 2 && two.shown().length === 2);
    expect(new Set([...gateway.logs.values()].map(({ visitorId }) => visitorId)).size).toBe(1);
    expect(gateway.texts().toSorted()).toEqual(['from one', 'from two']);
  });

  it('[D4] written in both while offline: one conversation, in the order of writing', async () => {
    gateway.reachable = false;
    const [one, two] = [open(), open()];
    await one.send('1');
    await two.send('2');
    await one.send('3');
    await shows(one, 'waiting: 1', 'waiting: 2', 'waiting: 3');
    await shows(two, 'waiting: 1', 'waiting: 2', 'waiting: 3');
    gateway.reachable = true;
    await shows(one, 'sent: 1', 'sent: 2', 'sent: 3');
    await shows(two, 'sent: 1', 'sent: 2', 'sent: 3');
    expect(gateway.logs.size).toBe(1);
  });

  it('one sends what the other cannot', async () => {
    const [one, two] = [await talking(), open()];
    await online(two);
    one.pause();
    await one.send('through the other');
    two.wake();
    await shows(two, 'sent: hello', 'sent: through the other');
  });

  it('what is read in one is read in the other', async () => {
    const [one, two] = [await talking(), open()];
    await online(two);
    gateway.say(only(), 'news');
    await until(() => one.state().unread === 1 && two.state().unread === 1);
    one.setWatching(true);
    await until(() => one.state().unread === 0 && two.state().unread === 0);
  });
});

describe('a session that is not accepted any more', () => {
  function expireAll(): void {
    const { token } = JSON.parse(browser.values.get('miradesk:demo') ?? '{}') as { token: string };
    gateway.expired.add(token);
  }

  it('[D4] [D7] what waits goes into a new conversation of the new visitor, in order, nothing lost', async () => {
    const tab = await talking();
    gateway.reachable = false;
    gateway.cut();
    await tab.send('two');
    await tab.send('three');
    expireAll();
    gateway.reachable = true;
    await shows(tab, 'sent: two', 'sent: three');
    expect(gateway.logs.size).toBe(2);
    expect(gateway.texts()).toEqual(['hello', 'two', 'three']);
    expect(new Set([...gateway.logs.values()].map(({ visitorId }) => visitorId)).size).toBe(2);
  });

  it('the same after a reload, and without anything waiting the next message starts anew', async () => {
    const before = await talking();
    before.crash();
    expireAll();
    const after = open();
    await online(after);
    await after.send('again');
    await shows(after, 'sent: again');
    expect(gateway.logs.size).toBe(2);
  });
});

describe('what the agent does', () => {
  it('[D7] shows in the state of the visitor\'s message', async () => {
    const tab = await talking();
    gateway.read(only(), { delivered: 1, seen: 0 });
    await shows(tab, 'delivered: hello');
    gateway.read(only(), { delivered: 1, seen: 1 });
    await shows(tab, 'seen: hello');
  });

  it('is delivered when it arrives, and seen only while somebody looks', async () => {
    const tab = await talking();
    gateway.say(only(), 'news');
    await until(() => gateway.log(only()).conversation.reads.visitor.delivered === 2);
    expect(gateway.log(only()).conversation.reads.visitor.seen).toBe(0);
    expect(tab.state().unread).toBe(1);
    tab.setWatching(true);
    expect(tab.state().unread).toBe(0);
    await until(() => gateway.log(only()).conversation.reads.visitor.seen === 2);
    gateway.say(only(), 'more');
    await until(() => gateway.log(only()).conversation.reads.visitor.seen === 3);
    tab.setWatching(false);
    gateway.say(only(), 'unseen');
    await until(() => gateway.log(only()).conversation.reads.visitor.delivered === 4);
    expect(gateway.log(only()).conversation.reads.visitor.seen).toBe(3);
  });

  it('is told as read again after a lost answer', async () => {
    gateway.heartbeatMs = 30;
    const tab = await talking();
    gateway.refusing.set('read:mark', wireError('unavailable'));
    tab.setWatching(true);
    gateway.say(only(), 'news');
    await until(() => asked('read:mark').length > 1);
    gateway.refusing.clear();
    await until(() => gateway.log(only()).conversation.reads.visitor.seen === 2);
  });

  it('closing ends the conversation, and the next message reopens it', async () => {
    const tab = await talking();
    gateway.setStatus(only(), 'closed');
    await shows(tab, 'sent: hello', 'closed');
    await tab.send('one more thing');
    await shows(tab, 'sent: hello', 'closed', 'open', 'sent: one more thing');
  });

  it('typing shows, and ends with the message, with "stopped", or by itself', async () => {
    const tab = await talking();
    const typing = () => tab.state().typing?.name ?? null;
    gateway.type(only(), true);
    await until(() => typing() === 'Ana');
    gateway.say(only(), 'done');
    await until(() => typing() === null);
    gateway.type(only(), true);
    await until(() => typing() === 'Ana');
    gateway.type(only(), false);
    await until(() => typing() === null);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      gateway.type(only(), true);
      await vi.advanceTimersByTimeAsync(5_900);
      expect(typing()).toBe('Ana');
      await vi.advanceTimersByTimeAsync(200);
      expect(typing()).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('what the visitor does', () => {
  it('typing is told now and then, and its end once', async () => {
    const tab = open();
    await online(tab);
    tab.typing(true);
    await tab.send('hello');
    await shows(tab, 'sent: hello');
    for (let stroke = 0; stroke < 5; stroke++) tab.typing(true);
    tab.typing(false);
    tab.typing(false);
    await until(() => asked('typing:set').length === 2);
    expect(asked('typing:set').map(({ payload }) => payload)).toEqual([{ conversationId: only(), typing: true }, { conversationId: only(), typing: false }]);
  });

  it('older pages come when they are asked for, one at a time', async () => {
    const before = await talking();
    for (let count = 0; count < 25; count++) gateway.say(only(), `answer ${count}`);
    before.crash();
    gateway.pageEntries = 10;
    const tab = open();
    await until(() => tab.shown().length === 10);
    expect(tab.state().earlier).toBe(true);
    await Promise.all([tab.loadEarlier(), tab.loadEarlier()]);
    expect(asked('history:load')).toHaveLength(1);
    expect(tab.shown()).toHaveLength(20);
    await tab.loadEarlier();
    expect(tab.shown()).toHaveLength(26);
    expect(tab.state().earlier).toBe(false);
    expect(tab.shown()[0]).toBe('sent: hello');
    expect(tab.received).toEqual([]);
  });

  it('[D5] after a very long absence the newest page replaces what was there', async () => {
    const tab = await talking();
    gateway.reachable = false;
    gateway.cut();
    for (let count = 0; count < 501; count++) gateway.say(only(), `answer ${count}`);
    gateway.reachable = true;
    await until(() => tab.shown().at(-1) === 'Ana: answer 500');
    expect(tab.shown()).toHaveLength(50);
    expect(tab.state().earlier).toBe(true);
  });

  it('[D7] a message refused for good says why, can be tried again, and can be deleted', async () => {
    const tab = await talking();
    gateway.refusing.set('message:send', wireError('forbidden'));
    await tab.send('two');
    await tab.send('three');
    await shows(tab, 'sent: hello', 'forbidden: two', 'forbidden: three');
    gateway.refusing.clear();
    const [two, three] = tab.state().waiting;
    await tab.discard(three?.clientId ?? '');
    await tab.retry(two?.clientId ?? '');
    await shows(tab, 'sent: hello', 'sent: two');
  });

  it('a message whose conversation is gone can be sent anew', async () => {
    const tab = await talking();
    gateway.logs.clear();
    await tab.send('two');
    await shows(tab, 'not_found: two');
    await tab.retry(tab.state().waiting[0]?.clientId ?? '');
    await shows(tab, 'sent: two');
  });
});

describe('a browser that', () => {
  it('forbids all storage can hold a conversation as long as the page lives', async () => {
    const tab = open({ storage: null, indexedDB: null, locks: null, Channel: null });
    await online(tab);
    await tab.send('one');
    await tab.send('two');
    await shows(tab, 'sent: one', 'sent: two');
    expect(tab.state().durable).toBe(true);
    gateway.reachable = false;
    gateway.cut();
    await tab.send('three');
    await shows(tab, 'sent: one', 'sent: two', 'waiting: three');
    expect(tab.state().durable).toBe(false);
    gateway.reachable = true;
    await shows(tab, 'sent: one', 'sent: two', 'sent: three');
  });

  it('has its clock wrong by a day shows the gateway\'s time', async () => {
    const tab = await talking();
    const { entries, clockOffset } = tab.state();
    expect(entries[0]?.at).toMatch(/^2026-03-01T12/);
    expect(Math.abs(Date.now() + clockOffset - Date.parse('2026-03-01T12:00:00Z'))).toBeLessThan(60_000);
  });
});
