/** What visitors are having stored at this gateway, so that nothing of it is still under way when one turns out to be somebody else. */
import type { VisitorContext, VisitorHandlers } from './visitor-namespace.ts';

type Writing = Pick<VisitorHandlers, 'conversation:start' | 'message:send'>;

export class VisitorWrites {
  readonly #underway = new Map<string, Set<Promise<unknown>>>();

  /** The same handlers, known here for as long as they work. */
  tracked(handlers: Writing): Writing {
    return {
      'conversation:start': (context, payload) => this.#track(context, handlers['conversation:start'](context, payload)),
      'message:send': (context, payload) => this.#track(context, handlers['message:send'](context, payload)),
    };
  }

  /** Resolves when all that is under way for a visitor now has ended, well or not. */
  async settled(workspaceId: string, visitorId: string): Promise<void> {
    await Promise.allSettled(this.#underway.get(`${workspaceId}:${visitorId}`) ?? []);
  }

  async #track<T>({ workspaceId, visitorId }: VisitorContext, work: Promise<T>): Promise<T> {
    const key = `${workspaceId}:${visitorId}`;
    const all = this.#underway.get(key) ?? new Set();
    this.#underway.set(key, all.add(work));
    try {
      return await work;
    } finally {
      all.delete(work);
      if (all.size === 0) this.#underway.delete(key);
    }
  }
}
