import type { ComponentChildren } from 'preact';
import { formatPieces, type FormatPiece } from '../shared/format.ts';
import { texts } from './texts.ts';

/** What somebody wrote: as text, with its line breaks, in its own direction, with simple formatting and addresses that can be followed safely. */
export function MessageText({ text }: { text: string }) {
  return <div class="said-text" dir="auto">{drawn(formatPieces(text))}</div>;
}

const TAGS = { bold: 'b', italic: 'i', struck: 's', code: 'code', block: 'pre' } as const;

function drawn(pieces: readonly FormatPiece[]): ComponentChildren {
  return pieces.map((piece, index) => {
    if (!piece.kind) return piece.text;
    if (piece.kind === 'link') {
      return <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc" key={index}>{piece.text}<span class="visually-hidden"> ({texts.conversation.openLink})</span></a>;
    }
    const Tag = TAGS[piece.kind];
    return <Tag key={index}>{'pieces' in piece ? drawn(piece.pieces) : piece.text}</Tag>;
  });
}
