/** What fault tests did, as a table for people. */
import { existsSync, readFileSync } from 'node:fs';
import type { FaultReport } from './fault-run.ts';
import type { WorldKind } from './fault-world.ts';

/** One run, as a test left it behind. */
export type FaultLine = Omit<FaultReport, 'log'> & { world: WorldKind; scenario: string; seed: number };

/** The runs that tests appended to a file, a line of JSON each; none when there is no file. */
export function readLines(file: string): FaultLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as FaultLine);
}

const COLUMNS: ReadonlyArray<readonly [title: string, value: (line: FaultLine) => string | number]> = [
  ['scenario', ({ world, scenario }) => `${scenario} (${world})`],
  ['messages', ({ messages }) => messages],
  ['in trouble', ({ inTrouble }) => inTrouble],
  ['kills', ({ deeds }) => deeds.kills],
  ['restarts', ({ deeds }) => deeds.restarts],
  ['freezes', ({ deeds }) => deeds.freezes],
  ['partitions', ({ deeds }) => deeds.partitions],
  ['jumps', ({ deeds }) => deeds.jumps],
  ['cut', ({ network }) => network.cut],
  ['silenced', ({ network }) => network.silenced],
  ['dropped', ({ network }) => network.dropped],
  ['doubled', ({ network }) => network.duplicated],
  ['delayed', ({ network }) => network.delayed],
  ['overtaken', ({ network }) => network.reordered],
  ['reloads', ({ reloads }) => reloads],
  ['reconnects', ({ reconnects }) => reconnects],
  ['repaired', ({ repaired }) => repaired],
  ['latest s', ({ latestMs }) => (latestMs / 1_000).toFixed(1)],
  ['took s', ({ tookMs }) => (tookMs / 1_000).toFixed(0)],
  ['differences', ({ differences }) => differences.length],
];

/** The table, with a line of titles; numbers stand to the right. */
export function tableOf(lines: readonly FaultLine[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...lines.map((line) => COLUMNS.map(([, value]) => String(value(line))))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}
