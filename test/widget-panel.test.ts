// @vitest-environment happy-dom
/** The widget on a page, as a person and the page meet it. How it looks and scrolls is for the browser tests. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { TEXT_MAX } from '../shared/limits.ts';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { openSockets } from './widget-fake-socket.ts';
import { bubbles, field, find, freshBrowser, launcher, leavePage, loadWidget, miraDesk, moduleAddress, openPanel, press, root, say, SETTINGS, type } from './widget-page.ts';

let gateway: FakeGateway;

beforeEach(() => {
  gateway = new FakeGateway();
  freshBrowser(gateway);
  document.body.innerHTML = '<main>Shop</main>';
});
afterEach(() => {
  leavePage();
  vi.unstubAllGlobals();
});

const only = (): string => [...gateway.logs.keys()][0] as string;
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((element) => element.textContent ?? '');
const shows = (selector: string, ...expected: string[]) => until(() => texts(selector).join('|') === expected.join('|'), { timeout: 3_000 }).catch(() => expect(texts(selector)).toEqual(expected));

describe('before anybody means it', () => {
  it('there is a launcher, and nothing else: no socket, nothing stored', async () => {
    await loadWidget();
    expect(launcher().getAttribute('aria-label')).toBe('Chat');
    expect(launcher().getAttribute('aria-expanded')).toBe('false');
    launcher().dispatchEvent(new Event('pointerenter'));
    launcher().focus();
    await new Promise((resolve) => { setTimeout(resolve); });
    expect(openSockets.size).toBe(0);
    expect(fetch).not.toHaveBeenCalled();
    expect(localStorage.length + sessionStorage.length).toBe(0);
    expect(await indexedDB.databases()).toEqual([]);
    expect(root().querySelector('.panel')).toBeNull();
  });
});

describe('opening and closing', () => {
  it('moves the keyboard into the composer and back to the launcher', async () => {
    await loadWidget();
    await openPanel();
    expect(root().activeElement).toBe(field());
    expect(launcher().getAttribute('aria-expanded')).toBe('true');
    expect(launcher().getAttribute('aria-label')).toBe('Chat');
    expect(find('.panel').getAttribute('role')).toBe('dialog');
    expect(find('.panel').getAttribute('aria-label')).toBe('Chat with Kettle & Co');
    press('Escape');
    expect(launcher().getAttribute('aria-expanded')).toBe('false');
    expect(root().activeElement).toBe(launcher());
    press('Escape');
    expect(launcher().getAttribute('aria-expanded')).toBe('false');
  });

  it('tells the page, once each', async () => {
    await loadWidget();
    const heard: string[] = [];
    miraDesk().on('open', () => heard.push('open'));
    miraDesk().on('close', () => heard.push('close'));
    miraDesk().open();
    miraDesk().open();
    await until(() => heard.length === 1);
    miraDesk().close();
    miraDesk().close();
    miraDesk().toggle();
    await until(() => heard.length === 3);
    expect(heard).toEqual(['open', 'close', 'open']);
  });

  it('changing one\'s mind while it loads leaves it closed', async () => {
    await loadWidget();
    const heard: string[] = [];
    miraDesk().on('open', () => heard.push('open'));
    miraDesk().open();
    miraDesk().close();
    await openPanel();
    expect(heard).toEqual(['open']);
  });

  it('a panel that cannot be loaded is said calmly, and tried again at the next click', async () => {
    await loadWidget({ panel: moduleAddress('./no-such-panel.ts') });
    launcher().click();
    await until(() => find('.note').textContent);
    expect(find('.note').textContent).toBe(SETTINGS.loadFailed);
    expect(launcher().getAttribute('aria-expanded')).toBe('false');
    launcher().click();
    expect(find('.note').textContent).toBe('');
    await until(() => find('.note').textContent);
  });
});

describe('writing', () => {
  it('Enter sends, Shift+Enter does not, nor does an input method\'s Enter', async () => {
    await loadWidget();
    await openPanel();
    type('one');
    expect(press('Enter', { shiftKey: true }).defaultPrevented).toBe(false);
    expect(press('Enter', { isComposing: true }).defaultPrevented).toBe(false);
    expect(field().value).toBe('one');
    expect(press('Enter').defaultPrevented).toBe(true);
    await shows('.bubble', 'You: one');
    await until(() => field().value === '');
    find('.send').click();
    type('two');
    find('.send').click();
    await shows('.bubble', 'You: one', 'You: two');
    await shows('.delivery', ' · Sent');
    expect(root().activeElement).toBe(field());
  });

  it('a second Enter before the first message is stored loses nothing and doubles nothing', async () => {
    await loadWidget();
    await openPanel();
    type('one');
    press('Enter');
    press('Enter');
    type('two');
    press('Enter');
    type('three');
    press('Enter');
    expect(sessionStorage.getItem('miradesk:demo:draft')).toBe('one\ntwo\nthree');
    await shows('.bubble', 'You: one', 'You: two', 'You: three');
    await until(() => gateway.texts().length === 3);
    expect(gateway.texts()).toEqual(['one', 'two', 'three']);
    expect(sessionStorage.length).toBe(0);
  });

  it('[D4] a message that could not be stored stands in the field again, before what was typed meanwhile', async () => {
    await loadWidget();
    await openPanel();
    vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => { throw new Error('no names'); });
    type('one');
    press('Enter');
    type('two');
    await until(() => field().value === 'one\ntwo');
    expect(texts('.hint')).toEqual(['Your message could not be saved. Please try again.']);
    expect(sessionStorage.getItem('miradesk:demo:draft')).toBe('one\ntwo');
    vi.restoreAllMocks();
    await say('one\ntwo');
  });

  it('nothing visible is nothing to send', async () => {
    await loadWidget();
    await openPanel();
    type(' \n\u200b ');
    press('Enter');
    expect(field().value).toBe(' \n\u200b ');
    expect(bubbles()).toEqual([]);
  });

  it('counts near the limit, and keeps all that is too much', async () => {
    await loadWidget();
    await openPanel();
    type('x'.repeat(TEXT_MAX - 400));
    await shows('.hint', '400 characters left');
    type('y'.repeat(100_000));
    await shows('.hint', '92,000 characters too many. Please split your message.');
    expect(field().getAttribute('aria-invalid')).toBe('true');
    expect(find('.send').getAttribute('aria-disabled')).toBe('true');
    press('Enter');
    expect(field().value).toHaveLength(100_000);
    expect(gateway.texts()).toEqual([]);
    type('fine again');
    await shows('.hint', '');
  });

  it('a draft survives closing, reloading, and is stored from the first letter on', async () => {
    await loadWidget();
    await openPanel();
    expect(sessionStorage.length).toBe(0);
    type('not yet');
    press('Escape');
    leavePage();
    await loadWidget();
    await openPanel();
    expect(field().value).toBe('not yet');
    await say('now');
    expect(sessionStorage.length).toBe(0);
  });

  it('is none of the page\'s shortcuts\' business', async () => {
    await loadWidget();
    await openPanel();
    const heard = vi.fn();
    document.addEventListener('keydown', heard);
    press('j');
    type('j');
    expect(heard).not.toHaveBeenCalled();
    document.removeEventListener('keydown', heard);
  });
});

describe('reading', () => {
  it('markup is text, addresses are safe links, and each message says who wrote it', async () => {
    await loadWidget();
    await openPanel();
    await say('<img src=x onerror="alert(1)"> javascript:alert(1) https://kettle.example/pots.');
    await until(() => gateway.logs.size === 1);
    gateway.say(only(), '<b>Yes</b>');
    await shows('.bubble', 'You: <img src=x onerror="alert(1)"> javascript:alert(1) https://kettle.example/pots.', 'Ana: <b>Yes</b>');
    await until(() => root().querySelector('.bubble a') !== null);
    const links = [...root().querySelectorAll('.bubble a')];
    expect(links.map((link) => [link.getAttribute('href'), link.getAttribute('target'), link.getAttribute('rel')])).toEqual([['https://kettle.example/pots', '_blank', 'noopener noreferrer nofollow']]);
    expect(root().querySelector('.bubble img, .bubble b')).toBeNull();
    expect([...root().querySelectorAll('.bubble')].every((bubble) => bubble.getAttribute('dir') === 'auto')).toBe(true);
  });

  it('greets in an empty conversation, and steps back when it begins', async () => {
    await loadWidget();
    await openPanel();
    expect(texts('.greeting')).toEqual(['Tea?']);
    await say('Yes');
    await shows('.greeting');
    expect(texts('.team h2')).toEqual(['Kettle & Co']);
  });

  it('what is unread is on the launcher and told to the page, and gone once it is looked at', async () => {
    await loadWidget();
    const counts: number[] = [];
    const received: unknown[] = [];
    const sent: unknown[] = [];
    miraDesk().on('unread', (count) => counts.push(count));
    miraDesk().on('message:received', ({ text, author }) => received.push([author, text]));
    miraDesk().on('message:sent', ({ text, author }) => sent.push([author, text]));
    await openPanel();
    await say('hello');
    await until(() => sent.length === 1);
    press('Escape');
    gateway.say(only(), 'one');
    gateway.say(only(), 'two');
    await shows('.badge', '2');
    expect(launcher().getAttribute('aria-label')).toBe('Chat, 2 new messages');
    launcher().click();
    await shows('.badge', '');
    expect(launcher().getAttribute('aria-label')).toBe('Chat');
    press('Escape');
    expect(launcher().getAttribute('aria-label')).toBe('Chat');
    expect(counts.at(-1)).toBe(0);
    expect(counts).toContain(2);
    expect(received).toEqual([['Ana', 'one'], ['Ana', 'two']]);
    expect(sent).toEqual([[null, 'hello']]);
  });

  it('new messages are read out, old ones and states are not', async () => {
    await loadWidget();
    await openPanel();
    const log = find('.log');
    expect(log.getAttribute('role')).toBe('log');
    await say('hello');
    await until(() => gateway.logs.size === 1);
    await until(() => log.getAttribute('aria-live') === 'polite');
    for (let count = 0; count < 20; count++) gateway.say(only(), `answer ${count}`);
    await until(() => bubbles().length === 21);
    expect(log.getAttribute('aria-live')).toBe('polite');
    leavePage();
    gateway.pageEntries = 10;
    await loadWidget();
    await openPanel();
    await until(() => bubbles().length === 10);
    expect(find('.log').getAttribute('aria-live')).toBe('off');
    await until(() => find('.log').getAttribute('aria-live') === 'polite');
    find('.earlier').click();
    await until(() => bubbles().length === 20);
    expect(find('.log').getAttribute('aria-live')).toBe('off');
    expect([...root().querySelectorAll('.meta')].every((meta) => meta.getAttribute('aria-live') === 'off')).toBe(true);
  });

  it('shows who is typing, and that a conversation was closed', async () => {
    await loadWidget();
    await openPanel();
    await say('hello');
    await until(() => gateway.logs.size === 1);
    gateway.type(only(), true);
    await shows('.typing', 'Ana is typing');
    gateway.setStatus(only(), 'closed');
    await shows('.status', 'Conversation closed. Write any time to reopen it.');
    await say('wait');
    await shows('.status', 'Conversation closed', 'Conversation reopened');
  });
});

describe('trouble', () => {
  it('[D7] the connection\'s true state is shown, with a way to try at once', async () => {
    gateway.reachable = false;
    await loadWidget();
    await openPanel();
    await shows('.banner p', 'Reconnecting… Your messages are kept and sent when we are back.Try now');
    await say('hello');
    await shows('.meta', 'Waiting to be sent');
    gateway.reachable = true;
    find('.banner button').click();
    await shows('.banner p');
    await until(() => texts('.delivery').join() === ' · Sent');
  });

  it('[D7] a refusal is told with its reason', async () => {
    gateway.refuseHandshake = wireError('origin_not_allowed');
    await loadWidget();
    await openPanel();
    await shows('.banner p', 'The chat is not available here right now.');
  });

  it('[D7] a message that failed says why, and can be tried again or deleted', async () => {
    await loadWidget();
    await openPanel();
    await say('hello');
    await until(() => texts('.delivery').length === 1);
    gateway.refusing.set('message:send', wireError('forbidden'));
    await say('one');
    await say('two');
    await until(() => texts('.failed span').length === 2);
    expect(texts('.failed span')).toEqual(['Not sent. You are not allowed to do this.', 'Not sent. You are not allowed to do this.']);
    gateway.refusing.clear();
    const [again, , , remove] = [...root().querySelectorAll<HTMLButtonElement>('.failed button')];
    remove?.click();
    again?.click();
    await shows('.bubble', 'You: hello', 'You: one');
    await until(() => texts('.failed').length === 0);
  });

  it('when drawing fails the words are safe and the window can be drawn again', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    await loadWidget();
    await openPanel();
    type('kept');
    const format = vi.spyOn(Date.prototype, 'toLocaleTimeString').mockImplementation(() => { throw new Error('no time'); });
    press('Enter');
    await until(() => root().querySelector('.broken'));
    expect(reported).toHaveBeenCalled();
    format.mockRestore();
    find('.broken button').click();
    await shows('.bubble', 'You: kept');
  });
});
