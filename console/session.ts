/** Who is signed in at this browser, and the ways in and out. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { MemberRef } from '../shared/protocol.ts';
import { call, type HttpAnswer } from './http.ts';
import { preference, setPreference } from './preferences.ts';
import { reconnectDelay } from './reconnect-delay.ts';

export interface SignedIn {
  member: MemberRef & { email: string; role: string };
  workspace: { id: string; name: string };
}

export type Session =
  | { at: 'checking'; unreachable: boolean }
  /** `ended`: it was over without this window's doing. */
  | { at: 'signed-out'; ended: boolean }
  | ({ at: 'signed-in' } & SignedIn);

const current = signal<Session>({ at: 'checking', unreachable: false });
export const session: ReadonlySignal<Session> = current;

const WORKSPACE = 'workspace';

/** The workspace somebody last signed in to at this browser; null: the gateway's default one. */
export function lastWorkspace(): string | null {
  return preference(WORKSPACE);
}

function enter(who: SignedIn): void {
  setPreference(WORKSPACE, who.workspace.id);
  current.value = { at: 'signed-in', member: who.member, workspace: who.workspace };
}

/** Asks the gateway who is signed in, for as long as it takes to get an answer. */
export async function checkSession(): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await call<SignedIn>('GET', '/api/session');
    if (answer.ok) return enter(answer.data);
    if (!('unreachable' in answer) && answer.status === 401) {
      current.value = { at: 'signed-out', ended: false };
      return;
    }
    current.value = { at: 'checking', unreachable: true };
    const asked = 'unreachable' in answer ? undefined : answer.error.retryAfterMs;
    await new Promise((resolve) => setTimeout(resolve, reconnectDelay(attempt, Math.random(), asked)));
  }
}

/** Signs in. What it answers is for the form; on success the whole inbox follows from the session. */
export async function signIn(form: { workspace: string | null; email: string; password: string }): Promise<HttpAnswer<SignedIn>> {
  const { workspace, email, password } = form;
  const answer = await call<SignedIn>('POST', '/api/session', { ...(workspace ? { workspace } : {}), email, password });
  if (answer.ok) enter(answer.data);
  return answer;
}

/** Signs out, here and at the gateway. False: the gateway could not be told, and the person is still signed in. */
export async function signOut(): Promise<boolean> {
  const answer = await call('DELETE', '/api/session');
  if (!answer.ok && !('status' in answer && answer.status === 401)) return false;
  current.value = { at: 'signed-out', ended: false };
  return true;
}

/** The session is over without this window's doing: signed out elsewhere, or too old. */
export function sessionEnded(): void {
  if (current.value.at === 'signed-in') current.value = { at: 'signed-out', ended: true };
}
