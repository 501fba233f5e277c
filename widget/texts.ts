/**
 * The widget's words. Each language is two files in locales/, loaded when they are needed: `LANGUAGE.ts`, what an open conversation says, and
 * `LANGUAGE-more.ts`, what the parts say that are loaded later.
 */
import type { Locale } from '../shared/settings.ts';
import { beside } from './beside.ts';
import type english from './locales/en.ts';
import type englishMore from './locales/en-more.ts';
import { textOf } from './text-of.ts';

/** One text, or its plural forms by the categories of Intl.PluralRules; `other` is always there. */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Texts = Record<string, Text>;
export type CoreTexts = Record<keyof typeof english, Text>;
export type MoreTexts = Record<keyof typeof englishMore, Text>;
export type TextKey = keyof CoreTexts | keyof MoreTexts;

let words: Texts = {};
/** The language that was asked for last: one whose words come later than those of the next is passed over. */
let wanted: Locale;
/** Whether the words of parts are among them. */
let more = false;
let rules: Intl.PluralRules;
/** The language that is spoken; also of days, times and numbers. */
export let locale: Locale;

async function load(name: string): Promise<Texts> {
  return (await beside<{ default: Texts }>(`./locales/${name}.ts`)).default;
}

/** Speaks another language from now on, in the parts as well where some are loaded. Rejects when its words cannot be had; the old ones stay then. */
export async function speak(next: Locale): Promise<void> {
  wanted = next;
  if (next === locale) return;
  const loaded = await load(next);
  // Looked at only now: parts may have come meanwhile.
  const others = more && (await load(`${next}-more`));
  if (wanted !== next) return;
  words = { ...loaded, ...others };
  [rules, locale] = [new Intl.PluralRules(next), next];
}

/** Brings the words of the parts that are loaded later. */
export async function speakMore(): Promise<void> {
  while (!more) {
    const spoken = locale;
    const loaded = await load(`${spoken}-more`);
    // Another language was chosen meanwhile, or another part was quicker.
    if (more || spoken !== locale) continue;
    words = { ...words, ...loaded };
    more = true;
  }
}

/** A text in the language that is spoken, with `values` put in. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return textOf(words[key] ?? '', values, rules, locale);
}
