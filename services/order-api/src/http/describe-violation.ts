/** Describes violations of a schema in plain words; tsoa's own messages contain JSON and its internal terms. */

/** A validator's message and its description. */
type Rule = readonly [pattern: RegExp, describe: (value: string) => string];

const RULES: readonly Rule[] = [
  [/^min (.+)$/s, (value) => `must be at least ${value}`],
  [/^max (.+)$/s, (value) => `must be at most ${value}`],
  [/^minLength (.+)$/s, (value) => `must have a length of at least ${value}`],
  [/^maxLength (.+)$/s, (value) => `must have a length of at most ${value}`],
  [/^minItems (.+)$/s, (value) => `must have a length of at least ${value}`],
  [/^maxItems (.+)$/s, (value) => `must have a length of at most ${value}`],
  [/^Not match in '(.+)'$/s, (value) => `must match ${value}`],
];

const ENUM = /^should be one of the following; \[(.*)\]$/s;
const UNION = /^Could not match the union against any of the items\. Issues: (.*)$/s;

/** A field's violation of one alternative of a union. */
type Issue = Readonly<Record<string, { readonly message: string }>>;

/**
 * Returns the description of a validator's message; a message that it does not know stays as it is.
 *
 * @example describeViolation('min 1') // 'must be at least 1'
 */
export function describeViolation(message: string): string {
  const allowed = toAllowed(message);
  if (allowed) return allowed.length === 1 ? `must be ${allowed[0]}` : `must be one of ${allowed.join(', ')}`;
  const issues = toIssues(message);
  if (issues) return [...new Set(issues.map(describeViolation))].join(', or ');
  for (const [pattern, describe] of RULES) {
    const value = pattern.exec(message)?.[1];
    if (value !== undefined) return describe(value);
  }
  return message;
}

/** Returns the values that an enumeration or a union of enumerations allows; undefined for any other message. */
function toAllowed(message: string): readonly string[] | undefined {
  const members = ENUM.exec(message)?.[1];
  if (members !== undefined) return members.split(',').map((member) => member.replace(/^'|'$/g, ''));
  const alternatives = toIssues(message)?.map(toAllowed);
  if (!alternatives || alternatives.length === 0) return undefined;
  return alternatives.every((values) => values !== undefined) ? alternatives.flat() : undefined;
}

/** Returns the messages of a union's alternatives; undefined for any other message. */
function toIssues(message: string): readonly string[] | undefined {
  const text = UNION.exec(message)?.[1];
  if (text === undefined) return undefined;
  const issues = JSON.parse(text) as readonly Issue[];
  return issues
    .flatMap((issue) => Object.values(issue).map((violation) => violation.message))
    .filter((each) => each !== 'invalid undefined value');
}
