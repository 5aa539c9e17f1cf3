/** One figure with its recent course. */
import { Link } from 'wouter';
import type { Tone } from '../../format/words.js';
import { Sparkline } from '../../ui/sparkline.js';

/** Shows a figure; a link where it leads somewhere. */
export function Tile(props: {
  label: string;
  value: string;
  unit?: string;
  note: string;
  tone?: Tone | undefined;
  href?: string;
  values: readonly (number | undefined)[];
}) {
  const { label, value, unit, note, tone, href, values } = props;
  return (
    <section className={`card tile${tone ? ` tone-${tone} toned` : ''}`}>
      <h2>{href ? <Link href={href}>{label}</Link> : label}</h2>
      <p className="tile-value">
        {value}
        {unit && <span className="unit">{unit}</span>}
      </p>
      <p className="muted">{note}</p>
      <Sparkline values={values} />
    </section>
  );
}
