/** The settings form: what its fields hold, what is wrong with them in words, and what is sent. Pure; the limits are the gateway's. */
import { SETTINGS_MAX } from '../shared/limits.ts';
import { isOriginPattern, ORIGINS_MAX } from '../shared/origins.ts';
import type { WidgetSettings } from '../shared/settings.ts';
import { hoursOf, hoursProblems, usualHours, type HoursForm } from './settings-hours-model.ts';
import { questionForm, questionOf, questionProblems, type QuestionForm } from './settings-questions-model.ts';
import { addressProblem, numberProblem, tidyAddress, wholeNumber, wordsProblem } from './settings-words-model.ts';
import { texts } from './texts.ts';

const t = texts.settings.problems;

/** GET and PATCH /api/workspace. */
export interface WorkspaceAnswer {
  workspace: { id: string; name: string; settings: WidgetSettings; allowedOrigins: string[] };
  snippet: string;
}

/** What may be entered as a number. */
export const NUMBERS = { offsetX: [0, 400], offsetY: [0, 400], zIndex: [1, 2_147_483_647], radius: [0, 32] } as const;
type NumberName = keyof typeof NUMBERS;

const WORDS = ['name', 'teamName', 'greeting', 'replyTime', 'launcherLabel', 'font', 'consentText'] as const;

export interface SettingsForm extends Omit<WidgetSettings, NumberName | 'hours' | 'preChat'>, Record<NumberName, string> {
  name: string;
  /** One origin per line. */
  origins: string;
  /** False: always there, whatever `hours` says; nothing that was entered there is lost by trying it out. */
  hasHours: boolean;
  hours: HoursForm;
  preChat: QuestionForm[];
}

/** Sentences by the path of what is wrong: `color`, `preChat.0.label`, `hours.week.2.0`. */
export type Problems = Record<string, string>;

export function formOf({ workspace }: WorkspaceAnswer): SettingsForm {
  const { settings } = workspace;
  return {
    ...settings,
    ...(Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, String(settings[name as NumberName])])) as Record<NumberName, string>),
    name: workspace.name,
    origins: workspace.allowedOrigins.join('\n'),
    hasHours: settings.hours !== null,
    hours: settings.hours ?? usualHours(),
    preChat: settings.preChat.map(questionForm),
  };
}

export function originsOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean).map(tidyOrigin))];
}

/** People paste addresses of pages; what counts is the origin. A star cannot be read as an address and stays as it is. */
function tidyOrigin(text: string): string {
  if (text.includes('*')) return text.replace(/\/+$/, '').toLowerCase();
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : text;
  } catch {
    return text;
  }
}

function originsProblem(origins: string[]): string | undefined {
  if (origins.length === 0) return t.originsEmpty;
  if (origins.length > ORIGINS_MAX) return t.originsTooMany(ORIGINS_MAX);
  const wrong = origins.find((origin) => !isOriginPattern(origin));
  return wrong === undefined ? undefined : t.originWrong(wrong);
}

/** What is wrong; empty when it can be saved. */
export function problemsOf(form: SettingsForm): Problems {
  const found: Record<string, string | undefined> = {
    ...Object.fromEntries(WORDS.map((field) => [field, wordsProblem(form[field], SETTINGS_MAX[field])])),
    ...Object.fromEntries(Object.entries(NUMBERS).map(([field, range]) => [field, numberProblem(form[field as NumberName], range)])),
    launcherSelector: wordsProblem(form.launcherSelector, SETTINGS_MAX.address),
    privacyLink: addressProblem(form.privacyLink),
    origins: originsProblem(originsOf(form.origins)),
    ...questionProblems(form.preChat),
    ...(form.hasHours ? hoursProblems(form.hours) : {}),
  };
  if (!form.name.trim()) found['name'] = t.nameMissing;
  if (!form.teamName.trim()) found['teamName'] = t.teamNameMissing;
  if (!/^#[0-9a-f]{6}$/i.test(form.color)) found['color'] = t.colour;
  for (const [index, { name, picture }] of form.faces.entries()) {
    found[`faces.${index}.name`] = name.trim() ? wordsProblem(name, SETTINGS_MAX.name) : t.faceName;
    found[`faces.${index}.picture`] = addressProblem(picture);
  }
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The body of the PATCH. */
export function changeOf(form: SettingsForm): { name: string; settings: WidgetSettings; allowedOrigins: string[] } {
  const { name, origins, hasHours, hours, ...rest } = form;
  const settings: WidgetSettings = {
    ...rest,
    ...(Object.fromEntries(Object.keys(NUMBERS).map((field) => [field, wholeNumber(form[field as NumberName])])) as Record<NumberName, number>),
    privacyLink: tidyAddress(form.privacyLink),
    faces: form.faces.map((face) => ({ name: face.name.trim(), picture: tidyAddress(face.picture) })),
    hours: hasHours ? hoursOf(hours) : null,
    preChat: form.preChat.map(questionOf),
  };
  return { name: name.trim(), settings, allowedOrigins: originsOf(origins) };
}

/** How many parts of a path lead to the field that shows what is wrong there. */
function shownAt(parts: string[]): number {
  if (parts[0] === 'preChat' || parts[0] === 'faces') return 3;
  if (parts[0] === 'hours') return parts[1] === 'week' ? 4 : 2;
  return 1;
}

/** Which fields an error of the gateway names, for the case that it knows better than this form. */
export function problemsIn(details: Record<string, unknown> | undefined, form: SettingsForm): Problems {
  const fields = Array.isArray(details?.['fields']) ? (details['fields'] as unknown[]) : [];
  const problems: Problems = {};
  for (const field of fields) {
    // Settings are named with or without the name of their group.
    const parts = String(field).replace(/^settings\./, '').replace(/^allowedOrigins\b/, 'origins').split('.');
    if (Object.hasOwn(form, parts[0] ?? '')) problems[parts.slice(0, shownAt(parts)).join('.')] = t.wrong;
  }
  return problems;
}
