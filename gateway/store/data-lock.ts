/**
 * Keeps a second process out of DATA_DIR: two at once would destroy the database, and PGlite has no lock of its own.
 *
 * Whoever wants the lock first puts up a claim, a file of its own in the folder, and then looks round. Seeing nobody else alive it turns the
 * claim into the lock by renaming it, which also replaces the lock of a process that was killed. Two who come at the same
 * moment: the later claim was made before its maker looked round, so at least one of them sees the other; whoever does
 * withdraws and tries again. So there may be a moment in which nobody gets the lock, but never one in which two do.
 *
 * Whether a process is alive can be asked only where its number means something. Of one in another container, or on another machine that
 * shares the folder, the lock itself is the sign of life: its holder touches it every other second.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface DataLock {
  /** Lets the next process in. */
  release(): Promise<void>;
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

/** Which process: the number alone is given to others later, and after a reboot from the beginning. */
interface Owner { pid: number; started: string | null; boot: string | null; numberedBy?: string }

const LOCK = 'miradesk.lock';
const CLAIM = /^miradesk\.claim\.[0-9a-f]+$/;
/** How often a claimant that meets another one steps back. With waits of 10 to 60 ms: some two seconds. */
const ATTEMPTS = 60;
const TOUCH_MS = 2_000;
/** A lock of somewhere else that was not touched for so long belongs to nobody any more. */
const SILENT_MS = 10_000;

/** Takes the lock of a data folder, making the folder when it is missing. Rejects with DataLockedError when a living process has it. */
export async function lockData(dataDir: string): Promise<DataLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = join(dataDir, LOCK);
  const mine = join(dataDir, `miradesk.claim.${randomBytes(8).toString('hex')}`);
  const content = JSON.stringify(describe(process.pid));
  for (let attempt = 1; ; attempt += 1) {
    const holder = await settled(lock);
    if (holder !== null) throw new DataLockedError(holder, dataDir);
    // Written elsewhere and renamed, so that nobody reads half a claim and takes it for that of a dead process.
    await writeFile(`${mine}.new`, content);
    await rename(`${mine}.new`, mine);
    const rival = await livingRival(dataDir, mine);
    if (rival === null) {
      await rename(mine, lock);
      const isMine = async () => (await contentOf(lock)) === content;
      const touch = async () => {
        if (await isMine()) await utimes(lock, new Date(), new Date());
      };
      const touching = setInterval(() => void touch().catch(() => {}), TOUCH_MS);
      touching.unref();
      return {
        async release() {
          clearInterval(touching);
          // Somebody elsewhere may have taken it while this process was frozen.
          if (await isMine()) await rm(lock, { force: true });
        },
      };
    }
    await rm(mine, { force: true });
    if (attempt === ATTEMPTS) throw new DataLockedError(rival, dataDir);
    await wait(10 + Math.random() * 50);
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
  for (const file of (await readdir(dataDir)).filter((name) => CLAIM.test(name)).map((name) => join(dataDir, name))) {
    if (file === mine) continue;
    const pid = await living(file);
    if (pid !== null) return pid;
    await rm(file, { force: true });
  }
  return living(join(dataDir, LOCK));
}

/** The pid in the file, if that process is alive; null when it is not, or when there is no file. */
async function living(file: string): Promise<number | null> {
  const owner = ownerIn(await contentOf(file));
  if (owner && isElsewhere(owner)) return Math.abs(Date.now() - await touchedAt(file)) < SILENT_MS ? owner.pid : null;
  const now = owner && describe(owner.pid);
  // Where the system doesn't tell when a process started, the number has to do.
  return owner && now && now.started === owner.started && now.boot === owner.boot ? owner.pid : null;
}

function isElsewhere({ numberedBy }: Owner): boolean {
  return numberedBy !== undefined && numberedBy !== NUMBERED_BY;
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Milliseconds since 1970; 0 when there is no file. */
async function touchedAt(file: string): Promise<number> {
  return stat(file).then(({ mtimeMs }) => mtimeMs, () => 0);
}

/** What a lock file says; null when it says nothing, as after a power cut. */
function ownerIn(content: string): Owner | null {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && 'pid' in value ? (value as Owner) : null;
  } catch {
    return null;
  }
}

/** What identifies a process; null when there is none of this number. */
function describe(pid: number): Owner | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, but belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  return { pid, started: startOf(pid), boot: read('/proc/sys/kernel/random/boot_id'), numberedBy: NUMBERED_BY };
}

/** Where process numbers mean what they mean here: this machine and, where there are such, this container. */
const NUMBERED_BY = numberedBy();

function numberedBy(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function startOf(pid: number): string | null {
  // The second field is the program's name in brackets and may contain anything; the 22nd, counted from there, is the start.
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
