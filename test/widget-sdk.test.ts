import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { createEvents, install, type MiraDesk, type Stub } from '../widget/sdk.ts';

const settled = () => new Promise((resolve) => { setTimeout(resolve); });

function verbs(): MiraDesk & { calls: string[] } {
  const calls: string[] = [];
  const { on } = createEvents();
  return { calls, on, open: () => void calls.push('open'), close: () => void calls.push('close'), toggle: () => void calls.push('toggle'), destroy: () => void calls.push('destroy') };
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
    const { on, emit } = createEvents();
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
    const { on, emit } = createEvents();
    const listener = vi.fn();
    const off = on('open', listener);
    on('open', listener);
    off();
    emit('open', undefined);
    await settled();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('ready is told to whoever asks later too', async () => {
    const { on, emit } = createEvents();
    emit('ready', undefined);
    const late = vi.fn();
    on('ready', late);
    await settled();
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('a listener that throws is the page\'s error, and disturbs nobody', async () => {
    const { on, emit } = createEvents();
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
  it('is made where there is none, and taken away again', () => {
    const page: { MiraDesk?: object } = {};
    const { uninstall } = install(page, verbs());
    expect(Object.keys(page.MiraDesk ?? {}).toSorted()).toEqual(['calls', 'close', 'destroy', 'on', 'open', 'toggle']);
    uninstall();
    expect('MiraDesk' in page).toBe(false);
  });

  it('makes the calls that waited in the stub, in order, once, on the same object', () => {
    const page: { MiraDesk?: Stub & Record<string, unknown> } = {};
    const early = stub(page);
    early.open?.();
    early.on?.('open', () => {});
    early.close?.();
    page.MiraDesk?.q?.push(['nonsense', 1], ['__proto__'], []);
    const real = verbs();
    const { replay } = install(page, real);
    replay();
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
    const { on, emit } = createEvents();
    install(page, { ...verbs(), on }).replay();
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
    install(page, real).replay();
    const again = stub(page);
    again.open?.();
    expect(real.calls).toEqual(['open']);
    expect('q' in again).toBe(false);
  });

  it('docs/sdk.md tells every verb and every event', () => {
    const types = readFileSync(join(import.meta.dirname, '../widget/bridge.ts'), 'utf8');
    const [, events = ''] = /interface WidgetEvents \{([^]*?)\n\}/.exec(types) ?? [];
    const names = [...events.matchAll(/^ {2}'?([\w:]+)'?:/gm)].map(([, name]) => name);
    expect(names).toContain('message:received');
    for (const name of names) expect(doc).toContain(`| \`${name}\` |`);
    for (const verb of Object.keys(verbs()).filter((name) => name !== 'calls')) expect(doc).toContain(`\`MiraDesk.${verb}(`);
  });

  it('leaves an object alone that somebody else put there in the meantime', () => {
    const page: { MiraDesk?: object } = {};
    const { uninstall } = install(page, verbs());
    const other = {};
    page.MiraDesk = other;
    uninstall();
    expect(page.MiraDesk).toBe(other);
  });
});
