/** The caller of an RPC, as access control found them. */
import { createContextKey, type HandlerContext } from '@connectrpc/connect';

/** Rights of a caller: a viewer reads, an operator changes as well. */
export type ViewerRole = 'viewer' | 'operator';

/** A caller. */
export interface Viewer {
  /** Named in audit lines. */
  readonly actor: string;
  readonly role: ViewerRole;
  /** Set for sessions of browsers. */
  readonly session?: { readonly csrfToken: string; readonly expiresAt: number } | undefined;
}

const NOBODY: Viewer = { actor: 'nobody', role: 'viewer' };

/** Key of the caller in a call's context. */
export const VIEWER = createContextKey<Viewer>(NOBODY, { description: 'viewer' });

/** Returns the caller. */
export function viewerOf({ values }: Pick<HandlerContext, 'values'>): Viewer {
  return values.get(VIEWER);
}
