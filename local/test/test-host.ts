import { EventEmitter, once } from 'node:events';

/** A process of the test's own: what is printed, and `line` events with it. */
export class TestHost extends EventEmitter {
  readonly printed: string[] = [];
  errors = '';
  readonly stdout = {
    write: (text: string) => {
      this.printed.push(text.trim());
      this.emit('line', text.trim());
    },
  };
  readonly stderr = { write: (text: string) => (this.errors += text) };

  readonly env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    super();
    this.env = env;
  }

  /** Resolves when something is printed that starts with this. */
  async prints(start: string): Promise<void> {
    while (!this.printed.some((line) => line.startsWith(start))) await once(this, 'line');
  }
}
