import { buildWhenStale } from './build.ts';
import { openWorkplace } from './workplace.ts';

/**
 * Once before all test files: what browsers load is built when the source is newer, and there is a place for temporary data.
 * A build that fails does not stop tests that need none of it; those that do say so (see gateway.ts).
 */
export default async function setup(): Promise<() => Promise<void>> {
  const close = await openWorkplace();
  try {
    await buildWhenStale();
  } catch (error) {
    process.stderr.write(`The build failed, so tests on built files will fail: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return close;
}
