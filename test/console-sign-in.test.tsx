// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formProblems, SignIn } from '../console/sign-in.tsx';
import { session, sessionEnded, signOut } from '../console/session.ts';
import { wireError } from '../shared/errors.ts';

const ANA = { member: { id: 'm1', name: 'Ana', email: 'ana@example.com', role: 'agent' }, workspace: { id: 'demo', name: 'Demo' } };
let root: HTMLElement;
let requests: Array<{ method: string; path: string; body: unknown }>;
let answer: () => Response | Promise<Response>;

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

const show = (ended = false): void => { void act(() => render(<SignIn ended={ended} />, root)); };
const says = (): string => root.querySelector('form')?.textContent ?? '';
const field = (name: string): HTMLInputElement => root.querySelector(`[name=${name}]`) as HTMLInputElement;
const button = (): HTMLButtonElement => root.querySelector('[type=submit]') as HTMLButtonElement;

async function submit(email: string, password: string): Promise<void> {
  for (const [name, value] of [['email', email], ['password', password]] as const) {
    field(name).value = value;
    await act(() => { field(name).dispatchEvent(new InputEvent('input', { bubbles: true })); });
  }
  await act(async () => {
    root.querySelector('form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
    await vi.advanceTimersByTimeAsync(0);
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  history.replaceState(null, '', '/console/');
  requests = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    requests.push({ method: init.method ?? '', path, body: init.body === undefined ? undefined : JSON.parse(init.body as string) });
    return answer();
  });
  root = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('signing in', () => {
  it('says what is missing before it asks anybody', async () => {
    show();
    await submit(' ', '');
    expect(says()).toContain('Enter the e-mail address');
    expect(says()).toContain('Enter your password');
    expect(requests).toEqual([]);
    expect(document.activeElement).toBe(field('email'));
    expect(formProblems({ email: 'ana', password: 'x' })).toHaveProperty('email');
    expect(formProblems({ email: ' ana@example.com ', password: 'x' })).toEqual({});
  });

  it('does not say which of the two was wrong, and lets one try again', async () => {
    show();
    answer = () => json(401, { error: wireError('sign_in_failed') });
    await submit('ana@example.com', 'wrong');
    expect(says()).toContain('This e-mail and password do not match');
    expect(button().disabled).toBe(false);
    expect(field('email').value).toBe('ana@example.com');
  });

  it('opens the desk of whoever it is', async () => {
    show();
    answer = () => json(200, ANA);
    await submit(' ana@example.com ', ' right ');
    expect(requests).toEqual([{ method: 'POST', path: '/api/session', body: { email: 'ana@example.com', password: ' right ' } }]);
    expect(session.value).toMatchObject({ at: 'signed-in', ...ANA });
  });

  it('asks for another workspace where the address names one', async () => {
    history.replaceState(null, '', '/console/?workspace=acme');
    show();
    expect(field('workspace').value).toBe('acme');
    answer = () => json(401, { error: wireError('sign_in_failed') });
    await submit('ana@example.com', 'right');
    expect(requests[0]?.body).toMatchObject({ workspace: 'acme' });
  });

  it('counts down after too many tries, and then lets one try again', async () => {
    show();
    answer = () => json(429, { error: wireError('rate_limited', { retryAfterMs: 12_000 }) });
    await submit('ana@example.com', 'wrong');
    expect(says()).toContain('You can try again in 12 seconds');
    expect(button().disabled).toBe(true);
    await act(async () => { await vi.advanceTimersByTimeAsync(5_000); });
    expect(says()).toContain('7 seconds');
    await act(async () => { await vi.advanceTimersByTimeAsync(8_000); });
    expect(says()).toContain('You can try again now');
    expect(button().disabled).toBe(false);
  });

  it('says so when nobody answers, or something is broken', async () => {
    show();
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await submit('ana@example.com', 'right');
    expect(says()).toContain('MiraDesk cannot be reached');
    answer = () => new Response('<html>Bad gateway</html>', { status: 502 });
    await submit('ana@example.com', 'right');
    expect(says()).toContain('MiraDesk cannot be reached');
    answer = () => json(500, { error: wireError('internal') });
    await submit('ana@example.com', 'right');
    expect(says()).toContain('Something went wrong on our side');
  });

  it('shows and hides the password', async () => {
    show();
    const eye = root.querySelector<HTMLButtonElement>('[aria-label="Show password"]');
    await act(() => eye?.click());
    expect(field('password').type).toBe('text');
    await act(() => eye?.click());
    expect(field('password').type).toBe('password');
  });
});

describe('the end of a session', () => {
  beforeEach(async () => {
    show();
    answer = () => json(200, ANA);
    await submit('ana@example.com', 'right');
  });

  it('elsewhere asks to sign in again, and remembers the workspace', () => {
    sessionEnded();
    expect(session.value).toEqual({ at: 'signed-out', ended: true });
    void act(() => render(null, root));
    show(true);
    expect(says()).toContain('You were signed out');
  });

  it('by oneself is told to the gateway first', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await signOut()).toBe(false);
    expect(session.value.at).toBe('signed-in');
    answer = () => new Response(null, { status: 204 });
    expect(await signOut()).toBe(true);
    expect(session.value).toEqual({ at: 'signed-out', ended: false });
    expect(requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/session', body: undefined });
  });
});
