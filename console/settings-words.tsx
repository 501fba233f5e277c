/** What the chat says, who is shown in it, and what visitors can do there. */
import { useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { announce } from './notices.ts';
import { Field, LinesField, Section, SelectField, TextField, TruthField, type Fields } from './settings-controls.tsx';
import { tidyAddress } from './settings-words-model.ts';
import { texts } from './texts.ts';

const t = texts.settings;
const FACES_MAX = 3;

export function WordFields(fields: Fields) {
  const { form, onChange } = fields;
  return (
    <Section name="words">
      <TextField {...fields} name="teamName" label={t.teamName} />
      <FaceFields {...fields} />
      <LinesField {...fields} name="greeting" rows={2} label={t.greeting} hint={t.greetingHint} />
      <TextField {...fields} name="replyTime" label={t.replyTime} hint={t.replyTimeHint} />
      <SelectField name="locale" label={t.locale} hint={t.localeHint} options={t.locales} value={form.locale} onPick={(locale) => onChange({ locale })} />
    </Section>
  );
}

function FaceFields({ form, problems, onChange }: Fields) {
  const group = useRef<HTMLFieldSetElement>(null);
  const set = (faces: typeof form.faces): void => onChange({ faces });
  const change = (index: number, part: Partial<(typeof form.faces)[number]>): void => set(form.faces.map((face, at) => (at === index ? { ...face, ...part } : face)));
  function remove(index: number): void {
    set(form.faces.toSpliced(index, 1));
    announce(t.removed);
    requestAnimationFrame(() => group.current?.querySelector<HTMLElement>('.add')?.focus());
  }
  function add(): void {
    set([...form.faces, { name: '', picture: '' }]);
    requestAnimationFrame(() => group.current?.querySelector<HTMLElement>('.item:last-of-type input')?.focus());
  }
  return (
    <fieldset class="field group" ref={group}>
      <legend>{t.faces}</legend>
      <p class="field-hint">{t.facesHint}</p>
      {form.faces.map((face, index) => (
        <div class="item face" role="group" aria-label={t.face(index + 1)} key={index}>
          <Field label={t.faceName} problem={problems[`faces.${index}.name`]}>
            {(tie) => <input {...tie} autoComplete="off" dir="auto" value={face.name} onInput={(event) => change(index, { name: event.currentTarget.value })} />}
          </Field>
          <Field label={`${t.facePicture} (${t.optional})`} problem={problems[`faces.${index}.picture`]}>
            {(tie) => (
              <input {...tie} autoComplete="off" inputMode="url" dir="ltr" value={face.picture}
                onInput={(event) => change(index, { picture: event.currentTarget.value })} onBlur={(event) => change(index, { picture: tidyAddress(event.currentTarget.value) })} />
            )}
          </Field>
          <button type="button" class="icon-button" aria-label={t.removeFace(face.name)} onClick={() => remove(index)}><Icon name="close" /></button>
        </div>
      ))}
      {form.faces.length < FACES_MAX ? <button type="button" class="button small add" onClick={add}>{t.addFace}</button> : null}
    </fieldset>
  );
}

export function MessageFields(fields: Fields) {
  return (
    <Section name="messages">
      <TruthField {...fields} name="attachments" label={t.attachments} />
      <TruthField {...fields} name="emoji" label={t.emoji} hint={t.emojiHint} />
      <TruthField {...fields} name="sound" label={t.sound} hint={t.soundHint} />
      <TruthField {...fields} name="titleBadge" label={t.titleBadge} hint={t.titleBadgeHint} />
      <TruthField {...fields} name="rating" label={t.rating} hint={t.ratingHint} />
    </Section>
  );
}
