import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPieces, type FormatPiece } from '../shared/format.ts';
import { TEXT_MAX } from '../shared/limits.ts';

/** A message as it is shown, its elements in angle brackets. */
const shown = (text: string): string => drawn(formatPieces(text));
const drawn = (pieces: FormatPiece[]): string => pieces.map((piece) => {
  if (!piece.kind) return piece.text;
  const [open, close] = { bold: ['<b>', '</b>'], italic: ['<i>', '</i>'], struck: ['<s>', '</s>'], code: ['<c>', '</c>'], block: ['<pre>', '</pre>'], link: ['<a>', '</a>'] }[piece.kind] as [string, string];
  return `${open}${'pieces' in piece ? drawn(piece.pieces) : piece.text}${close}`;
}).join('');

/** All words of it, without what surrounds them. */
const words = (pieces: FormatPiece[]): string => pieces.map((piece) => ('pieces' in piece ? words(piece.pieces) : piece.text)).join('');

describe('marks', () => {
  it.each([
    ['**bold** *italic* _italic_ ~~struck~~ `code`', '<b>bold</b> <i>italic</i> <i>italic</i> <s>struck</s> <c>code</c>'],
    ['**bold with *italic* in it**', '<b>bold with <i>italic</i> in it</b>'],
    ['(*so*), "_so_" and **so**!', '(<i>so</i>), "<i>so</i>" and <b>so</b>!'],
    ['`*not* <b>this</b>`', '<c>*not* <b>this</b></c>'],
    ['before\n```js\nconst a = *1*;\n```\nafter', 'before<pre>const a = *1*;</pre>after'],
    ['```\n\n```', '<pre></pre>'],
    ['*日本* **שלום** _й_', '<i>日本</i> <b>שלום</b> <i>й</i>'],
  ])('%j', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    '2 * 3 * 4', 'snake_case_name', 'a*b*c', '* a list', '**', '****', '~~ ~~', '``', '`', '*never closed', '*over\nlines*', '** hugs nothing **', 'й_x_й', '5*5*', '```', '```never closed', '_', '~~~',
  ])('stay as they were written where they mean nothing: %j', (text) => {
    expect(shown(text)).toBe(text);
  });

  it('in addresses are the address\'s', () => {
    expect(shown('see https://shop.example/a_b_c?q=*x*_y_ *now*')).toBe('see <a>https://shop.example/a_b_c?q=*x*_y_</a> <i>now</i>');
    expect(formatPieces('https://shop.example')).toEqual([{ kind: 'link', text: 'https://shop.example', href: 'https://shop.example/' }]);
  });

  it('within marks end at some depth, and nothing of the text is lost by it', () => {
    expect(shown('**a *b ~~c _d_~~***')).toContain('_d_');
  });
});

describe('[S3] text is text', () => {
  it('whatever it is, nothing but the marks goes, and nothing is added', () => {
    const piece = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('*', '**', '_', '~~', '`', '```', '\n', '\n```\n', ' ', 'a', '<b>', 'https://a.example/', 'javascript:alert(1)', '\u202e', '\ud800'));
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')), (text) => {
      let from = 0;
      for (const character of words(formatPieces(text))) {
        from = text.indexOf(character, from) + 1;
        expect(from).toBeGreaterThan(0);
      }
      expect(text.replace(/[*_~`\s]|```[^\n`]*\n/g, '').length).toBeGreaterThanOrEqual(words(formatPieces(text)).replace(/[*_~`\s]/g, '').length);
    }), { numRuns: 2_000 });
  });

  it('links lead to web addresses only, however they are dressed', () => {
    for (const text of ['*javascript:alert(1)*', '[x](javascript:alert(1))', '`https://a.example`', 'data:text/html,*x*']) {
      const links = formatPieces(text).filter(({ kind }) => kind === 'link');
      expect([text, links]).toEqual([text, []]);
    }
  });
});

describe('a text that is made to be slow', () => {
  const SLOW: Record<string, (length: number) => string> = {
    'marks that open and never close': (length) => ' *a'.repeat(length / 3),
    'bold that never closes': (length) => ' **a'.repeat(length / 4),
    'marks in turns': (length) => '*_~~`'.repeat(length / 5),
    'fences that never close': (length) => '\n```x\n'.repeat(length / 6),
    'ticks': (length) => '`a\n'.repeat(length / 3),
    'one mark': (length) => '*'.repeat(length),
    'addresses': (length) => 'https://a.b/_*'.repeat(length / 14),
    'spaces within marks': (length) => `*${' '.repeat(length)}*`,
  };

  it.each(Object.entries(SLOW))('as long as it may be, is read: %s', (_, make) => {
    const text = make(TEXT_MAX);
    expect(words(formatPieces(text)).length).toBeLessThanOrEqual(text.length);
  });

  it.each(Object.entries(SLOW))('takes time by its length, not by the square of it: %s', (_, make) => {
    const times = (length: number): number => Math.min(...Array.from({ length: 5 }, () => {
      const text = make(length);
      const before = process.threadCpuUsage();
      formatPieces(text);
      return process.threadCpuUsage(before).user;
    }));
    times(TEXT_MAX);
    // By the square it would be 64 times as long. Measured against itself, in this thread's own time, so that a busy machine does not matter.
    expect(times(8 * TEXT_MAX)).toBeLessThan(32 * Math.max(1_000, times(TEXT_MAX)));
  });
});
