/**
 * `window.MiraDesk`: what the site's page calls. Calls that a page made on the stub before the loader came are made up for.
 * docs/sdk.md explains it to site owners.
 */
import type { MiraDesk, WidgetEvents } from './sdk-types.ts';

/** A call kept by the stub: the verb, then its arguments. `off` is set once an `on` has been made up for. */
export type QueuedCall = [verb?: string, ...args: unknown[]] & { off?: unknown };

/** What the page may have put there before the loader came. */
export interface Stub { q?: QueuedCall[] }

export interface Events {
  on: MiraDesk['on'];
  emit<E extends keyof WidgetEvents>(event: E, detail: WidgetEvents[E]): void;
}

/** Listeners by event. Each is called on its own, so one that throws disturbs neither the others nor us. `ready`: whether it is, now. */
export function createEvents(ready: () => boolean): Events {
  const listeners = new Set<{ event: string; listener: (detail: never) => void }>();
  function call(entry: { listener: (detail: never) => void }, detail: unknown): void {
    queueMicrotask(() => entry.listener(detail as never));
  }
  return {
    on(event, listener) {
      const entry = { event, listener };
      listeners.add(entry);
      if (event === 'ready' && ready()) call(entry, undefined);
      return () => void listeners.delete(entry);
    },
    emit(event, detail) {
      for (const entry of listeners) if (entry.event === event) call(entry, detail);
    },
  };
}

/**
 * Turns the stub, or a new object, into `window.MiraDesk` with our verbs, and makes the calls that waited in it. The stub stays the
 * same object, for pages that kept hold of it.
 */
export function install(page: { MiraDesk?: object }, verbs: MiraDesk): void {
  const object = (page.MiraDesk ??= {}) as MiraDesk & Stub;
  const queue = object.q ?? [];
  delete object.q;
  Object.assign(object, verbs);
  for (const call of queue) {
    const [verb, ...args] = call;
    if (verb && Object.hasOwn(verbs, verb)) call.off = (verbs[verb as keyof MiraDesk] as (...args: unknown[]) => unknown)(...args);
  }
}
