/** Which core does what: the server under measurement has one for itself, everything else shares the other, so that figures of a run can be compared. */
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { readdirSync, readFileSync } from 'node:fs';

/** Pinning needs two cores and util-linux' taskset. */
export const canPin = process.platform === 'linux' && availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0;

export const SERVER_CORE = 0;
export const OTHER_CORE = 1;

/** The command line that runs `command` on a core. */
export function onCore(core: number, command: string[]): [string, ...string[]] {
  const line = canPin ? ['taskset', '-c', String(core), ...command] : command;
  return line as [string, ...string[]];
}

/** Moves a process's first thread, which is where Node runs JavaScript, to a core; other threads stay where they are. */
export function pinMainThread(pid: number, core: number): void {
  if (canPin) execFileSync('taskset', ['-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}

/** Moves all threads of a process, and what they start from now on, to a core. */
export function pinProcess(pid: number, core: number): void {
  if (canPin) execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}

/** Processor time used so far by a process's first thread and by all others, in microseconds. Linux only; zeros elsewhere. */
export function threadTimes(pid: number): { main: number; others: number } {
  const times = { main: 0, others: 0 };
  if (process.platform !== 'linux') return times;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    times[Number(thread) === pid ? 'main' : 'others'] += timeOf(`/proc/${pid}/task/${thread}/stat`);
  }
  return times;
}

function timeOf(file: string): number {
  try {
    const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10_000; // hundredths of a second, user and system
  } catch {
    return 0; // the thread ended meanwhile
  }
}
