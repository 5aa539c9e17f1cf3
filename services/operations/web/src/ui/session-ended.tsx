/** Asks to sign in again, above whatever page is shown: it can still be read behind. */
import { useEffect, useRef } from 'react';

/** The address that signs in and returns to this page. */
function signInUrl(): string {
  const { pathname, search } = globalThis.location;
  return `/auth/login?return_to=${encodeURIComponent(pathname + search)}`;
}

/** Shows the dialog. It cannot be closed: nothing would work without a session. */
export function SessionEnded() {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby="session-ended"
      onCancel={(event) => event.preventDefault()}
    >
      <form method="dialog">
        <h2 id="session-ended">Your session has ended</h2>
        <p>Sign in again to go on. You come back to this page, with its filters.</p>
        <div className="dialog-actions">
          <a className="button primary" href={signInUrl()}>
            Sign in
          </a>
        </div>
      </form>
    </dialog>
  );
}
