/** An alarm for operators, and the resources that alarms watch. */
import type { CountedLineName, Reading } from './metrics.ts';

/** One alarm. Readings are taken each minute. */
export interface Alarm<T> {
  readonly name: string;
  readonly description: string;
  readonly reading: Reading<T>;
  /** The alarm is active while the reading is above. */
  readonly threshold: number;
  /** Minutes above the threshold, out of as many, until the alarm is active. */
  readonly minutes: number;
  /** True when an active alarm also rolls back a deployment of order-api. */
  readonly guardsDeployment: boolean;
  /** Section of the runbook, where it is not the name. */
  readonly section?: string;
  /** Seconds of one reading, 60 by default; `minutes` counts readings. */
  readonly periodSeconds?: number;
  /** Meaning of a missing reading; by default there is no trouble. */
  readonly missing?: 'breaching';
  /** True for a part of a composite alarm, which notifies in its place. */
  readonly isMember?: boolean;
}

/** Resources that the alarms watch. */
export interface Watched<T> {
  readonly orderQueue: T;
  readonly orderDlq: T;
  readonly tables: readonly T[];
  /** Absent where only data is deployed. */
  readonly loadBalancer?: T;
  /** Target group of the operators' console behind the load balancer; absent where it is off. */
  readonly consoleTarget?: T;
  /** Namespace of the metric that order-api's access log becomes; absent where order-api does not run. */
  readonly accessLogNamespace?: string;
  /** Namespace of the processor's own metrics; absent where no collector runs. */
  readonly namespace?: string;
  /** Stage of the services, whose logs count orders under it; absent where none run. */
  readonly stage?: string;
  /** Absent where webhooks are off. */
  readonly webhookQueue?: T;
  readonly webhookDlq?: T;
  /** Log lines that are counted, in the namespace of the access log's metric. */
  readonly countedLines?: readonly CountedLineName[];
}
