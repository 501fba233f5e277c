/** The form before a chat: which questions, of which kind, in which order. */
import { useRef } from 'preact/hooks';
import { FORM_FIELDS_MAX } from '../shared/limits.ts';
import { Icon } from './icons.tsx';
import { announce } from './notices.ts';
import { CheckField, Field, Section, SelectField, type Fields } from './settings-controls.tsx';
import { aboutOf, keyFrom, nextQuestion, withAbout, type QuestionForm } from './settings-questions-model.ts';
import { texts } from './texts.ts';

const t = texts.settings;

/** `storedKeys`: names under which answers may have been saved already; they don't follow the question's words any more. */
export function FormFields({ form, problems, onChange, storedKeys }: Fields & { storedKeys: ReadonlySet<string> }) {
  const list = useRef<HTMLOListElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const questions = form.preChat;

  /** Waits until the list shows what was just done. */
  const focus = (selector: string): void => void requestAnimationFrame(() => (list.current?.querySelector<HTMLElement>(selector) ?? add.current)?.focus());

  function move(index: number, by: -1 | 1): void {
    const moved = questions.toSpliced(index, 1);
    moved.splice(index + by, 0, questions[index] as QuestionForm);
    onChange({ preChat: moved });
    announce(t.moved(index + by + 1, questions.length));
    // At the end of the list the button that was pressed cannot be pressed again: its neighbour takes the keyboard.
    const place = index + by;
    const way = (by < 0 && place > 0) || place === questions.length - 1 ? 'up' : 'down';
    focus(`li:nth-child(${place + 1}) .move-${way}`);
  }

  function remove(index: number): void {
    onChange({ preChat: questions.toSpliced(index, 1) });
    announce(t.removed);
    focus(`li:nth-child(${Math.max(index, 1)}) .remove`);
  }

  return (
    <Section name="forms">
      <fieldset class="field group">
        <legend>{t.preChat}</legend>
        <p class="field-hint">{t.preChatHint}</p>
        {problems['preChat'] ? <p class="field-error">{problems['preChat']}</p> : null}
        {questions.length === 0 ? <p class="nothing">{t.preChatNone}</p> : null}
        <ol class="questions" ref={list}>
          {questions.map((question, index) => (
            <li class="item" key={index}>
              <QuestionFields index={index} question={question} count={questions.length} problems={problems} others={questions.toSpliced(index, 1)} fixedKey={storedKeys.has(question.key)}
                onChange={(changed) => onChange({ preChat: questions.with(index, changed) })} onMove={(by) => move(index, by)} onRemove={() => remove(index)} />
            </li>
          ))}
        </ol>
        {questions.length < FORM_FIELDS_MAX ? (
          <button type="button" class="button small add" ref={add} onClick={() => { onChange({ preChat: [...questions, nextQuestion(questions)] }); focus('li:last-child select'); }}>{t.addQuestion}</button>
        ) : null}
      </fieldset>
    </Section>
  );
}

interface QuestionProps {
  question: QuestionForm;
  index: number;
  count: number;
  others: QuestionForm[];
  problems: Fields['problems'];
  fixedKey: boolean;
  onChange(question: QuestionForm): void;
  onMove(by: -1 | 1): void;
  onRemove(): void;
}

function QuestionFields({ question, index, count, others, problems, fixedKey, onChange, onMove, onRemove }: QuestionProps) {
  const problem = (field: string): string | undefined => problems[`preChat.${index}.${field}`];
  const about = aboutOf(question);
  const what = question.label || t.question(index + 1);
  function setLabel(label: string): void {
    const follows = about === 'other' && !fixedKey && question.key === keyFrom(question.label, others);
    onChange({ ...question, label, ...(follows ? { key: keyFrom(label, others) } : {}) });
  }
  return (
    <div role="group" aria-label={t.question(index + 1)} class="question">
      <div class="question-head">
        <strong>{t.question(index + 1)}</strong>
        <button type="button" class="icon-button move-up" aria-label={t.moveUp(what)} disabled={index === 0} onClick={() => onMove(-1)}><Icon name="up" size={18} /></button>
        <button type="button" class="icon-button move-down" aria-label={t.moveDown(what)} disabled={index === count - 1} onClick={() => onMove(1)}><Icon name="toEnd" size={18} /></button>
        <button type="button" class="icon-button remove" aria-label={t.removeQuestion(what)} onClick={onRemove}><Icon name="close" size={18} /></button>
      </div>
      <SelectField name={`about${index}`} label={t.about} problem={problem('about')} options={t.abouts} value={about} onPick={(picked) => onChange(withAbout(question, picked, others))} />
      <Field label={t.label} problem={problem('label')}>
        {(tie) => <input {...tie} autoComplete="off" dir="auto" value={question.label} onInput={(event) => setLabel(event.currentTarget.value)} />}
      </Field>
      {about === 'other' ? <SelectField name={`kind${index}`} label={t.kind} options={t.kinds} value={question.kind} onPick={(kind) => onChange({ ...question, kind })} /> : null}
      {about === 'other' ? (
        <Field label={t.key} hint={t.keyHint} problem={problem('key')}>
          {(tie) => <input {...tie} class="mono" autoComplete="off" autoCapitalize="none" spellcheck={false} value={question.key} onInput={(event) => onChange({ ...question, key: event.currentTarget.value.trim() })} />}
        </Field>
      ) : null}
      {question.kind === 'choice' ? (
        <div class="wide">
          <Field label={t.choices} problem={problem('choices')}>
            {(tie) => <textarea {...tie} rows={3} dir="auto" value={question.choices} onInput={(event) => onChange({ ...question, choices: event.currentTarget.value })} />}
          </Field>
        </div>
      ) : null}
      <CheckField label={t.required} name={`required${index}`} checked={question.required} onCheck={(required) => onChange({ ...question, required })} />
    </div>
  );
}
