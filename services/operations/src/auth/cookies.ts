/** Cookies of the login. */

/** Attributes in which cookies differ. */
export interface CookieOptions {
  /** Sent over HTTPS alone, and bound to this host. */
  readonly secure: boolean;
  /** Lax: also with the redirect from the login page. Strict: with requests of our own pages alone. */
  readonly sameSite: 'Lax' | 'Strict';
  /** 0 removes the cookie. */
  readonly maxAgeSeconds: number;
}

/** Returns the name of a cookie. Browsers refuse `__Host-` cookies that another host or plain HTTP sets. */
function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

/** Returns a Set-Cookie header. Scripts cannot read the cookie. */
export function toSetCookie(
  name: string,
  value: string,
  { secure, sameSite, maxAgeSeconds }: CookieOptions,
): string {
  const attributes = ['Path=/', 'HttpOnly', `SameSite=${sameSite}`, `Max-Age=${maxAgeSeconds}`];
  if (secure) attributes.push('Secure');
  return `${cookieName(name, secure)}=${value}; ${attributes.join('; ')}`;
}

/** Returns the value of a cookie in a Cookie header; undefined without one. */
export function readCookie(
  header: string | null | undefined,
  name: string,
  secure: boolean,
): string | undefined {
  const prefix = `${cookieName(name, secure)}=`;
  return header
    ?.split(/; */)
    .find((pair) => pair.startsWith(prefix))
    ?.slice(prefix.length);
}
