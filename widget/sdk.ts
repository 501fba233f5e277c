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
  emit<E extends keyof WidgetEvents>(event: E, detail?: WidgetEvents[E]): void;
}

/** Listeners by event. Each is called on its own, so one that throws disturbs neither the others nor us. `ready`: whether it is, now. */
export function createEvents(ready: () => unknown): Events {
  const calls = new Set<(told: string, detail?: unknown) => void>();
  return {
    on(event, listener) {
      // Not in the middle of what we are doing: a listener may call any verb. Whoever has left meanwhile is not told.
      const call = (told: string, detail?: unknown): void => {
        if (told === event) queueMicrotask(() => calls.has(call) && listener(detail as never));
      };
      calls.add(call);
      if (ready() && event === 'ready') call(event);
      return () => calls.delete(call);
    },
    emit(event, detail) {
      for (const call of calls) call(event, detail);
    },
  };
}

/**
 * Turns the stub, or a new object, into `window.MiraDesk` with our verbs, and makes the calls that waited in it. The stub stays the
 * same object, for pages that kept hold of it.
 */
export function install(page: { MiraDesk?: object }, verbs: MiraDesk): void {
  const object = (page.MiraDesk ??= {}) as MiraDesk & Stub;
  Object.assign(object, verbs);
  for (const call of object.q ?? []) {
    try {
      const [verb, ...args] = call;
      call.off = (verbs[verb as keyof MiraDesk] as (...args: unknown[]) => unknown)(...args);
    } catch {
      // One that is no call keeps none of the others from being made.
    }
  }
  delete object.q;
}
