/** Makes sure that dist/ holds what the source says, once for all test files. */
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../../esbuild.config.mjs';
import { until } from './until.ts';

/** The project's directory. */
export const root = join(import.meta.dirname, '../..');
const lockFile = join(root, 'node_modules/.cache/miradesk-build.lock');

/** Builds when a source file is newer than the built ones. Safe when several runs start at once. */
export async function buildWhenStale(): Promise<void> {
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  await until(takeLock, { timeout: 60_000, every: 50, what: `the build of another run to end (${lockFile})` });
  try {
    if (isStale()) await build();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function isStale(): boolean {
  const last = join(root, 'dist/meta.json'); // the build writes it last
  if (!existsSync(last)) return true;
  const builtAt = statSync(last).mtimeMs;
  const sources = globSync(['widget/**', 'console/**', 'shared/**', 'examples/react/**', 'esbuild.*.mjs', 'package-lock.json'], { cwd: root });
  return sources.some((file) => statSync(join(root, file)).mtimeMs > builtAt);
}

function takeLock(): boolean {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isAlive(Number(readFileSync(lockFile, 'utf8')))) rmSync(lockFile, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
