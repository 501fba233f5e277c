/** The size of a file as people read it: 830 kB, 2.4 MB. */
import { locale } from '../kit.ts';

export function sizeText(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1_000)), 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
  return value.toLocaleString(locale, { style: 'unit', unit, maximumFractionDigits: 1 });
}
