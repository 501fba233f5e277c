/** Who the visitor is, and which conversation they write in: said by the site, changed, forgotten and erased, in all tabs. */
import { describe, expect, it } from 'vitest';
import { wireError } from '../shared/errors.ts';
import type { Attachment } from '../shared/protocol.ts';
import { until } from './harness/until.ts';
import { online, shows, useTabs, type Tab } from './widget-fake-browser.ts';

const tabs = useTabs();
const JANE = { userId: 'jane', token: 'proven' };

async function identify(tab: Tab, identity: { userId: string; token: string }): Promise<void> {
  tab.session.identify(identity);
  tab.connection.restart();
  await until(() => !tab.session.isIdentifying() && tab.state().connection.name === 'online');
}

describe('the site says who the visitor is', () => {
  it('[P2] what they wrote before stays with them, in all tabs', async () => {
    const [one, two] = [await tabs.talking(), tabs.open()];
    await online(two);
    await identify(one, JANE);
    await until(() => two.state().userId === 'jane');
    for (const tab of [one, two]) await shows(tab, 'sent: hello');
    expect([one.told, two.told]).toEqual([[`started ${tabs.only()}`, 'identity jane'], ['identity jane']]);
    await two.send('still me');
    for (const tab of [one, two]) await shows(tab, 'sent: hello', 'sent: still me');
    expect([tabs.gateway.logs.size, tabs.gateway.log(tabs.only()).visitorId, tabs.gateway.wires.size]).toEqual([1, 'user-jane', 1]);
  });

  it('[D4] [P2] what waits goes into the conversation it was written for', async () => {
    const tab = await tabs.talking();
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    await tab.send('waits');
    tab.session.identify(JANE);
    tabs.gateway.reachable = true;
    await shows(tab, 'sent: hello', 'sent: waits');
    expect([tabs.gateway.logs.size, tab.state().userId]).toEqual([1, 'jane']);
  });

  it('again, with a fresh proof, is told again that it was accepted, or why not; other connections tell nothing', async () => {
    const tab = await tabs.talking();
    await identify(tab, JANE);
    tab.connection.restart();
    await online(tab);
    await identify(tab, JANE);
    await identify(tab, { userId: 'jane', token: 'forged' });
    await until(() => tab.told.at(-1) === 'identity nobody');
    await identify(tab, { userId: '', token: 'a profile' });
    expect(tab.told.slice(1)).toEqual(['identity jane', 'identity jane', 'error identity_invalid', 'identity nobody']);
  });

  it('[P1] without a proof, the page is told and the visitor is who they were', async () => {
    const tab = await tabs.talking();
    await identify(tab, { userId: 'jane', token: 'forged' });
    await shows(tab, 'sent: hello');
    expect([tab.told.at(-1), tab.state().userId]).toEqual(['error identity_invalid', undefined]);
  });

  it('[P1] as somebody else without a proof, nothing of the earlier user is shown', async () => {
    const tab = await tabs.talking();
    await identify(tab, JANE);
    await identify(tab, { userId: 'ben', token: 'forged' });
    await until(() => tab.told.includes('identity nobody'));
    expect([tab.shown(), tab.state().userId, tab.told.slice(-2)]).toEqual([[], undefined, ['error identity_invalid', 'identity nobody']]);
    await tab.send('as nobody');
    await shows(tab, 'sent: as nobody');
    expect(tabs.gateway.logs.size).toBe(2);
  });
});

describe('logging out', () => {
  it('leaves nothing in any tab or on the device, and the next message is somebody new\'s', async () => {
    const [one, two] = [await tabs.talking(), tabs.open()];
    await shows(two, 'sent: hello');
    await identify(one, JANE);
    await until(() => two.state().userId === JANE.userId);
    one.logout();
    for (const tab of [one, two]) {
      await shows(tab);
      await online(tab);
      await until(() => tab.told.at(-1) === 'identity nobody');
    }
    await until(async () => tabs.browser.values.size === 0 && (await tabs.browser.factory.databases()).length === 0);
    await two.send('somebody new');
    for (const tab of [one, two]) await shows(tab, 'sent: somebody new');
    expect(new Set([...tabs.gateway.logs.values()].map(({ visitorId }) => visitorId)).size).toBe(2);
  });

  it.each([0, 1, 3, 10])('[P2] takes along a message that is just being stored, %i turns later, and not one that comes after it', async (turns) => {
    const tab = await tabs.talking();
    const stored = tab.send('from the one who leaves');
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => { setImmediate(resolve); });
    tab.logout();
    await Promise.all([stored, tab.send('from the next one')]);
    await shows(tab, 'sent: from the next one');
    const [, next] = [...tabs.gateway.logs.values()];
    expect(next?.entries.map((entry) => entry.kind === 'message' && entry.text)).toEqual(['from the next one']);
  });

  it('while another tab could not listen, that one forgets when it looks at the storage', async () => {
    const [one, two] = [await tabs.talking(), tabs.open({ Channel: null })];
    await shows(two, 'sent: hello');
    one.logout();
    await shows(two);
    expect(two.session.hasActed()).toBe(false);
  });
});

describe('erased', () => {
  it('[P3] by the gateway\'s word, nothing is kept in any tab, also of what waits', async () => {
    const [one, two] = [await tabs.talking(), tabs.open()];
    await shows(two, 'sent: hello');
    tabs.gateway.refusing.set('message:send', wireError('forbidden'));
    await two.send('failed');
    await shows(two, 'sent: hello', 'forbidden: failed');
    tabs.gateway.refusing.clear();
    expect(await one.connection.request('visitor:erase', { confirm: true })).toEqual({ ok: true, data: { conversations: 1 } });
    for (const tab of [one, two]) await shows(tab);
    await until(async () => tabs.browser.values.size === 0 && (await tabs.browser.factory.databases()).length === 0);
    expect(tabs.gateway.logs.size).toBe(0);
  });
});

describe('choosing a conversation', () => {
  it('shows another, and a new one that begins with its first message', async () => {
    const tab = await tabs.talking();
    const first = tabs.only();
    tab.choose();
    expect([tab.shown(), tab.state().conversation]).toEqual([[], undefined]);
    await tab.send('another matter');
    await shows(tab, 'sent: another matter');
    expect([tabs.gateway.logs.size, tab.state().conversations]).toEqual([2, 2]);
    tab.choose(first);
    await shows(tab, 'sent: hello');
    await tab.send('to the first');
    await shows(tab, 'sent: hello', 'sent: to the first');
    tabs.gateway.say([...tabs.gateway.logs.keys()][1] as string, 'elsewhere');
    await until(() => tab.state().unread === 1);
    await shows(tab, 'sent: hello', 'sent: to the first');
  });

  it('[D4] new while offline: each message goes where it was written, also after a reload', async () => {
    const before = await tabs.talking();
    tabs.gateway.reachable = false;
    tabs.gateway.cut();
    before.choose();
    await before.send('new 1');
    await before.send('new 2');
    await shows(before, 'waiting: new 1', 'waiting: new 2');
    before.choose(tabs.only());
    await before.send('old');
    await shows(before, 'sent: hello', 'waiting: old');
    before.crash();
    tabs.gateway.reachable = true;
    const after = tabs.open();
    await until(() => tabs.gateway.texts().length === 4);
    expect([...tabs.gateway.logs.values()].map(({ entries }) => entries.map((entry) => (entry.kind === 'message' ? entry.text : '')))).toEqual([['hello', 'old'], ['new 1', 'new 2']]);
    await online(after);
  });

  it('a new one twice without a word in between is one', async () => {
    const tab = await tabs.talking();
    tab.choose();
    tab.choose();
    await tab.send('one');
    tab.choose();
    await tab.send('two');
    await shows(tab, 'sent: two');
    expect(tabs.gateway.logs.size).toBe(3);
  });
});

describe('what goes with a message', () => {
  const FILE: Attachment = { id: 'f1', name: 'cup.png', type: 'image/png', size: 3 };

  it('files by their ids, also without a word, and the form\'s answers with the first message only', async () => {
    tabs.gateway.files.set('f1', FILE);
    const tab = tabs.open();
    await online(tab);
    await tab.send('', { attachments: [FILE], profile: { email: 'jane@example.com' } });
    await until(() => tab.state().entries.length === 1);
    await tab.send('more', { attachments: [FILE] });
    await until(() => tab.state().entries.length === 2);
    expect(tab.state().entries).toMatchObject([{ text: '', attachments: [FILE] }, { text: 'more', attachments: [FILE] }]);
    expect(tabs.asked('conversation:start').map(({ payload }) => payload)).toMatchObject([{ message: { text: '', attachments: ['f1'] }, profile: { email: 'jane@example.com' } }]);
    expect(tabs.asked('message:send').map(({ payload }) => payload)).toMatchObject([{ text: 'more', attachments: ['f1'] }]);
  });

  it('[D4] survives a reload with it', async () => {
    tabs.gateway.reachable = false;
    const before = tabs.open();
    await before.send('', { attachments: [FILE], profile: { name: 'Jane' } });
    before.crash();
    tabs.gateway.reachable = true;
    tabs.gateway.files.set('f1', FILE);
    const after = tabs.open();
    await until(() => after.state().entries.length === 1);
    expect(tabs.asked('conversation:start').map(({ payload }) => payload)).toMatchObject([{ message: { attachments: ['f1'] }, profile: { name: 'Jane' } }]);
  });
});

describe('how long the browser may remember', () => {
  it('none: nothing is stored, and a reload knows nothing', async () => {
    const before = tabs.open({}, 'none');
    await online(before);
    await before.send('hello');
    await shows(before, 'sent: hello');
    expect([tabs.browser.values.size, await tabs.browser.factory.databases()]).toEqual([0, []]);
    before.crash();
    const after = tabs.open({}, 'none');
    await online(after);
    await shows(after);
  });

  it('session: nothing that another tab could find', async () => {
    const tab = tabs.open({}, 'session');
    await online(tab);
    await tab.send('hello');
    await shows(tab, 'sent: hello');
    expect([tabs.browser.values.size, await tabs.browser.factory.databases(), tab.session.hasActed()]).toEqual([0, [], true]);
  });
});
