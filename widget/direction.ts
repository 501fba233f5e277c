/** Which language the widget speaks on this page, and which way that is written. */
import type { Locale } from '../shared/settings.ts';

/** As in shared/settings.ts, which the widget cannot carry; a test compares them. */
const SPOKEN = 'en de fr es pt it nl pl tr uk ja zh ar he';

/** The first of these tags (`pt-BR`) whose language is spoken; the last one is sure to be. */
export function spokenOf(tags: readonly string[]): Locale {
  return tags.map((tag) => tag.slice(0, 2).toLowerCase()).find((language) => language && SPOKEN.includes(language) && language.length === 2) as Locale;
}

export function directionOf(locale: Locale): 'rtl' | 'ltr' {
  return /ar|he/.test(locale) ? 'rtl' : 'ltr';
}
