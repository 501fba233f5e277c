/** Names of files: what people see and what their devices save, and nothing that leads anywhere. */
import { FILE_NAME_MAX } from '../shared/limits.ts';
import { withoutUnstorable } from '../shared/text.ts';
import { endingsOf } from './file-types.ts';

// Marks that turn the direction of what follows ("gnp.exe" reads "exe.png"), and what nobody sees.
const DECEIVING = /[\p{Bidi_Control}\u00ad\u200b\u2028\u2029\u2060\ufeff\ufff9-\ufffb]/gu;

/**
 * A name that can be shown and saved: without a path, controls, or white space that misleads, at most FILE_NAME_MAX long, and with an ending that
 * belongs to the type, so that a device does not take a harmless file for a program.
 */
export function cleanFileName(given: string, type: string): string {
  const name = withoutUnstorable(given.replace(DECEIVING, '').split(/[/\\]/).at(-1) ?? '').replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '');
  const [, stem = name, ending = ''] = /^(.*)\.([^.]{1,16})$/.exec(name) ?? [];
  const endings = endingsOf(type);
  const belongs = endings.includes(ending.toLowerCase());
  const last = `.${belongs ? ending : endings[0] ?? 'bin'}`;
  return cut((belongs ? stem : name) || 'file', FILE_NAME_MAX - last.length) + last;
}

/** Never leaves half a character. */
function cut(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, '').trimEnd();
}

/** `Content-Disposition` (RFC 6266, RFC 5987) for a name with any characters. */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
