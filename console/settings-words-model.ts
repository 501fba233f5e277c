/** What may be wrong with single values of the settings, in words. */
import { SETTINGS_MAX } from '../shared/limits.ts';
import { isStorable } from '../shared/text.ts';
import { texts } from './texts.ts';

const t = texts.settings.problems;

export function wordsProblem(text: string, max: number): string | undefined {
  if (text.trim().length > max) return t.tooLong(max);
  return isStorable(text) ? undefined : t.unstorable;
}

/** NaN when it is none: an empty text is no zero. */
export function wholeNumber(text: string): number {
  return /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
}

export function numberProblem(text: string, [min, max]: readonly [number, number]): string | undefined {
  const number = wholeNumber(text);
  return number >= min && number <= max ? undefined : t.number(min, max);
}

/** An address as people write it: without the protocol, https is meant. */
export function tidyAddress(text: string): string {
  const address = text.trim();
  return /^[\w-]+(?:\.[\w-]+)+(?:[/?#:]|$)/.test(address) ? `https://${address}` : address;
}

/** An empty one is none at all, and fine. */
export function addressProblem(text: string): string | undefined {
  const address = tidyAddress(text);
  if (address === '') return undefined;
  return wordsProblem(address, SETTINGS_MAX.address) ?? (isWebAddress(address) ? undefined : t.address);
}

function isWebAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
