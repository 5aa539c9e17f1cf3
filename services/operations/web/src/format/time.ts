/** Times for people: in the viewer's time zone, with UTC at hand. All times in epoch milliseconds. */

const DAY_MS = 86_400_000;

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dayFormat = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const fullFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'long',
  hourCycle: 'h23',
});

/** Returns the time of day for the last 24 hours, and the day with it for older times. */
export function formatTime(at: number, now: number): string {
  return now - at < DAY_MS ? clockFormat.format(at) : dayFormat.format(at);
}

/** Returns a time with its date and zone. */
export function formatFullTime(at: number): string {
  return fullFormat.format(at);
}

/** Returns a time in UTC to the millisecond, such as `2026-11-25 03:06:59.000 UTC`. */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** Returns a time span in its largest whole unit, such as `3 min`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** Returns a duration with the precision that its size asks for: `840 µs`, `12 ms`, `1.25 s`, `3 min 4 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1) return milliseconds <= 0 ? '0 ms' : `${Math.round(milliseconds * 1_000)} µs`;
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes} min ${Math.floor((milliseconds % 60_000) / 1_000)} s`;
}
