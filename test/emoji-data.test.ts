import { describe, expect, it } from 'vitest';
import { codeBefore, emojiCodes } from '../widget/emoji-codes.ts';
import { emojiGroups, emojiOf, findEmoji } from '../widget/emoji-data.ts';
import more from '../widget/locales/en-more.ts';

const all = emojiGroups.flatMap(emojiOf);
const graphemes = (text: string) => [...new Intl.Segmenter('en').segment(text)].length;
/** Characters that became emoji after Unicode 13. JavaScript cannot tell the age of a character: these are the gaps that were filled since. */
const TOO_NEW = /[\u{1f6dc}-\u{1f6df}\u{1f7f0}\u{1f979}\u{1f9cc}\u{1fa75}-\u{1fa77}\u{1fa7b}-\u{1fa7f}\u{1fa87}-\u{1fa8f}\u{1faa9}-\u{1faaf}\u{1fab7}-\u{1fabf}\u{1fac3}-\u{1facf}\u{1fad7}-\u{1faff}]/u;
/** Joined sequences are younger than their characters; these were there in 2020. */
const JOINED = ['🧑‍💻', '🧑‍🍳', '🧑‍⚕️', '🧑‍🎓', '🏳️‍🌈'];

describe('the emoji of the picker', () => {
  it('are in the groups that the texts name', () => {
    expect(emojiGroups).toEqual(['smileys', 'people', 'nature', 'food', 'activity', 'travel', 'objects', 'symbols']);
    for (const group of emojiGroups) expect(more[group]).toBeTypeOf('string');
  });

  it('are many enough, and few enough to look through', () => {
    expect(all.length).toBeGreaterThan(300);
    expect(all.length).toBeLessThan(500);
    for (const group of emojiGroups) expect(emojiOf(group).length).toBeGreaterThan(30);
  });

  it('are there once each', () => {
    expect(all.map(({ emoji }) => emoji).filter((emoji, index, list) => list.indexOf(emoji) !== index)).toEqual([]);
  });

  it('are single graphemes, and emoji rather than text on every device', () => {
    expect(all.filter(({ emoji }) => graphemes(emoji) !== 1 || !/^\p{RGI_Emoji}$/v.test(emoji))).toEqual([]);
  });

  it('are of Unicode 13 or earlier', () => {
    expect(all.filter(({ emoji }) => TOO_NEW.test(emoji))).toEqual([]);
    expect(all.map(({ emoji }) => emoji).filter((emoji) => emoji.includes('\u200d'))).toEqual(JOINED);
    expect(['🫠', '🫶', '🪩', '🫨', '🥹', '🛜'].every((emoji) => TOO_NEW.test(emoji))).toBe(true);
  });

  it('are the default ones, without a tone of skin', () => {
    expect(all.filter(({ emoji }) => /\p{Emoji_Modifier}/u.test(emoji))).toEqual([]);
  });

  it('have words to find them by, in lower case, each once', () => {
    expect(all.filter(({ words }) => words.length === 0 || new Set(words).size < words.length || !words.every((word) => /^[a-z]+$/.test(word)))).toEqual([]);
  });
});

describe('findEmoji', () => {
  it('finds by the beginnings of words, whole words first', () => {
    expect(findEmoji('rocket')).toEqual(['🚀']);
    expect(findEmoji('thum')).toEqual(['👍', '👎']);
    expect(findEmoji('hear')[0]).toBe('🙉');
    expect(findEmoji('heart').slice(0, 2)).toEqual(['❤️', '🧡']);
    expect(findEmoji('cat').slice(0, 3)).toEqual(['😺', '😻', '🐱']);
  });

  it('wants all words of the query, in any order and case', () => {
    expect(findEmoji('  Heart BLUE ')).toEqual(['💙']);
    expect(findEmoji('blue heart')).toEqual(['💙']);
    expect(findEmoji('blue rocket')).toEqual([]);
  });

  it('finds nothing where nothing is asked or known', () => {
    expect(['', ' ', 'xyz', '.*', 'rocket|'].map(findEmoji)).toEqual([[], [], [], [], []]);
  });

  it('finds every emoji by each of its words', () => {
    for (const { emoji, words } of all) for (const word of words) expect(findEmoji(word)).toContain(emoji);
  });
});

describe('codes for typing', () => {
  it('mean emoji of the picker', () => {
    const known = new Set(all.map(({ emoji }) => emoji));
    expect(emojiCodes.filter((code) => !known.has(codeBefore(code)!.emoji))).toEqual([]);
    expect(emojiCodes.length).toBeGreaterThan(60);
  });

  it.each([[':)', '🙂'], ['Hello :-D', '😄'], ['line\n:+1:', '👍'], ['I <3', '❤️'], ['\\o/', '🙌'], ['🙂 :(', '🙁']])('%j ends with one', (text, emoji) => {
    expect(codeBefore(text)?.emoji).toBe(emoji);
    expect(text.endsWith(codeBefore(text)!.code)).toBe(true);
  });

  it.each(['', ' ', ':) ', 'https:/', 'see:)', '8)', ':unknown:', ':Heart:', 'constructor', '__proto__', ':)x'])('%j does not', (text) => {
    expect(codeBefore(text)).toBeNull();
  });
});
