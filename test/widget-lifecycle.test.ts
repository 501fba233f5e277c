// @vitest-environment happy-dom
/** The widget comes and goes; pages of every kind are left as they were. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { openSockets } from './widget-fake-socket.ts';
import { bubbles, field, find, freshBrowser, launcher, leavePage, loadWidget, miraDesk, openPanel, root, say } from './widget-page.ts';

let gateway: FakeGateway;

beforeEach(() => {
  gateway = new FakeGateway();
  freshBrowser(gateway);
  document.body.innerHTML = '<main>Shop</main>';
});
afterEach(() => {
  leavePage();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Counts listeners on the page's own objects, which outlive the widget's nodes. */
function countListeners(): () => number {
  const live = new Set<string>();
  let names = 0;
  const ids = new WeakMap<object, number>();
  const id = (thing: unknown): number => {
    if (typeof thing !== 'object' && typeof thing !== 'function') return 0;
    if (!thing) return 0;
    if (!ids.has(thing)) ids.set(thing, ++names);
    return ids.get(thing) ?? 0;
  };
  for (const target of [window, document, document.documentElement, document.body] as EventTarget[]) {
    const { addEventListener, removeEventListener } = target;
    vi.spyOn(target, 'addEventListener').mockImplementation(function (type: string, listener: unknown, options?: AddEventListenerOptions | boolean) {
      const key = `${id(target)} ${type} ${id(listener)}`;
      live.add(key);
      if (typeof options === 'object') options.signal?.addEventListener('abort', () => live.delete(key));
      addEventListener.call(target, type, listener as EventListener, options);
    });
    vi.spyOn(target, 'removeEventListener').mockImplementation(function (type: string, listener: unknown, options?: EventListenerOptions | boolean) {
      live.delete(`${id(target)} ${type} ${id(listener)}`);
      removeEventListener.call(target, type, listener as EventListener, options);
    });
  }
  return () => live.size;
}

it('comes and goes many times, open and in the middle of a conversation, and leaves nothing behind', async () => {
  const listeners = countListeners();
  const channels = new Set<object>();
  vi.stubGlobal('BroadcastChannel', class {
    onmessage = null;
    constructor() {
      channels.add(this);
    }
    postMessage(): void {}
    close(): void {
      channels.delete(this);
    }
  });
  const timers = new Set<unknown>();
  for (const [set, clear] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']] as const) {
    const [begin, end] = [globalThis[set], globalThis[clear]];
    vi.stubGlobal(set, (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer: unknown = begin((...given: unknown[]) => {
        if (set === 'setTimeout') timers.delete(timer);
        run(...given);
      }, ms, ...args);
      timers.add(timer);
      return timer;
    });
    vi.stubGlobal(clear, (timer: Parameters<typeof end>[0]) => {
      timers.delete(timer);
      end(timer);
    });
  }

  const before = document.documentElement.outerHTML;
  for (let round = 0; round < 25; round++) {
    await loadWidget();
    if (round % 3 > 0) await openPanel();
    if (round % 3 > 1) {
      await say(`round ${round}`);
      const conversationId = await until(() => [...gateway.logs.keys()][0]);
      gateway.type(conversationId, true);
    }
    miraDesk().destroy();
    expect(document.documentElement.outerHTML).toBe(before);
    expect(miraDesk().getState().booted).toBe(false);
    leavePage();
    expect(listeners()).toBe(0);
    expect(openSockets.size).toBe(0);
    expect(channels.size).toBe(0);
  }
  // Promises that were under way may still set a short timer; none may come back for ever.
  await until(() => timers.size === 0, { timeout: 5_000, what: 'all timers to end' });
  expect(gateway.wires.size).toBe(0);
});

it('the script twice on a page is once', async () => {
  await loadWidget();
  const [object, host] = [miraDesk(), document.querySelector('#miradesk')];
  await openPanel();
  await loadWidget({ color: '#ff0000' });
  expect(miraDesk()).toBe(object);
  expect([...document.querySelectorAll('#miradesk')]).toEqual([host]);
});

it('verbs called after destroy do nothing but boot, which brings it back with its options', async () => {
  await loadWidget();
  const old = miraDesk();
  const heard = vi.fn();
  old.on('destroy', heard);
  old.destroy();
  old.destroy();
  old.open();
  old.toggle();
  old.close();
  await until(() => heard.mock.calls.length > 0);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(document.querySelector('#miradesk')).toBeNull();
  expect(openSockets.size).toBe(0);
  for (let round = 0; round < 3; round++) {
    old.boot({ launcherLabel: `round ${round}` });
    expect([launcher().textContent, document.querySelectorAll('#miradesk').length]).toEqual([`round ${round}`, 1]);
    await openPanel();
    old.destroy();
  }
  expect(openSockets.size).toBe(0);
});

it('the script again on a page that had taken the widget off brings it back', async () => {
  await loadWidget();
  const object = miraDesk();
  object.destroy();
  await loadWidget();
  expect([miraDesk() === object, object.getState().booted]).toEqual([true, true]);
  await openPanel();
});

it('a button that a page has kept hold of does nothing after destroy', async () => {
  await loadWidget();
  const kept = launcher();
  miraDesk().destroy();
  for (const type of ['pointerenter', 'focus', 'click']) kept.dispatchEvent(new Event(type));
  await Promise.resolve();
  expect([vi.mocked(fetch).mock.calls, miraDesk().getState().open, document.querySelector('#miradesk')]).toEqual([[], false, null]);
});

it('a destroy while the panel is loading leaves nothing either', async () => {
  await loadWidget();
  miraDesk().open();
  miraDesk().destroy();
  // A second widget waits for the same module; once that one is open, the first has had its chance to come alive.
  await loadWidget();
  await openPanel();
  await until(() => openSockets.size > 0);
  expect([document.querySelectorAll('#miradesk').length, openSockets.size]).toEqual([1, 1]);
  miraDesk().destroy();
  expect(document.querySelector('#miradesk')).toBeNull();
  expect(openSockets.size).toBe(0);
});

it('calls that waited in the stub are made, even a destroy', async () => {
  (window as unknown as { MiraDesk: object }).MiraDesk = { q: [['open'], ['destroy']] };
  await loadWidget();
  expect(miraDesk().getState()).toMatchObject({ booted: false, open: false });
  expect(document.querySelector('#miradesk')).toBeNull();
});

it('stays when a single-page site puts in a new body, with its conversation', async () => {
  await loadWidget();
  await openPanel();
  await say('hello');
  const body = document.createElement('body');
  body.textContent = 'Another page';
  document.body.replaceWith(body);
  expect(bubbles()).toEqual(['You: hello']);
  expect(find('.panel').classList.contains('open')).toBe(true);
});

it('comes back when a page clears its root, and accepts it when the page insists', async () => {
  await loadWidget();
  document.querySelector('#miradesk')?.remove();
  await until(() => document.querySelector('#miradesk'));
  for (let round = 0; round < 30; round++) {
    document.querySelector('#miradesk')?.remove();
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  expect(document.querySelector('#miradesk')).toBeNull();
});

it('a visitor who has written before is connected in the background, with what is unread on the launcher', async () => {
  await loadWidget();
  await openPanel();
  await say('hello');
  await until(() => gateway.logs.size === 1);
  leavePage();
  gateway.say([...gateway.logs.keys()][0] as string, 'an answer');
  await loadWidget();
  await until(() => launcher().getAttribute('aria-label') === 'Chat, 1 new message');
  expect(root().querySelector('.panel.open')).toBeNull();
  expect(root().querySelector('textarea')).toBeNull();
  expect(gateway.log([...gateway.logs.keys()][0] as string).conversation.reads.visitor.seen).toBe(0);
});

it('a page put aside lets go of its socket, and takes up the conversation when it is back', async () => {
  await loadWidget();
  await openPanel();
  await say('hello');
  await until(() => gateway.logs.size === 1);
  window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
  expect(openSockets.size).toBe(0);
  gateway.say([...gateway.logs.keys()][0] as string, 'meanwhile');
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await until(() => bubbles().length === 2);
  expect(field().isConnected).toBe(true);
});
