import type { Text } from './texts.ts';

/**
 * A text with its values put in: `{name}` is replaced by `values.name`, a number is written as the locale writes it, and of plural forms
 * `values.count` chooses. What has no value stays as it is. Values are taken literally; the result is text, never markup.
 * In Arabic and Hebrew a value is isolated (FSI … PDI, invisible), since "2 reports.pdf" or "Acme Inc." would fall apart in a line from right to left.
 */
export function textOf(text: Text, values: Record<string, string | number>, rules: Intl.PluralRules, locale: string): string {
  const form = typeof text === 'string' ? text : (text[rules.select(values.count as number)] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (placeholder, key: string) => {
    const value = values[key] ?? placeholder;
    return typeof value === 'string' && value !== placeholder && /^(ar|he)/.test(locale) ? `\u2068${value}\u2069` : value.toLocaleString(locale);
  });
}
