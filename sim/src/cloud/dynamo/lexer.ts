/** Splits DynamoDB expressions into tokens. */

/** A piece of an expression. */
export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';
  readonly text: string;
}

/** DynamoDB refuses the call. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const TOKEN =
  /\s*(?:(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z_][A-Za-z0-9_]*)|([0-9]+)|(<>|<=|>=|[=<>()[\].,+-]))/y;

/** Returns the tokens of an expression, an end token last. Throws ExpressionError. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const text = expression.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new ExpressionError(`Invalid expression at ${at}: ${text.slice(at, at + 20)}`);
    const [, name, value, word, number, symbol] = match;
    if (name) tokens.push({ kind: 'name', text: name });
    else if (value) tokens.push({ kind: 'value', text: value });
    else if (word) tokens.push({ kind: 'word', text: word });
    else if (number) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'symbol', text: symbol ?? '' });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

/** Reads tokens one by one. */
export class TokenReader {
  #index = 0;

  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#tokens[this.#index] as Token;
  }

  /** The token after the next. */
  get afterNext(): Token {
    return (this.#tokens[this.#index + 1] ?? this.#tokens.at(-1)) as Token;
  }

  /** Takes the next token. */
  take(): Token {
    const token = this.next;
    this.#index += 1;
    return token;
  }

  /** Takes the next token if it is this word (in any case) or symbol. */
  accept(text: string): boolean {
    const { kind, text: found } = this.next;
    const matches =
      kind === 'symbol' ? found === text : kind === 'word' && found.toUpperCase() === text.toUpperCase();
    if (matches) this.#index += 1;
    return matches;
  }

  /** Takes the next token, which must be this word or symbol. */
  expect(text: string): void {
    if (!this.accept(text))
      throw new ExpressionError(`Invalid expression: expected ${text}, found ${this.next.text || 'the end'}`);
  }
}
