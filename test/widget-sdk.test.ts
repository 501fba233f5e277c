import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { createEvents, install, type Stub } from '../widget/sdk.ts';
import type { MiraDesk } from '../widget/sdk-types.ts';

/** Every verb of the types that site owners get. */
const VERBS = [...(/interface MiraDesk \{([^]*?)\n\}/.exec(readFileSync(join(import.meta.dirname, '../widget/sdk-types.ts'), 'utf8'))?.[1] ?? '').matchAll(/^ {2}(\w+)[(<]/gm)].map(([, name = '']) => name);

const settled = () => new Promise((resolve) => { setTimeout(resolve); });

/** Verbs that write down their calls. */
function verbs(): MiraDesk & { calls: string[] } {
  const calls: string[] = [];
  const { on } = createEvents(() => false);
  const said = Object.fromEntries(VERBS.map((verb) => [verb, (...args: unknown[]) => void calls.push([verb, ...args].join(' '))]));
  return { ...(said as unknown as MiraDesk), calls, on };
}

const doc = readFileSync(join(import.meta.dirname, '../docs/sdk.md'), 'utf8');

/** The stub as docs/sdk.md gives it to site owners. */
function stub(page: { MiraDesk?: Stub & Record<string, unknown> }): Record<string, (...args: unknown[]) => unknown> {
  const [, code = ''] = /<script>\n([^]*?q: \[\][^]*?)<\/script>/.exec(doc) ?? [];
  runInNewContext(code, { window: page });
  return page.MiraDesk as unknown as Record<string, (...args: unknown[]) => unknown>;
}

describe('events', () => {
  it('reach their listeners until off is called', async () => {
    const { on, emit } = createEvents(() => false);
    const heard: number[] = [];
    const off = on('unread', (count) => heard.push(count));
    emit('unread', 1);
    emit('open', undefined);
    await settled();
    off();
    off();
    emit('unread', 2);
    await settled();
    expect(heard).toEqual([1]);
  });

  it('one listener twice is two listeners', async () => {
    const { on, emit } = createEvents(() => false);
    const listener = vi.fn();
    const off = on('open', listener);
    on('open', listener);
    off();
    emit('open', undefined);
    await settled();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('ready is told to whoever asks later too', async () => {
    let ready = false;
    const { on, emit } = createEvents(() => ready);
    const [early, late] = [vi.fn(), vi.fn()];
    on('ready', early);
    await settled();
    expect(early).not.toHaveBeenCalled();
    ready = true;
    emit('ready', undefined);
    await settled();
    on('ready', late);
    on('open', late);
    expect(late).not.toHaveBeenCalled();
    await settled();
    expect([early.mock.calls, late.mock.calls]).toEqual([[[undefined]], [[undefined]]]);
  });

  it('come after what caused them, so that a listener may call any verb', async () => {
    const { on, emit } = createEvents(() => false);
    const heard: string[] = [];
    on('open', () => heard.push('open'));
    emit('open', undefined);
    heard.push('caused');
    await settled();
    expect(heard).toEqual(['caused', 'open']);
  });

  it('bring what they tell, also nothing and zero', async () => {
    const { on, emit } = createEvents(() => false);
    const heard: unknown[] = [];
    on('identity', (identity) => heard.push(identity));
    on('unread', (count) => heard.push(count));
    emit('identity', null);
    emit('unread', 0);
    emit('identity', { userId: 'jane' });
    await settled();
    expect(heard).toEqual([null, 0, { userId: 'jane' }]);
  });

  it('a listener that throws is the page\'s error, and disturbs nobody', async () => {
    const { on, emit } = createEvents(() => false);
    const errors: unknown[] = [];
    const failed = (error: unknown): void => void errors.push(error);
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', failed);
    const other = vi.fn();
    on('open', () => { throw new Error('the page\'s own'); });
    on('open', other);
    emit('open', undefined);
    await settled();
    process.off('uncaughtException', failed);
    for (const listener of before) process.on('uncaughtException', listener);
    expect(other).toHaveBeenCalledTimes(1);
    expect(errors.map(String)).toEqual(['Error: the page\'s own']);
  });
});

describe('window.MiraDesk', () => {
  it('is made where there is none, with every verb of its types', () => {
    const page: { MiraDesk?: object } = {};
    install(page, verbs());
    expect(VERBS).toEqual(expect.arrayContaining(['boot', 'update', 'identify', 'on', 'destroy']));
    expect(Object.keys(page.MiraDesk ?? {}).toSorted()).toEqual(['calls', ...VERBS].toSorted());
  });

  it('makes the calls that waited in the stub, in order, once, on the same object', () => {
    const page: { MiraDesk?: Stub & Record<string, unknown> } = {};
    const early = stub(page);
    early.open?.();
    early.on?.('open', () => {});
    early.close?.();
    page.MiraDesk?.q?.push(['nonsense', 1], ['__proto__'], []);
    const real = verbs();
    install(page, real);
    expect(real.calls).toEqual(['open', 'close']);
    expect(page.MiraDesk).toBe(early);
    expect('q' in early).toBe(false);
    early.toggle?.();
    expect(real.calls).toEqual(['open', 'close', 'toggle']);
  });

  it('off of a listener that was put on the stub works before and after', async () => {
    const page: { MiraDesk?: Stub & Record<string, unknown> } = {};
    const early = stub(page);
    const heard: string[] = [];
    const never = early.on?.('open', () => heard.push('never')) as () => void;
    const once = early.on?.('open', () => heard.push('once')) as () => void;
    never();
    const { on, emit } = createEvents(() => false);
    install(page, { ...verbs(), on });
    emit('open', undefined);
    await settled();
    once();
    emit('open', undefined);
    await settled();
    expect(heard).toEqual(['once']);
  });

  it('the stub that runs again after the widget came changes nothing', () => {
    const page: { MiraDesk?: Stub & Record<string, unknown> } = {};
    const real = verbs();
    install(page, real);
    const again = stub(page);
    again.open?.();
    expect(real.calls).toEqual(['open']);
    expect('q' in again).toBe(false);
  });

  it('hands on what the calls in the stub were given', () => {
    const page = { MiraDesk: { q: [['prefill', 'hello'], ['addTags', 'vip', 'new']] } };
    const real = verbs();
    install(page, real);
    expect(real.calls).toEqual(['prefill hello', 'addTags vip new']);
  });

  it('what is no call in the stub, or a call that fails, keeps none of the others from being made', () => {
    const page = { MiraDesk: { q: [null, 5, 'open', {}, ['open'], ['track'], ['close']] } };
    const real = verbs();
    real.track = () => {
      throw new TypeError('as if');
    };
    install(page, real);
    expect(real.calls).toEqual(['open', 'close']);
    expect('q' in page.MiraDesk).toBe(false);
  });

  it('docs/sdk.md tells every verb and every event, and its stub keeps every verb\'s calls', () => {
    const types = readFileSync(join(import.meta.dirname, '../widget/sdk-types.ts'), 'utf8');
    const [, events = ''] = /interface WidgetEvents \{([^]*?)\n\}/.exec(types) ?? [];
    const names = [...events.matchAll(/^ {2}'?([\w:]+)'?:/gm)].map(([, name]) => name);
    expect(names).toContain('message:received');
    for (const name of names) expect(doc).toContain(`| \`${name}\` |`);
    const early = stub({});
    for (const verb of VERBS) {
      expect(doc).toContain(`\`MiraDesk.${verb}(`);
      if (verb !== 'getState') expect([verb, typeof early[verb]]).toEqual([verb, 'function']);
    }
  });
});
