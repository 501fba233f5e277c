/**
 * What a file is, by what is in it: names and declared types are anybody's words. Only what is listed here may be sent; nothing of it can run
 * on a page. Whatever else a file may be at the same time, it is served as the type that is found here.
 */
import type { Attachment } from '../shared/protocol.ts';
import { imageSize } from './image-size.ts';
import { RequestError } from './request-errors.ts';

/** Every type that may be sent, with the endings its names may have; the first is given to names that have another. */
const ENDINGS: Record<string, readonly string[]> = {
  'image/png': ['png'], 'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'], 'image/gif': ['gif'], 'image/webp': ['webp'], 'image/avif': ['avif'], 'image/heic': ['heic', 'heif'],
  'application/pdf': ['pdf'], 'application/zip': ['zip'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/vnd.oasis.opendocument.text': ['odt'], 'application/vnd.oasis.opendocument.spreadsheet': ['ods'], 'application/vnd.oasis.opendocument.presentation': ['odp'],
  'video/mp4': ['mp4', 'm4v', 'm4a', '3gp'], 'video/webm': ['webm'], 'video/quicktime': ['mov', 'qt'],
  'audio/mpeg': ['mp3'], 'audio/mp4': ['m4a', 'm4b'], 'audio/ogg': ['ogg', 'oga', 'ogv', 'opus'], 'audio/wav': ['wav'],
  'text/plain': ['txt', 'csv', 'tsv', 'md', 'json', 'log', 'yml', 'yaml'],
};

/** The endings that names of this type may have, without the dot. */
export function endingsOf(type: string): readonly string[] {
  return ENDINGS[type] ?? [];
}

/** Types that browsers show as pictures, and that hold nothing but pictures. */
export function isImage(type: string): boolean {
  return type.startsWith('image/');
}

/** So much of the beginning is kept to look at: what tells types apart and the size of a picture come early. */
const HEAD_BYTES = 256 * 1024;
/** From here on a file whose type is not known is text or nothing. */
const DECIDE_BYTES = 4 * 1024;

/** Reads along while a file comes in. What it costs does not depend on how the file is cut into chunks. */
export class FileInspector {
  #head: Buffer = Buffer.alloc(DECIDE_BYTES);
  #kept = 0;
  #size = 0;
  /** Null until enough has come to tell. */
  #binary: boolean | null = null;
  readonly #text = new TextInspector();

  get size(): number {
    return this.#size;
  }

  /** Throws file_type_not_allowed as soon as that is sure. */
  add(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.#keep(chunk);
    if (this.#binary === null && this.#size >= DECIDE_BYTES) this.#binary = binaryType(this.#start()) !== null;
    if (this.#binary) return;
    this.#text.add(chunk);
    if (this.#binary === false && !this.#text.valid) throw new RequestError('file_type_not_allowed');
  }

  /** What it is, now that all of it has come. Throws bad_request for an empty file, file_type_not_allowed for what may not be sent. */
  finish(): Pick<Attachment, 'type' | 'size' | 'width' | 'height'> {
    if (this.#size === 0) throw new RequestError('bad_request', { details: { fields: ['body'] } });
    const start = this.#start();
    const type = binaryType(start) ?? (!this.#binary && this.#text.end() && !isMarkupOrScript(start) ? 'text/plain' : null);
    if (type === null) throw new RequestError('file_type_not_allowed');
    return { type, size: this.#size, ...(isImage(type) ? imageSize(type, start) : {}) };
  }

  #start(): Buffer {
    return this.#head.subarray(0, this.#kept);
  }

  #keep(chunk: Uint8Array): void {
    const part = chunk.subarray(0, HEAD_BYTES - this.#kept);
    if (this.#kept + part.length > this.#head.length) {
      const larger = Buffer.alloc(Math.min(HEAD_BYTES, Math.max(this.#head.length * 4, this.#kept + part.length)));
      this.#head.copy(larger);
      this.#head = larger;
    }
    this.#head.set(part, this.#kept);
    this.#kept += part.length;
  }
}

/** Whether it is UTF-8 without what no text has in it (terminals' colours are in many logs), from the first byte to the last. */
class TextInspector {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  valid = true;

  add(chunk: Uint8Array): void {
    if (this.valid) this.#check(() => this.#decoder.decode(chunk, { stream: true }));
  }

  end(): boolean {
    if (this.valid) this.#check(() => this.#decoder.decode());
    return this.valid;
  }

  #check(decode: () => string): void {
    try {
      this.valid = !/[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/.test(decode());
    } catch {
      this.valid = false;
    }
  }
}

/** Text that programs take for more than text: what browsers sniff as a page or a picture with scripts, and what shells and servers run. */
function isMarkupOrScript(head: Buffer): boolean {
  const start = head.toString('utf8', 0, 1_024).replace(/^[\ufeff\s]+/, '').toLowerCase();
  return /^(?:<[!?a-z]|#!|%!ps)/.test(start);
}

function binaryType(head: Buffer): string | null {
  const at = (text: string, offset = 0): boolean => head.toString('latin1', offset, offset + text.length) === text;
  if (at('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (at('\xff\xd8\xff')) return 'image/jpeg';
  if (at('GIF87a') || at('GIF89a')) return 'image/gif';
  if (at('RIFF') && at('WEBP', 8)) return 'image/webp';
  if (at('RIFF') && at('WAVE', 8)) return 'audio/wav';
  if (at('%PDF-')) return 'application/pdf';
  if (at('PK\x03\x04')) return zipType(head);
  if (at('ftyp', 4)) return boxType(head);
  if (at('\x1a\x45\xdf\xa3')) return head.subarray(0, 64).includes('webm') ? 'video/webm' : null;
  if (at('OggS')) return 'audio/ogg';
  // MPEG audio: a tag, or a frame of layer III.
  if (at('ID3') || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2)) return 'audio/mpeg';
  return null;
}

const BRANDS: ReadonlyArray<[RegExp, string]> = [
  [/^avi[fs]$/, 'image/avif'], [/^(?:hei[cmsx]|hev[cm])$/, 'image/heic'], [/^qt  $/, 'video/quicktime'], [/^M4[AB] $/, 'audio/mp4'],
  [/^(?:isom|iso[2-9]|mp4[12]|avc1|dash|MSNV|M4V |3gp[4-9])$/, 'video/mp4'],
];

/** Of the family of MP4: what its brands say, the major one first. */
function boxType(head: Buffer): string | null {
  const length = Math.min(head.readUInt32BE(0), head.length, 256);
  const brands = [head.toString('latin1', 8, 12)];
  for (let offset = 16; offset + 4 <= length; offset += 4) brands.push(head.toString('latin1', offset, offset + 4));
  for (const brand of brands) {
    const found = BRANDS.find(([pattern]) => pattern.test(brand));
    if (found) return found[1];
  }
  return null;
}

const OPEN_DOCUMENT = 'mimetypeapplication/vnd.oasis.opendocument.';

/** A ZIP archive, or one of the documents that are: by the names of the files in it. Archives that are programs are not taken. */
function zipType(head: Buffer): string | null {
  const names: string[] = [];
  for (let at = 0; at !== -1 && at + 30 <= head.length; at = head.indexOf('PK\x03\x04', at + 30, 'latin1')) {
    names.push(head.toString('latin1', at + 30, at + 30 + head.readUInt16LE(at + 26)));
  }
  if (names.some((name) => /^(?:META-INF\/MANIFEST\.MF|AndroidManifest\.xml|classes\.dex)$/i.test(name))) return null;
  const first = head.toString('latin1', 30, 30 + OPEN_DOCUMENT.length + 20);
  if (first.startsWith(OPEN_DOCUMENT)) {
    const [kind] = /^(?:text|spreadsheet|presentation)(?=PK|$)/.exec(first.slice(OPEN_DOCUMENT.length)) ?? [];
    if (kind) return `application/vnd.oasis.opendocument.${kind}`;
  }
  if (names.includes('[Content_Types].xml')) {
    for (const [folder, type] of [['word/', 'wordprocessingml.document'], ['xl/', 'spreadsheetml.sheet'], ['ppt/', 'presentationml.presentation']] as const) {
      if (names.some((name) => name.startsWith(folder))) return `application/vnd.openxmlformats-officedocument.${type}`;
    }
  }
  return 'application/zip';
}
