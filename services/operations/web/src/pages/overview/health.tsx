/** Health of what the pipeline consists of. */
import {
  type Breaker,
  BreakerState,
  type ServiceHealth,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { Tone } from '../../format/words.js';
import { Chip } from '../../ui/chip.js';

/** Lists services and dependencies with what is wrong. */
export function Services({ services }: { services: readonly ServiceHealth[] }) {
  return (
    <section className="card">
      <h2>Services</h2>
      <ul className="rows">
        {services.map(({ name, ready, problem }) => (
          <li key={name} className="row">
            <span className="row-name">
              {name}
              {problem && <span className="row-note">{problem}</span>}
            </span>
            <Chip tone={ready ? 'ok' : 'danger'}>{ready ? 'Ready' : 'Not ready'}</Chip>
          </li>
        ))}
      </ul>
    </section>
  );
}

const STATES: Readonly<Record<BreakerState, { tone: Tone; text: string }>> = {
  [BreakerState.UNSPECIFIED]: { tone: 'neutral', text: 'Unknown' },
  [BreakerState.CLOSED]: { tone: 'ok', text: 'Closed' },
  [BreakerState.OPEN]: { tone: 'danger', text: 'Open' },
  [BreakerState.HALF_OPEN]: { tone: 'warn', text: 'Probing' },
};

/** Lists the circuit breakers: closed is good. */
export function Breakers({ breakers }: { breakers: readonly Breaker[] }) {
  return (
    <section className="card">
      <h2>Circuit breakers</h2>
      {breakers.length === 0 && <p className="muted">No processor reports breakers.</p>}
      <ul className="rows">
        {breakers.map(({ dependency, instance, state }) => (
          <li key={`${dependency} ${instance}`} className="row">
            <span className="row-name">
              {dependency}
              {instance && <span className="row-note">{instance}</span>}
            </span>
            <Chip tone={STATES[state].tone}>{STATES[state].text}</Chip>
          </li>
        ))}
      </ul>
    </section>
  );
}
