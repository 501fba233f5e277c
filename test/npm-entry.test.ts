// @vitest-environment happy-dom
/** `import { boot } from 'miradesk'`: in a page, before and after the loader. (On a server: npm-server.test.ts.) */
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type * as entry from 'miradesk';
import type * as source from '../widget/npm.ts';
import type { BootOptions, MiraDesk, MiraDeskModule, WidgetMessage, WidgetState } from 'miradesk';

type Page = typeof globalThis & { MiraDesk?: any; trustedTypes?: unknown };
const page = globalThis as Page;
const WHERE = { workspace: 'demo', gateway: 'https://chat.example.com' };

let miradesk: typeof entry;
let logged: string[];

/** A module of its own, as a page has that was just loaded. */
async function imported(): Promise<typeof entry> {
  vi.resetModules();
  return import('miradesk');
}

beforeEach(async () => {
  document.head.innerHTML = '';
  logged = [];
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => void logged.push(words.map(String).join(' ')));
  // The scripts are no more than noted: nobody answers at chat.example.com.
  vi.spyOn(document.head, 'append').mockImplementation((...nodes) => {
    for (const node of nodes) scripts.push(node as HTMLScriptElement);
  });
  vi.spyOn(document, 'scripts', 'get').mockImplementation(() => scripts as unknown as HTMLCollectionOf<HTMLScriptElement>);
  miradesk = await imported();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  delete page.MiraDesk;
  scripts.length = 0;
});

const scripts: HTMLScriptElement[] = [];

/** What waits for the loader. */
const waiting = (): unknown[][] => page.MiraDesk.q;

/** The loader comes: it takes the queue over and makes the object its own. Answers what it was told. */
function loaderComes(): unknown[][] {
  const calls: unknown[][] = [];
  const object = page.MiraDesk;
  const queue: Array<unknown[] & { off?: () => void }> = object.q;
  delete object.q;
  const off = vi.fn();
  for (const verb of Object.keys(object)) object[verb] = (...args: unknown[]) => { calls.push([verb, ...args]); return off; };
  for (const call of queue) {
    const [verb, ...args] = call as unknown as [string, ...unknown[]];
    if (verb) call.off = object[verb](...args);
  }
  return calls;
}

describe('the npm entry', () => {
  it('does nothing at import', () => {
    expect('MiraDesk' in page).toBe(false);
    expect(scripts).toEqual([]);
  });

  it('brings the script once, and answers window.MiraDesk, which stays the same object', () => {
    const object = miradesk.boot({ ...WHERE, color: '#a8502f' });
    expect(object).toBe(page.MiraDesk);
    expect(scripts.map(({ src, async, dataset }) => [src, async, dataset.autoBoot])).toEqual([['https://chat.example.com/w/demo.js', true, 'false']]);
    expect(miradesk.boot({ ...WHERE, color: '#000000' })).toBe(object);
    expect(scripts).toHaveLength(1);
    const calls = loaderComes();
    expect(calls).toEqual([['boot', { color: '#a8502f' }], ['boot', { color: '#000000' }]]);
    miradesk.boot({ ...WHERE, theme: 'dark' });
    expect(calls.at(-1)).toEqual(['boot', { theme: 'dark' }]);
    expect([scripts.length, page.MiraDesk === object]).toEqual([1, true]);
  });

  it('hands every verb on, before the loader and after', () => {
    const verbs = Object.keys(miradesk).filter((name) => !['boot', 'on', 'getState'].includes(name)) as Array<'open'>;
    expect(verbs).toHaveLength(18);
    for (const verb of verbs) miradesk[verb]();
    expect(waiting()).toEqual(verbs.map((verb) => [verb]));
    expect(miradesk.getState()).toMatchObject({ booted: false, open: false, unread: 0, identity: null } satisfies Partial<WidgetState>);
    const calls = loaderComes();
    for (const verb of verbs) miradesk[verb]();
    expect(calls.slice(verbs.length)).toEqual(verbs.map((verb) => [verb]));
  });

  it('puts what was called before boot() behind it', () => {
    miradesk.identify({ name: 'Margit' });
    miradesk.open();
    miradesk.boot(WHERE);
    expect(waiting()).toEqual([['boot', {}], ['identify', { name: 'Margit' }], ['open']]);
  });

  it('ends up with one widget, or none, as React\'s StrictMode and quick clicks have it', () => {
    miradesk.boot(WHERE);
    miradesk.destroy();
    miradesk.boot(WHERE);
    expect(waiting().map(([verb]) => verb)).toEqual(['boot', 'destroy', 'boot']);
    expect(scripts).toHaveLength(1);
    miradesk.destroy();
    expect(loaderComes().at(-1)).toEqual(['destroy']);
    miradesk.boot(WHERE);
    expect(scripts).toHaveLength(1);
  });

  it('shows one workspace on a page: another one is refused, loading, loaded or taken away, and the console says so', () => {
    const other = { ...WHERE, workspace: 'other' };
    miradesk.boot(WHERE);
    miradesk.boot(other);
    expect([scripts.length, waiting()]).toEqual([1, [['boot', {}]]]);
    const calls = loaderComes();
    miradesk.boot(other);
    miradesk.destroy();
    miradesk.boot(other);
    miradesk.boot({ ...WHERE, gateway: `${WHERE.gateway}/` });
    expect(calls.map(([verb]) => verb)).toEqual(['boot', 'destroy', 'boot']);
    expect(logged).toEqual(Array.from({ length: 3 }, () => 'MiraDesk: this page has the chat of https://chat.example.com/w/demo.js. To show that of https://chat.example.com/w/other.js, load the page anew.'));
  });

  it('on() answers a function that ends it, before and after the loader', () => {
    const never = miradesk.on('open', () => {});
    const later = miradesk.on('close', () => {});
    never();
    expect(waiting().map((call) => call.length)).toEqual([0, 3]);
    const queued = waiting()[1] as unknown[] & { off?: () => void };
    const calls = loaderComes();
    expect(calls).toHaveLength(1);
    later();
    expect(queued.off).toHaveBeenCalledTimes(1);
  });

  it('lives with a stub or a script tag that the page has already, and with a second copy of itself', async () => {
    page.MiraDesk = { q: [['open']], open() {} };
    const stub = page.MiraDesk;
    const tag = document.createElement('script');
    tag.src = 'https://chat.example.com/w/demo.js';
    scripts.push(tag);
    miradesk.boot(WHERE);
    (await imported()).boot(WHERE);
    expect(scripts).toEqual([tag]);
    expect(page.MiraDesk).toBe(stub);
    expect(waiting().map(([verb]) => verb)).toEqual(['boot', 'open', 'boot']);
  });

  it('takes the page\'s nonce: the given one, else that of a script', async () => {
    const tag = document.createElement('script');
    tag.nonce = 'from-the-page';
    vi.spyOn(document, 'querySelector').mockImplementation((selector) => (selector === 'script[nonce]' ? tag : null));
    miradesk.boot(WHERE);
    (await imported()).boot({ ...WHERE, workspace: 'other', nonce: 'given' });
    expect(scripts.map(({ nonce }) => nonce)).toEqual(['from-the-page', 'given']);
  });

  it('goes through the policy miradesk where the page asks for Trusted Types', async () => {
    const createPolicy = vi.fn((_name: string, rules: { createScriptURL(address: string): string }) => rules);
    vi.stubGlobal('trustedTypes', { createPolicy });
    miradesk = await imported();
    miradesk.boot(WHERE);
    const [failed] = scripts.splice(0);
    failed?.dispatchEvent(new Event('error'));
    miradesk.boot({ ...WHERE, workspace: 'other' });
    expect(createPolicy.mock.calls.map(([name]) => name)).toEqual(['miradesk']);
    expect([failed, ...scripts].map((script) => script?.src)).toEqual(['https://chat.example.com/w/demo.js', 'https://chat.example.com/w/other.js']);
  });

  it('says what the page\'s policy has to name where it refuses', async () => {
    vi.stubGlobal('trustedTypes', { createPolicy() { throw new TypeError('Policy "miradesk" disallowed'); } });
    vi.spyOn(HTMLScriptElement.prototype, 'src', 'set').mockImplementation(() => { throw new TypeError('This document requires TrustedScriptURL'); });
    miradesk = await imported();
    expect(() => miradesk.boot(WHERE)).not.toThrow();
    expect(scripts).toEqual([]);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('trusted-types miradesk');
  });

  it('says when the script does not come, keeps what was called, and tries again at the next boot()', () => {
    miradesk.boot(WHERE);
    miradesk.sendMessage('Hello');
    const [failed] = scripts.splice(0);
    const remove = vi.spyOn(failed as HTMLScriptElement, 'remove');
    failed?.dispatchEvent(new Event('error'));
    expect(remove).toHaveBeenCalledTimes(1);
    expect(logged[0]).toContain('could not be loaded from https://chat.example.com/w/demo.js');
    miradesk.boot(WHERE);
    expect(scripts).toHaveLength(1);
    expect(waiting().map(([verb]) => verb)).toEqual(['boot', 'sendMessage', 'boot']);
  });

  it.each([{}, { workspace: 'demo' }, { workspace: 'demo', gateway: 'chat.example.com' }, { workspace: 'demo', gateway: 'localhost:3000' }, { gateway: 'https://chat.example.com' }, undefined])('says what boot() needs: %j', (options) => {
    expect(() => miradesk.boot(options as BootOptions)).not.toThrow();
    expect([scripts.length, logged.length]).toEqual([0, 1]);
    expect(logged[0]).toContain("boot({ workspace: 'demo', gateway: 'https://chat.example.com' })");
  });

  it('has types: of the source, of the package, and of what listeners get', () => {
    expectTypeOf<typeof source>().toExtend<MiraDeskModule>();
    expectTypeOf<typeof entry>().toExtend<MiraDeskModule>();
    expectTypeOf<keyof typeof source>().toEqualTypeOf<keyof typeof entry>();
    expectTypeOf<keyof MiraDeskModule>().toEqualTypeOf<keyof typeof source>();
    expectTypeOf(miradesk.boot).returns.toEqualTypeOf<MiraDesk>();
    miradesk.on('message:received', (message) => expectTypeOf(message).toEqualTypeOf<WidgetMessage>());
    miradesk.on('unread', (count) => expectTypeOf(count).toBeNumber());
    // @ts-expect-error -- there is no such event
    miradesk.on('nonsense', () => {});
    // @ts-expect-error -- the workspace is missing
    miradesk.boot({ gateway: 'https://chat.example.com' });
    // @ts-expect-error -- colours are texts
    miradesk.update({ color: 7 });
  });
});
