/** How the chat looks on the page: colour, theme, and the launcher in its corner. */
import { colourNote } from './contrast.ts';
import { Field, Section, Segments, TextField, TruthField, type Fields } from './settings-controls.tsx';
import { texts } from './texts.ts';

const t = texts.settings;

export function AppearanceFields(fields: Fields) {
  const { form, onChange } = fields;
  return (
    <Section name="appearance" lead={t.changesShow}>
      <ColourField {...fields} />
      <Segments legend={t.theme} name="theme" options={t.themes} value={form.theme} onPick={(theme) => onChange({ theme })} />
      <TextField {...fields} name="radius" class="short" inputMode="numeric" label={t.radius} hint={t.radiusHint} />
      <TextField {...fields} name="font" label={t.font} hint={t.fontHint} />
    </Section>
  );
}

function ColourField({ form, problems, onChange }: Fields) {
  const note = colourNote(form.color);
  return (
    <Field label={t.colour} problem={problems['color']} hint={note ? t.contrast(note.text === '#ffffff', note.ratio, note.onWhite < 3) : problems['color'] ? undefined : t.colourHint}>
      {(tie) => (
        <div class="colour">
          <input type="color" class="colour-swatch" aria-label={t.colourPick} value={note ? form.color : '#1f5f4f'} onInput={(event) => onChange({ color: event.currentTarget.value })} />
          <input {...tie} name="color" autoComplete="off" spellcheck={false} maxLength={7} value={form.color} onInput={(event) => onChange({ color: withHash(event.currentTarget.value) })} />
        </div>
      )}
    </Field>
  );
}

function withHash(text: string): string {
  const trimmed = text.trim();
  return /^[0-9a-f]{6}$/i.test(trimmed) ? `#${trimmed}` : trimmed;
}

export function LauncherFields(fields: Fields) {
  const { form, onChange } = fields;
  return (
    <Section name="launcher">
      <TruthField {...fields} name="launcher" label={t.launcherShown} hint={t.launcherShownHint} />
      <Segments legend={t.position} name="position" options={t.positions} value={form.position} onPick={(position) => onChange({ position })} />
      <Segments legend={t.icon} name="launcherIcon" options={t.icons} value={form.launcherIcon} onPick={(launcherIcon) => onChange({ launcherIcon })} />
      <TextField {...fields} name="launcherLabel" label={t.launcherLabel} hint={t.launcherLabelHint} />
      <div class="field-pair">
        <TextField {...fields} name="offsetX" inputMode="numeric" label={t.offsetX} hint={t.pixels} />
        <TextField {...fields} name="offsetY" inputMode="numeric" label={t.offsetY} hint={t.pixels} />
      </div>
      <TextField {...fields} name="launcherSelector" class="mono" label={t.launcherSelector} hint={t.launcherSelectorHint} />
      <TextField {...fields} name="zIndex" class="short" inputMode="numeric" label={t.zIndex} hint={t.zIndexHint} />
    </Section>
  );
}
