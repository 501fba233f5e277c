/**
 * Group commit: while one batch of a workspace is being committed the next one gathers; then it goes. There is no timer,
 * so a lone message waits for nothing, and under load batches grow by themselves.
 *
 * A batch holds commands of one workspace only (rule D8), in the order in which they came.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CommitFigures } from './commit-figures.ts';
import { isLostRace, RETRY_AFTER_MS, unavailable } from './sql-errors.ts';
import { StoreError } from './store.ts';

/** What became of one command of a batch. */
export type Outcome<R> = R | StoreError;

export interface GroupCommitOptions<C, R> {
  /** Commits a batch in one transaction and answers each command in its place. Rejects with StoreError when nothing was committed, or it cannot be known. */
  commit(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>>;
  /** How much a command weighs, in characters. */
  sizeOf(command: C): number;
  /** Places of a batch's commands, in parts that are committed one after another, each for itself. All in one when not given. */
  splitBatch?(commands: readonly C[]): number[][];
  /** Most commands in a batch. */
  batchMax?: number;
  /** Most characters in a batch of more than one command. */
  batchSizeMax?: number;
  /** Most commands waiting or under way, of all workspaces together. */
  queueMax?: number;
  /** Most characters waiting or under way, of all workspaces together. */
  queueSizeMax?: number;
}

interface Waiting<C, R> {
  command: C;
  size: number;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** What one workspace has waiting and under way. */
interface Queue<C, R> { waiting: Array<Waiting<C, R>>; count: number; size: number }

/**
 * A workspace may have so many times as much waiting as there is still room for: one that alone sends too much gets three quarters of the queue, two such
 * three sevenths each, and there is always room for the others.
 */
const TIMES_THE_ROOM = 3;

/** How often a batch that lost a race with another gateway's is tried again as it is. */
const RACES_MAX = 3;

export class GroupCommit<C, R> {
  readonly figures = new CommitFigures();
  readonly #options: Required<GroupCommitOptions<C, R>>;
  readonly #queues = new Map<string, Queue<C, R>>();
  #count = 0;
  #size = 0;
  #closed = false;
  #whenIdle: Array<() => void> = [];

  constructor(options: GroupCommitOptions<C, R>) {
    this.#options = {
      batchMax: 500, batchSizeMax: 1_000_000, queueMax: 10_000, queueSizeMax: 32_000_000, splitBatch: (commands) => [commands.map((_, place) => place)], ...options,
    };
  }

  /** Commands waiting or under way. */
  get queued(): number {
    return this.#count;
  }

  /** Commits one command with others. Rejects with StoreError; `overloaded` when too many wait already, of all or of this workspace. */
  append(workspaceId: string, command: C): Promise<R> {
    if (this.#closed) return Promise.reject(unavailable('the store is closed'));
    const size = this.#options.sizeOf(command);
    const known = this.#queues.get(workspaceId);
    if (!this.#hasRoom(known, size)) {
      return Promise.reject(new StoreError('overloaded', 'too many messages wait to be committed', { retryAfterMs: RETRY_AFTER_MS }));
    }
    this.#count += 1;
    this.#size += size;
    return new Promise((resolve, reject) => {
      const queue = known ?? { waiting: [], count: 0, size: 0 };
      queue.waiting.push({ command, size, resolve, reject });
      queue.count += 1;
      queue.size += size;
      if (!known) {
        this.#queues.set(workspaceId, queue);
        // What is appended in the same turn goes with the first one.
        queueMicrotask(() => void this.#run(workspaceId));
      }
    });
  }

  #hasRoom(queue: Queue<C, R> | undefined, size: number): boolean {
    const places = this.#options.queueMax - this.#count;
    const characters = this.#options.queueSizeMax - this.#size;
    if (places <= 0 || size > characters) return false;
    return !queue || (queue.count < TIMES_THE_ROOM * places && queue.size + size <= TIMES_THE_ROOM * characters);
  }

  /** Refuses what comes from now on and waits until all that came before has its answer. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#queues.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** The workspace's one runner: it exists while there is a queue. Never rejects. */
  async #run(workspaceId: string): Promise<void> {
    const queue = this.#queues.get(workspaceId);
    if (!queue) return;
    let answer: (() => void) | undefined;
    while (queue.waiting.length > 0) {
      const batch = this.#take(queue.waiting);
      const committed = this.#commitInParts(workspaceId, batch.map(({ command }) => command));
      if (answer) {
        // The next batch is on its way, drivers' own queues included, before the answers to the last one are dealt with.
        await nextTurn();
        answer();
      }
      const outcomes = await committed;
      answer = () => this.#answer(queue, batch, outcomes);
      if (queue.waiting.length === 0) {
        answer();
        answer = undefined;
      }
    }
    this.#queues.delete(workspaceId);
    if (this.#queues.size === 0) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  #take(waiting: Array<Waiting<C, R>>): Array<Waiting<C, R>> {
    let count = 0;
    let size = 0;
    for (const { size: more } of waiting) {
      if (count === this.#options.batchMax || (count > 0 && size + more > this.#options.batchSizeMax)) break;
      count += 1;
      size += more;
    }
    return waiting.splice(0, count);
  }

  #answer(queue: Queue<C, R>, batch: Array<Waiting<C, R>>, outcomes: Array<Outcome<R>>): void {
    batch.forEach(({ resolve, reject, size }, place) => {
      this.#count -= 1;
      this.#size -= size;
      queue.count -= 1;
      queue.size -= size;
      const outcome = outcomes[place];
      if (outcome === undefined) reject(new StoreError('internal', 'the database left a command without an answer'));
      else if (outcome instanceof StoreError) reject(outcome);
      else resolve(outcome);
    });
  }

  async #commitInParts(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>> {
    const outcomes: Array<Outcome<R>> = [];
    for (const places of this.#options.splitBatch(commands)) {
      if (places.length === commands.length) return this.#commit(workspaceId, commands);
      if (places.length === 0) continue;
      const part = await this.#commit(workspaceId, places.map((place) => commands[place] as C));
      places.forEach((place, index) => { outcomes[place] = part[index] as Outcome<R>; });
    }
    return outcomes;
  }

  async #commit(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>> {
    for (let race = 0; ; race += 1) {
      try {
        return await this.#call(workspaceId, commands);
      } catch (error) {
        if (isLostRace(error) && race < RACES_MAX) continue;
        const failure = error instanceof StoreError ? error : new StoreError('internal', 'the batch failed', { cause: error });
        if (failure.code === 'unavailable' || commands.length === 1) return commands.map(() => failure);
        return this.#commitOneByOne(workspaceId, commands);
      }
    }
  }

  async #call(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>> {
    const begun = performance.now();
    try {
      const outcomes = await this.#options.commit(workspaceId, commands);
      this.figures.committed(commands.length, performance.now() - begun);
      return outcomes;
    } catch (error) {
      this.figures.failed += 1;
      throw error;
    }
  }

  /** One of them is more than the database can take. The others must not suffer for it, nor lose their order. */
  async #commitOneByOne(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>> {
    const outcomes: Array<Outcome<R>> = [];
    for (const command of commands) {
      try {
        const [outcome] = await this.#call(workspaceId, [command]);
        outcomes.push(outcome ?? new StoreError('internal', 'the database left a command without an answer'));
      } catch (error) {
        const failure = error instanceof StoreError ? error : new StoreError('internal', 'the command failed', { cause: error });
        outcomes.push(failure);
        if (failure.code === 'unavailable') break;
      }
    }
    const rest = outcomes.at(-1);
    while (outcomes.length < commands.length && rest !== undefined) outcomes.push(rest);
    return outcomes;
  }
}
