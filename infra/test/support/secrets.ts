/** Pulumi's wire form of a secret: an object with this key and signature around the value. */
export const SECRET_KEY = '4dabf18193072939515e22adb298388d';
export const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270';

/** A value without its envelopes, and the paths of its secrets. */
export interface Revealed<T> {
  readonly value: T;
  readonly secrets: string[];
}

/** Takes secrets out of their envelopes. Paths read `secretString` or `containers[0].password`. */
export function reveal<T>(wrapped: T): Revealed<T> {
  const secrets: string[] = [];
  const walk = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    if (SECRET_KEY in value && 'value' in value) {
      secrets.push(path);
      return walk(value.value, path);
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, walk(inner, path ? `${path}.${key}` : key)]),
    );
  };
  return { value: walk(wrapped, '') as T, secrets };
}
