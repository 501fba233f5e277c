/**
 * `window.MiraDesk`: what the site's page calls. Calls that a page made on the stub before the loader came are made up for.
 * docs/sdk.md explains it to site owners.
 */
import type { WidgetEvents } from './bridge.ts';

type Listener<E extends keyof WidgetEvents> = (detail: WidgetEvents[E]) => void;

/** Every verb may be called at any time and again; none of them throws. */
export interface MiraDesk {
  open(): void;
  close(): void;
  toggle(): void;
  /** Calls `listener` at every such event. Answers the function that ends it. */
  on<E extends keyof WidgetEvents>(event: E, listener: Listener<E>): () => void;
  /** Takes the widget off the page. Loading the script again brings it back. */
  destroy(): void;
}

/** A call kept by the stub: the verb, then its arguments. `off` is set once an `on` has been made up for. */
export type QueuedCall = [verb?: string, ...args: unknown[]] & { off?: unknown };

/** What the page may have put there before the loader came. */
export interface Stub { q?: QueuedCall[] }

export interface Events {
  on: MiraDesk['on'];
  emit<E extends keyof WidgetEvents>(event: E, detail: WidgetEvents[E]): void;
}

/** Listeners by event. Each is called on its own, so one that throws disturbs neither the others nor us. */
export function createEvents(): Events {
  const listeners = new Set<{ event: string; listener: (detail: never) => void }>();
  let ready = false;
  function call(entry: { listener: (detail: never) => void }, detail: unknown): void {
    queueMicrotask(() => entry.listener(detail as never));
  }
  return {
    on(event, listener) {
      const entry = { event, listener };
      listeners.add(entry);
      if (ready && event === 'ready') call(entry, undefined);
      return () => void listeners.delete(entry);
    },
    emit(event, detail) {
      ready ||= event === 'ready';
      for (const entry of listeners) if (entry.event === event) call(entry, detail);
    },
  };
}

/**
 * Turns the stub, or a new object, into `window.MiraDesk` with our verbs. The stub stays the same object, for pages that
 * kept hold of it. `replay` makes the calls that waited in it; `uninstall` takes the object away again.
 */
export function install(page: { MiraDesk?: object }, verbs: MiraDesk): { replay(): void; uninstall(): void } {
  const object = (page.MiraDesk ??= {}) as MiraDesk & Stub;
  const queue = object.q ?? [];
  delete object.q;
  Object.assign(object, verbs);
  return {
    replay() {
      for (const call of queue) {
        const [verb, ...args] = call;
        if (verb && Object.hasOwn(verbs, verb)) call.off = (verbs[verb as keyof MiraDesk] as (...args: unknown[]) => unknown)(...args);
      }
    },
    uninstall() {
      if (page.MiraDesk === object) delete page.MiraDesk;
    },
  };
}
