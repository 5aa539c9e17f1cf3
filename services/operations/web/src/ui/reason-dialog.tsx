/** A confirmation that asks why: the reason goes into the audit log. */
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from './confirm-dialog.js';

const REASON_MAX = 500;

/** Asks for a reason and runs an action with it. */
export function ReasonDialog(props: {
  title: string;
  action: string;
  run: (reason: string) => Promise<{ summary: string }>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { run, children, ...dialog } = props;
  const [reason, setReason] = useState('');
  return (
    <ConfirmDialog {...dialog} isDanger isReady={reason.trim() !== ''} run={() => run(reason.trim())}>
      {children}
      <ReasonField value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}

/** The field for the reason. */
export function ReasonField({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  return (
    <label className="field">
      <span>
        Reason <span className="hint">for the audit log</span>
      </span>
      <textarea
        className="input"
        value={value}
        maxLength={REASON_MAX}
        required
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
