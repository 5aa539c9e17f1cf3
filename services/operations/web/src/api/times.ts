/** Timestamps of messages as epoch milliseconds. */
import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';

/** Returns a timestamp in epoch milliseconds; undefined where there is none. */
export function toMs(timestamp: Timestamp | undefined): number | undefined {
  return timestamp && timestampMs(timestamp);
}
