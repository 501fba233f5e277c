/**
 * What the shims share: the way to `window.MiraDesk`, which is there or still to come, and what is said of calls that have no counterpart or make no sense.
 * A shim never throws: pages were written for somebody else, and the chat is no reason for them to stop.
 */
import type { AttributeValue, MiraDesk, WidgetEvents, WidgetIdentity, WidgetListener, WidgetState } from '../sdk-types.ts';

type Verb = Exclude<keyof MiraDesk, 'getState'>;
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
  return page.MiraDesk?.getState?.() ?? {};
}

/** Says, once, that nothing here does that, or what else there is to know. */
export function warn(name: string, what = 'has no counterpart'): void {
  const line = `MiraDesk: ${name} ${what}`;
  if (!said.has(line)) console.warn(line);
  said.add(line);
}

/** Calls back a function of the page, if it is one, in a moment: what it throws is the page's own error. */
export function tell(callback: unknown, ...args: unknown[]): void {
  if (typeof callback === 'function') queueMicrotask(() => callback(...args));
}

/** The same function, which says instead of throws. `name`: the call, as the page wrote it. */
export function calm<A extends unknown[], R>(name: (...args: NoInfer<A>) => string, work: (...args: A) => R): (...args: A) => R | undefined {
  return (...args) => {
    try {
      return work(...args);
    } catch (error) {
      warn(name(...args), `failed: ${(error as Error).message}`);
    }
  };
}

/** How a page wrote a call of many names: `zE('messenger', 'open')`. */
export const spelled = (name: string, words: unknown[]): string => `${name}(${words.map((word) => (typeof word === 'string' ? `'${word}'` : typeof word)).join(', ')})`;

/** Goes no further without what a call needs; calm() says so. */
export function need(fine: unknown, what: string): asserts fine {
  if (!fine) throw new TypeError(`it needs ${what}`);
}

/** An object of the page's; nothing counts as an empty one where `optional`. */
export function fields(value: unknown, optional = false): Loose {
  const object = optional ? value ?? {} : value;
  need(object && typeof object === 'object', 'an object');
  return object as Loose;
}

/** Makes the calls that waited in a vendor's stub. What is none does not hold up those behind it. */
export function catchUp(queue: unknown, call: (...args: never[]) => unknown): void {
  for (const args of Array.from((queue ?? []) as ArrayLike<unknown>)) call(...(typeof args === 'object' && args ? Array.from(args as ArrayLike<never>) : [args as never]));
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
export function locale(tag: unknown): never {
  return String(tag).split(/[-_]/)[0]?.toLowerCase() as never;
}

/** A colour as the widget reads it, #rrggbb, however browsers let it be written. What is none, or lets through what is behind it, is left out, and said. */
export function color(name: string, value: unknown): string | undefined {
  const pen = new OffscreenCanvas(1, 1).getContext('2d') as OffscreenCanvasRenderingContext2D;
  pen.fillStyle = value as string;
  if (CSS.supports('color', value as string) && pen.fillStyle.length === 7) return pen.fillStyle;
  if (value) warn(name, 'is no colour');
}

/** The fields that have a value. */
export function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '')) as T;
}

let known: WidgetIdentity = {};

/** Adds to what the page says of its visitor, unless that is somebody else now; and tells when it says anything new, or `again`. */
export function identify(more: WidgetIdentity, again = false): void {
  const other = (['userId', 'token'] as const).some((field) => known[field] && more[field] && known[field] !== more[field]);
  const next = { ...(other ? {} : known), ...given(more) };
  if (!again && JSON.stringify(next) === JSON.stringify(known)) return;
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
