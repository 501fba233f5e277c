/**
 * What the shims share: the way to `window.MiraDesk`, which is there or still to come, and what is said of calls that have no counterpart.
 * A shim never throws: pages were written for somebody else, and the chat is no reason for them to stop.
 */
import type { AttributeValue, MiraDesk, WidgetEvents, WidgetIdentity, WidgetListener, WidgetState } from '../sdk-types.ts';

type Verb = Exclude<keyof MiraDesk, 'on' | 'getState'>;
type Queued = unknown[] & { off?: () => void };

const page = window as unknown as { MiraDesk?: Partial<MiraDesk> & { q?: Queued[] } };
const said = new Set<string>();

/** Whatever a page hands over under a name. */
export type Loose = Record<string, unknown>;

/** Calls a verb now, or as soon as the loader has come. */
export function desk<V extends Verb>(verb: V, ...args: Parameters<MiraDesk[V]>): void {
  const object = (page.MiraDesk ??= { q: [] });
  if (object.q) object.q.push([verb, ...args]);
  else (object[verb] as ((...args: unknown[]) => void) | undefined)?.(...args);
}

/** As MiraDesk.on(), now or as soon as the loader has come. */
export function on<E extends keyof WidgetEvents>(event: E, listener: WidgetListener<E>): () => void {
  const object = (page.MiraDesk ??= { q: [] });
  if (!object.q) return object.on?.(event, listener) ?? (() => {});
  const queued: Queued = ['on', event, listener];
  object.q.push(queued);
  return () => {
    if (queued.off) queued.off();
    else queued.length = 0;
  };
}

/** How things stand; nothing is known before the loader has come. */
export function state(): Partial<WidgetState> {
  return (!page.MiraDesk?.q && page.MiraDesk?.getState?.()) || {};
}

/** Says, once per call, that nothing here does that, or what else there is to know. */
export function warn(name: string, what = 'has no counterpart'): void {
  if (said.has(name)) return;
  said.add(name);
  console.warn(`MiraDesk: ${name} ${what}`);
}

/** Calls back a function of the page, if it is one, in a moment: what it throws is the page's own error. */
export function tell(callback: unknown, ...args: unknown[]): void {
  if (typeof callback === 'function') queueMicrotask(() => callback(...args));
}

/** The same function, which says instead of throws. */
export function calm<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R | undefined {
  return (...args) => {
    try {
      return work(...args);
    } catch (error) {
      console.warn('MiraDesk:', error);
    }
  };
}

/** Facts that we can keep: plain values as they are, anything deeper as JSON. */
export function attributes(facts: unknown, prefix = ''): Record<string, AttributeValue> {
  const kept: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(facts ?? {})) {
    if (value !== undefined && typeof value !== 'function') kept[prefix + name] = typeof value === 'object' && value ? JSON.stringify(value) : value as AttributeValue;
  }
  return kept;
}

/** Tells of something that the visitor did. */
export function track(name: string, meta?: unknown): void {
  desk('track', name, attributes(meta));
}

/** Tells of facts, if there are any. */
export function setAttributes(facts: Record<string, AttributeValue>): void {
  if (Object.keys(facts).length > 0) desk('setAttributes', facts);
}

/** A length such as `20` or `20px`, in pixels. */
export function pixels(length: string | number | undefined): number | undefined {
  return length === undefined ? undefined : Number.parseInt(`${length}`, 10);
}

/** The language of a tag such as `pt-BR`. */
export function locale(tag: string): never {
  return tag.split(/[-_]/)[0]?.toLowerCase() as never;
}

/** The fields that have a value. */
export function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as T;
}

let known: WidgetIdentity = {};

/** Adds to what the page says of its visitor, unless that is somebody else now; and tells when it says anything new. */
export function identify(more: WidgetIdentity): void {
  const other = (['userId', 'token'] as const).some((field) => known[field] && more[field] && known[field] !== more[field]);
  const next = { ...(other ? {} : known), ...given(more) };
  if (JSON.stringify(next) === JSON.stringify(known)) return;
  known = next;
  const { userId, ...unproven } = next;
  // An id that comes without a proof is refused; agents may know it all the same.
  desk('identify', next.token || next.userHash || !userId ? next : { ...unproven, attributes: { user_id: userId } });
}

/** What the page said of its visitor so far. */
export const visitor = (): WidgetIdentity => known;

export function logout(): void {
  known = {};
  desk('logout');
}
