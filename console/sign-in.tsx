/** The way in. Says kindly what is missing, never which of e-mail and password was wrong, and counts down when there were too many tries. */
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { TargetedSubmitEvent } from 'preact';
import { Icon } from './icons.tsx';
import { workspaceOf } from './routes.ts';
import { lastWorkspace, signIn } from './session.ts';
import { texts } from './texts.ts';
import { Wordmark } from './wordmark.tsx';

const t = texts.signIn;

/** What is missing in the form, by field. */
export function formProblems({ email, password }: { email: string; password: string }): { email?: string; password?: string } {
  const address = email.trim();
  return {
    ...(address ? (/^[^\s@]+@[^\s@]+$/.test(address) ? {} : { email: t.emailWrong }) : { email: t.emailMissing }),
    ...(password ? {} : { password: t.passwordMissing }),
  };
}

export function SignIn({ ended }: { ended: boolean }) {
  const email = useSignal('');
  const password = useSignal('');
  const workspace = useSignal(workspaceOf(location) ?? lastWorkspace() ?? '');
  const workspaceShown = useSignal(workspaceOf(location) !== null);
  const visible = useSignal(false);
  const busy = useSignal(false);
  const error = useSignal('');
  const problems = useSignal<ReturnType<typeof formProblems>>({});
  const blocked = useCountdown();
  const emailField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const id = useId();

  useEffect(() => emailField.current?.focus(), []);

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy.value || blocked.left > 0) return;
    // A password manager may fill the fields without telling.
    email.value = emailField.current?.value ?? email.value;
    password.value = passwordField.current?.value ?? password.value;
    problems.value = formProblems({ email: email.value, password: password.value });
    error.value = '';
    if (problems.value.email) return emailField.current?.focus();
    if (problems.value.password) return passwordField.current?.focus();
    busy.value = true;
    const answer = await signIn({ workspace: workspace.value.trim() || null, email: email.value.trim(), password: password.value });
    busy.value = false;
    if (answer.ok) return;
    if ('unreachable' in answer) error.value = t.unreachable;
    else if (answer.error.code === 'rate_limited') blocked.start(answer.error.retryAfterMs ?? 30_000);
    else if (answer.status === 401 || answer.status === 400 || answer.status === 404) error.value = t.failed;
    else error.value = t.broken;
    passwordField.current?.select();
  }

  const message = blocked.left > 0 ? t.tooMany(blocked.left) : blocked.over ? t.tooManyOver : error.value;
  return (
    <main class="sign-in">
      <div class="sign-in-form">
        <Wordmark />
        <form onSubmit={(event) => void submit(event)} noValidate>
          <h1>{t.heading}</h1>
          <p class="muted">{ended ? t.ended : t.lead}</p>
          <div role="alert">{message ? <p class="message-box" data-bad={!blocked.over}><Icon name={blocked.left > 0 ? 'clock' : 'warning'} />{message}</p> : null}</div>
          <div class="field">
            <label for={`${id}e`}>{t.email}</label>
            <input
              id={`${id}e`} ref={emailField} type="email" name="email" autoComplete="username" autoCapitalize="none" spellcheck={false} required
              value={email} onInput={(event) => { email.value = event.currentTarget.value; }}
              aria-invalid={problems.value.email !== undefined} aria-describedby={problems.value.email ? `${id}ee` : undefined}
            />
            {problems.value.email ? <p class="field-error" id={`${id}ee`}>{problems.value.email}</p> : null}
          </div>
          <div class="field">
            <label for={`${id}p`}>{t.password}</label>
            <div class="with-button">
              <input
                id={`${id}p`} ref={passwordField} {...(visible.value ? { type: 'text' } : { type: 'password' })} name="password" autoComplete="current-password" spellcheck={false} required
                value={password} onInput={(event) => { password.value = event.currentTarget.value; }}
                aria-invalid={problems.value.password !== undefined} aria-describedby={problems.value.password ? `${id}pe` : undefined}
              />
              <button type="button" class="icon-button" aria-label={visible.value ? t.hidePassword : t.showPassword} aria-pressed={visible.value} onClick={() => { visible.value = !visible.value; }}>
                <Icon name={visible.value ? 'eyeOff' : 'eye'} />
              </button>
            </div>
            {problems.value.password ? <p class="field-error" id={`${id}pe`}>{problems.value.password}</p> : null}
          </div>
          {workspaceShown.value ? (
            <div class="field">
              <label for={`${id}w`}>{t.workspace}</label>
              <input id={`${id}w`} name="workspace" autoComplete="organization" autoCapitalize="none" spellcheck={false} value={workspace} onInput={(event) => { workspace.value = event.currentTarget.value; }} aria-describedby={`${id}wh`} />
              <p class="field-hint" id={`${id}wh`}>{t.workspaceHint}</p>
            </div>
          ) : null}
          <button type="submit" class="button primary block" disabled={blocked.left > 0} aria-disabled={busy.value}>{busy.value ? t.submitting : t.submit}</button>
          {workspaceShown.value ? null : <button type="button" class="link-button" onClick={() => { workspaceShown.value = true; }}>{workspace.value ? t.inWorkspace(workspace.value) : t.otherWorkspace}</button>}
        </form>
      </div>
      <Aside />
    </main>
  );
}

/** The other half of the page: what this is about, in the shape of two messages. */
function Aside() {
  return (
    <aside class="sign-in-aside">
      <div>
        <p class="sign-in-claim">{t.asideHeading}</p>
        <p>{t.aside}</p>
      </div>
      <div class="sign-in-scene" aria-hidden="true">
        <p class="scene-in">{t.asideVisitor}</p>
        <p class="scene-out">{t.asideAgent}</p>
        <p class="scene-seen"><Icon name="delivered" size={16} />{t.asideSeen}</p>
      </div>
    </aside>
  );
}

/** Counts down the time until another try is let through. `over`: it has just run out. */
function useCountdown(): { left: number; over: boolean; start(ms: number): void } {
  const until = useSignal(0);
  const left = useSignal(0);
  useEffect(() => {
    if (until.value === 0) return undefined;
    const timer = setInterval(() => { left.value = Math.max(0, until.peek() - performance.now()); }, 1_000);
    return () => clearInterval(timer);
  }, [until.value, until, left]);
  return {
    left: left.value,
    over: until.value > 0 && left.value === 0,
    start(ms) {
      until.value = performance.now() + ms;
      left.value = ms;
    },
  };
}
