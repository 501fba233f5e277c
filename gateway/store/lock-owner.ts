/** Whose a lock file is, and whether they live. */
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Which process: the number alone is given to others later, and after a reboot from the beginning. */
export interface Owner { pid: number; started: string | null; boot: string | null; numberedBy?: string }

/** A lock of somewhere else that was not touched for so long belongs to nobody any more. */
export const SILENT_MS = 10_000;
/** The pid in the file, if that process is alive; null when it is not, or when there is no file. */
export async function living(file: string): Promise<number | null> {
  const owner = ownerIn(await contentOf(file));
  if (owner && isElsewhere(owner)) return Math.abs(Date.now() - await touchedAt(file)) < SILENT_MS ? owner.pid : null;
  const now = owner && describeProcess(owner.pid);
  // Where the system doesn't tell when a process started, the number has to do.
  return owner && now && now.started === owner.started && now.boot === owner.boot ? owner.pid : null;
}

export function isElsewhere({ numberedBy }: Owner): boolean {
  return numberedBy !== undefined && numberedBy !== NUMBERED_BY;
}

export async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Milliseconds since 1970; 0 when there is no file. */
export async function touchedAt(file: string): Promise<number> {
  return stat(file).then(({ mtimeMs }) => mtimeMs, () => 0);
}

/** What a lock file says; null when it says nothing, as after a power cut. */
export function ownerIn(content: string): Owner | null {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && 'pid' in value ? (value as Owner) : null;
  } catch {
    return null;
  }
}

/** What identifies a process; null when there is none of this number. */
export function describeProcess(pid: number): Owner | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, but belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  const fields = statOf(pid);
  // It has ended, and only its parent has not looked yet; some parents never do.
  if (fields?.[0] === 'Z' || fields?.[0] === 'X') return null;
  return { pid, started: fields?.[19] ?? null, boot: read('/proc/sys/kernel/random/boot_id'), numberedBy: NUMBERED_BY };
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

/** What the system says of a process: its state, and 19 later when it was started; null where it says nothing. */
function statOf(pid: number): string[] | null {
  // The second field is the program's name in brackets and may contain anything; the third, counted from there, is the state.
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
