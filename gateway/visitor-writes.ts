/** What visitors are having stored at this gateway, so that nothing of it is still under way when one turns out to be somebody else. */
import type { VisitorContext, VisitorHandlers } from './visitor-namespace.ts';

type Writing = Pick<VisitorHandlers, 'conversation:start' | 'message:send'>;

export class VisitorWrites {
  readonly #underway = new Map<string, Set<Promise<unknown>>>();

  /** The same handlers, whose work is tracked. */
  tracked(handlers: Writing): Writing {
    return {
      'conversation:start': (context, payload) => this.track(context, handlers['conversation:start'](context, payload)),
      'message:send': (context, payload) => this.track(context, handlers['message:send'](context, payload)),
    };
  }

  /** Resolves when all that is under way for a visitor now has ended, well or not. */
  async settled(workspaceId: string, visitorId: string): Promise<void> {
    const underway = this.#underway.get(`${workspaceId}:${visitorId}`);
    if (underway) await Promise.allSettled(underway);
  }

  /** Knows of some work for as long as it lasts. Answers the promise itself: another that follows it would come later than those of others (see RequestRoad.prepare). */
  track<T>({ workspaceId, visitorId }: VisitorContext, work: Promise<T>): Promise<T> {
    const key = `${workspaceId}:${visitorId}`;
    const all = this.#underway.get(key) ?? new Set();
    this.#underway.set(key, all.add(work));
    void work.catch(() => {}).then(() => {
      all.delete(work);
      if (all.size === 0) this.#underway.delete(key);
    });
    return work;
  }
}
