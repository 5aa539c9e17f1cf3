/** Icons of the console, drawn on a 20 x 20 grid. They are decoration: the text alongside carries the meaning. */

const PATHS = {
  overview: 'M3 13l4-5 3 3 6-7M3 17h14',
  orders: 'M4 5h12M4 10h12M4 15h8',
  letters: 'M3 5h14v10H3zM3 6l7 5 7-5',
  stock: 'M3 7l7-4 7 4v7l-7 4-7-4zM3 7l7 4 7-4M10 11v7',
  try: 'M6 4l10 6-10 6z',
  faults: 'M11 2L4 11h5l-1 7 8-10h-6z',
  sun: 'M10 6.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4',
  moon: 'M16.5 12.5A7 7 0 017.5 3.5a7 7 0 109 9z',
  auto: 'M3 4h14v9H3zM7 17h6M10 13v4',
  search: 'M9 3.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM13 13l4 4',
  copy: 'M7 7h9v10H7zM4 13V3h9',
  check: 'M4 10.5l4 4 8-9',
  close: 'M5 5l10 10M15 5L5 15',
  alert: 'M10 3l8 14H2zM10 8v4M10 14.5v.5',
  external: 'M8 4H4v12h12v-4M11 3h6v6M17 3l-8 8',
  back: 'M12 4l-6 6 6 6',
  refresh: 'M16 10a6 6 0 11-2-4.5M16 3v3.5h-3.5',
  plus: 'M10 4v12M4 10h12',
} as const;

/** Names of the icons. */
export type IconName = keyof typeof PATHS;

/** Draws an icon in the colour of the text. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
