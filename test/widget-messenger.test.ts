/** The widget's core, whole, on a gateway and a browser in memory: what a visitor sees of what happens. */
import { describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { createHistory } from '../widget/history.ts';
import { discard, retry } from '../widget/parts/failed.tsx';
import { until } from './harness/until.ts';
import { online, shows, useTabs } from './widget-fake-browser.ts';

const tabs = useTabs();

describe('what the agent does', () => {
  it('[D7] shows in the state of the visitor\'s message', async () => {
    const tab = await tabs.talking();
    tabs.gateway.read(tabs.only(), { delivered: 1, seen: 0 });
    await shows(tab, 'delivered: hello');
    tabs.gateway.read(tabs.only(), { delivered: 1, seen: 1 });
    await shows(tab, 'seen: hello');
  });

  it('is delivered when it arrives, and seen only while somebody looks', async () => {
    const tab = await tabs.talking();
    tabs.gateway.say(tabs.only(), 'news');
    await until(() => tabs.gateway.log(tabs.only()).conversation.reads.visitor.delivered === 2);
    expect(tabs.gateway.log(tabs.only()).conversation.reads.visitor.seen).toBe(0);
    expect(tab.state().unread).toBe(1);
    tab.setWatching(true);
    expect(tab.state().unread).toBe(0);
    await until(() => tabs.gateway.log(tabs.only()).conversation.reads.visitor.seen === 2);
    tabs.gateway.say(tabs.only(), 'more');
    await until(() => tabs.gateway.log(tabs.only()).conversation.reads.visitor.seen === 3);
    tab.setWatching(false);
    tabs.gateway.say(tabs.only(), 'unseen');
    await until(() => tabs.gateway.log(tabs.only()).conversation.reads.visitor.delivered === 4);
    expect(tabs.gateway.log(tabs.only()).conversation.reads.visitor.seen).toBe(3);
  });

  it('is told as read again after a lost answer', async () => {
    tabs.gateway.heartbeatMs = 30;
    const tab = await tabs.talking();
    tabs.gateway.refusing.set('read:mark', wireError('unavailable'));
    tab.setWatching(true);
    tabs.gateway.say(tabs.only(), 'news');
    await until(() => tabs.asked('read:mark').length > 1);
    tabs.gateway.refusing.clear();
    await until(() => tabs.gateway.log(tabs.only()).conversation.reads.visitor.seen === 2);
  });

  it('closing ends the conversation, and the next message reopens it', async () => {
    const tab = await tabs.talking();
    tabs.gateway.setStatus(tabs.only(), 'closed');
    await shows(tab, 'sent: hello', 'closed');
    await tab.send('one more thing');
    await shows(tab, 'sent: hello', 'closed', 'open', 'sent: one more thing');
  });

  it('typing shows, and ends with the message, with "stopped", or by itself', async () => {
    const tab = await tabs.talking();
    const typing = () => tab.state().typing?.name ?? null;
    tabs.gateway.type(tabs.only(), true);
    await until(() => typing() === 'Ana');
    tabs.gateway.say(tabs.only(), 'done');
    await until(() => typing() === null);
    tabs.gateway.type(tabs.only(), true);
    await until(() => typing() === 'Ana');
    tabs.gateway.type(tabs.only(), false);
    await until(() => typing() === null);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      tabs.gateway.type(tabs.only(), true);
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
    const tab = tabs.open();
    await online(tab);
    tab.typing(true);
    await tab.send('hello');
    await shows(tab, 'sent: hello');
    for (let stroke = 0; stroke < 5; stroke++) tab.typing(true);
    tab.typing(false);
    tab.typing(false);
    await until(() => tabs.asked('typing:set').length === 2);
    expect(tabs.asked('typing:set').map(({ payload }) => payload)).toEqual([{ conversationId: tabs.only(), typing: true }, { conversationId: tabs.only(), typing: false }]);
  });

  it('older pages come when they are asked for, one at a time', async () => {
    const before = await tabs.talking();
    for (let count = 0; count < 25; count++) tabs.gateway.say(tabs.only(), `answer ${count}`);
    before.crash();
    tabs.gateway.pageEntries = 10;
    const tab = tabs.open();
    await until(() => tab.shown().length === 10);
    expect(tab.state().earlier).toBe(true);
    const { loadEarlier } = createHistory(tab);
    await Promise.all([loadEarlier(), loadEarlier()]);
    expect(tabs.asked('history:load')).toHaveLength(1);
    expect(tab.shown()).toHaveLength(20);
    await loadEarlier();
    expect(tab.shown()).toHaveLength(26);
    expect(tab.state().earlier).toBe(false);
    expect(tab.shown()[0]).toBe('sent: hello');
    expect(tab.received).toEqual([]);
  });

  it('[D5] after a very long absence the newest page replaces what was there', async () => {
    const tab = await tabs.talking();
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    for (let count = 0; count < 501; count++) tabs.gateway.say(tabs.only(), `answer ${count}`);
    tabs.gateway.reachable = true;
    await until(() => tab.shown().at(-1) === 'Ana: answer 500');
    expect(tab.shown()).toHaveLength(50);
    expect(tab.state().earlier).toBe(true);
  });

  it('[D7] a message refused for good says why, can be tried again, and can be deleted', async () => {
    const tab = await tabs.talking();
    tabs.gateway.refusing.set('message:send', wireError('forbidden'));
    await tab.send('two');
    await tab.send('three');
    await shows(tab, 'sent: hello', 'forbidden: two', 'forbidden: three');
    tabs.gateway.refusing.clear();
    const [two, three] = tab.state().waiting;
    await discard(tab, three?.clientId ?? '');
    await retry(tab, two?.clientId ?? '');
    await shows(tab, 'sent: hello', 'sent: two');
  });

  it('a message whose conversation is gone can be sent anew', async () => {
    const tab = await tabs.talking();
    tabs.gateway.logs.clear();
    await tab.send('two');
    await shows(tab, 'not_found: two');
    await retry(tab, tab.state().waiting[0]?.clientId ?? '');
    await shows(tab, 'sent: two');
  });
});

describe('a browser that', () => {
  it('forbids all storage can hold a conversation as long as the page lives', async () => {
    const tab = tabs.open({ storage: () => null, indexedDB: null, locks: null, Channel: null });
    await online(tab);
    await tab.send('one');
    await tab.send('two');
    await shows(tab, 'sent: one', 'sent: two');
    expect(tab.state().durable).toBe(true);
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    await tab.send('three');
    await shows(tab, 'sent: one', 'sent: two', 'waiting: three');
    expect(tab.state().durable).toBe(false);
    tabs.gateway.reachable = true;
    await shows(tab, 'sent: one', 'sent: two', 'sent: three');
  });

  it('has its clock wrong by a day shows the gateway\'s time', async () => {
    const tab = await tabs.talking();
    const { entries, clockOffset } = tab.state();
    expect(entries[0]?.at).toMatch(/^2026-03-01T12/);
    expect(Math.abs(Date.now() + clockOffset - Date.parse('2026-03-01T12:00:00Z'))).toBeLessThan(60_000);
  });
});
