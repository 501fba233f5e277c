/** The workspace's settings: owners set them, agents read them. What is typed stays until it is saved or taken back, also on the way to the inbox and back. */
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { TargetedMouseEvent, TargetedSubmitEvent } from 'preact';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { call } from './http.ts';
import { announce, notify } from './notices.ts';
import { addressOf, FIRST_VIEW, followLink } from './routes.ts';
import { sessionEnded } from './session.ts';
import { AccessFields, InstallFields } from './settings-access.tsx';
import { AppearanceFields, LauncherFields } from './settings-appearance.tsx';
import { sectionId, type Fields, type SectionName } from './settings-controls.tsx';
import { FormFields } from './settings-forms.tsx';
import { HoursFields } from './settings-hours.tsx';
import { changeOf, formOf, problemsIn, problemsOf, type Problems, type SettingsForm, type WorkspaceAnswer } from './settings-model.ts';
import { SettingsPreview } from './settings-preview.tsx';
import { PrivacyFields } from './settings-privacy.tsx';
import { MessageFields, WordFields } from './settings-words.tsx';
import { texts } from './texts.ts';

const t = texts.settings;

/** What was typed and not saved, by workspace. */
const unsaved = signal<ReadonlyMap<string, SettingsForm>>(new Map());

function keep(workspaceId: string, form: SettingsForm | null): void {
  const next = new Map(unsaved.peek());
  if (form) next.set(workspaceId, form);
  else next.delete(workspaceId);
  unsaved.value = next;
}

export function SettingsScreen() {
  const { member, workspace } = useDesk();
  const stored = useSignal<WorkspaceAnswer | null>(null);
  const failed = useSignal(false);
  const saving = useSignal(false);
  const problems = useSignal<Problems>({});
  const formElement = useRef<HTMLFormElement>(null);
  const owner = member.role === 'owner';

  async function load(): Promise<void> {
    failed.value = false;
    const answer = await call<WorkspaceAnswer>('GET', '/api/workspace');
    if (answer.ok) stored.value = answer.data;
    else if ('status' in answer && answer.status === 401) sessionEnded();
    else failed.value = true;
  }
  useEffect(() => void load(), []);

  const now = stored.value ? (unsaved.value.get(workspace.id) ?? formOf(stored.value)) : null;
  const changed = unsaved.value.has(workspace.id);
  useEffect(() => {
    if (!changed) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [changed]);

  function change(part: Partial<SettingsForm>): void {
    if (!now || !stored.value) return;
    const next = { ...now, ...part };
    const before = formOf(stored.value);
    const same = (Object.keys(before) as Array<keyof SettingsForm>).every((field) => JSON.stringify(before[field]) === JSON.stringify(next[field]));
    keep(workspace.id, same ? null : next);
    // A field that was wrong is looked at again while it is mended; others are left in peace until saving.
    const found = problemsOf(next);
    problems.value = Object.fromEntries(Object.keys(problems.value).map((field) => [field, found[field]]).filter(([, problem]) => problem));
  }

  async function save(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (!now || !changed || saving.value) return;
    problems.value = problemsOf(now);
    if (showProblems()) return;
    saving.value = true;
    const answer = await call<WorkspaceAnswer>('PATCH', '/api/workspace', changeOf(now));
    saving.value = false;
    if (answer.ok) {
      stored.value = answer.data;
      keep(workspace.id, null);
      announce(t.saved);
      notify(t.saved);
    } else if ('unreachable' in answer) notify(t.unreachable, { bad: true });
    else if (answer.status === 401) sessionEnded();
    else {
      problems.value = problemsIn(answer.error.details, now);
      if (!showProblems()) notify(answer.error.message, { bad: true });
    }
  }

  /** Goes to the first field that is wrong; false when none is. */
  function showProblems(): boolean {
    if (Object.keys(problems.value).length === 0) return false;
    requestAnimationFrame(() => formElement.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    return true;
  }

  const fields: Fields | null = now ? { form: now, problems: problems.value, onChange: change } : null;
  const inbox = { at: 'inbox', view: FIRST_VIEW, conversationId: null } as const;
  return (
    <main class="settings">
      <div class="settings-head">
        <a class="icon-button back" href={addressOf(inbox)} onClick={followLink(inbox)} aria-label={t.back}><Icon name="back" /></a>
        <h1>{t.heading}</h1>
      </div>
      {failed.value ? <div class="settings-state"><p>{t.loadFailed}</p><button type="button" class="button" onClick={() => void load()}>{texts.tryAgain}</button></div> : null}
      {!now && !failed.value ? <div class="settings-state" role="status"><p class="muted">{t.loading}</p></div> : null}
      {now && fields && stored.value ? (
        <form class="settings-form" ref={formElement} onSubmit={(event) => void save(event)} noValidate>
          {owner ? null : <p class="message-box"><Icon name="lock" />{t.readOnly}</p>}
          <SectionLinks />
          <InstallFields snippet={stored.value.snippet} />
          <fieldset class="settings-fields" disabled={!owner}>
            <legend class="visually-hidden">{t.heading}</legend>
            <div class="settings-widget">
              <div>
                <AppearanceFields {...fields} />
                <LauncherFields {...fields} />
                <WordFields {...fields} />
              </div>
              <SettingsPreview form={now} />
            </div>
            <MessageFields {...fields} />
            <FormFields {...fields} storedKeys={new Set(stored.value.workspace.settings.preChat.map(({ key }) => key))} />
            <HoursFields {...fields} />
            <PrivacyFields {...fields} />
            <AccessFields {...fields} />
          </fieldset>
          {owner ? (
            <div class="save-bar" data-shown={changed}>
              <p class="muted" role="status">{changed ? t.unsaved : t.allSaved}</p>
              <button type="button" class="button" disabled={!changed} onClick={() => { keep(workspace.id, null); problems.value = {}; }}>{t.undo}</button>
              <button type="submit" class="button primary" disabled={!changed} aria-disabled={saving.value}>{saving.value ? t.saving : t.save}</button>
            </div>
          ) : null}
        </form>
      ) : null}
    </main>
  );
}

/** The way to each section; the address stays, because the inbox's own routes are in it. */
function SectionLinks() {
  function go(event: TargetedMouseEvent<HTMLAnchorElement>, name: SectionName): void {
    event.preventDefault();
    const heading = document.getElementById(sectionId(name));
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  }
  return (
    <nav class="section-links" aria-label={t.sectionsLabel}>
      {(Object.keys(t.sections) as SectionName[]).map((name) => <a key={name} href={`#${sectionId(name)}`} onClick={(event) => go(event, name)}>{t.sections[name]}</a>)}
    </nav>
  );
}
