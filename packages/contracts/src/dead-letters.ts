/** Message attributes of dead letters, as the processor writes and operators read them. */

/** Message attributes that record why a message was dead-lettered. */
export const DEAD_LETTER_ATTRIBUTES = [
  'dead_letter_reason',
  'first_error',
  'receive_count',
  'original_message_id',
  'dead_letter_traceparent',
] as const;

/** Message attribute with the span that dead-lettered a message which was redriven since. */
export const REDRIVEN_FROM_ATTRIBUTE = 'redriven_from';
