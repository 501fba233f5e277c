/**
 * What a site owner can set about the widget: the one list of options, with one default and one description each. The gateway
 * stores them per workspace; the first part is put into the loader, the second is fetched by the panel; all of it is public.
 * A page may say otherwise for itself, by `data-*` attributes on the script tag or by `boot()` and `update()` (docs/sdk.md lists them from here).
 */
import { z } from 'zod';
import { FORM_FIELDS_MAX, SETTINGS_MAX } from './limits.ts';
import { isStorable } from './text.ts';

const words = z.string().refine(isStorable).trim();
const color = z.string().regex(/^#[0-9a-f]{6}$/i);
/** An address that a person may follow or a browser fetch: https, or http for trying things out; empty: none. */
const address = z.union([z.literal(''), z.url({ protocol: /^https?$/ }).refine(isStorable).max(SETTINGS_MAX.address)]);

/** The languages the widget speaks, in the order in which they are offered. Each has its files in widget/locales/. */
export const LOCALES = ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'tr', 'uk', 'ja', 'zh', 'ar', 'he'] as const;
export type Locale = (typeof LOCALES)[number];

/** What the launcher can show; the paths are in launcher-icons.ts. */
const ICONS = ['chat', 'bubble', 'help', 'mail'] as const;
export type LauncherIcon = (typeof ICONS)[number];

/** A minute of a day, as 09:00; 24:00 is the day's end. */
const minute = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/);
/** Opening hours of one weekday: from, to; none: closed. */
const day = z.array(z.tuple([minute, minute]).refine(([from, to]) => from < to)).max(4);
/** When the team is there. */
export const Hours = z.object({
  /** IANA name, as Europe/Berlin. */
  timeZone: z.string().regex(/^[A-Za-z][\w+/-]{0,63}$/).refine(isTimeZone),
  /** Seven days, Monday first. */
  week: z.array(day).length(7),
  /** Days, as 2026-12-25, on which nobody is there. */
  holidays: z.array(z.iso.date()).max(SETTINGS_MAX.holidays).default([]),
});
export type Hours = z.infer<typeof Hours>;

/** Keys whose answers say who the visitor is, and the kind of question each of them is: what does not look like an address could not be stored as one. */
export const PERSON_KINDS = { name: 'text', email: 'email', phone: 'phone' } as const;

/** One question of the form before a chat. `name`, `email` and `phone` fill in who the visitor is; others become attributes of this key. */
export const FormField = z.object({
  key: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  label: words.min(1).max(SETTINGS_MAX.formLabel),
  kind: z.enum(['text', 'email', 'phone', 'choice', 'longtext']).default('text'),
  required: z.boolean().default(false),
  /** What can be chosen, with kind `choice`. */
  choices: z.array(words.min(1).max(SETTINGS_MAX.formLabel)).max(20).default([]),
}).refine(({ kind, choices }) => kind !== 'choice' || choices.length > 0, { path: ['choices'] })
  .transform((field) => ({ ...field, kind: Object.hasOwn(PERSON_KINDS, field.key) ? PERSON_KINDS[field.key as keyof typeof PERSON_KINDS] : field.kind }));
export type FormField = z.infer<typeof FormField>;

/** Two questions of one key would write over each other's answers. */
const form = z.array(FormField).max(FORM_FIELDS_MAX).superRefine((fields, context) => {
  for (const [index, { key }] of fields.entries()) {
    if (fields.findIndex((other) => other.key === key) < index) context.addIssue({ code: 'custom', path: [index, 'key'] });
  }
});

/** Somebody of the team as the panel's head shows them; without a picture, their initials. */
export const Face = z.object({ name: words.min(1).max(SETTINGS_MAX.name), picture: address.default('') });
export type Face = z.infer<typeof Face>;

/** Goes into the loader: all that the launcher needs. */
export const launcherSettings = {
  color: color.default('#1f5f4f').describe('Brand colour, as `#rrggbb`. Text on it is black or white, whichever can be read.'),
  position: z.preprocess((value) => (value === 'right' || value === 'left' ? `bottom-${value}` : value), z.enum(['bottom-right', 'bottom-left', 'top-right', 'top-left']))
    .default('bottom-right').describe('Corner of the window: `bottom-right`, `bottom-left`, `top-right` or `top-left`.'),
  offsetX: z.int().min(0).max(400).default(20).describe('Distance from the side of the window, in pixels.'),
  offsetY: z.int().min(0).max(400).default(20).describe('Distance from the top or bottom of the window, in pixels.'),
  zIndex: z.int().min(1).max(2_147_483_647).default(2_147_483_000).describe('Where the widget lies above or below what the page floats itself.'),
  launcherIcon: z.enum(ICONS).default('chat').describe('What the launcher shows: `chat`, `bubble`, `help` or `mail`. A page names no icon but draws its own: a path of SVG, filled, in a square of 28.'),
  launcherLabel: words.max(SETTINGS_MAX.launcherLabel).default('').describe('Words beside the icon; empty: the icon alone.'),
  launcher: z.boolean().default(true).describe('Whether our launcher shows at all.'),
  launcherSelector: words.max(SETTINGS_MAX.address).default('').describe('CSS selector of the page\'s own elements that open and close the chat.'),
  locale: z.enum(['auto', ...LOCALES]).default('auto').describe('Language of the widget: `auto` is the page\'s (`<html lang>`) where we speak it, else the visitor\'s.'),
} as const;

/** Fetched with the panel. */
export const panelSettings = {
  theme: z.enum(['auto', 'light', 'dark']).default('auto').describe('Colours of the panel: `light`, `dark`, or `auto`, which follows the visitor\'s device.'),
  consent: z.enum(['none', 'session', 'persistent']).default('persistent').describe('How long the browser may remember a visitor who writes: `none`, not at all; `session`, until the tab is closed; `persistent`, until they come back.'),
  teamName: words.min(1).max(SETTINGS_MAX.teamName).default('Support').describe('The team\'s name in the panel\'s head.'),
  faces: z.array(Face).max(3).default([]).describe('Up to three people of the team beside its name: `name`, and `picture` (an address) where there is one.'),
  greeting: words.max(SETTINGS_MAX.greeting).default('Hi! How can we help?').describe('The first words in an empty conversation.'),
  replyTime: words.max(SETTINGS_MAX.replyTime).default('We usually reply in a few minutes').describe('What to expect, under the team\'s name, while the team is there.'),
  radius: z.int().min(0).max(32).default(20).describe('How round the panel\'s corners are, in pixels.'),
  font: words.max(SETTINGS_MAX.font).default('').describe('Typeface, as CSS writes it; empty: the system\'s. The page has to have loaded it.'),
  attachments: z.boolean().default(true).describe('Whether visitors may send files.'),
  emoji: z.boolean().default(true).describe('Whether the composer offers emoji.'),
  sound: z.boolean().default(true).describe('Whether a new message makes a sound. Visitors can switch it off for themselves.'),
  titleBadge: z.boolean().default(true).describe('Whether the page\'s title counts unread messages while the page is not looked at.'),
  rating: z.boolean().default(true).describe('Whether visitors are asked for a rating when a conversation is closed.'),
  pageTracking: z.boolean().default(true).describe('Whether messages say which page they were written on, unless the browser asks not to be tracked.'),
  consentText: words.max(SETTINGS_MAX.consentText).default('').describe('A line above the first message, such as what happens to what is written; empty: none.'),
  privacyLink: address.default('').describe('Address of the privacy policy, linked from that line.'),
  preChat: form.default([]).describe('What is asked before the first message. Empty: nothing.'),
  hours: Hours.nullable().default(null).describe('When the team is there; `null`: always.'),
  offlineForm: z.boolean().default(true).describe('Whether visitors are asked for an e-mail address while the team is not there.'),
} as const;

export const WidgetSettings = z.object({ ...launcherSettings, ...panelSettings });
export type WidgetSettings = z.infer<typeof WidgetSettings>;
export type LauncherSettings = Pick<WidgetSettings, keyof typeof launcherSettings>;
export type PanelSettings = Pick<WidgetSettings, keyof typeof panelSettings>;

/**
 * Settings as they were stored, perhaps by another version of us: what is not there has its default, and so has what cannot be read
 * any more (a time zone that this machine does not know), instead of taking the whole workspace with it. Throws when it is no object.
 */
export function readSettings(stored: unknown): WidgetSettings {
  const read = WidgetSettings.safeParse(stored);
  if (read.success) return read.data;
  const wrong = new Set(read.error.issues.map(({ path }) => path[0]));
  return WidgetSettings.parse(wrong.has(undefined) ? stored : Object.fromEntries(Object.entries(stored as object).filter(([name]) => !wrong.has(name))));
}

/** What the loader is given: the launcher's settings and where it belongs. What is empty, or on, is left out. */
export interface LoaderSettings extends Omit<LauncherSettings, 'launcherIcon' | 'launcherLabel' | 'launcherSelector' | 'launcher'>, Partial<Pick<LauncherSettings, 'launcherLabel' | 'launcherSelector' | 'launcher'>> {
  /** The path of the icon. */
  launcherIcon: string;
  workspace: string;
  /** Origin of the gateway, where the socket goes; left out: the loader's own origin. */
  gateway?: string;
  /** Address of the panel's module, relative to the loader's own. */
  panel: string;
  /** The visitor's language as their browser told the gateway. */
  language: Locale;
  /** What the launcher is called in that language, for those who hear it. */
  label: string;
  /** What the launcher says in that language when the panel cannot be loaded. */
  loadFailed: string;
}

/** The loader's part and the panel's of the same settings. */
export function splitSettings(settings: WidgetSettings): { launcher: LauncherSettings; panel: PanelSettings } {
  return { launcher: pick(settings, launcherSettings), panel: pick(settings, panelSettings) };
}

function pick<K extends keyof WidgetSettings>(settings: WidgetSettings, names: Record<K, unknown>): Pick<WidgetSettings, K> {
  return Object.fromEntries((Object.keys(names) as K[]).map((name) => [name, settings[name]])) as Pick<WidgetSettings, K>;
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
