/** Registrations of a program: every resource with its inputs, and the stack's outputs. */
export interface Resource {
  readonly urn: string;
  /** Type token, such as `aws:sqs/queue:Queue`. */
  readonly type: string;
  readonly name: string;
  /** URN of the parent, or empty. */
  readonly parent: string;
  readonly custom: boolean;
  /** A component that a provider plugin creates (awsx); its inner resources are not visible here. */
  readonly remote: boolean;
  readonly protect: boolean;
  /** Inputs with secrets taken out of their envelopes. */
  readonly inputs: Record<string, unknown>;
  /** Paths of the inputs that are secret. */
  readonly secrets: readonly string[];
  readonly dependencies: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** True when a component has registered its outputs. */
  outputsRegistered: boolean;
}

/** One run of a program. */
export interface Graph {
  readonly resources: Resource[];
  readonly outputs: Record<string, unknown>;
  readonly secretOutputs: string[];
  /** Errors that the program logged. */
  readonly errors: string[];
}

/** All resources of a type; `sqs/queue:Queue` is enough. */
export function ofType(graph: Graph, type: string): Resource[] {
  return graph.resources.filter((resource) => resource.type.endsWith(`:${type}`));
}

/** The one resource of a type with this name. Throws with the names that there are. */
export function find(graph: Graph, type: string, name: string): Resource {
  const candidates = ofType(graph, type);
  const found = candidates.find((resource) => resource.name === name);
  if (found) return found;
  throw new Error(
    `No ${type} named ${name}; there are ${candidates.map((it) => it.name).join(', ') || 'none'}`,
  );
}
