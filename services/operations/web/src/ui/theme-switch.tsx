/** Chooses light, dark, or the system's theme. theme.js applies the choice. */
import { useState } from 'react';
import { Icon } from './icons.js';

const CHOICES = [
  { value: 'light', label: 'Light theme', icon: 'sun' },
  { value: 'dark', label: 'Dark theme', icon: 'moon' },
  { value: 'auto', label: 'Theme of the system', icon: 'auto' },
] as const;

type Choice = (typeof CHOICES)[number]['value'];

function readChoice(): Choice {
  try {
    const stored = localStorage.getItem('theme');
    return stored === 'light' || stored === 'dark' ? stored : 'auto';
  } catch {
    return 'auto';
  }
}

/** Shows the three choices. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState(readChoice);
  const choose = (value: Choice) => {
    setChoice(value);
    try {
      localStorage.setItem('theme', value);
    } catch {
      // Storage is blocked: the theme of the system stays.
    }
    dispatchEvent(new Event('theme-choice'));
  };
  return (
    <div className="segmented" role="group" aria-label="Theme">
      {CHOICES.map(({ value, label, icon }) => (
        <button
          key={value}
          type="button"
          aria-label={label}
          title={label}
          aria-pressed={choice === value}
          onClick={() => choose(value)}
        >
          <Icon name={icon} size={15} />
        </button>
      ))}
    </div>
  );
}
