// @vitest-environment happy-dom
/** The page's verbs where the part that carries them out cannot be had, as when the network goes between the panel and its parts. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as Beside from '../widget/beside.ts';
import type { MiraDesk } from '../widget/sdk-types.ts';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { openSockets } from './widget-fake-socket.ts';
import { bubbles, field, freshBrowser, leavePage, loadWidget, miraDesk, openPanel, say, type } from './widget-page.ts';

/** Whether the part can be had, and how often it was asked for in vain. */
const { part } = vi.hoisted(() => ({ part: { there: true, missed: 0 } }));
vi.mock('../widget/beside.ts', async (original) => {
  const { beside } = await original<typeof Beside>();
  return {
    async beside(file: string) {
      if (file !== './parts/page.tsx' || part.there) return beside(file);
      part.missed++;
      throw new TypeError('Failed to fetch dynamically imported module');
    },
  };
});

let gateway: FakeGateway;
let errors: Array<{ code: string; message: string }>;

beforeEach(() => {
  [part.there, part.missed, errors] = [false, 0, []];
  gateway = new FakeGateway();
  freshBrowser(gateway);
});
afterEach(() => {
  leavePage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const visitors = (): string[] => [...gateway.logs.values()].map(({ visitorId }) => visitorId);
const payloads = (event: string): unknown[] => gateway.requests.filter((request) => request.event === event).map(({ payload }) => payload);

/** An open chat in which something was said. */
async function talking(): Promise<MiraDesk> {
  await loadWidget();
  miraDesk().on('error', (error) => errors.push(error));
  await openPanel();
  await say('hello');
  await until(() => gateway.texts().includes('hello'));
  return miraDesk();
}

/** The network is back, and the browser says so. */
function comeBack(): void {
  part.there = true;
  window.dispatchEvent(new Event('online'));
}

it('[D4] they wait, the page is told of each, and they are carried out once, in their order, when the network is back', async () => {
  const chat = await talking();
  chat.setAttributes({ plan: 'pro' });
  chat.startConversation('about something else');
  chat.sendMessage('and more of it');
  chat.prefill('half a sent');
  await until(() => errors.length === 4);
  expect(errors.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual(['setAttributes', 'startConversation', 'sendMessage', 'prefill'].map((verb) => ['unavailable', verb]));
  expect([gateway.texts(), bubbles()]).toEqual([['hello'], ['You: hello']]);

  comeBack();
  await until(() => bubbles().length === 2 && gateway.texts().length === 3);
  expect([bubbles(), gateway.texts(), gateway.logs.size, field().value]).toEqual([['You: about something else', 'You: and more of it'], ['hello', 'about something else', 'and more of it'], 2, 'half a sent']);
  expect(payloads('profile:set')).toEqual([{ profile: { attributes: { plan: 'pro' } } }]);
  window.dispatchEvent(new Event('online'));
  chat.sendMessage('last');
  await until(() => gateway.texts().includes('last'));
  expect([gateway.texts().length, errors.length]).toEqual([4, 4]);
});

it('they are tried again without being asked, every now and then, and not after the widget has gone', async () => {
  const chat = await talking();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  chat.sendMessage('at last');
  chat.addTags('patient');
  await vi.advanceTimersByTimeAsync(0);
  expect(part.missed).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([part.missed, errors.length]).toEqual([2, 2]);
  part.there = true;
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  await until(() => gateway.texts().includes('at last'));

  part.there = false;
  leavePage();
  freshBrowser(gateway);
  await talking();
  miraDesk().sendMessage('too late');
  await until(() => errors.length === 3);
  leavePage();
  part.there = true;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([gateway.texts().includes('too late'), openSockets.size]).toEqual([false, 0]);
});

it('[W10] logout takes effect at once: nothing of the person is on the screen, on the device or in what waits, and whoever comes next begins anew', async () => {
  const chat = await talking();
  type('half a thought');
  chat.sendMessage('never mind');
  chat.setAttributes({ plan: 'pro' });
  await until(() => errors.length === 2);
  chat.logout();
  await until(() => bubbles().length === 0);
  expect([field().value, localStorage.length, sessionStorage.length]).toEqual(['', 0, 0]);
  await until(async () => (await indexedDB.databases()).length === 0);
  chat.sendMessage('I am new here');
  comeBack();
  await until(() => gateway.texts().includes('I am new here'));
  expect([gateway.texts(), new Set(visitors()).size, payloads('profile:set'), errors.length]).toEqual([['hello', 'I am new here'], 2, [], 3]);
});

it('[W10] what the page said of a person goes with them, also where the part is here', async () => {
  part.there = true;
  const chat = await talking();
  chat.setAttributes({ plan: 'pro' });
  await until(() => payloads('profile:set').length === 1);
  chat.sendMessage('is this still mine?');
  chat.logout();
  chat.identify({ userId: 'ben', token: 'proven' });
  chat.sendMessage('this is Ben');
  await until(() => gateway.texts().includes('this is Ben'));
  await until(() => chat.getState().identity?.userId === 'ben');
  expect([gateway.texts(), visitors().at(-1), payloads('profile:set').length]).toEqual([['hello', 'this is Ben'], 'user-ben', 1]);
});

it('[W10] setConsent none takes effect at once: the conversation goes on, and nothing of it is on the device', async () => {
  const chat = await talking();
  type('half a thought');
  expect([localStorage.length, sessionStorage.length]).toEqual([1, 1]);
  chat.setConsent('none');
  expect([localStorage.length, sessionStorage.length, chat.getState().consent]).toEqual([0, 0, 'none']);
  await until(async () => (await indexedDB.databases()).length === 0);
  chat.sendMessage('off the record');
  comeBack();
  await until(() => bubbles().length === 2 && gateway.texts().length === 2);
  expect([bubbles(), field().value, localStorage.length, sessionStorage.length, errors.length]).toEqual([['You: hello', 'You: off the record'], 'half a thought', 0, 0, 1]);
  expect(await indexedDB.databases()).toEqual([]);
  chat.setConsent('persistent');
  expect([localStorage.length, sessionStorage.length]).toEqual([1, 1]);
});

it('[P1] nobody is connected as somebody else while the page says who they are, and after logout as nobody', async () => {
  await loadWidget();
  miraDesk().on('error', (error) => errors.push(error));
  miraDesk().identify({ userId: 'jane', token: 'proven' });
  await openPanel();
  await until(() => errors.length > 0);
  expect([openSockets.size, miraDesk().getState().connection]).toEqual([0, 'idle']);
  comeBack();
  await until(() => miraDesk().getState().identity?.userId === 'jane');
  leavePage();

  part.there = false;
  freshBrowser(gateway);
  await loadWidget();
  miraDesk().identify({ userId: 'jane', token: 'proven' });
  await openPanel();
  expect(miraDesk().getState().connection).toBe('idle');
  miraDesk().logout();
  await until(() => miraDesk().getState().connection === 'online');
  comeBack();
  miraDesk().sendMessage('a stranger');
  await until(() => gateway.texts().includes('a stranger'));
  expect([visitors().at(-1)?.startsWith('visitor-'), miraDesk().getState().identity]).toEqual([true, null]);
});
