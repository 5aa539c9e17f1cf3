/**
 * Returns the URL of an action (`/events`, `/cancel`) on the order of a poll URL, with the same signature. Returns
 * undefined when `pollUrl` is an order id instead of a URL.
 */
export function orderUrl(pollUrl: string, action: string): URL | undefined {
  if (!/^https?:\/\//.test(pollUrl)) return undefined;
  const url = new URL(pollUrl);
  url.pathname += action;
  return url;
}
