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
export function createEvents(ready: () => unknown): Events {
  const target = new EventTarget();
  return {
    on(event, listener) {
      // In a list, because an event's detail cannot be nothing.
      const call = (told: { detail?: unknown }): void => listener((told.detail as never[])[0] as never);
      target.addEventListener(event, call as EventListener);
      if (event === 'ready' && ready()) queueMicrotask(() => call({ detail: [] }));
      return () => target.removeEventListener(event, call as EventListener);
    },
    // Not in the middle of what we are doing: a listener may call any verb.
    emit: (event, detail) => queueMicrotask(() => target.dispatchEvent(new CustomEvent(event, { detail: [detail] }))),
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
    if (Object.hasOwn(verbs, verb as string)) call.off = (verbs[verb as keyof MiraDesk] as (...args: unknown[]) => unknown)(...args);
  }
}
