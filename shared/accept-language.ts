/** Which of our languages a browser asks for. Without zod, because the edge needs it, too. */
import type { Locale } from './settings.ts';

/** All that LOCALES lists; the type sees to that. */
const SPOKEN = { en: true, de: true, fr: true, es: true, pt: true, it: true, nl: true, pl: true, tr: true, uk: true, ja: true, zh: true, ar: true, he: true } as const satisfies Record<Locale, true>;

/** Nobody names more languages than fit into this. */
const HEADER_MAX = 500;

/** The best of ours for an Accept-Language header, in any region's form of it (`pt-BR` is `pt`); English when there is none. */
export function languageFor(header: string | null | undefined): Locale {
  let best: Locale = 'en';
  let bestWeight = 0;
  for (const part of (header ?? '').slice(0, HEADER_MAX).toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
    const code = range.split('-')[0]?.replace('iw', 'he') ?? '';
    const weight = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    if (isSpoken(code) && weight > bestWeight) [best, bestWeight] = [code, weight];
  }
  return best;
}

function isSpoken(code: string): code is Locale {
  return Object.hasOwn(SPOKEN, code);
}
