/** Prints a trace as a sequence diagram: as text, or for Mermaid. */
import type { TraceLine } from '../kernel/trace.js';

/** Longest text of an arrow. */
const TEXT_MAX = 150;

/** Polls that bring nothing say nothing. */
const NOISE = /^(ReceiveMessage|GetQueueAttributes|scan |read |ChangeMessageVisibilityBatch)/;

/** The first stock is put on the shelves before this time, in virtual milliseconds. */
const SHELVES_MS = 2_000;

/** A text that is repeated more often than this is left out from then on. */
const REPEATS_MAX = 4;

/** Lines of one diagram at most. */
const LINES_MAX = 250;

/** The lines that matter, with short texts. */
function relevant(lines: readonly TraceLine[]): TraceLine[] {
  const seen = new Map<string, number>();
  const shown = interesting(lines).filter(({ text }) => {
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return count <= REPEATS_MAX;
  });
  if (shown.length <= LINES_MAX) return shown;
  const left = shown.length - LINES_MAX;
  const [last] = shown.slice(LINES_MAX - 1);
  const note = { at: last?.at ?? 0, from: 'world', to: 'world', text: `… and ${left} more events` };
  return [...shown.slice(0, LINES_MAX), note];
}

function interesting(lines: readonly TraceLine[]): TraceLine[] {
  return lines
    .filter(({ at, text }) => at >= SHELVES_MS && (!NOISE.test(text) || text.includes('!')))
    .map((line) => ({ ...line, text: shorten(line.text) }));
}

/** Names what an update does instead of spelling out every attribute. */
function shorten(text: string): string {
  const short = text.replace(/\[SET #status = :processing.*\]/, '[claim]').replaceAll(/\s+/g, ' ');
  return short.length > TEXT_MAX ? `${short.slice(0, TEXT_MAX - 1)}…` : short;
}

/** One line for each event: time in seconds, who, whom, what. */
export function toText(lines: readonly TraceLine[]): string {
  const shown = relevant(lines);
  const width = Math.max(0, ...shown.map(({ from }) => from.length));
  const target = Math.max(0, ...shown.map(({ from, to }) => (from === to ? 0 : to.length)));
  return shown
    .map(({ at, from, to, text }) => {
      const arrow = from === to ? '  ' : '->';
      return `${(at / 1_000).toFixed(3).padStart(10)}  ${from.padEnd(width)} ${arrow} ${(from === to ? '' : to).padEnd(target)}  ${text}`;
    })
    .join('\n');
}

/** A Mermaid sequence diagram. */
export function toMermaid(lines: readonly TraceLine[]): string {
  const shown = relevant(lines);
  const names = [...new Set(shown.flatMap(({ from, to }) => [from, to]))];
  const alias = new Map(names.map((name, index) => [name, `p${index}`]));
  const participants = names.map((name) => `  participant ${alias.get(name)} as ${name}`);
  const arrows = shown.map(({ at, from, to, text }) => {
    const label = `${(at / 1_000).toFixed(3)} s ${text}`.replaceAll(/[;#]/g, ' ');
    return from === to
      ? `  note over ${alias.get(from)}: ${label}`
      : `  ${alias.get(from)}->>${alias.get(to)}: ${label}`;
  });
  return ['sequenceDiagram', ...participants, ...arrows].join('\n');
}
