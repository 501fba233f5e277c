/** The fields of the settings screen, by section. */
import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { colourNote } from './contrast.ts';
import { copyText } from './copy-text.ts';
import { Icon } from './icons.tsx';
import type { Problems, SettingsForm } from './settings-model.ts';
import { texts } from './texts.ts';

const t = texts.settings;

interface Fields {
  form: SettingsForm;
  problems: Problems;
  onChange(part: Partial<SettingsForm>): void;
}

function Section({ heading, lead, children }: { heading: string; lead?: string; children: ComponentChildren }) {
  return <section class="settings-section"><h2>{heading}</h2>{lead ? <p class="muted">{lead}</p> : null}{children}</section>;
}

/** A field with its label, hint and problem. */
function Field({ label, hint, problem, children }: { label: string; hint?: string | undefined; problem: string | undefined; children: (attributes: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }) => ComponentChildren }) {
  const id = useId();
  const described = [hint ? `${id}h` : '', problem ? `${id}p` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': problem !== undefined, 'aria-describedby': described })}
      {problem ? <p class="field-error" id={`${id}p`}>{problem}</p> : null}
      {hint ? <p class="field-hint" id={`${id}h`}>{hint}</p> : null}
    </div>
  );
}

export function InstallFields({ snippet }: { snippet: string }) {
  const copied = useSignal('');
  async function copy(): Promise<void> {
    copied.value = (await copyText(snippet)) ? t.copied : t.copyFailed;
  }
  return (
    <Section heading={t.install} lead={t.installLead}>
      <div class="snippet">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
        <pre tabIndex={0} role="region" aria-label={t.snippet}><code>{snippet}</code></pre>
        <button type="button" class="button small" onClick={() => void copy()} onBlur={() => { copied.value = ''; }}>
          <Icon name={copied.value === t.copied ? 'sent' : 'copy'} size={16} /><span aria-live="polite">{copied.value || t.copy}</span>
        </button>
      </div>
    </Section>
  );
}

export function WorkspaceFields({ form, problems, onChange }: Fields) {
  return (
    <Section heading={t.workspace}>
      <Field label={t.name} hint={t.nameHint} problem={problems.name}>
        {(attributes) => <input {...attributes} name="name" autoComplete="off" value={form.name} onInput={(event) => onChange({ name: event.currentTarget.value })} />}
      </Field>
    </Section>
  );
}

export function WidgetFields({ form, problems, onChange }: Fields) {
  return (
    <Section heading={t.widget} lead={t.widgetLead}>
      <Field label={t.teamName} problem={problems.teamName}>
        {(attributes) => <input {...attributes} name="teamName" autoComplete="off" value={form.teamName} onInput={(event) => onChange({ teamName: event.currentTarget.value })} />}
      </Field>
      <Field label={t.greeting} hint={t.greetingHint} problem={problems.greeting}>
        {(attributes) => <textarea {...attributes} name="greeting" rows={2} dir="auto" value={form.greeting} onInput={(event) => onChange({ greeting: event.currentTarget.value })} />}
      </Field>
      <Field label={t.replyTime} hint={t.replyTimeHint} problem={problems.replyTime}>
        {(attributes) => <input {...attributes} name="replyTime" autoComplete="off" value={form.replyTime} onInput={(event) => onChange({ replyTime: event.currentTarget.value })} />}
      </Field>
      <ColourField form={form} problems={problems} onChange={onChange} />
      <fieldset class="field choice">
        <legend>{t.position}</legend>
        <div class="segments">
          {(['left', 'right'] as const).map((position) => (
            <label key={position}>
              <input type="radio" name="position" value={position} checked={form.position === position} onChange={() => onChange({ position })} />
              <span>{t.positions[position]}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </Section>
  );
}

function ColourField({ form, problems, onChange }: Fields) {
  const note = colourNote(form.color);
  return (
    <>
      <Field label={t.colour} problem={problems.color} hint={note ? t.contrast(note.text === '#ffffff', note.ratio, note.onWhite < 3) : t.colourHint}>
        {(attributes) => (
          <div class="colour">
            <input type="color" class="colour-swatch" aria-label={t.colourPick} value={note ? form.color : '#1f5f4f'} onInput={(event) => onChange({ color: event.currentTarget.value })} />
            <input {...attributes} name="color" autoComplete="off" spellcheck={false} maxLength={7} value={form.color} onInput={(event) => onChange({ color: withHash(event.currentTarget.value) })} />
          </div>
        )}
      </Field>
    </>
  );
}

function withHash(text: string): string {
  const trimmed = text.trim();
  return /^[0-9a-f]{6}$/i.test(trimmed) ? `#${trimmed}` : trimmed;
}

export function OriginFields({ form, problems, onChange }: Fields) {
  return (
    <Section heading={t.origins} lead={t.originsLead}>
      <Field label={t.originsLabel} hint={t.originsHint} problem={problems.origins}>
        {(attributes) => <textarea {...attributes} class="mono" name="origins" rows={4} spellcheck={false} autoCapitalize="none" value={form.origins} onInput={(event) => onChange({ origins: event.currentTarget.value })} />}
      </Field>
    </Section>
  );
}
