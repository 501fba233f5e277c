import { linkPieces } from '../shared/links.ts';
import { texts } from './texts.ts';

/** What somebody wrote: as text, with its line breaks, in its own direction, with addresses that can be followed safely. */
export function MessageText({ text }: { text: string }) {
  return (
    <p class="said-text" dir="auto">
      {linkPieces(text).map((part, index) => (part.href === undefined ? part.text : (
        <a href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc" key={index}>{part.text}<span class="visually-hidden"> ({texts.conversation.openLink})</span></a>
      )))}
    </p>
  );
}
