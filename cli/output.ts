/** How commands print: data on stdout, aligned for people or as JSON. */
import { plain, type Terminal } from './terminal.ts';

export type Cell = string | number | null | undefined;

export const printJson = (terminal: Terminal, data: unknown): void => void terminal.stdout.write(`${JSON.stringify(data, null, 2)}\n`);

export const printLine = (terminal: Terminal, line: string): void => void terminal.stdout.write(`${plain(line)}\n`);

/** Columns as wide as what is in them; numbers to the right. An absent value shows as `-`. */
function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) => row.map((cell) => plain(cell === null || cell === undefined || cell === '' ? '-' : String(cell))));
  const widths = headings.map((heading, index) => Math.max(width(heading), ...cells.map((row) => width(row[index]!))));
  const numeric = headings.map((_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (numeric[index] ? pad(widths[index]!, cell) + cell : cell + pad(widths[index]!, cell)))
      .join('  ')
      .trimEnd();
  return [line(headings), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

export function printTable(terminal: Terminal, headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
  terminal.stdout.write(formatTable(headings, rows));
}

/** `name  value` lines. */
export function printFacts(terminal: Terminal, facts: readonly (readonly [name: string, value: Cell])[]): void {
  const longest = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) printLine(terminal, `${name.padEnd(longest)}  ${value ?? '-'}`);
}

export const formatTime = (iso: string | null | undefined): string => (iso ? iso.replace('T', ' ').replace(/(\.\d+)?Z$/, '') : '-');

export function formatDuration(from: string | null, to: string | null): string {
  if (!from || !to) return '-';
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const width = (text: string): number => [...text].length;
const pad = (wanted: number, text: string): string => ' '.repeat(Math.max(0, wanted - width(text)));
