/** Statistics and tables for the benchmark's output. Decides nothing about good or bad. */
import {cpus, loadavg, totalmem} from 'node:os';

export type Figures = {
  median: number;
  p25: number;
  p75: number;
  p90: number;
  p99: number;
  min: number;
  max: number;
  runs: number;
};

export function figures(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? NaN;
  return {
    median: at(0.5),
    p25: at(0.25),
    p75: at(0.75),
    p90: at(0.9),
    p99: at(0.99),
    min: at(0),
    max: at(1),
    runs: sorted.length,
  };
}

/** `12 (11..13)`: the median, and in brackets the least and the largest figure. */
export function spread({median, min, max}: Figures, digits = 0): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}..${max.toFixed(digits)})`;
}

export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  const [head = [], ...rest] = rows;
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rest.map(line)].join(
    '\n',
  );
}

export function machine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${String(all.length)} × ${all[0]?.model.trim() ?? 'unknown'}, ${String(memory)} GiB, node ${process.version} outside, load ${(loadavg()[0] ?? NaN).toFixed(1)} before`;
}

/** Memory after a collection. Needs `--expose-gc`. */
export function residentMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1e6;
}
