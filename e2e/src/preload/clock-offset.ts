/**
 * Loaded into a process before its program (`node --import`): gives it a clock of its own, `CLOCK_OFFSET_MS` milliseconds
 * ahead of the machine's, behind it where negative. Timers run as before.
 */
const offsetMs = Number(process.env.CLOCK_OFFSET_MS);
if (!Number.isInteger(offsetMs)) throw new Error(`CLOCK_OFFSET_MS is "${process.env.CLOCK_OFFSET_MS}"`);

const MachineDate = Date;

/** A Date whose present is that of the process's own clock. */
class OffsetDate extends MachineDate {
  constructor(...args: readonly unknown[]) {
    super(...((args.length === 0 ? [OffsetDate.now()] : args) as [number]));
  }

  static override now(): number {
    return MachineDate.now() + offsetMs;
  }
}

globalThis.Date = OffsetDate as DateConstructor;
