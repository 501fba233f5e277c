/** Addresses in a message become links. What was written stays text: nothing is ever read as HTML (rule S3). */

/** A piece of a text; with `href` it is a link. The pieces' texts together are the whole text. */
export interface TextPiece { text: string; href?: string }

// Ends at white space, quotes, brackets of tags, and invisible marks that could make an address read as another one.
const ADDRESS = /\b(?:https?:\/\/|mailto:|www\.)[^\s<>"'`\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/gi;
const CLOSING = /[.,:;!?…)\]}'"»”’]/;
const OPENING_OF: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** An address a person may safely follow, or undefined: http, https and mailto only, without a name before the host. */
export function safeHref(address: string): string | undefined {
  try {
    const url = new URL(address);
    return /^(https?|mailto):$/.test(url.protocol) && !url.username && !url.password ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Splits a text at its addresses. Takes time in proportion to the text, whatever is in it. */
export function linkPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutSentence(match[0]);
    const href = safeHref(/^www/i.test(address) ? `https://${address}` : address);
    if (!href) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** Leaves off what belongs to the sentence around: its full stop, a bracket that was opened before the address. */
function withoutSentence(address: string): string {
  const unopened: Record<string, number> = {};
  for (const closing in OPENING_OF) unopened[closing] = count(address, closing) - count(address, OPENING_OF[closing] as string);
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    const spare = unopened[last];
    if (!CLOSING.test(last) || (spare !== undefined && spare <= 0)) break;
    if (spare !== undefined) unopened[last] = spare - 1;
  }
  return address.slice(0, end);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}
