/** A small likeness of the widget with the settings as they are typed. */
import { useEffect, useRef } from 'preact/hooks';
import { LAUNCHER_ICONS } from '../shared/launcher-icons.ts';
import { colourNote } from './contrast.ts';
import { NUMBERS, type SettingsForm } from './settings-model.ts';
import { initialsOf } from './names.ts';
import { texts } from './texts.ts';

export function SettingsPreview({ form }: { form: SettingsForm }) {
  const element = useRef<HTMLDivElement>(null);
  const note = colourNote(form.color);
  const radius = Math.min(Number(form.radius) || 0, NUMBERS.radius[1]);
  useEffect(() => {
    const style = element.current?.style;
    if (note) {
      style?.setProperty('--brand', form.color);
      style?.setProperty('--on-brand', note.text);
    }
    // Two thirds of a panel's size.
    style?.setProperty('--preview-radius', `${Math.round(radius * 0.66)}px`);
    style?.setProperty('--preview-font', form.font || 'var(--font)');
  }, [form.color, note, radius, form.font]);

  return (
    <figure class="preview" ref={element} data-position={form.position} data-theme={form.theme}>
      <figcaption>{texts.settings.preview}</figcaption>
      <div class="preview-page" aria-hidden="true">
        <span class="preview-line" /><span class="preview-line" /><span class="preview-line" />
        <div class="preview-panel">
          <div class="preview-head">
            {form.faces.length > 0 ? <div class="preview-faces">{form.faces.map((face, index) => <i key={index}>{initialsOf(face.name || '?')}</i>)}</div> : null}
            <div><strong dir="auto">{form.teamName || '…'}</strong><span dir="auto">{form.replyTime}</span></div>
          </div>
          <div class="preview-body"><p dir="auto">{form.greeting || '…'}</p></div>
          {form.consentText ? <small dir="auto">{form.consentText}</small> : null}
          <div class="preview-composer" />
        </div>
        {form.launcher ? (
          <span class="preview-launcher" data-label={form.launcherLabel.trim() !== ''}>
            <svg width="20" height="20" viewBox="0 0 28 28"><path d={LAUNCHER_ICONS[form.launcherIcon]} fill="currentColor" /></svg>
            {form.launcherLabel.trim() ? <b dir="auto">{form.launcherLabel}</b> : null}
          </span>
        ) : null}
      </div>
    </figure>
  );
}
