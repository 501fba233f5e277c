/** How the process itself is: memory, processor, event loop, open files. */
import { readdir, readFile } from 'node:fs/promises';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

type Sample = [labels: Record<string, string>, value: number];

export interface ProcessFigure { type: 'counter' | 'gauge'; name: string; help: string; read(): Sample[] | Promise<Sample[]> }

export interface ProcessFigures {
  figures: ProcessFigure[];
  /** Ends watching the event loop. */
  close(): void;
}

/** Finer than what is worth knowing, coarse enough to cost nothing. */
const RESOLUTION_MS = 20;

export function processFigures(): ProcessFigures {
  const begun = Date.now() / 1_000 - process.uptime();
  /** Begins with the first look: a gateway that nobody watches need not wake up for it. */
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  function eventLoopDelay(): Sample[] {
    if (!delay) {
      delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delay.enable();
      return [];
    }
    const { count } = delay;
    // It measures a timer's whole interval; late is what goes beyond.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
    const samples: Sample[] = count === 0 ? [] : [
      [{ quantile: '0.5' }, late(delay.percentile(50))], [{ quantile: '0.99' }, late(delay.percentile(99))], [{ quantile: '1' }, late(delay.max)]];
    delay.reset();
    return samples;
  }

  return {
    figures: [
      { type: 'gauge', name: 'miradesk_process_start_time_seconds', help: 'When the process was started, in seconds since 1970.', read: () => [[{}, begun]] },
      { type: 'counter', name: 'miradesk_process_cpu_seconds_total', help: 'Processor time of the process, all its threads together.', read: () => {
        const { user, system } = process.cpuUsage();
        return [[{ mode: 'user' }, user / 1e6], [{ mode: 'system' }, system / 1e6]];
      } },
      { type: 'gauge', name: 'miradesk_process_memory_bytes', help: 'Memory of the process: resident in all, and of it the JavaScript heap in use and what lies outside of the heap.', read: () => {
        const { rss, heapUsed, external } = process.memoryUsage();
        return [[{ kind: 'resident' }, rss], [{ kind: 'heap_used' }, heapUsed], [{ kind: 'external' }, external]];
      } },
      { type: 'gauge', name: 'miradesk_process_open_files', help: 'Open files and sockets of the process; Linux only.', read: () => countOpenFiles() },
      { type: 'gauge', name: 'miradesk_process_open_files_max', help: 'How many it may have open; Linux only.', read: () => limitOfOpenFiles() },
      { type: 'counter', name: 'miradesk_event_loop_busy_seconds_total', help: 'Time the event loop was at work; its rate is the share of one processor core.', read: () =>
        [[{}, performance.eventLoopUtilization().active / 1_000]] },
      { type: 'gauge', name: 'miradesk_event_loop_delay_seconds', help: 'How late the event loop was since the figures were last read; absent in the first answer.', read: eventLoopDelay },
    ],
    close() {
      delay?.disable();
    },
  };
}

async function countOpenFiles(): Promise<Sample[]> {
  try {
    return [[{}, (await readdir('/proc/self/fd')).length]];
  } catch {
    return [];
  }
}

async function limitOfOpenFiles(): Promise<Sample[]> {
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1]);
    return Number.isFinite(limit) ? [[{}, limit]] : [];
  } catch {
    return [];
  }
}
