/** Short messages about what an action did. Screen readers announce them. */
import { Store, useStore } from '../api/store.js';
import type { Tone } from '../format/words.js';
import { Icon } from './icons.js';

interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

/** Time that a message is shown, in milliseconds. */
const SHOWN_MS = 6_000;

const toasts = new Store<readonly Toast[]>([]);
let lastId = 0;

function remove(id: number): void {
  toasts.set(toasts.value.filter((toast) => toast.id !== id));
}

/** Shows a message for some seconds. */
export function showToast(tone: Tone, text: string): void {
  lastId += 1;
  const id = lastId;
  toasts.set([...toasts.value, { id, tone, text }]);
  setTimeout(() => remove(id), SHOWN_MS);
}

/** Shows the current messages. */
export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, tone, text }) => (
        <div key={id} className={`banner tone-${tone}`}>
          <Icon name={tone === 'danger' ? 'alert' : 'check'} />
          <span className="banner-text">{text}</span>
          <button type="button" className="icon-button small" aria-label="Dismiss" onClick={() => remove(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
