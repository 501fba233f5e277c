import { TEXT_MAX } from './limits.ts';

// C0 and C1 controls but tab, line feed (carriage returns are folded by cleanText), and half surrogate pairs,
// which Postgres cannot store and no reader can see.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const UNSTORABLE = new RegExp(`${CONTROL.source}|${LONE_SURROGATE.source}`, 'g');
// Something a reader can see: anything but white space, what Unicode says to show nothing for (joiners, direction marks, tags,
// fillers), the empty Braille pattern and annotation marks.
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;

/**
 * Says what is wrong with the text of a message or note, or null when it can be sent.
 * The one rule for both ends: a client asks before sending, the gateway before storing.
 */
export function textProblem(text: string): 'text_empty' | 'text_too_long' | 'text_invalid' | null {
  if (text.length > TEXT_MAX) return 'text_too_long';
  if (!isStorable(text)) return 'text_invalid';
  if (!isVisible(text)) return 'text_empty';
  return null;
}

/**
 * Makes what a person typed or pasted sendable without changing what it says: line ends become `\n`, invisible
 * controls and broken halves of characters go, white space at both ends goes. Does not cut: length stays the person's choice.
 */
export function cleanText(text: string): string {
  return withoutUnstorable(text.replace(/\r\n?/g, '\n')).trim();
}

/** Leaves out control characters and broken halves of characters: for text that comes along and that nobody typed, such as a page's title. */
export function withoutUnstorable(text: string): string {
  return text.replace(UNSTORABLE, '');
}

/** Whether a reader sees anything of it. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Whether a database can keep every character of it. */
export function isStorable(text: string): boolean {
  return !CONTROL.test(text) && !LONE_SURROGATE.test(text);
}

/** The first line's worth of a text, for lists and notifications: at most `max` code points, never half a character. */
export function previewOf(text: string, max = 140): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  const points = Array.from(oneLine);
  return points.length <= max ? oneLine : `${points.slice(0, max - 1).join('').trimEnd()}…`;
}

/** What lists show of a message: the beginning of its text or, where it has none, the name of its first file. */
export function messagePreview({ text, attachments = [] }: { text: string; attachments?: ReadonlyArray<{ name: string }> | undefined }): string {
  return previewOf(text) || previewOf(attachments[0]?.name ?? '');
}
