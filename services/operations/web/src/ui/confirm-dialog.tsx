/** A confirmation without a reason. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { Failure } from './states.js';
import { showToast } from './toasts.js';

/** Runs an action after it is confirmed. Reads everything again afterwards. */
export function ConfirmDialog(props: {
  title: string;
  action: string;
  run: () => Promise<{ summary: string }>;
  onClose: () => void;
  /** False while the form is not complete. */
  isReady?: boolean;
  /** True for what cannot be undone. */
  isDanger?: boolean;
  children: ReactNode;
}) {
  const { title, action, run, onClose, isReady = true, isDanger = false, children } = props;
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: run,
    onSuccess: ({ summary }) => {
      showToast('ok', summary);
      onClose();
    },
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => change.mutate()}
      actions={
        <button
          type="submit"
          className={isDanger ? 'button danger solid' : 'button primary'}
          disabled={!isReady || change.isPending}
        >
          {change.isPending ? 'Working…' : action}
        </button>
      }
    >
      {children}
      {change.isError && <Failure error={change.error} />}
    </Dialog>
  );
}
