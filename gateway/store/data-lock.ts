/**
 * Keeps a second process out of DATA_DIR: two at once would destroy the database, and PGlite has no lock of its own.
 *
 * Whoever wants the lock first puts up a claim, a file of its own in the folder, and then looks round. Seeing nobody else alive it turns the
 * claim into the lock by renaming it, which also replaces the lock of a process that was killed. Two who come at the same
 * moment: the later claim was made before its maker looked round, so at least one of them sees the other; whoever does
 * withdraws and tries again. So there may be a moment in which nobody gets the lock, but never one in which two do.
 *
 * Whether a process is alive can be asked only where its number means something. Of one in another container, or on another machine that
 * shares the folder, the lock itself is the sign of life: its holder touches it every other second. A holder that stood still for too long, or
 * whose lock somebody deleted, finds out before it writes again (data-fence.ts): it makes its lock good, or it has lost it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { closeFence, isTrusted, lookNow, makeFence, renewFence, type Fence } from './data-fence.ts';
import { contentOf, describeProcess, isElsewhere, living, ownerIn, SILENT_MS, touchedAt } from './lock-owner.ts';

export interface DataLock {
  /** What the writing thread asks before it writes. */
  readonly fence: Fence;
  /** Looks whether the lock is still ours, and makes it good where it was deleted or emptied; done every other second anyway. */
  confirm(): Promise<void>;
  /** Lets the next process in. */
  release(): Promise<void>;
}

/** This process had the folder and has it no more; the message says why. Nothing may be written any more, so the process had better end. */
export class DataLostError extends Error {
  override readonly name = 'DataLostError';
}

/** Another process works with this folder; the message names it and says what to do. */
export class DataLockedError extends Error {
  override readonly name = 'DataLockedError';
  readonly pid: number;
  constructor(pid: number, dataDir: string) {
    super(`Another MiraDesk (process ${pid}) is using the data in ${resolve(dataDir)}. Stop it first, or give this one a DATA_DIR of its own.`);
    this.pid = pid;
  }
}

const LOCK = 'miradesk.lock';
const CLAIM = /^miradesk\.claim\.[0-9a-f]+$/;
/** How often a claimant that meets another one steps back. With waits of 10 to 60 ms: some two seconds. */
const ATTEMPTS = 60;
const TOUCH_MS = 2_000;
/** More than somebody needs from looking at a lock to taking it. */
const SETTLE_MS = 300;
/** How long somebody who came when the lock was missing has to see it again and withdraw. */
const WITHDRAW_MS = 2_000;

/**
 * Takes the lock of a data folder, making the folder when it is missing. Rejects with DataLockedError when a living process has it.
 * `onLost` is called when another process has taken it over in spite of all; from then on the fence is closed.
 */
export async function lockData(dataDir: string, onLost: (error: DataLostError) => void = () => {}): Promise<DataLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = join(dataDir, LOCK);
  const name = randomBytes(8).toString('hex');
  const mine = join(dataDir, `miradesk.claim.${name}`);
  const content = JSON.stringify({ ...describeProcess(process.pid), name });
  for (let attempt = 1; ; attempt += 1) {
    const holder = await settled(lock);
    if (holder !== null) throw new DataLockedError(holder, dataDir);
    // Written elsewhere and renamed, so that nobody reads half a claim and takes it for that of a dead process.
    await writeFile(`${mine}.new`, content);
    await rename(`${mine}.new`, mine);
    const rival = await livingRival(dataDir, mine);
    if (rival === null) {
      await rename(mine, lock);
      return new HeldLock(dataDir, content, onLost);
    }
    await rm(mine, { force: true });
    if (attempt === ATTEMPTS) throw new DataLockedError(rival, dataDir);
    await wait(10 + Math.random() * 50);
  }
}

class HeldLock implements DataLock {
  readonly fence: Fence;
  readonly #dataDir: string;
  readonly #content: string;
  readonly #onLost: (error: DataLostError) => void;
  readonly #touching: NodeJS.Timeout;
  #confirming: Promise<void> | undefined;
  #ended = false;

  constructor(dataDir: string, content: string, onLost: (error: DataLostError) => void) {
    this.fence = makeFence(join(dataDir, LOCK));
    this.#dataDir = dataDir;
    this.#content = content;
    this.#onLost = onLost;
    renewFence(this.fence, lookNow());
    // What goes wrong is tried again; the fence closes by itself when it goes wrong for long.
    this.#touching = setInterval(() => void this.confirm().catch(() => {}), TOUCH_MS);
    this.#touching.unref();
  }

  confirm(): Promise<void> {
    this.#confirming ??= this.#confirm().finally(() => { this.#confirming = undefined; });
    return this.#confirming;
  }

  async release(): Promise<void> {
    clearInterval(this.#touching);
    await this.#confirming?.catch(() => {});
    const isMine = !this.#ended && await this.#isMine();
    this.#ended = true;
    closeFence(this.fence);
    if (isMine) await rm(this.fence.file, { force: true });
  }

  async #confirm(): Promise<void> {
    if (this.#ended) return;
    const look = lookNow();
    const content = await contentOf(this.fence.file);
    const owner = ownerIn(content);
    if (content === this.#content) {
      await utimes(this.fence.file, new Date(), new Date());
      if (isTrusted(this.fence)) renewFence(this.fence, look);
      else await this.#settle();
    } else if (owner) this.#lose(`Another MiraDesk (process ${owner.pid}) has taken over the data in ${resolve(this.#dataDir)}, while this one stood still or its lock was missing.`);
    else await this.#putBack();
  }

  /** The lock was deleted or emptied. Whoever looked while it was missing may be about to take it, and then theirs it is. */
  async #putBack(): Promise<void> {
    closeFence(this.fence);
    const copy = join(this.#dataDir, `miradesk.lock.${randomBytes(8).toString('hex')}`);
    try {
      await writeFile(copy, this.#content);
      await rename(copy, this.fence.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#lose(`The folder ${resolve(this.#dataDir)}, with all the data, was removed or moved away while this process used it.`);
      return;
    }
    for (let waited = 0; (await livingClaim(this.#dataDir)) !== null; waited += 50) {
      if (waited >= WITHDRAW_MS) {
        this.#lose(`Another MiraDesk is taking over the data in ${resolve(this.#dataDir)}, because this one's lock was missing.`);
        return;
      }
      await wait(50);
    }
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await wait(SETTLE_MS);
    const look = lookNow();
    if (!this.#ended && await this.#isMine()) renewFence(this.fence, look);
  }

  async #isMine(): Promise<boolean> {
    return (await contentOf(this.fence.file)) === this.#content;
  }

  #lose(why: string): void {
    this.#ended = true;
    closeFence(this.fence);
    clearInterval(this.#touching);
    this.#onLost(new DataLostError(`${why} This process ends, to leave the data unharmed.`));
  }
}

/** As `living`; but a holder somewhere else, who may have been killed a moment ago, is given the time to show a sign of life or none. */
async function settled(lock: string): Promise<number | null> {
  const before = await touchedAt(lock);
  for (let waited = 0; waited <= SILENT_MS; waited += 250) {
    const owner = ownerIn(await contentOf(lock));
    const holder = await living(lock);
    if (holder === null || !owner || !isElsewhere(owner) || (await touchedAt(lock)) !== before) return holder;
    await wait(250);
  }
  return living(lock);
}

/** The pid of another living claimant or of the holder. The lock is looked at last: a claim that has vanished meanwhile has become the lock. */
async function livingRival(dataDir: string, mine: string): Promise<number | null> {
  return (await livingClaim(dataDir, mine)) ?? living(join(dataDir, LOCK));
}

async function livingClaim(dataDir: string, mine: string | null = null): Promise<number | null> {
  for (const file of (await readdir(dataDir)).filter((name) => CLAIM.test(name)).map((name) => join(dataDir, name))) {
    if (file === mine) continue;
    const pid = await living(file);
    if (pid !== null) return pid;
    await rm(file, { force: true });
  }
  return null;
}
