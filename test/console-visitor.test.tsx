// @vitest-environment happy-dom
/** What agents are shown of a visitor, and the settings in which a site learns to prove who its visitors are. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeskContext, type Desk } from '../console/desk.ts';
import { IdentitySettings } from '../console/settings-identity.tsx';
import { SIGNING_EXAMPLE } from '../console/identity-example.ts';
import { Verified, VisitorFacts } from '../console/visitor-facts.tsx';
import { proveIdentity } from '../gateway/identity.ts';
import type { VisitorDetails } from '../shared/protocol.ts';
import { wireError } from '../shared/errors.ts';
import { at, conversation, fakeConnection, ok, type FakeConnection } from './console-fakes.ts';
import { until } from './harness/until.ts';

let root: HTMLElement;
let connection: FakeConnection;

beforeEach(() => {
  root = document.createElement('div');
  document.body.append(root);
  connection = fakeConnection();
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

const says = (): string => root.textContent ?? '';
const button = (name: string): HTMLButtonElement | undefined => [...root.querySelectorAll('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').includes(name));

const details = (change: Partial<VisitorDetails> = {}): VisitorDetails => ({
  id: 'visitor-a', name: 'Mia', email: null, phone: null, userId: null, attributes: {}, tags: [], createdAt: at(0), events: [], conversations: 1, ...change,
});

function show(change: Parameters<typeof conversation>[1] = {}): void {
  void act(() => render(<DeskContext.Provider value={{ connection } as unknown as Desk}><dl><VisitorFacts conversation={conversation('a', change)} /></dl></DeskContext.Provider>, root));
}

describe('the facts about a visitor', () => {
  it('are all that is known, in words', async () => {
    connection.answer('visitor:load', () => ok({ visitor: details({
      phone: '+47 1', userId: 'user-7', attributes: { plan: 'gold', seats: 3, trial: false }, tags: ['vip', 'beta'], conversations: 4,
      events: [{ name: 'checkout', meta: { total: 12, gift: true }, page: null, at: at(1) }],
    }) }));
    show();
    await until(() => says().includes('user-7'));
    for (const words of ['+47 1', 'plan gold', 'seats 3', 'trial No', 'vip', 'beta', 'checkout', 'total: 12, gift: Yes', 'Conversations4']) expect(says()).toContain(words);
    expect(connection.asked('visitor:load')).toEqual([{ visitorId: 'visitor-a' }]);
  });

  it('[S3] are text, whatever a page wrote into them', async () => {
    const hostile = '<img src=x onerror="window.owned=1">';
    connection.answer('visitor:load', () => ok({ visitor: details({
      phone: hostile, userId: hostile, attributes: { [hostile]: hostile, link: 'javascript:alert(1)' }, tags: [hostile], events: [{ name: hostile, meta: { [hostile]: hostile }, page: null, at: at(1) }],
    }) }));
    show();
    await until(() => says().includes('javascript:alert(1)'));
    expect(root.querySelectorAll('img, a, script')).toHaveLength(0);
    expect(says().split(hostile).length - 1).toBe(8);
  });

  it('are asked for again when the visitor has written or turned out to be somebody', async () => {
    connection.answer('visitor:load', ({ visitorId }) => ok({ visitor: details({ id: visitorId, userId: `of ${visitorId}` }) }));
    show();
    await until(() => says().includes('of visitor-a'));
    show({ visitorMessages: 2 });
    await until(() => connection.asked('visitor:load').length === 2);
    show({ visitorMessages: 2, visitor: { id: 'u1', name: 'Mia', email: null, verified: true } });
    await until(() => says().includes('of u1'));
  });

  it('show a few events, and all when asked', async () => {
    connection.answer('visitor:load', () => ok({ visitor: details({ events: Array.from({ length: 8 }, (_, index) => ({ name: `event-${index}`, meta: {}, page: null, at: at(index) })) }) }));
    show();
    await until(() => says().includes('event-4'));
    expect(says()).not.toContain('event-5');
    await act(() => button('3 more events')?.click());
    expect(says()).toContain('event-7');
  });

  it('say so where they cannot be loaded', async () => {
    connection.answer('visitor:load', () => ({ ok: false, error: wireError('unavailable') }));
    show();
    await until(() => says().includes('could not be loaded'));
  });

  it('mark who the website has proven', () => {
    void act(() => render(<Verified />, root));
    expect(says()).toBe('Verified (Your website has confirmed who this is.)');
  });
});

describe('identity verification in the settings', () => {
  const asked: string[] = [];
  let answer: () => Response;
  beforeEach(() => {
    asked.length = 0;
    answer = () => Response.json({ secret: `secret-${asked.length}` });
    vi.stubGlobal('fetch', async (path: string, { method }: RequestInit) => {
      asked.push(`${method} ${path}`);
      return answer();
    });
    void act(() => render(<IdentitySettings />, root));
  });

  it('keeps the secret back until it is asked for', async () => {
    expect(asked).toEqual([]);
    expect(says()).not.toContain('secret-');
    await act(() => button('Show the secret')?.click());
    await until(() => says().includes('secret-1'));
    expect(asked).toEqual(['GET /api/workspace/identity']);
    await act(() => button('Hide the secret')?.click());
    expect(says()).not.toContain('secret-1');
  });

  it('makes a new one only after saying what that means', async () => {
    await act(() => button('Make a new secret')?.click());
    expect(says()).toContain('stops working at once');
    expect(document.activeElement?.textContent).toBe('Keep the present one');
    await act(() => button('Keep the present one')?.click());
    expect(asked).toEqual([]);
    await act(() => button('Make a new secret')?.click());
    await act(() => button('Make a new one now')?.click());
    await until(() => !says().includes('stops working at once'));
    expect(asked).toEqual(['POST /api/workspace/identity']);
  });

  it('says when it did not work, and changes nothing', async () => {
    answer = () => Response.json({ error: wireError('unavailable') }, { status: 503 });
    await act(() => button('Make a new secret')?.click());
    await act(() => button('Make a new one now')?.click());
    await until(() => asked.length === 1);
    expect(says()).toContain('stops working at once');
  });

  it('shows an example that works as it stands', async () => {
    vi.stubEnv('MIRADESK_IDENTITY_SECRET', 'the secret of the test');
    const { signIdentity } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(SIGNING_EXAMPLE)}`) as { signIdentity(user: object): string };
    const token = signIdentity({ id: 'user-7', name: 'Mia', email: 'mia@example.com' });
    expect(await proveIdentity({ identitySecret: 'the secret of the test' }, { token })).toMatchObject({ userId: 'user-7', signed: { name: 'Mia', email: 'mia@example.com' } });
    vi.unstubAllEnvs();
  });
});
