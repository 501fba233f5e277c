import type { Text } from './texts.ts';

/**
 * A text with its values put in: `{name}` is replaced by `values.name`, a number is written as the locale writes it, and of plural forms
 * `values.count` chooses. What has no value stays as it is. Values are taken literally; the result is text, never markup.
 */
export function textOf(text: Text, values: Record<string, string | number>, rules: Intl.PluralRules, locale: string): string {
  const form = typeof text === 'string' ? text : (text[rules.select(Number(values.count))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (placeholder, key: string) => (values[key] ?? placeholder).toLocaleString(locale));
}
