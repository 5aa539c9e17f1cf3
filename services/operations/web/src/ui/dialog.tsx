/** Modal dialogs on the browser's own element: it keeps the focus inside and closes with Escape. */
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';

/** Shows a form above the page until it is closed. Enter submits, Escape closes. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  onSubmit: () => void;
  actions: ReactNode;
  children: ReactNode;
}) {
  const { title, onClose, onSubmit, actions, children } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={titleId} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={titleId}>{title}</h2>
        {children}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => ref.current?.close()}>
            Cancel
          </button>
          {actions}
        </div>
      </form>
    </dialog>
  );
}
