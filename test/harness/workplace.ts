/**
 * Where tests keep temporary data, and the book of processes they started. The run that opened it clears both away
 * at its end, also when a test failed or a worker died before it could tidy up.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hopeless, until } from './until.ts';

const VARIABLE = 'MIRADESK_TEST_DIR';

/** Opens it for this run, workers included. Answers what clears it away; the second to open one has nothing to clear. */
export async function openWorkplace(): Promise<() => Promise<void>> {
  if (process.env[VARIABLE]) return async () => {};
  const dir = mkdtempSync(join(tmpdir(), 'miradesk-test-'));
  await mkdir(join(dir, 'pids'));
  process.env[VARIABLE] = dir;
  return async () => {
    for (const pid of readdirSync(join(dir, 'pids'))) killIfOurs(Number(pid), readFileSync(join(dir, 'pids', pid), 'utf8'));
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    delete process.env[VARIABLE];
  };
}

function workplace(): string {
  const dir = process.env[VARIABLE];
  if (!dir) throw new Error('Tests run under vitest with its global set-up');
  return dir;
}

/** A new empty directory that goes away at the end of the run. */
export function temporaryDirectory(name: string): string {
  return mkdtempSync(join(workplace(), `${name}-`));
}

/** A directory that is made by `make` once in a run, whichever worker asks first; the others wait for it. */
export async function onceARun(name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(workplace(), name);
  const made = `${directory}.made`;
  await until(async () => {
    if (existsSync(made)) return true;
    try {
      mkdirSync(directory);
    } catch {
      return false; // somebody else is at it
    }
    try {
      await make(directory);
      writeFileSync(made, '');
      return true;
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw new Hopeless(`${name} could not be made`, { cause: error });
    }
  }, { timeout: 120_000, every: 50, what: name });
  return directory;
}

/** Writes a started process into the book. `mark` stands in its command line, so that a number used again by another process is left alone. */
export function noteProcess(pid: number, mark: string): void {
  mkdirSync(join(workplace(), 'pids'), { recursive: true });
  writeFileSync(join(workplace(), 'pids', String(pid)), mark);
}

/** Takes a process that ended out of the book. */
export function forgetProcess(pid: number): void {
  rmSync(join(workplace(), 'pids', String(pid)), { force: true });
}

function killIfOurs(pid: number, mark: string): void {
  let commandLine: string;
  try {
    commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    commandLine = process.platform === 'linux' ? '' : mark;
  }
  if (!commandLine.includes(mark)) return;
  // With the processes it started, where it leads a group of them; only it where it does not.
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
      return;
    } catch {
      // No such group, or it ended in the meantime.
    }
  }
}
