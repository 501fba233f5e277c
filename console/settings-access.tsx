/** The line that puts the chat on a page, and which pages may have it. */
import { useSignal } from '@preact/signals';
import { copyText } from './copy-text.ts';
import { Icon } from './icons.tsx';
import { LinesField, Section, TextField, type Fields } from './settings-controls.tsx';
import { texts } from './texts.ts';

const t = texts.settings;

export function InstallFields({ snippet }: { snippet: string }) {
  const copied = useSignal('');
  async function copy(): Promise<void> {
    copied.value = (await copyText(snippet)) ? t.copied : t.copyFailed;
  }
  return (
    <Section name="install" heading={t.install} lead={t.installLead}>
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

export function AccessFields(fields: Fields) {
  return (
    <Section name="access">
      <TextField {...fields} name="name" label={t.name} hint={t.nameHint} />
      <LinesField {...fields} name="origins" rows={4} mono label={t.originsLabel} hint={t.originsHint} />
    </Section>
  );
}
