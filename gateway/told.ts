/**
 * Which entries the clients of this gateway were told lately, so that what comes on two roads (from another gateway and from the database)
 * is told once. Clients pass over what they have, so forgetting one costs nothing but the telling.
 */
const KEPT_MS = 30_000;
const KEPT_MAX = 20_000;

export class Told {
  readonly #now: () => number;
  /** By namespace, so that the entry's id serves as it is. */
  #young = new Map<string, Set<string>>();
  #old = new Map<string, Set<string>>();
  #size = 0;
  #since: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** Notes news of an entry (`['entry:created', {entry}]`). False: it was told before. Other news are always new. */
  note(namespace: string, news: unknown): boolean {
    const id = entryIdOf(news);
    return id === '' || this.noteEntry(namespace, id);
  }

  /** The same by the entry's id. */
  noteEntry(namespace: string, id: string): boolean {
    if (this.#has(namespace, id)) return false;
    this.#turn();
    const young = this.#young.get(namespace);
    if (young) young.add(id);
    else this.#young.set(namespace, new Set([id]));
    this.#size += 1;
    return true;
  }

  has(namespace: string, { id }: { id: string }): boolean {
    return this.#has(namespace, id);
  }

  #has(namespace: string, id: string): boolean {
    return this.#young.get(namespace)?.has(id) === true || this.#old.get(namespace)?.has(id) === true;
  }

  /** Lets the older half go when it is old or large. */
  #turn(): void {
    if (this.#size < KEPT_MAX && this.#now() - this.#since < KEPT_MS) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#size = 0;
    this.#since = this.#now();
  }
}

/** The id of the entry that news are about; empty when they are about something else. */
export function entryIdOf(news: unknown): string {
  const [event, payload] = Array.isArray(news) ? news as [unknown, { entry?: { id?: string } } | undefined] : [];
  return event === 'entry:created' ? (payload?.entry?.id ?? '') : '';
}
