/** A small likeness of the widget with the settings as they are typed. */
import { useEffect, useRef } from 'preact/hooks';
import { colourNote } from './contrast.ts';
import { NUMBERS, type SettingsForm } from './settings-model.ts';
import { initialsOf } from './names.ts';
import { texts } from './texts.ts';

/** Drawn in lines, 20 by 20. */
const ICONS: Record<SettingsForm['launcherIcon'], string> = {
  chat: 'M3.6 7h12.8M3.6 12.6h8.6',
  bubble: 'M4.4 4h11.2a2 2 0 0 1 2 2v6.4a2 2 0 0 1-2 2H9.2L5.6 17.4v-3H4.4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z',
  help: 'M7 7.4a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1.1-1.4 2.1M10 15.4v.1',
  mail: 'M3 5h14v10H3ZM3.4 5.6 10 10.8l6.6-5.2',
};

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
            <svg width="20" height="20" viewBox="0 0 20 20"><path d={ICONS[form.launcherIcon]} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" /></svg>
            {form.launcherLabel.trim() ? <b dir="auto">{form.launcherLabel}</b> : null}
          </span>
        ) : null}
      </div>
    </figure>
  );
}
