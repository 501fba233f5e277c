/** Makes a sentence of a text and what is to be put into it. Plain text comes out: nothing is ever read as HTML. */
import type { Text } from './texts.ts';

/** `values.count` chooses the plural form; numbers are written as the language does. A placeholder without a value stays as it is. */
export function textOf(text: Text, values: Record<string, string | number>, rules: Intl.PluralRules, locale: string): string {
  const form = typeof text === 'string' ? text : (text[rules.select(Number(values.count))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? value.toLocaleString(locale) : (value ?? whole);
  });
}
