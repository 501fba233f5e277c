/** The widget's languages: complete, alike in form, short, and set as their readers expect. Whether they are well said, readers decide. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAUNCHER_WORDS } from '../shared/launcher-words.ts';
import { LOCALES } from '../shared/settings.ts';
import type { Text, Texts } from '../widget/texts.ts';
import { root } from './harness/build.ts';

const PARTS = ['', '-more'];
/** Words that are the same as in English. */
const SHARED: Record<string, string[]> = { de: ['name', 'smileys'], fr: ['messages', 'compose'], it: ['emoji', 'aFile'], nl: ['emoji', 'smileys'], pl: ['emoji'], tr: ['emoji'] };
/** Plural forms that stand for one number only, and may say it in a word. */
const ONE_NUMBER: Record<string, string[]> = { ar: ['zero', 'one', 'two'], he: ['one', 'two'] };
/** What stands on buttons. */
const BUTTONS = new Set(['close', 'back', 'menu', 'earlier', 'retry', 'discard', 'tryNow', 'send', 'attach', 'emoji', 'again',
  'startNew', 'begin', 'save', 'cancel', 'closeImage', 'sendRating', 'notNow', 'transcript', 'soundOn', 'soundOff', 'notify', 'notifyOff',
  'shortcuts', 'erase', 'eraseYes', 'eraseNo', 'smileys', 'people', 'nature', 'food', 'activity', 'travel', 'objects', 'symbols', 'recent']);
/** Marks and isolates that change the direction of text and cannot be seen. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

async function read(file: string): Promise<Texts> {
  return ((await import(join(root, 'widget/locales', `${file}.ts`))) as { default: Texts }).default;
}

const formsOf = (text: Text): [form: string, text: string][] => (typeof text === 'string' ? [['', text]] : Object.entries(text));
const placeholdersOf = (text: string) => [...text.matchAll(/\{[^}]*\}/g)].map(([placeholder]) => placeholder).toSorted();
/** Every single text: its key, its plural form ('' for none), and its words. */
const linesOf = (texts: Texts) => Object.entries(texts).flatMap(([key, text]) => formsOf(text).map(([form, words]) => ({ key, form, words })));

const english = await Promise.all(PARTS.map((part) => read(`en${part}`)));

it('has the two files of every language that can be set, and no others', () => {
  expect(readdirSync(join(root, 'widget/locales')).toSorted()).toEqual(LOCALES.flatMap((locale) => [`${locale}-more.ts`, `${locale}.ts`]).toSorted());
});

it('keeps the keys of the two files apart, so that they can be used together', () => {
  expect(Object.keys(english[0]!).filter((key) => key in english[1]!)).toEqual([]);
});

describe.each(LOCALES)('%s', (locale) => {
  const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();

  describe.each([0, 1])('file %i', async (part) => {
    const original = english[part]!;
    const texts = await read(`${locale}${PARTS[part]}`);
    const lines = linesOf(texts);
    const faults = (isFault: (line: (typeof lines)[number]) => boolean) => lines.filter(isFault);

    it('has the keys of English, in the same order', () => {
      expect(Object.keys(texts)).toEqual(Object.keys(original));
    });

    it('has exactly the plural forms of the language, where English has plural forms', () => {
      for (const [key, text] of Object.entries(texts)) {
        if (typeof original[key] === 'string') expect(text, key).toBeTypeOf('string');
        else expect(Object.keys(text).toSorted(), key).toEqual(categories);
      }
    });

    it('has the placeholders of English', () => {
      for (const { key, form, words } of lines) {
        const wanted = placeholdersOf(formsOf(original[key]!).at(-1)![1]);
        const spelledOut = ONE_NUMBER[locale]?.includes(form) ?? false;
        const found = placeholdersOf(words);
        expect(spelledOut ? [...new Set(['{count}', ...found])] : found, `${key} ${form}`).toEqual(wanted);
      }
    });

    it('says something everywhere, without white space around it or twice in it', () => {
      expect(faults(({ words }) => words === '' || words !== words.trim() || /\s\s/.test(words))).toEqual([]);
    });

    it('is translated', () => {
      const same = faults(({ key, form, words }) => words === formsOf(original[key]!).find(([name]) => name === form)?.[1]).map(({ key }) => key);
      const shared = locale === 'en' ? lines.map(({ key }) => key) : (SHARED[locale] ?? []).filter((key) => key in texts);
      expect(same).toEqual(shared);
    });

    it('uses typographic marks, not those of a typewriter', () => {
      expect(faults(({ words }) => /["'`´]|\.\.\.| - /.test(words))).toEqual([]);
    });

    it('is composed (NFC), so that fonts and searches find its letters', () => {
      expect(faults(({ words }) => words !== words.normalize('NFC'))).toEqual([]);
    });

    it('needs no invisible direction marks', () => {
      expect(faults(({ words }) => DIRECTION_MARKS.test(words))).toEqual([]);
    });

    it('is about as long as English, above all on buttons', () => {
      const long = faults(({ key, words }) => {
        const room = 1.9 * Math.max(...formsOf(original[key]!).map(([, text]) => text.length));
        return words.length > (BUTTONS.has(key) ? Math.min(40, Math.max(20, room)) : Math.max(40, room));
      });
      expect(long).toEqual([]);
    });

    it('ends its sentences where English does', () => {
      const end = /[.?!。？！؟…]$/;
      const differs = (key: string, words: string) => end.test(words) !== end.test(formsOf(original[key]!).at(-1)![1]);
      expect(faults(({ key, words }) => differs(key, words))).toEqual([]);
    });
  });
});

describe('typography', async () => {
  const wordsOf = async (locale: string) => (await Promise.all(PARTS.map((part) => read(`${locale}${part}`)))).flatMap(linesOf).map(({ words }) => words);
  const all = new Map(await Promise.all(LOCALES.map(async (locale) => [locale, await wordsOf(locale)] as const)));

  it('spaces French marks with a space that does not break, narrow but for the colon', () => {
    expect(all.get('fr')!.filter((words) => /[^\u202f][?!;]|[^\u00a0]:/.test(words))).toEqual([]);
  });

  it('opens Spanish questions', () => {
    expect(all.get('es')!.filter((words) => words.includes('?') !== words.includes('¿'))).toEqual([]);
  });

  it('uses the marks of Japanese and Chinese, full width', () => {
    for (const locale of ['ja', 'zh'] as const) expect(all.get(locale)!.filter((words) => /[,?!;:]|[^\da-z]\.|\.$/i.test(words.replace('name@example.com', '')))).toEqual([]);
  });

  it('uses the marks of Arabic', () => {
    expect(all.get('ar')!.filter((words) => /[,;?]/.test(words))).toEqual([]);
  });

  it('writes every language in its own script', () => {
    const scripts = { uk: /[a-zыэёъ]/i, ja: /[a-z]/i, zh: /[a-z]/i, ar: /[a-z]/i, he: /[a-z]/i };
    for (const [locale, foreign] of Object.entries(scripts)) {
      expect(all.get(locale as keyof typeof scripts)!.filter((words) => foreign.test(words.replace(/\{\w+\}|name@example\.com/g, '')))).toEqual([]);
    }
  });
});

describe('the launcher\'s words', () => {
  it('are there in every language that can be set, and in no other', () => {
    expect(Object.keys(LAUNCHER_WORDS)).toEqual([...LOCALES]);
  });

  it.each(LOCALES)('are one short word and one sentence in %s', (locale) => {
    const { label, loadFailed } = LAUNCHER_WORDS[locale];
    expect(label).toMatch(/^[\p{L}׳ー]{2,8}$/u);
    expect(loadFailed).toMatch(/[.。]$/);
    expect(loadFailed).not.toMatch(/["'`´]|\.\.\.|\s\s/);
    expect([loadFailed.normalize('NFC'), label.normalize('NFC')]).toEqual([loadFailed, label]);
    expect(DIRECTION_MARKS.test(label + loadFailed)).toBe(false);
  });

  it('are the language\'s own', () => {
    expect((['en', 'de', 'pl', 'ja', 'ar'] as const).map((locale) => LAUNCHER_WORDS[locale].label)).toEqual(['Chat', 'Chat', 'Czat', 'チャット', 'دردشة']);
    expect(new Set(LOCALES.map((locale) => LAUNCHER_WORDS[locale].loadFailed)).size).toBe(LOCALES.length);
  });
});
