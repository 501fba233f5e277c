// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressOf, followLink, navigate, parseRoute, route, watchRoute, workspaceOf, type Route } from '../console/routes.ts';
import { until } from './harness/until.ts';

const parse = (address: string): Route => parseRoute(new URL(address, 'http://localhost'));
let stop: () => void;

beforeEach(() => {
  history.replaceState(null, '', '/console/');
  stop = watchRoute();
});
afterEach(() => stop());

describe('addresses', () => {
  it('lead to views, conversations and settings', () => {
    expect(parse('/console/')).toEqual({ at: 'inbox', view: 'unassigned', conversationId: null });
    expect(parse('/console')).toEqual({ at: 'inbox', view: 'unassigned', conversationId: null });
    expect(parse('/console/?view=mine')).toEqual({ at: 'inbox', view: 'mine', conversationId: null });
    expect(parse('/console/conversations/V1StGXR8_Z5jdHi6B-myT')).toEqual({ at: 'inbox', view: 'all', conversationId: 'V1StGXR8_Z5jdHi6B-myT' });
    expect(parse('/console/conversations/x?view=closed')).toEqual({ at: 'inbox', view: 'closed', conversationId: 'x' });
    expect(parse('/console/settings/')).toEqual({ at: 'settings' });
  });

  it('that mean nothing say so, and never throw', () => {
    expect(parse('/console/nowhere')).toEqual({ at: 'unknown' });
    expect(parse('/console/conversations/')).toEqual({ at: 'unknown' });
    expect(parse('/console/?view=nonsense')).toMatchObject({ view: 'unassigned' });
    expect(parseRoute({ pathname: '/console/conversations/%E0%A4%A', search: '' })).toMatchObject({ conversationId: '%E0%A4%A' });
  });

  it('are the same there and back', () => {
    const places: Route[] = [
      { at: 'inbox', view: 'unassigned', conversationId: null }, { at: 'inbox', view: 'closed', conversationId: null },
      { at: 'inbox', view: 'all', conversationId: 'a-b_C' }, { at: 'inbox', view: 'mine', conversationId: 'odd/id ?' }, { at: 'settings' },
    ];
    for (const place of places) expect(parse(addressOf(place))).toEqual(place);
  });

  it('can name a workspace', () => {
    expect(workspaceOf(new URL('http://x/console/?workspace=acme'))).toBe('acme');
    expect(workspaceOf(new URL('http://x/console/?workspace=%20'))).toBeNull();
    expect(workspaceOf(new URL('http://x/console/'))).toBeNull();
  });
});

describe('going somewhere', () => {
  const there = { at: 'inbox', view: 'mine', conversationId: 'c1' } as const;

  it('changes the address, and the back button leads back', async () => {
    navigate(there);
    expect(location.pathname + location.search).toBe('/console/conversations/c1?view=mine');
    expect(route.value).toEqual(there);
    history.replaceState(null, '', '/console/?view=closed');
    dispatchEvent(new PopStateEvent('popstate'));
    await until(() => route.value.at === 'inbox' && route.value.view === 'closed');
  });

  it('makes no second step for the same place', () => {
    navigate(there);
    const steps = history.length;
    navigate(there);
    expect(history.length).toBe(steps);
  });

  it('leaves clicks for a new tab to the browser', () => {
    const click = (init: MouseEventInit): boolean => {
      const event = new MouseEvent('click', { cancelable: true, ...init });
      followLink(there)(event);
      return event.defaultPrevented;
    };
    expect([click({ ctrlKey: true }), click({ metaKey: true }), click({ shiftKey: true }), click({ button: 1 })]).toEqual([false, false, false, false]);
    expect(route.value).not.toEqual(there);
    expect(click({})).toBe(true);
    expect(route.value).toEqual(there);
  });
});
