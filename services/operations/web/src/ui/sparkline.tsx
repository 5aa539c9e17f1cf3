/** A small line of the latest values, without axes. */

const WIDTH = 120;
const HEIGHT = 32;

/** Returns the path of a line through the values, scaled to the box; gaps where a value is undefined. */
function toPath(values: readonly (number | undefined)[], width = WIDTH, height = HEIGHT): string {
  // Room above the highest value: a steady line is not glued to the top.
  const highest = Math.max(1e-9, ...values.map((value) => value ?? 0)) * 1.3;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let isDrawing = false;
  values.forEach((value, index) => {
    if (value === undefined) {
      isDrawing = false;
      return;
    }
    const y = height - 2 - (value / highest) * (height - 4);
    path += `${isDrawing ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    isDrawing = true;
  });
  return path;
}

/** Closes each part of a line along the bottom of the box. */
function toArea(path: string): string {
  return path
    .split('M')
    .filter((part) => part.includes('L'))
    .map(
      (part) =>
        `M${part}L${part.split('L').at(-1)?.split(' ')[0]} ${HEIGHT}L${part.split(' ')[0]} ${HEIGHT}Z`,
    )
    .join('');
}

/** Draws the values, the oldest on the left. Decoration: the number alongside carries the meaning. */
export function Sparkline({ values }: { values: readonly (number | undefined)[] }) {
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="area" d={toArea(toPath(values))} />
      <path className="line" d={toPath(values)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
