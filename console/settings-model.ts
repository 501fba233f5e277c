/** The settings form: what its fields hold, what is wrong with them in words, and what is sent. Pure; the limits are the gateway's. */
import { SETTINGS_MAX } from '../shared/limits.ts';
import { isOriginPattern, ORIGINS_MAX } from '../shared/origins.ts';
import type { WidgetSettings } from '../shared/settings.ts';
import { texts } from './texts.ts';

const t = texts.settings.problems;

/** GET and PATCH /api/workspace. */
export interface WorkspaceAnswer {
  workspace: { id: string; name: string; settings: WidgetSettings; allowedOrigins: string[] };
  snippet: string;
}

export interface SettingsForm extends WidgetSettings {
  name: string;
  /** One origin per line. */
  origins: string;
}

const FIELDS: ReadonlyArray<keyof SettingsForm> = ['name', 'teamName', 'greeting', 'replyTime', 'color', 'position', 'origins'];

export type Problems = Partial<Record<keyof SettingsForm, string>>;

export function formOf({ workspace }: WorkspaceAnswer): SettingsForm {
  return { ...workspace.settings, name: workspace.name, origins: workspace.allowedOrigins.join('\n') };
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

/** What is wrong, by field; empty when it can be saved. */
export function problemsOf(form: SettingsForm): Problems {
  const problems: Problems = {};
  for (const field of ['name', 'teamName', 'greeting', 'replyTime'] as const) {
    if (form[field].trim().length > SETTINGS_MAX[field]) problems[field] = t.tooLong(SETTINGS_MAX[field]);
  }
  if (!form.name.trim()) problems.name = t.nameMissing;
  if (!form.teamName.trim()) problems.teamName = t.teamNameMissing;
  if (!/^#[0-9a-f]{6}$/i.test(form.color)) problems.color = t.colour;
  const origins = originsProblem(originsOf(form.origins));
  if (origins) problems.origins = origins;
  return problems;
}

/** The body of the PATCH. */
export function changeOf(form: SettingsForm): { name: string; settings: WidgetSettings; allowedOrigins: string[] } {
  const { name, origins, ...settings } = form;
  return { name: name.trim(), settings, allowedOrigins: originsOf(origins) };
}

/** Which fields an error of the gateway names, for the case that it knows better than this form. */
export function problemsIn(details: Record<string, unknown> | undefined): Problems {
  const fields = Array.isArray(details?.['fields']) ? (details['fields'] as unknown[]) : [];
  const problems: Problems = {};
  for (const field of fields) {
    // Settings are named with or without the name of their group.
    const name = String(field).replace(/^settings\./, '').split('.')[0] ?? '';
    const known = name === 'allowedOrigins' ? 'origins' : FIELDS.find((candidate) => candidate === name);
    if (known) problems[known] = t.wrong;
  }
  return problems;
}
