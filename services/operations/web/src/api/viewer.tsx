/** The viewer of the console, and the features of this deployment. */
import { type GetViewerResponse, Role } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { createContext, useContext } from 'react';

const ViewerContext = createContext<GetViewerResponse | undefined>(undefined);

/** Provides the viewer to the pages. */
export const ViewerProvider = ViewerContext.Provider;

/** Returns the viewer. @throws {Error} when no provider is above the component. */
export function useViewer(): GetViewerResponse {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer needs a ViewerProvider');
  return viewer;
}

/** Returns true when the viewer may change things. */
export function useCanChange(): boolean {
  return useViewer().role === Role.OPERATOR;
}

/** Returns the link to a trace; undefined where no trace viewer is configured or the trace is not known. */
export function toTraceUrl(template: string, traceId: string): string | undefined {
  return template && traceId ? template.replace('{trace_id}', encodeURIComponent(traceId)) : undefined;
}
