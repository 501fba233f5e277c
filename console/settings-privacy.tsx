/** What visitors are told and what is kept of them. */
import { LinesField, Section, Segments, TextField, TruthField, type Fields } from './settings-controls.tsx';
import { tidyAddress } from './settings-words-model.ts';
import { texts } from './texts.ts';

const t = texts.settings;

export function PrivacyFields(fields: Fields) {
  const { form, onChange } = fields;
  return (
    <Section name="privacy">
      <Segments legend={t.consent} name="consent" hint={t.consentHint} options={t.consents} value={form.consent} onPick={(consent) => onChange({ consent })} />
      <LinesField {...fields} name="consentText" rows={2} label={t.consentText} hint={t.consentTextHint} />
      <TextField {...fields} name="privacyLink" inputMode="url" tidy={tidyAddress} label={t.privacyLink} hint={t.privacyLinkHint} />
      <TruthField {...fields} name="pageTracking" label={t.pageTracking} hint={t.pageTrackingHint} />
    </Section>
  );
}
