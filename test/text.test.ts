import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEXT_MAX } from '../shared/limits.ts';
import { cleanText, previewOf, textProblem } from '../shared/text.ts';

const SPACES = ['', ' ', '\n\t ', '\u00a0', '\u200b', '\u200d\ufe0f', '\ufeff', '\u2028', '\u3164', '\u2800', '\u202e', '\u061c', '\u{e0041}', '\u{e0100}', '\u{1d173}'];
const UNSENDABLE = ['a\u0000b', 'bell \u0007', 'escape \u001b[31m', 'delete \u007f', 'control \u0085', 'half \ud83d', '\ude00 half', 'two halves \ude00\ud83d'];
const SENDABLE = ['a', 'two\nlines\tand a tab', '🙂', '👩‍👩‍👧‍👦', 'שלום', 'مرحبا', '日本語', 'e\u0301', '.', '\u200ba'];

describe('textProblem', () => {
  it.each(SPACES)('finds nothing to send in %j', (text) => {
    expect(textProblem(text)).toBe('text_empty');
  });

  it.each(UNSENDABLE)('finds what cannot be sent in %j', (text) => {
    expect(textProblem(text)).toBe('text_invalid');
  });

  it.each(SENDABLE)('lets %j through', (text) => {
    expect(textProblem(text)).toBeNull();
  });

  it('counts as JavaScript does, up to the limit', () => {
    expect(textProblem('x'.repeat(TEXT_MAX))).toBeNull();
    expect(textProblem('x'.repeat(TEXT_MAX + 1))).toBe('text_too_long');
    expect(textProblem('🙂'.repeat(TEXT_MAX / 2))).toBeNull();
    expect(textProblem(`${'🙂'.repeat(TEXT_MAX / 2)}.`)).toBe('text_too_long');
  });
});

describe('cleanText', () => {
  it('folds line ends and leaves off what nobody sees', () => {
    expect(cleanText(' \r\none\r\ntwo\rthree \u0000\u001b\ud83d\n ')).toBe('one\ntwo\nthree');
  });

  it('leaves every sendable text as it is but for white space at its ends', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      fc.pre(textProblem(text) === null && !text.includes('\r'));
      expect(cleanText(text)).toBe(text.trim());
    }));
  });

  it('makes anything sendable that is neither empty nor too long, and a second time changes nothing', () => {
    fc.assert(fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 200 }), (text) => {
      const clean = cleanText(text);
      expect(textProblem(clean)).not.toBe('text_invalid');
      expect(cleanText(clean)).toBe(clean);
    }));
  });
});

describe('previewOf', () => {
  it('is one line, short, and never half a character', () => {
    expect(previewOf(' Hello\n\n  there ')).toBe('Hello there');
    expect(previewOf('🙂'.repeat(10), 5)).toBe('🙂🙂🙂🙂…');
    expect(previewOf('exactly', 7)).toBe('exactly');
    expect(previewOf('one more', 4)).toBe('one…');
  });
});
