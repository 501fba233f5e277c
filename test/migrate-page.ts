/** A page that was written for another vendor, with a built shim on it, and a recording fake of `window.MiraDesk` that comes when the test says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { WidgetEvents, WidgetState } from '../widget/sdk-types.ts';
import { root } from './harness/build.ts';

const VERBS = [
  'boot', 'update', 'identify', 'logout', 'open', 'close', 'toggle', 'showLauncher', 'hideLauncher', 'prefill', 'sendMessage', 'startConversation', 'openArticle',
  'setAttributes', 'addTags', 'track', 'setConsent', 'setLocale', 'destroy',
];

type Call = unknown[] & { off?: () => void };

export interface MigratePage {
  /** The page's globals; what tests put there is as loose as what pages do. */
  readonly window: any;
  /** What arrived at MiraDesk, `on` left out, in order. */
  readonly calls: unknown[][];
  /** What was said in the console. */
  readonly warnings: string[];
  /** Events that the shim dispatched on the window. */
  readonly dispatched: Array<{ type: string; detail: unknown }>;
  readonly state: WidgetState;
  /** What the script tag of the shim does. */
  shim(): void;
  /** What our script does: takes over what waits, and is ready. */
  loader(): void;
  /** MiraDesk tells of something. */
  emit<E extends keyof WidgetEvents>(event: E, detail: WidgetEvents[E]): Promise<void>;
}

const file = (vendor: string): string => readFileSync(join(root, `dist/widget/migrate/${vendor}.js`), 'utf8');

/** Whatever was put off to the next moment has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve); });

/** `shim` and `loader`: both are on the page, in this order; else the test brings them. */
export function startPage(vendor: string, globals: Record<string, unknown> = {}, { shim = true, loader = true } = {}): MigratePage {
  const window: any = { ...globals };
  const calls: unknown[][] = [];
  const warnings: string[] = [];
  const dispatched: Array<{ type: string; detail: unknown }> = [];
  const listeners = new Set<{ event: unknown; listener: (detail: unknown) => void }>();
  const state: WidgetState = { booted: true, open: false, unread: 0, connection: 'idle', identity: null, available: true, locale: 'en', launcher: true, consent: 'persistent' };
  let ready = false;
  const console = { warn: (...words: unknown[]) => warnings.push(words.join(' ')) };
  /** Some of what a browser takes for a colour, and how a canvas says it. */
  const named: Record<string, string> = { '#abc': '#aabbcc', teal: '#008080', 'rgb(1, 2, 3)': '#010203', '#1234': 'rgba(17, 34, 51, 0.27)' };
  const colorOf = (value: unknown): string | undefined => named[String(value)] ?? /^#[\da-f]{6}$/i.exec(String(value))?.[0];
  const CSS = { supports: (_property: string, value: unknown) => colorOf(value) !== undefined };
  const pen = { set fillStyle(value: string) { this.said = colorOf(value) ?? this.said; }, get fillStyle() { return this.said; }, said: '#000000' };
  class OffscreenCanvas { getContext = (): object => pen; }
  const dispatchEvent = ({ type, detail }: CustomEvent): void => void dispatched.push({ type, detail });

  const verbs: Record<string, unknown> = Object.fromEntries(VERBS.map((verb) => [verb, (...args: unknown[]) => void calls.push([verb, ...args])]));
  verbs.getState = () => state;
  verbs.on = (event: unknown, listener: (detail: unknown) => void) => {
    const entry = { event, listener };
    listeners.add(entry);
    if (ready && event === 'ready') listener(undefined);
    return () => listeners.delete(entry);
  };

  const page: MigratePage = {
    window, calls, warnings, dispatched, state,
    shim() {
      const run = runInThisContext(`(function (window, console, CSS, OffscreenCanvas, dispatchEvent) { ${file(vendor)} })`, { filename: `${vendor}.js` }) as (...args: unknown[]) => void;
      run(window, console, CSS, OffscreenCanvas, dispatchEvent);
    },
    loader() {
      const object = (window.MiraDesk ??= {});
      const waiting: Call[] = object.q ?? [];
      delete object.q;
      Object.assign(object, verbs);
      for (const call of waiting) {
        const [verb, ...args] = call as [string, ...unknown[]];
        if (verb) call.off = object[verb](...args);
      }
      ready = true;
      for (const { event, listener } of listeners) if (event === 'ready') listener(undefined);
    },
    async emit(event, detail) {
      for (const entry of listeners) if (entry.event === event) entry.listener(detail);
      await settled();
    },
  };
  if (shim) page.shim();
  if (loader) page.loader();
  return page;
}

/** What one documented call leads to: calls of MiraDesk, or a warning that has this text in it. */
export type Outcome = { page?: Record<string, unknown>; run(page: MigratePage): unknown } & ({ arrives: unknown[][]; warns?: string } | { warns: string });

/** Makes the call, before and after our script, and checks what came of it. */
export function expectOutcome(vendor: string, { page: globals, run, ...outcome }: Outcome): void {
  for (const early of [false, true]) {
    const page = startPage(vendor, structuredClone(globals ?? {}), { loader: false });
    if (!early) page.loader();
    run(page);
    if (early) page.loader();
    if ('arrives' in outcome) expect(page.calls).toEqual(outcome.arrives);
    if (outcome.warns === undefined) {
      expect(page.warnings).toEqual([]);
    } else {
      expect(page.warnings.join('\n')).toContain(outcome.warns);
      expect(page.warnings.join('\n')).toContain('has no counterpart');
      const said = page.warnings.length;
      run(page);
      expect(page.warnings, 'says it once').toHaveLength(said);
    }
  }
}

/** Bytes on the wire, as gzip -9. */
export const weight = (vendor: string): number => gzipSync(file(vendor), { level: 9 }).length;

const doc = readFileSync(join(root, 'docs/migrating.md'), 'utf8');

/** The names are in the vendor's part of docs/migrating.md. */
export function expectDocumented(heading: string, names: readonly string[]): void {
  const [, part = ''] = new RegExp(`\n## ${heading}\n([^]*?)(?=\n## |$)`).exec(doc) ?? [];
  expect(part, heading).not.toBe('');
  const missing = names.filter((name) => !new RegExp(`[\`'",(.]${name.replace(/[$()]/g, String.raw`\$&`)}[\`'",().]`).test(part));
  expect(missing).toEqual([]);
}
