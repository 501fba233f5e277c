/** Files as both ends show them: where they are, how large, and whether they are pictures. Pure. */
import type { Attachment } from './protocol.ts';

/** The path of a file at the gateway. The name in it is for people who save it. */
export function filePath(workspaceId: string, { id, name }: Pick<Attachment, 'id' | 'name'>): string {
  return `/files/${workspaceId}/${id}/${encodeURIComponent(name)}`;
}

/** Kinds of pictures that every current browser shows. */
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

export function isPicture({ type }: Pick<Attachment, 'type'>): boolean {
  return PICTURES.has(type);
}

/** A size for people: "12 kB", "3.4 MB", in the words of their language. */
export function fileSize(bytes: number, locale?: string): string {
  const [unit, size] = bytes < 1_000 ? ['byte', bytes] : bytes < 1_000_000 ? ['kilobyte', bytes / 1_000] : ['megabyte', bytes / 1_000_000];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: size < 10 && unit !== 'byte' ? 1 : 0 }).format(size);
}
