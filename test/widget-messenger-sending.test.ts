/** What a visitor writes, on its way into the log: over lost connections, several tabs, and sessions that end. */
import { describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { until } from './harness/until.ts';
import { online, shows, useTabs } from './widget-fake-browser.ts';

const tabs = useTabs();

describe('the first message', () => {
  it('is the first thing that is stored; connecting alone leaves nothing', async () => {
    const tab = tabs.open();
    await online(tab);
    expect(tabs.browser.values.size).toBe(0);
    expect(await tabs.browser.factory.databases()).toEqual([]);
    await tab.send('hello');
    await shows(tab, 'sent: hello');
    expect([...tabs.browser.values.keys()]).toEqual(['miradesk:demo']);
    expect(tab.sent).toEqual(['hello']);
  });

  it('starts a conversation, and what is written right after it goes there too', async () => {
    const tab = tabs.open();
    await online(tab);
    await Promise.all(['one', 'two', 'three'].map((text) => tab.send(text)));
    await shows(tab, 'sent: one', 'sent: two', 'sent: three');
    expect(tabs.gateway.logs.size).toBe(1);
    expect(tabs.asked('conversation:start')).toHaveLength(1);
  });

  it('[D4] is sent by the next page also where the browser was killed and has forgotten that anybody wrote', async () => {
    tabs.gateway.reachable = false;
    const before = tabs.open();
    await before.send('one');
    await shows(before, 'waiting: one');
    before.crash();
    tabs.browser.values.clear();
    tabs.gateway.reachable = true;
    const after = tabs.open();
    await shows(after, 'sent: one');
    await after.send('two');
    await shows(after, 'sent: one', 'sent: two');
    expect(tabs.gateway.logs.size).toBe(1);
  });

  it('[D4] written while the gateway is down, it is sent when that is back, on another page', async () => {
    tabs.gateway.reachable = false;
    const before = tabs.open();
    await before.send('one');
    await before.send('two');
    await shows(before, 'waiting: one', 'waiting: two');
    before.crash();
    tabs.gateway.reachable = true;
    const after = tabs.open();
    await shows(after, 'sent: one', 'sent: two');
    expect(tabs.gateway.logs.size).toBe(1);
  });

  it('[D2] whose answer got lost is in the log once, and what follows finds its conversation after a reload', async () => {
    tabs.gateway.automatic = false;
    const before = tabs.open();
    const deliverAll = async () => until(() => !tabs.gateway.deliver(0));
    await until(async () => { tabs.gateway.deliver(0); return before.state().connection.name === 'online'; });
    await deliverAll();
    await before.send('one');
    await until(() => { const [wire] = tabs.gateway.wires; return (wire?.up.length ?? 0) > 0; });
    tabs.gateway.deliver(0);
    expect(tabs.gateway.texts()).toEqual(['one']);
    await before.send('two');
    before.crash();
    tabs.gateway.automatic = true;
    const after = tabs.open();
    await shows(after, 'sent: one', 'sent: two');
    expect(tabs.gateway.texts()).toEqual(['one', 'two']);
    expect(tabs.gateway.logs.size).toBe(1);
  });
});

describe('the connection', () => {
  it('[D4] [D7] what is written while it is gone waits, is sent in order, and is shown once', async () => {
    const tab = await tabs.talking();
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    await tab.send('two');
    await tab.send('three');
    await shows(tab, 'sent: hello', 'waiting: two', 'waiting: three');
    expect(tab.state().connection.name).not.toBe('online');
    tabs.gateway.reachable = true;
    await shows(tab, 'sent: hello', 'sent: two', 'sent: three');
    expect(tabs.gateway.texts()).toEqual(['hello', 'two', 'three']);
  });

  it('[D5] brings what was missed, notes left out', async () => {
    const tab = await tabs.talking();
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    tabs.gateway.say(tabs.only(), 'one');
    tabs.gateway.note(tabs.only());
    tabs.gateway.say(tabs.only(), 'two');
    tabs.gateway.reachable = true;
    await shows(tab, 'sent: hello', 'Ana: one', 'Ana: two');
    expect(tab.received).toEqual(['one', 'two']);
  });

  it('[D6] a broadcast that got lost is made up for by the heartbeat', async () => {
    tabs.gateway.heartbeatMs = 30;
    const tab = await tabs.talking();
    const tell = vi.spyOn(tabs.gateway, 'tell').mockImplementation(() => {});
    tabs.gateway.say(tabs.only(), 'lost');
    tell.mockRestore();
    await shows(tab, 'sent: hello', 'Ana: lost');
  });

  it('[D3] a broadcast that got lost is made up for at once by the next one', async () => {
    const tab = await tabs.talking();
    const tell = vi.spyOn(tabs.gateway, 'tell').mockImplementation(() => {});
    tabs.gateway.say(tabs.only(), 'lost');
    tell.mockRestore();
    tabs.gateway.say(tabs.only(), 'heard');
    await shows(tab, 'sent: hello', 'Ana: lost', 'Ana: heard');
    expect(tab.received).toEqual(['lost', 'heard']);
  });

  it('a gateway that stops answering is taken for lost', async () => {
    tabs.gateway.heartbeatMs = 30;
    const tab = await tabs.talking();
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
    try {
      tabs.gateway.automatic = false;
      tab.wake();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(tab.state().connection.name).not.toBe('online');
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells why it is refused, and keeps the message', async () => {
    tabs.gateway.refuseHandshake = wireError('origin_not_allowed');
    const tab = tabs.open();
    await tab.send('hello');
    await until(() => tab.state().connection.name === 'refused');
    await shows(tab, 'waiting: hello');
    tabs.gateway.refuseHandshake = undefined;
    tab.start();
    await shows(tab, 'sent: hello');
  });

  it('is let go of when the page is put aside, and taken up again', async () => {
    const tab = await tabs.talking();
    tab.pause();
    expect(tabs.gateway.wires.size).toBe(0);
    tabs.gateway.say(tabs.only(), 'meanwhile');
    tab.start();
    await shows(tab, 'sent: hello', 'Ana: meanwhile');
  });

  it('a broken entry breaks nothing', async () => {
    const tab = await tabs.talking();
    for (const entry of [null, {}, { seq: 2, prev: 1, conversationId: tabs.only() }, { ...tabs.gateway.log(tabs.only()).entries[0], seq: 2, prev: 1, text: 7 }]) {
      for (const wire of tabs.gateway.wires) wire.events.news('entry:created', { entry });
    }
    tabs.gateway.say(tabs.only(), 'fine');
    await shows(tab, 'sent: hello', 'Ana: fine');
  });
});

describe('two tabs', () => {
  it('that were open before the first message are one visitor in one conversation', async () => {
    const [one, two] = [tabs.open(), tabs.open()];
    await Promise.all([online(one), online(two)]);
    await Promise.all([one.send('from one'), two.send('from two')]);
    await until(() => tabs.gateway.texts().length === 2);
    expect(tabs.gateway.logs.size).toBe(1);
    const lines = tabs.gateway.texts().map((text) => `sent: ${text}`);
    await shows(one, ...lines);
    await shows(two, ...lines);
  });

  it('are one visitor without Web Locks and channels too', async () => {
    const bare = { locks: null, Channel: null };
    tabs.gateway.heartbeatMs = 50;
    const [one, two] = [tabs.open(bare), tabs.open(bare)];
    await Promise.all([online(one), online(two)]);
    await Promise.all([one.send('from one'), two.send('from two')]);
    await until(() => tabs.gateway.texts().length === 2);
    await until(() => one.shown().length === 2 && two.shown().length === 2);
    expect(new Set([...tabs.gateway.logs.values()].map(({ visitorId }) => visitorId)).size).toBe(1);
    expect(tabs.gateway.texts().toSorted()).toEqual(['from one', 'from two']);
  });

  it('[D4] written in both while offline: one conversation, in the order of writing', async () => {
    tabs.gateway.reachable = false;
    const [one, two] = [tabs.open(), tabs.open()];
    await one.send('1');
    await two.send('2');
    await one.send('3');
    await shows(one, 'waiting: 1', 'waiting: 2', 'waiting: 3');
    await shows(two, 'waiting: 1', 'waiting: 2', 'waiting: 3');
    tabs.gateway.reachable = true;
    await shows(one, 'sent: 1', 'sent: 2', 'sent: 3');
    await shows(two, 'sent: 1', 'sent: 2', 'sent: 3');
    expect(tabs.gateway.logs.size).toBe(1);
  });

  it('one sends what the other cannot', async () => {
    const [one, two] = [await tabs.talking(), tabs.open()];
    await online(two);
    one.pause();
    await one.send('through the other');
    two.wake();
    await shows(two, 'sent: hello', 'sent: through the other');
  });

  it('what is read in one is read in the other', async () => {
    const [one, two] = [await tabs.talking(), tabs.open()];
    await online(two);
    tabs.gateway.say(tabs.only(), 'news');
    await until(() => one.state().unread === 1 && two.state().unread === 1);
    one.setWatching(true);
    await until(() => one.state().unread === 0 && two.state().unread === 0);
  });
});

describe('a session that is not accepted any more', () => {
  function expireAll(): void {
    const { token } = JSON.parse(tabs.browser.values.get('miradesk:demo') ?? '{}') as { token: string };
    tabs.gateway.expired.add(token);
  }

  it('[D4] [D7] what waits goes into a new conversation of the new visitor, in order, nothing lost', async () => {
    const tab = await tabs.talking();
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    await tab.send('two');
    await tab.send('three');
    expireAll();
    tabs.gateway.reachable = true;
    await shows(tab, 'sent: two', 'sent: three');
    expect(tabs.gateway.logs.size).toBe(2);
    expect(tabs.gateway.texts()).toEqual(['hello', 'two', 'three']);
    expect(new Set([...tabs.gateway.logs.values()].map(({ visitorId }) => visitorId)).size).toBe(2);
  });

  it('the same after a reload, and without anything waiting the next message starts anew', async () => {
    const before = await tabs.talking();
    before.crash();
    expireAll();
    const after = tabs.open();
    await online(after);
    await after.send('again');
    await shows(after, 'sent: again');
    expect(tabs.gateway.logs.size).toBe(2);
  });
});
