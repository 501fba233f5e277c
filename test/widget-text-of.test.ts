import { transformSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from '../widget/text-of.ts';
import type { Text } from '../widget/texts.ts';
import { root } from './harness/build.ts';

const say = (text: Text, values: Record<string, string | number> = {}, locale = 'en') => textOf(text, values, new Intl.PluralRules(locale), locale);

describe('textOf', () => {
  it('puts values in, wherever and however often they are named', () => {
    expect(say('Send')).toBe('Send');
    expect(say('{name} is typing', { name: 'Ana' })).toBe('Ana is typing');
    expect(say('{day}, {time}. {day}!', { day: 'Monday', time: '9:00' })).toBe('Monday, 9:00. Monday!');
    expect(say('[{name}]', { name: '' })).toBe('[]');
  });

  it('leaves a placeholder without a value, and everything else in braces, as it is', () => {
    expect(say('{name} and {other}', { name: 'Ana' })).toBe('Ana and {other}');
    expect(say('{} { name } {a-b} }{', { name: 'Ana' })).toBe('{} { name } {a-b} }{');
  });

  it('[S3] takes values literally: neither patterns nor placeholders nor markup in them mean anything', () => {
    for (const name of ['$&', '$1 $` $\'', '{count}', '<b>&amp;</b>']) expect(say('{name}: {count}', { name, count: 2 })).toBe(`${name}: 2`);
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(say('a {name} b', { name })).toBe(`a ${name} b`);
    }));
  });

  it('writes numbers as the language does, and leaves alone what is a string already', () => {
    expect(say('{count}', { count: 12_345 })).toBe('12,345');
    expect(say('{count}', { count: 12_345 }, 'de')).toBe('12.345');
    expect(say('{score}', { score: 0 })).toBe('0');
    expect(say('{percent} {name}', { percent: '40 %', name: '12345' }, 'de')).toBe('40 % 12345');
  });

  it('chooses the plural form by count', () => {
    const messages = { one: '{count} wiadomość', few: '{count} wiadomości', many: '{count} wiadomości!', other: '{count} wiadomości?' };
    expect([1, 3, 5, 22, 1.5].map((count) => say(messages, { count }, 'pl'))).toEqual(['1 wiadomość', '3 wiadomości', '5 wiadomości!', '22 wiadomości', '1,5 wiadomości?']);
    const arabic = { zero: 'none', one: 'one', two: 'two', few: 'few {count}', many: 'many {count}', other: 'other {count}' };
    expect([0, 1, 2, 3, 11, 100].map((count) => say(arabic, { count }, 'ar'))).toEqual(['none', 'one', 'two', 'few 3', 'many 11', 'other 100']);
  });

  it('keeps a value in one piece in a line from right to left', () => {
    for (const locale of ['ar', 'he', 'ar-EG']) expect(say('({name}) {other}', { name: '2 reports.pdf' }, locale)).toBe('(\u20682 reports.pdf\u2069) {other}');
    expect(say('({count})', { count: 2 }, 'he')).toBe('(2)');
    expect(say('({name})', { name: 'דנה' }, 'en')).toBe('(דנה)');
  });

  it('falls back on the form "other" for a form that is missing, and without a count', () => {
    expect(say({ other: '{count} things' }, { count: 1 })).toBe('1 things');
    expect(say({ one: 'a thing', other: 'things' })).toBe('things');
  });

  it('[W2] is small', () => {
    const { code } = transformSync(readFileSync(join(root, 'widget/text-of.ts'), 'utf8'), { loader: 'ts', minify: true, target: 'es2022' });
    expect(code.length).toBeLessThan(250);
  });
});
