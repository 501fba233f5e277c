/** The secret with which the website's server signs who is signed in there: for owners. Nothing here waits for saving. */
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { copyText } from './copy-text.ts';
import { call } from './http.ts';
import { Icon } from './icons.tsx';
import { SIGNING_EXAMPLE } from './identity-example.ts';
import { announce, notify } from './notices.ts';
import { sessionEnded } from './session.ts';
import { texts } from './texts.ts';

const t = texts.identity;
const ADDRESS = '/api/workspace/identity';

export function IdentitySettings() {
  const secret = useSignal<string | null>(null);
  const shown = useSignal(false);
  const asking = useSignal(false);
  const busy = useSignal(false);
  const copied = useSignal('');
  const id = useId();

  /** Gets the secret, or makes a new one; null where that did not work, which is said then. */
  async function fetchSecret(method: 'GET' | 'POST'): Promise<string | null> {
    if (busy.peek()) return null;
    busy.value = true;
    const answer = await call<{ secret: string }>(method, ADDRESS);
    busy.value = false;
    if (answer.ok) return (secret.value = answer.data.secret);
    if ('unreachable' in answer) notify(t.unreachable, { bad: true });
    else if (answer.status === 401) sessionEnded();
    else notify(answer.error.message, { bad: true });
    return null;
  }

  async function show(): Promise<void> {
    if (shown.peek() || await fetchSecret('GET') !== null) shown.value = !shown.peek();
  }

  async function copy(): Promise<void> {
    const text = secret.peek() ?? await fetchSecret('GET');
    if (text !== null) copied.value = (await copyText(text)) ? t.copied : t.copyFailed;
  }

  async function renew(): Promise<void> {
    if (await fetchSecret('POST') === null) return;
    asking.value = false;
    announce(t.renewed);
    notify(t.renewed);
  }

  return (
    <section class="settings-form settings-section identity" aria-labelledby={`${id}h`}>
      <h2 id={`${id}h`}>{t.heading}</h2>
      <p class="muted">{t.lead}</p>
      <div>
        <p class="label" id={`${id}s`}>{t.secret}</p>
        <div class="snippet">
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} role="region" aria-labelledby={`${id}s`}><code>{shown.value ? secret.value : <><span aria-hidden="true">{'•'.repeat(24)}</span><span class="visually-hidden">{t.hidden}</span></>}</code></pre>
          <button type="button" class="icon-button" aria-pressed={shown.value} aria-label={shown.value ? t.hide : t.show} onClick={() => void show()}><Icon name={shown.value ? 'eyeOff' : 'eye'} /></button>
          <button type="button" class="button small" aria-label={copied.value ? undefined : t.copy} onClick={() => void copy()} onBlur={() => { copied.value = ''; }}>
            <Icon name={copied.value === t.copied ? 'sent' : 'copy'} size={16} /><span aria-live="polite">{copied.value || texts.settings.copy}</span>
          </button>
        </div>
        <p class="field-hint">{t.secretHint}</p>
      </div>
      {asking.value
        ? <Confirm busy={busy.value} onYes={() => void renew()} onNo={() => { asking.value = false; }} />
        : <div><button type="button" class="button small" onClick={() => { asking.value = true; }}><Icon name="reopen" size={16} />{t.renew}</button></div>}
      <details class="example">
        <summary>{t.example}</summary>
        <p class="muted">{t.exampleLead}</p>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
        <pre class="snippet" tabIndex={0} role="region" aria-label={t.example}><code>{SIGNING_EXAMPLE}</code></pre>
      </details>
    </section>
  );
}

/** Asks before the old secret is gone. The focus goes to what changes nothing. */
function Confirm({ busy, onYes, onNo }: { busy: boolean; onYes: () => void; onNo: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <div class="confirm" role="group" aria-label={t.renew}>
      <p class="message-box" role="alert"><Icon name="warning" />{t.renewAsk}</p>
      <button type="button" class="button small" ref={keep} onClick={onNo}>{t.renewNo}</button>
      <button type="button" class="button small primary" aria-disabled={busy} onClick={onYes}>{t.renewYes}</button>
    </div>
  );
}
