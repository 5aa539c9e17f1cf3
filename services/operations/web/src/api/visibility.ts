/**
 * Visibility of the page. Over HTTP/1.1 a browser opens six connections to one origin for all its tabs: hidden tabs
 * must not hold any.
 */

/** Time for which a page may be hidden before its streams are closed, in milliseconds. */
const GRACE_MS = 10_000;

/** Calls `abort` once the page has been hidden for a while. Returns the end of watching. */
export function abortWhenHidden(abort: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(abort, GRACE_MS);
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', follow);
  };
}

/** Resolves when the page can be seen, or when the signal aborts. */
export function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', check);
      signal.removeEventListener('abort', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
    signal.addEventListener('abort', check);
    check();
  });
}
