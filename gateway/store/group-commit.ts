/**
 * Group commit: while one batch of a workspace is being committed the next one gathers; then it goes. There is no timer,
 * so a lone message waits for nothing, and under load batches grow by themselves.
 *
 * A batch holds commands of one workspace only (rule D8), in the order in which they came.
 */
import { isLostRace, RETRY_AFTER_MS, unavailable } from './sql-errors.ts';
import { StoreError } from './store.ts';

/** What became of one command of a batch. */
export type Outcome<R> = R | StoreError;

export interface GroupCommitOptions<C, R> {
  /** Commits a batch in one transaction and answers each command in its place. Rejects with StoreError when nothing was committed, or it cannot be known. */
  commit(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>>;
  /** How much a command weighs, in characters. */
  sizeOf(command: C): number;
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

/** How often a batch that lost a race with another gateway's is tried again as it is. */
const RACES_MAX = 3;

export class GroupCommit<C, R> {
  readonly #options: Required<GroupCommitOptions<C, R>>;
  readonly #queues = new Map<string, Array<Waiting<C, R>>>();
  #count = 0;
  #size = 0;
  #closed = false;
  #whenIdle: Array<() => void> = [];

  constructor(options: GroupCommitOptions<C, R>) {
    this.#options = { batchMax: 500, batchSizeMax: 1_000_000, queueMax: 10_000, queueSizeMax: 32_000_000, ...options };
  }

  /** Commits one command with others. Rejects with StoreError; `overloaded` when too many wait already. */
  append(workspaceId: string, command: C): Promise<R> {
    if (this.#closed) return Promise.reject(unavailable('the store is closed'));
    const size = this.#options.sizeOf(command);
    if (this.#count >= this.#options.queueMax || this.#size + size > this.#options.queueSizeMax) {
      return Promise.reject(new StoreError('overloaded', 'too many messages wait to be committed', { retryAfterMs: RETRY_AFTER_MS }));
    }
    this.#count += 1;
    this.#size += size;
    return new Promise((resolve, reject) => {
      const waiting = { command, size, resolve, reject };
      const queue = this.#queues.get(workspaceId);
      if (queue) {
        queue.push(waiting);
      } else {
        this.#queues.set(workspaceId, [waiting]);
        // What is appended in the same turn goes with the first one.
        queueMicrotask(() => void this.#run(workspaceId));
      }
    });
  }

  /** Refuses what comes from now on and waits until all that came before has its answer. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#queues.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** The workspace's one runner: it exists while there is a queue. Never rejects. */
  async #run(workspaceId: string): Promise<void> {
    const queue = this.#queues.get(workspaceId) ?? [];
    let answer: (() => void) | undefined;
    while (queue.length > 0) {
      const batch = this.#take(queue);
      const committed = this.#commit(workspaceId, batch);
      // The next batch is on its way before the answers to the last one are dealt with.
      answer?.();
      const outcomes = await committed;
      answer = () => this.#answer(batch, outcomes);
      if (queue.length === 0) {
        answer();
        answer = undefined;
      }
    }
    this.#queues.delete(workspaceId);
    if (this.#queues.size === 0) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  #take(queue: Array<Waiting<C, R>>): Array<Waiting<C, R>> {
    let count = 0;
    let size = 0;
    for (const { size: more } of queue) {
      if (count === this.#options.batchMax || (count > 0 && size + more > this.#options.batchSizeMax)) break;
      count += 1;
      size += more;
    }
    return queue.splice(0, count);
  }

  #answer(batch: Array<Waiting<C, R>>, outcomes: Array<Outcome<R>>): void {
    batch.forEach(({ resolve, reject, size }, place) => {
      this.#count -= 1;
      this.#size -= size;
      const outcome = outcomes[place];
      if (outcome === undefined) reject(new StoreError('internal', 'the database left a command without an answer'));
      else if (outcome instanceof StoreError) reject(outcome);
      else resolve(outcome);
    });
  }

  async #commit(workspaceId: string, batch: Array<Waiting<C, R>>): Promise<Array<Outcome<R>>> {
    const commands = batch.map(({ command }) => command);
    for (let race = 0; ; race += 1) {
      try {
        return await this.#options.commit(workspaceId, commands);
      } catch (error) {
        if (isLostRace(error) && race < RACES_MAX) continue;
        const failure = error instanceof StoreError ? error : new StoreError('internal', 'the batch failed', { cause: error });
        if (failure.code === 'unavailable' || commands.length === 1) return commands.map(() => failure);
        return this.#commitOneByOne(workspaceId, commands);
      }
    }
  }

  /** One of them is more than the database can take. The others must not suffer for it, nor lose their order. */
  async #commitOneByOne(workspaceId: string, commands: C[]): Promise<Array<Outcome<R>>> {
    const outcomes: Array<Outcome<R>> = [];
    for (const command of commands) {
      try {
        const [outcome] = await this.#options.commit(workspaceId, [command]);
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
