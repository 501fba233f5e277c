/** A small likeness of the widget with the settings as they are typed. */
import { useEffect, useRef } from 'preact/hooks';
import { colourNote } from './contrast.ts';
import type { SettingsForm } from './settings-model.ts';
import { texts } from './texts.ts';

export function SettingsPreview({ form }: { form: SettingsForm }) {
  const element = useRef<HTMLDivElement>(null);
  const note = colourNote(form.color);
  useEffect(() => {
    if (!note || !element.current) return;
    element.current.style.setProperty('--brand', form.color);
    element.current.style.setProperty('--on-brand', note.text);
  }, [form.color, note]);

  return (
    <figure class="preview" ref={element} data-position={form.position}>
      <figcaption>{texts.settings.preview}</figcaption>
      <div class="preview-page" aria-hidden="true">
        <span class="preview-line" /><span class="preview-line" /><span class="preview-line" />
        <div class="preview-panel">
          <div class="preview-head"><strong>{form.teamName || '…'}</strong><span>{form.replyTime}</span></div>
          <div class="preview-body"><p dir="auto">{form.greeting || '…'}</p></div>
          <div class="preview-composer" />
        </div>
        <span class="preview-launcher">
          <svg width="20" height="20" viewBox="0 0 20 20"><path d="M4 4h12a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H9l-4 3v-3H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z" fill="currentColor" /></svg>
        </span>
      </div>
    </figure>
  );
}
