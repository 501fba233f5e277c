/** What a benchmark says: a line per figure, with the baseline it is compared with, or the word that it stands alone. */
export interface Line {
  figure: string;
  measured: string;
  /** What it is compared with, measured in the same run; null: the figure is absolute. */
  baseline: string | null;
  ratio: number | null;
  /** What the project wants of it. */
  target: string;
  /** Null where there is no yes or no. */
  met: boolean | null;
}

export function printTable(title: string, lines: readonly Line[]): void {
  const rows = [
    ['figure', 'measured', 'baseline', 'ratio', 'target', ''],
    ...lines.map(({ figure, measured, baseline, ratio, target, met }) => [figure, measured, baseline ?? 'absolute', ratio === null ? '' : ratio.toFixed(3), target, met === null ? '' : met ? 'met' : 'NOT MET']),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  process.stdout.write(`\n${title}\n`);
  for (const row of rows) process.stdout.write(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] ?? Number.NaN : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** 12345.6 as 12,346. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
