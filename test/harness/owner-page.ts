/** A page of a site owner with the snippet on it, and what its own scripts do: call the verbs, hear the events, look at what is kept. */
import type { BrowserContext, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import type { VisitorDetails } from '../../shared/protocol.ts';
import type { MiraDesk, WidgetState } from '../../widget/sdk-types.ts';
import type { Gateway } from './gateway.ts';
import { startSite, type Site, type SitePage } from './site.ts';
import { until } from './until.ts';

type Verb = Exclude<keyof MiraDesk, 'on' | 'getState'>;
type Heard = Array<[event: string, detail: unknown]>;
interface OwnersWindow { MiraDesk: MiraDesk & Record<string, (...args: unknown[]) => unknown>; heard: Heard }

const EVENTS = ['ready', 'open', 'close', 'unread', 'message:sent', 'message:received', 'conversation:started', 'conversation:closed', 'availability', 'identity', 'error', 'destroy'];

/** The snippet; `attributes` as on the script tag. */
export const snippet = (gateway: Gateway, attributes = ''): string => `<script async src="${gateway.url}/w/demo.js" ${attributes}></script>`;

/** A small page with something in its body and its head. */
export function ownersPage(body: string, { lang = 'en', head = '' } = {}): SitePage {
  return { html: `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Kettle</title>${head}</head><body><main><h1>Kettle</h1><button id="own">Ask us</button></main>${body}</body></html>` };
}

/** Serves pages until the test ends. */
export async function useSite(pages: Record<string, SitePage>): Promise<Site> {
  const site = await startSite(pages);
  onTestFinished(() => site.close());
  return site;
}

/** The page's own scripts. `listen` before the page goes anywhere. */
export class OwnersScript {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Listens to every event from the beginning, by the stub of docs/sdk.md. */
  async listen(): Promise<this> {
    await this.page.addInitScript((events) => {
      const calls: unknown[][] = [];
      const heard: Heard = [];
      Object.assign(window, { heard, MiraDesk: { q: calls } });
      for (const event of events) calls.push(['on', event, (detail: unknown) => heard.push([event, detail])]);
    }, EVENTS);
    return this;
  }

  /** The script is there. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(() => typeof (window as unknown as Partial<OwnersWindow>).MiraDesk?.getState === 'function');
  }

  async call(verb: Verb, ...args: unknown[]): Promise<void> {
    await this.page.evaluate(([name, given]) => {
      (window as unknown as OwnersWindow).MiraDesk[name as string]?.(...given);
    }, [verb, args] as const);
  }

  state(): Promise<WidgetState> {
    return this.page.evaluate(() => (window as unknown as OwnersWindow).MiraDesk.getState());
  }

  /** What the listeners were given, in order. */
  heard(event?: string): Promise<unknown[]> {
    return this.page.evaluate((name) => (window as unknown as OwnersWindow).heard.filter(([one]) => !name || one === name).map(([one, detail]) => (name ? detail ?? null : one)), event);
  }

  async hears(event: string, times = 1): Promise<unknown[]> {
    return until(async () => {
      const details = await this.heard(event);
      return details.length >= times && details;
    }, { what: `${event} to be heard` });
  }
}

/** Everything a page can keep in a browser, by name; cookies as well. */
export async function keptBy(page: Page, context: BrowserContext = page.context()): Promise<{ localStorage: string[]; sessionStorage: string[]; databases: string[]; cookies: number }> {
  const stored = await page.evaluate(async () => ({
    localStorage: Object.keys(localStorage), sessionStorage: Object.keys(sessionStorage), databases: (await indexedDB.databases()).map(({ name }) => name ?? ''),
  }));
  return { ...stored, cookies: (await context.cookies()).length };
}

export const NOTHING_KEPT = { localStorage: [], sessionStorage: [], databases: [], cookies: 0 };

export async function keepsNothing(page: Page): Promise<void> {
  await until(async () => {
    const kept = JSON.stringify(await keptBy(page));
    if (kept !== JSON.stringify(NOTHING_KEPT)) throw new Error(kept);
    return true;
  }, { what: 'nothing to be kept', timeout: 10_000 });
}

/** Changes the workspace's settings for the widget, over their defaults. */
export async function changeSettings(gateway: Gateway, settings: object): Promise<void> {
  const { cookie } = await gateway.session();
  const response = await fetch(`${gateway.url}/api/workspace`, { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ settings }) });
  if (!response.ok) throw new Error(`The settings were refused: ${await response.text()}`);
}

interface ListedConversation { visitor: { id: string }; preview: { text: string } | null }

/** Asks as the owner, by docs/protocol.md: who wrote the conversation whose newest message has this text. */
export async function writerOf(gateway: Gateway, text: string): Promise<VisitorDetails> {
  const { cookie } = await gateway.session();
  const socket = io(`${gateway.url}/agent`, { forceNew: true, transports: ['websocket'], auth: { protocol: 1 }, extraHeaders: { cookie, origin: gateway.url } });
  try {
    const ask = async <T>(event: string, payload: object): Promise<T> => {
      const ack = await socket.timeout(15_000).emitWithAck(event, payload) as { ok: boolean; data: T };
      if (!ack.ok) throw new Error(`${event} was refused: ${JSON.stringify(ack)}`);
      return ack.data;
    };
    const found = await until(async () => {
      const { conversations } = await ask<{ conversations: ListedConversation[] }>('inbox:list', { filter: 'all', after: null, limit: 100 });
      return conversations.find(({ preview }) => preview?.text === text);
    }, { what: `a conversation with ${text}`, every: 200 });
    return (await ask<{ visitor: VisitorDetails }>('visitor:load', { visitorId: found.visitor.id })).visitor;
  } finally {
    socket.disconnect();
  }
}
