/**
 * Simple formatting in messages: **bold**, *italic*, ~~struck~~, `code`, and blocks of code between lines of ```. The marks are the ones people know from other
 * chats; what is not understood stays as it was written. The result is a tree of text, never HTML (rule S3).
 */
import { linkPieces } from './links.ts';

/** A piece of a message. `kind` undefined: plain text. */
export type FormatPiece =
  | { kind?: undefined; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'code' | 'block'; text: string }
  | { kind: 'bold' | 'italic' | 'struck'; pieces: FormatPiece[] };

// A fence begins a line, and what is in it is not looked at. Then code within a line.
const CODE = /(?:^|\n)```[^\n`]*\n([^]*?)\n?```(?:\n|$)|`([^`\n]+)`/g;
const CODE_IN_LINE = /(\b\B)?`([^`\n]+)`/g;
// Marks hug their words, stand free of letters outside, and do not go over lines. Two underscores are a part of a name, as in __init__.
const MARKS = /(?<![\p{L}\p{N}*~_])(\*\*|~~|\*(?!\*)|_(?!_))(?=\S)([^\n]{0,998}?\S)\1(?![\p{L}\p{N}*~_])/u;
const KINDS: Record<string, 'bold' | 'italic' | 'struck'> = { '**': 'bold', '~~': 'struck', '*': 'italic', '_': 'italic' };
/** Marks within marks, at most so deep. */
const DEPTH = 3;

/** Splits a message into its pieces, in their order. */
export function formatPieces(text: string): FormatPiece[] {
  // Behind the last end of a fence there is none to be looked for: looking from each beginning anew would take the square of the time.
  const end = text.endsWith('```') ? text.length : text.lastIndexOf('```\n') + 4;
  return end < 4 ? split(text, CODE_IN_LINE) : [...split(text.slice(0, end), CODE), ...split(text.slice(end), CODE_IN_LINE)];
}

/** Takes out the code. */
function split(text: string, code: RegExp): FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(code)) {
    const [whole, block, inLine] = match;
    pieces.push(...linked(text.slice(from, match.index)), inLine === undefined ? { kind: 'block', text: block ?? '' } : { kind: 'code', text: inLine });
    from = match.index + whole.length;
  }
  return [...pieces, ...linked(text.slice(from))];
}

/** Addresses first: the marks in them are theirs. */
function linked(text: string): FormatPiece[] {
  return linkPieces(text).flatMap((piece) => (piece.href ? { kind: 'link' as const, text: piece.text, href: piece.href } : marked(piece.text, DEPTH)));
}

function marked(text: string, depth: number): FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let rest = text;
  for (let match; depth && (match = MARKS.exec(rest)); rest = rest.slice(match.index + match[0].length)) {
    const [, mark = '', inner = ''] = match;
    if (match.index) pieces.push({ text: rest.slice(0, match.index) });
    pieces.push({ kind: KINDS[mark] as 'bold', pieces: marked(inner, depth - 1) });
  }
  return rest ? [...pieces, { text: rest }] : pieces;
}
