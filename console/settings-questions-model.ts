/** The questions of the form before a chat, as they are edited: what is wrong with them, and what is sent. Pure. */
import { SETTINGS_MAX } from '../shared/limits.ts';
import type { FormField } from '../shared/settings.ts';
import { wordsProblem } from './settings-words-model.ts';
import { texts } from './texts.ts';

const t = texts.settings.problems;

export interface QuestionForm extends Omit<FormField, 'choices'> {
  /** One per line. */
  choices: string;
}

/** Most choices of one question. */
const CHOICES_MAX = 20;
const KEY = /^[a-z][a-z0-9_]{0,39}$/;

/** What a question is about: who the visitor is, which has a kind of its own, or anything else. */
export type About = 'name' | 'email' | 'phone' | 'other';
const PERSON: Record<Exclude<About, 'other'>, FormField['kind']> = { name: 'text', email: 'email', phone: 'phone' };

export function aboutOf({ key }: Pick<QuestionForm, 'key'>): About {
  return Object.hasOwn(PERSON, key) ? (key as About) : 'other';
}

/** A new question: the first of name and e-mail that is not asked yet, then others. */
export function nextQuestion(questions: readonly QuestionForm[]): QuestionForm {
  const about = (['name', 'email'] as const).find((key) => questions.every((question) => question.key !== key)) ?? 'other';
  return withAbout({ key: '', label: '', kind: 'text', required: about === 'email', choices: '' }, about, questions);
}

/** The question, now about this; a label that nobody wrote follows. */
export function withAbout(question: QuestionForm, about: About, others: readonly QuestionForm[]): QuestionForm {
  const names: string[] = Object.values(texts.settings.abouts);
  const label = question.label === '' || names.includes(question.label) ? (about === 'other' ? '' : texts.settings.abouts[about]) : question.label;
  if (about === 'other') return { ...question, label, key: keyFrom(label, others), kind: aboutOf(question) === 'other' ? question.kind : 'text' };
  return { ...question, label, key: about, kind: PERSON[about] };
}

/** A key made of a question's words that no other question has. */
export function keyFrom(label: string, others: readonly QuestionForm[]): string {
  const plain = label.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const base = plain.replace(/^[^a-z]+/, '').slice(0, 36).replace(/_+$/, '') || 'question';
  const taken = new Set([...Object.keys(PERSON), ...others.map(({ key }) => key)]);
  let key = base;
  for (let number = 2; taken.has(key); number += 1) key = `${base}_${number}`;
  return key;
}

function choicesOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()).filter(Boolean))];
}

export function questionForm({ choices, ...field }: FormField): QuestionForm {
  return { ...field, choices: choices.join('\n') };
}

export function questionOf({ choices, ...question }: QuestionForm): FormField {
  return { ...question, label: question.label.trim(), choices: question.kind === 'choice' ? choicesOf(choices) : [] };
}

/** What is wrong, by path: `preChat.0.label`. */
export function questionProblems(questions: readonly QuestionForm[]): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const [index, question] of questions.entries()) {
    const say = (field: string, problem: string | undefined): void => { if (problem) problems[`preChat.${index}.${field}`] = problem; };
    say('label', question.label.trim() ? wordsProblem(question.label, SETTINGS_MAX.formLabel) : t.label);
    const twice = questions.findIndex(({ key }) => key === question.key) < index;
    // A key that is not shown is chosen by what the question is about.
    say(aboutOf(question) === 'other' ? 'key' : 'about', twice ? t.keyTwice : KEY.test(question.key) ? undefined : t.key);
    if (question.kind === 'choice') say('choices', choicesProblem(choicesOf(question.choices)));
  }
  return problems;
}

function choicesProblem(choices: string[]): string | undefined {
  if (choices.length === 0) return t.choicesEmpty;
  if (choices.length > CHOICES_MAX) return t.choicesMany(CHOICES_MAX);
  if (choices.some((choice) => choice.length > SETTINGS_MAX.formLabel)) return t.choiceLong(SETTINGS_MAX.formLabel);
  return choices.map((choice) => wordsProblem(choice, SETTINGS_MAX.formLabel)).find(Boolean);
}
