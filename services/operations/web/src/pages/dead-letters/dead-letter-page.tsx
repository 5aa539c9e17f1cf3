/** One dead letter: its errors, its order, its exits. */
import { Code } from '@connectrpc/connect';
import type { DeadLetter } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { operations } from '../../api/clients.js';
import { codeOf } from '../../api/errors.js';
import { toMs } from '../../api/times.js';
import { useCanChange } from '../../api/viewer.js';
import { explainDeadLetter, toWords } from '../../format/words.js';
import { Chip } from '../../ui/chip.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { Empty, Failure, Skeleton } from '../../ui/states.js';
import { CopyId, Money, Time } from '../../ui/values.js';
import { RedriveDialog } from './redrive-dialog.js';
import { useRedrive } from './redrive-run.js';

/** Shows the messages with that id, or of that order. */
export function DeadLetterPage({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['dead-letters', 'one', id],
    queryFn: ({ signal }) => operations.getDeadLetter({ id }, { signal }),
  });
  const letter = data?.deadLetters[0];
  return (
    <Page
      title={
        <>
          <Link href="/dead-letters" className="back" aria-label="Back to the dead letters">
            <Icon name="back" />
          </Link>
          Dead letter
          {letter && <Chip tone="danger">{toWords(letter.reason)}</Chip>}
        </>
      }
      documentTitle="Dead letter"
      actions={letter && <LetterActions letter={letter} />}
    >
      {error && codeOf(error) !== Code.NotFound && <Failure error={error} onRetry={() => void refetch()} />}
      {letter ? (
        <>
          <p className="explanation">{explainDeadLetter(letter.reason)}</p>
          <Errors letter={letter} />
          <Facts letter={letter} />
          {data.body && (
            <section className="card">
              <h2>Body</h2>
              <pre className="body">{data.body}</pre>
            </section>
          )}
        </>
      ) : isPending ? (
        <div className="card">
          <Skeleton label="the dead letter" />
        </div>
      ) : (
        codeOf(error) === Code.NotFound && (
          <div className="card">
            <Empty
              icon="check"
              title="It is not in the dead-letter queue"
              action={
                <Link className="button" href={`/orders?q=${encodeURIComponent(id)}`}>
                  Look for its order
                </Link>
              }
            >
              It was redriven or failed, or another reader holds it for a moment.
            </Empty>
          </div>
        )
      )}
    </Page>
  );
}

function Errors({ letter: { firstError, lastError, receiveCount } }: { letter: DeadLetter }) {
  return (
    <section className="card">
      <h2>Errors</h2>
      <dl className="facts">
        <dt>First</dt>
        <dd>{firstError || <span className="muted">not recorded</span>}</dd>
        {lastError && lastError !== firstError && (
          <>
            <dt>Last</dt>
            <dd>{lastError}</dd>
          </>
        )}
        <dt>Receives</dt>
        <dd>{receiveCount ?? 'unknown'}</dd>
      </dl>
    </section>
  );
}

function Facts({ letter }: { letter: DeadLetter }) {
  const { orderId, userId, amount, currency, messageId, originalMessageId, requestId } = letter;
  return (
    <section className="card">
      <h2>Message</h2>
      <dl className="facts">
        <dt>Order</dt>
        <dd>
          {orderId ? (
            <Link className="mono" href={`/orders/${orderId}`}>
              {orderId}
            </Link>
          ) : (
            'The message is not an order'
          )}
        </dd>
        {userId && (
          <>
            <dt>Customer</dt>
            <dd>{userId}</dd>
            <dt>Amount</dt>
            <dd>
              <Money amount={amount} currency={currency} />
            </dd>
            <dt>Placed</dt>
            <dd>
              <Time at={toMs(letter.createdAt)} full />
            </dd>
          </>
        )}
        <dt>Dead since</dt>
        <dd>
          <Time at={toMs(letter.deadLetteredAt)} full />
        </dd>
        <dt>Message id</dt>
        <dd>
          <CopyId id={messageId} label="message id" />
        </dd>
        {originalMessageId && originalMessageId !== messageId && (
          <>
            <dt>Original message id</dt>
            <dd>
              <CopyId id={originalMessageId} label="original message id" />
            </dd>
          </>
        )}
        {requestId && (
          <>
            <dt>Request id</dt>
            <dd>
              <CopyId id={requestId} label="request id" />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

function LetterActions({ letter: { messageId, orderId } }: { letter: DeadLetter }) {
  const canChange = useCanChange();
  const isRedriving = useRedrive()?.state === 'running';
  const [open, setOpen] = useState<'redrive' | 'fail' | undefined>();
  const close = () => setOpen(undefined);
  if (!canChange) return null;
  return (
    <>
      <button type="button" className="button danger" onClick={() => setOpen('fail')}>
        {orderId ? 'Fail order' : 'Remove'}
      </button>
      <button
        type="button"
        className="button primary"
        disabled={isRedriving}
        onClick={() => setOpen('redrive')}
      >
        Redrive
      </button>
      {open === 'redrive' && (
        <RedriveDialog choice={{ kind: 'ids', ids: [messageId] }} onClose={close} onStart={close} />
      )}
      {open === 'fail' && (
        <ReasonDialog
          title={orderId ? 'Fail the order of this dead letter?' : 'Remove this message?'}
          action={orderId ? 'Fail order' : 'Remove'}
          onClose={close}
          run={(reason) => operations.failDeadLetter({ id: messageId, reason, waitSeconds: 10 })}
        >
          <p>
            {orderId
              ? 'The order becomes FAILED for good. What it holds is released, the customer is not charged, and its messages are removed.'
              : 'The message is not an order. It is removed for good.'}
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
