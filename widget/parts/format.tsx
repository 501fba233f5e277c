/** Messages with addresses, emphasis and code in them. Text stays text: what is drawn are elements of ours around it (rule S3). */
import { formatPieces, type FormatPiece } from '../../shared/format.ts';
import { adopt, Component, type ComponentChildren } from '../kit.ts';
import css from './format.css';

const TAGS = { bold: 'b', italic: 'i', struck: 's', code: 'code', block: 'pre' } as const;

export default class Format extends Component<{ text: string }> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ text }: { text: string }) {
    return <>{drawn(formatPieces(text))}</>;
  }
}

function drawn(pieces: FormatPiece[]): ComponentChildren {
  return pieces.map((piece) => {
    if (!piece.kind) return piece.text;
    if (piece.kind === 'link') return <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a>;
    const Tag = TAGS[piece.kind];
    return <Tag>{'pieces' in piece ? drawn(piece.pieces) : piece.text}</Tag>;
  });
}
