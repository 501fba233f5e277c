/** What the settings are set with: sections, and fields with their label, hint and problem. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Problems, SettingsForm } from './settings-model.ts';
import { texts } from './texts.ts';

export type SectionName = keyof typeof texts.settings.sections;

/** What every section of the form is given. */
export interface Fields {
  form: SettingsForm;
  problems: Problems;
  onChange(part: Partial<SettingsForm>): void;
}

/** The names of settings whose value is a text, a truth. */
type Named<T> = { [K in keyof SettingsForm]: SettingsForm[K] extends T ? K : never }[keyof SettingsForm];
export type TextName = Exclude<{ [K in keyof SettingsForm]: string extends SettingsForm[K] ? K : never }[keyof SettingsForm], undefined>;
export type TruthName = Named<boolean>;

/** What ties a control to its label, hint and problem. */
export interface Tie { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }

export function sectionId(name: SectionName): string {
  return `settings-${name}`;
}

export function Section({ name, lead, heading, children }: { name: SectionName; heading?: string; lead?: string; children: ComponentChildren }) {
  return (
    <section class="settings-section" aria-labelledby={sectionId(name)}>
      <h2 id={sectionId(name)} tabIndex={-1}>{heading ?? texts.settings.sections[name]}</h2>
      {lead ? <p class="muted">{lead}</p> : null}
      {children}
    </section>
  );
}

interface FieldProps { label: string; hint?: string | undefined; problem?: string | undefined; children: (tie: Tie) => ComponentChildren }

/** A field with its label, hint and problem. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': problem !== undefined, 'aria-describedby': described(id, hint, problem) })}
      <Notes id={id} hint={hint} problem={problem} />
    </div>
  );
}

function described(id: string, hint: string | undefined, problem: string | undefined): string | undefined {
  return [problem ? `${id}p` : '', hint ? `${id}h` : ''].filter(Boolean).join(' ') || undefined;
}

function Notes({ id, hint, problem }: { id: string; hint?: string | undefined; problem?: string | undefined }) {
  return <>{problem ? <p class="field-error" id={`${id}p`}>{problem}</p> : null}{hint ? <p class="field-hint" id={`${id}h`}>{hint}</p> : null}</>;
}

interface TextProps extends Fields { name: TextName; label: string; hint?: string; class?: string; inputMode?: 'url' | 'numeric'; tidy?: (text: string) => string }

/** One line. `tidy` puts what was meant in the place of what was typed, when the field is left. */
export function TextField({ form, problems, onChange, name, label, hint, tidy, ...rest }: TextProps) {
  const leave = (text: string): void => { if (tidy && tidy(text) !== text) onChange({ [name]: tidy(text) }); };
  return (
    <Field label={label} hint={hint} problem={problems[name]}>
      {(tie) => (
        <input {...tie} {...rest} name={name} autoComplete="off" dir="auto" value={form[name]}
          onInput={(event) => onChange({ [name]: event.currentTarget.value })} onBlur={(event) => leave(event.currentTarget.value)} />
      )}
    </Field>
  );
}

/** Several lines. */
export function LinesField({ form, problems, onChange, name, label, hint, rows, mono = false }: TextProps & { rows: number; mono?: boolean }) {
  return (
    <Field label={label} hint={hint} problem={problems[name]}>
      {(tie) => (
        <textarea {...tie} name={name} rows={rows} dir={mono ? 'ltr' : 'auto'} class={mono ? 'mono' : ''} spellcheck={!mono} autoCapitalize={mono ? 'none' : 'sentences'} value={form[name]}
          onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
      )}
    </Field>
  );
}

export function CheckField({ label, hint, name, checked, onCheck }: { label: string; hint?: string; name: string; checked: boolean; onCheck(checked: boolean): void }) {
  const id = useId();
  return (
    <div class="check">
      <input type="checkbox" id={id} name={name} checked={checked} aria-describedby={described(id, hint, undefined)} onChange={(event) => onCheck(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      <Notes id={id} hint={hint} />
    </div>
  );
}

/** A setting that is on or off. */
export function TruthField({ form, onChange, name, label, hint }: Omit<Fields, 'problems'> & { name: TruthName; label: string; hint?: string }) {
  return <CheckField label={label} {...(hint ? { hint } : {})} name={name} checked={form[name]} onCheck={(checked) => onChange({ [name]: checked })} />;
}

/** One of a few, side by side. */
export function Segments<T extends string>({ legend, name, hint, options, value, onPick }: { legend: string; name: string; hint?: string; options: Record<T, string>; value: T; onPick(value: T): void }) {
  const id = useId();
  return (
    <fieldset class="field choice" aria-describedby={described(id, hint, undefined)}>
      <legend>{legend}</legend>
      <div class="segments" data-name={name}>
        {(Object.keys(options) as T[]).map((option) => (
          <label key={option}>
            <input type="radio" name={name} value={option} checked={value === option} onChange={() => onPick(option)} />
            <span>{options[option]}</span>
          </label>
        ))}
      </div>
      <Notes id={id} hint={hint} />
    </fieldset>
  );
}

/** One of many. */
export function SelectField<T extends string>({ label, hint, name, problem, options, value, onPick }: { label: string; name: string; hint?: string; problem?: string | undefined; options: Record<T, string>; value: T; onPick(value: T): void }) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(tie) => (
        <select {...tie} name={name} value={value} onChange={(event) => onPick(event.currentTarget.value as T)}>
          {(Object.keys(options) as T[]).map((option) => <option key={option} value={option}>{options[option]}</option>)}
        </select>
      )}
    </Field>
  );
}
