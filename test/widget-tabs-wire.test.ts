/**
 * One wire for all tabs of a browser. Grants of locks, messages between tabs and packets to the gateway are delivered by hand, so that every order of
 * events can be had; time stands still until it is told to go on.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wireError } from '../shared/errors.ts';
import { createConnection, type Connection, type ConnectionState } from '../widget/connection.ts';
import * as wires from '../widget/parts/wires.tsx';
import { createSession, type Session } from '../widget/session.ts';
import { shareWire } from '../widget/shared-wire.ts';
import { storageOf } from './widget-fake-browser.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { FakeTabs, type FakeTab } from './widget-fake-tabs.ts';

/** How the tabs' part is had: at once, unless a test says otherwise. */
const loads = vi.hoisted(() => ({ part: undefined as (() => Promise<unknown>) | undefined }));
vi.mock('../widget/beside.ts', () => ({ beside: () => loads.part?.() }));

const NAME = 'miradesk:demo:wire';
const SILENT_MS = 3_000;

interface Tab { offers: FakeTab; connection: Connection; session: Session; states: ConnectionState[]; news: string[] }

let gateway: FakeGateway;
let browser: FakeTabs;
let tabs: Tab[];
/** What is stored in the browser, for all tabs. */
let stored: Map<string, string>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  begin();
});
afterEach(() => {
  for (const tab of tabs) tab.connection.close();
  expect([gateway.wires.size, vi.getTimerCount()]).toEqual([0, 0]);
  vi.useRealTimers();
});

function begin(): void {
  loads.part = async () => wires;
  gateway = new FakeGateway();
  gateway.automatic = false;
  browser = new FakeTabs();
  browser.automatic = false;
  tabs = [];
  stored = new Map();
}

function open(change: { locks?: null; Channel?: null } = {}): Tab {
  const offers = browser.open();
  const session = createSession('miradesk:demo', storageOf(stored));
  const [states, news]: [ConnectionState[], string[]] = [[], []];
  const connection = createConnection({
    origin: 'http://gateway.example', random: () => 0.5,
    openWire: shareWire(gateway.openWire, { name: NAME, locks: offers.locks, Channel: offers.Channel, ...change, mustLead: session.isIdentifying }),
    auth: () => ({ protocol: 1, workspace: 'demo', ...session.auth() }),
    onState: (state) => states.push(state),
    onRefused: ({ code }) => code === 'token_expired' && session.refused(),
  });
  connection.on('session:started', (started) => {
    news.push(`session of ${started.visitorId}`);
    if (session.started(started)) session.claim();
    else connection.restart();
  });
  connection.on('typing:updated', ({ typing }) => news.push(`typing ${typing}`));
  const tab: Tab = { offers, connection, session, states, news };
  tabs.push(tab);
  connection.connect();
  return tab;
}

/** What was begun by what has just happened goes on as far as it can. */
const breathe = () => new Promise((resolve) => { setImmediate(resolve); });

/** Delivers everything there is. */
async function settle(): Promise<void> {
  for (;;) {
    await breathe();
    if (!browser.deliver() && !gateway.deliver(0)) return;
  }
}

/** Lets time go by, with everything delivered that there is meanwhile. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    await vi.advanceTimersByTimeAsync(250);
    await settle();
  }
}

function die(tab: Tab): void {
  tab.offers.die();
  tab.connection.close();
  tabs = tabs.filter((one) => one !== tab);
}

/** The token that is stored is not accepted any more. */
function expire(): void {
  const { token = '' } = JSON.parse(stored.get('miradesk:demo') ?? '{}') as { token?: string };
  gateway.expired.add(token);
}

const names = () => tabs.map(({ connection }) => connection.state.name);
const leader = () => tabs.find(({ offers }) => offers === browser.lock(NAME).holder);
const sync = ({ connection }: Tab) => connection.request('log:sync', { conversations: [] });

async function openMany(count: number): Promise<Tab[]> {
  const opened: Tab[] = [];
  for (let place = 0; place < count; place++) {
    opened.push(open());
    await settle();
  }
  return opened;
}

describe('one tab', () => {
  it('has a wire to itself, and loads nothing that tabs do together', async () => {
    const part = vi.fn(() => Promise.resolve(wires));
    loads.part = part;
    const tab = open();
    await settle();
    expect([names(), gateway.wires.size]).toEqual([['online'], 1]);
    const asked = sync(tab);
    await settle();
    expect((await asked).ok).toBe(true);
    expect(part).not.toHaveBeenCalled();
  });

  it.each([{ locks: null }, { Channel: null }])('of a browser with %j has its own, like every other', async (without) => {
    open(without);
    open(without);
    await settle();
    expect([names(), gateway.wires.size]).toEqual([['online', 'online'], 2]);
  });

  it('where locks are forbidden, as in a sandboxed frame, has its own', async () => {
    const request = vi.spyOn(FakeTabs.prototype, 'claim').mockImplementation(({ reject }) => reject(new DOMException('sandboxed', 'SecurityError')));
    open();
    await settle();
    request.mockRestore();
    expect([names(), gateway.wires.size]).toEqual([['online'], 1]);
  });

  it('that is closed before it has the lock opens nothing, and lets the lock go', async () => {
    const tab = open();
    tab.connection.close();
    await settle();
    expect([gateway.wires.size, browser.lock(NAME).holder]).toEqual([0, undefined]);
  });

  it('waits where opening throws, as a content security policy can make it, and keeps no lock', async () => {
    const offers = browser.open();
    const closed = vi.fn();
    const wire = shareWire(() => { throw new DOMException('refused', 'SecurityError'); }, { name: NAME, locks: offers.locks, Channel: offers.Channel, mustLead: () => false });
    wire('http://gateway.example', () => ({}), { news: vi.fn(), refused: vi.fn(), closed });
    await settle();
    expect(closed.mock.calls).toEqual([['unopened']]);
    expect(browser.lock(NAME).holder).toBeUndefined();
  });
});

describe('several tabs', () => {
  it('share one wire: all online, all as the same visitor', async () => {
    const opened = await openMany(4);
    expect([names(), gateway.wires.size]).toEqual([['online', 'online', 'online', 'online'], 1]);
    expect(new Set(opened.flatMap(({ news }) => news))).toEqual(new Set(['session of visitor-1']));
  });

  it('opened at the same moment share one as well', async () => {
    for (let count = 0; count < 4; count++) open();
    await settle();
    await pass(SILENT_MS);
    expect([names(), gateway.wires.size]).toEqual([['online', 'online', 'online', 'online'], 1]);
  });

  it('each get the answers to their own requests, and everybody the news', async () => {
    const opened = await openMany(3);
    const asked = opened.map((tab, place) => tab.connection.request('typing:set', { conversationId: `c${place}`, typing: true }));
    const wrong = (opened[2] as Tab).connection.request('history:load', { conversationId: 'nowhere', before: 1 });
    await settle();
    expect((await Promise.all(asked)).map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(await wrong).toMatchObject({ ok: false, error: { code: 'not_found' } });
    gateway.tell('visitor-1', 'typing:updated', { conversationId: 'c', author: { kind: 'agent', id: 'ana', name: 'Ana' }, typing: true });
    await settle();
    expect(opened.map(({ news }) => news.at(-1))).toEqual(['typing true', 'typing true', 'typing true']);
  });

  it('hear the gateway\'s clock as it is when they come, not as it was when the wire opened', async () => {
    const times: number[] = [];
    const started = Date.now();
    open();
    await settle();
    await pass(60_000);
    const late = open();
    late.connection.on('session:started', ({ serverTime }) => void times.push(Date.parse(serverTime)));
    await settle();
    expect(times).toEqual([Date.parse('2026-03-01T12:00:01.000Z') + Date.now() - started]);
  });

  it('go on at once when the one that leads is closed', async () => {
    const [first, second, third] = await openMany(3) as [Tab, Tab, Tab];
    first.connection.close();
    tabs = [second, third];
    await settle();
    expect([names(), gateway.wires.size, leader()]).toEqual([['online', 'online'], 1, second]);
    expect([second.news, third.news]).toEqual([['session of visitor-1', 'session of visitor-1'], ['session of visitor-1', 'session of visitor-1']]);
  });

  it('go on at once when the one that leads crashes, and what was asked through it fails', async () => {
    const [first, second] = await openMany(2) as [Tab, Tab];
    const asked = sync(second);
    await breathe();
    die(first);
    const failed = asked.then(() => 'answered', (error: Error) => error.message);
    await settle();
    expect(await failed).toMatch(/connection lost|no answer/);
    expect([names(), gateway.wires.size]).toEqual([['online'], 1]);
    const again = sync(second);
    await settle();
    expect((await again).ok).toBe(true);
  });

  it('do not mind when one that follows goes', async () => {
    const [first, second] = await openMany(2) as [Tab, Tab];
    die(second);
    await settle();
    expect([first.connection.state.name, first.states.filter(({ name }) => name === 'waiting'), gateway.wires.size]).toEqual(['online', [], 1]);
    expect(browser.lock(NAME).waiting).toBe(0);
  });

  it('show the same when the network breaks, and are back together', async () => {
    await openMany(3);
    gateway.reachable = false;
    gateway.cut();
    await pass(5_000);
    expect(names().filter((name) => name === 'online')).toEqual([]);
    gateway.reachable = true;
    await pass(20_000);
    expect([new Set(names()), gateway.wires.size]).toEqual([new Set(['online']), 1]);
  });

  it('are refused together, with the reason', async () => {
    await openMany(2);
    gateway.refuseHandshake = wireError('origin_not_allowed');
    gateway.cut();
    await pass(40_000);
    expect(tabs.map(({ connection: { state } }) => (state.name === 'refused' ? state.error.code : state.name))).toEqual(['origin_not_allowed', 'origin_not_allowed']);
    expect(gateway.wires.size).toBe(0);
  });

  it('come back as somebody new together, when their token is not accepted any more', async () => {
    await openMany(3);
    expire();
    gateway.cut();
    await pass(40_000);
    expect([new Set(names()), gateway.wires.size]).toEqual([new Set(['online']), 1]);
    expect(new Set(tabs.map(({ news }) => news.at(-1)))).toEqual(new Set(['session of visitor-2']));
  });

  it('a tab that follows while the leading one is still connecting is patient', async () => {
    const first = open();
    while (browser.deliver()) await breathe();
    open();
    for (let second = 0; second < 10; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      while (browser.deliver()) await breathe();
    }
    expect([names(), leader(), gateway.wires.size]).toEqual([['connecting', 'connecting'], first, 1]);
    await settle();
    expect([names(), leader()]).toEqual([['online', 'online'], first]);
  });

  it('the one with something to say at the handshake takes the lead, and the others follow it', async () => {
    const [first, second] = await openMany(2) as [Tab, Tab];
    second.session.identify({ userId: 'jane', token: 'proven' });
    second.connection.restart();
    await settle();
    await pass(20_000);
    expect([names(), leader(), gateway.wires.size]).toEqual([['online', 'online'], second, 1]);
    expect([first.news.at(-1), second.news.at(-1)]).toEqual(['session of user-jane', 'session of user-jane']);
  });
});

describe('a leading tab that does not move any more', () => {
  it('loses the lead to the next one that comes, and follows when it wakes', async () => {
    const first = open();
    await settle();
    first.offers.frozen = true;
    const second = open();
    await settle();
    expect(names()).toEqual(['online', 'connecting']);
    await pass(SILENT_MS);
    expect([names(), leader()]).toEqual([['online', 'online'], second]);
    first.offers.frozen = false;
    await settle();
    expect(gateway.wires.size).toBe(1);
    await pass(20_000);
    expect([names(), leader(), gateway.wires.size]).toEqual([['online', 'online'], second, 1]);
  });
});

describe('when what tabs do together cannot be loaded', () => {
  it('the leading tab goes on, and another waits and tries again', async () => {
    open();
    await settle();
    loads.part = () => Promise.reject(new TypeError('offline'));
    const second = open();
    await settle();
    expect(names()).toEqual(['online', 'waiting']);
    expect(second.connection.state).toMatchObject({ reason: 'unopened' });
    loads.part = async () => wires;
    await pass(40_000);
    expect([names(), gateway.wires.size]).toEqual([['online', 'online'], 1]);
  });
});

const steps = fc.array(fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('deliver' as const), which: fc.double({ min: 0, max: 0.999, noNaN: true }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('open' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'crash' as const, 'freeze' as const, 'thaw' as const, 'identify' as const), tab: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), tab: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'expire' as const, 'down' as const, 'up' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
), { minLength: 10, maxLength: 120 });

describe('whatever happens, in any order', () => {
  it('there is one wire for those that move, every request ends, and in the end everybody is online over one wire', async () => {
    await fc.assert(fc.asyncProperty(steps, async (script) => {
      // A run that failed leaves its own behind.
      vi.clearAllTimers();
      begin();
      let [asked, ended] = [0, 0];
      open();
      for (const step of script) {
        const tab = 'tab' in step ? tabs[step.tab % Math.max(1, tabs.length)] : undefined;
        switch (step.kind) {
          case 'deliver': if (step.which < 0.7 ? !browser.deliver(step.which / 0.7) : true) gateway.deliver(step.which); break;
          case 'open': if (tabs.length < 5) open(); break;
          case 'close': if (tab) { tab.connection.close(); tabs = tabs.filter((one) => one !== tab); } break;
          case 'crash': if (tab) die(tab); break;
          case 'freeze': if (tab) tab.offers.frozen = true; break;
          case 'thaw': if (tab) tab.offers.frozen = false; break;
          case 'identify':
            if (!tab) break;
            tab.session.identify({ userId: 'jane', token: 'proven' });
            tab.connection.restart();
            break;
          case 'ask':
            if (!tab) break;
            asked++;
            sync(tab).then(() => ended++, () => ended++);
            break;
          case 'cut': gateway.cut(); break;
          case 'expire': expire(); break;
          case 'down': gateway.reachable = false; break;
          case 'up': gateway.reachable = true; break;
          case 'wait': await vi.advanceTimersByTimeAsync(step.ms); break;
        }
        await breathe();
        // Who has lost the lead and could not hear of it yet may still hold a wire: it is handed over.
        const handing = tabs.filter(({ offers }) => offers.frozen || offers.grants.length > 0).length;
        expect(gateway.wires.size).toBeLessThanOrEqual(1 + handing);
      }
      // The weather clears up.
      gateway.reachable = true;
      for (const { offers } of tabs) offers.frozen = false;
      await settle();
      await pass(40_000);
      const now = names();
      expect([now, gateway.wires.size, ended]).toEqual([now.map(() => 'online'), Math.min(1, tabs.length), asked]);
      if (tabs.length > 0) expect(leader()).toBeDefined();
      for (const tab of tabs.splice(0)) tab.connection.close();
      await settle();
      expect([gateway.wires.size, vi.getTimerCount()]).toEqual([0, 0]);
    }), { numRuns: 250 });
  });
});
