/** Which of our languages a visitor's browser asks for. */
import { LOCALES, type Locale } from '../shared/settings.ts';

/** Nobody has more languages than fit into this; what comes after it is not read. */
const HEADER_MAX = 500;

/** Codes that browsers still send for a language that has another one now. */
const OLD_CODES: Record<string, Locale> = { iw: 'he' };

/** The best of ours for an Accept-Language header: the most wanted one we speak, in any region's form of it (`pt-BR` is `pt`); else English. */
export function languageFor(header: string | undefined): Locale {
  const wanted = (header ?? '').slice(0, HEADER_MAX).split(',').map((part) => {
    const [tag = '', ...parameters] = part.toLowerCase().replace(/\s/g, '').split(';');
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { language: tag.split('-')[0] ?? '', quality: quality === undefined ? 1 : Number(quality.slice(2)) };
  }).filter(({ quality }) => quality > 0);
  for (const { language } of wanted.toSorted((one, other) => other.quality - one.quality)) {
    const code = OLD_CODES[language] ?? language;
    const spoken = LOCALES.find((locale) => locale === code);
    if (spoken) return spoken;
  }
  return 'en';
}
