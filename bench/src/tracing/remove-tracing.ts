/** Removes tracing from a compiled module: what its tracing costs is the difference to the module as it is. Pure. */
import ts from 'typescript';

/** A module without tracing. */
export interface ModuleWithoutTracing {
  readonly source: string;
  /** Calls that were removed. */
  readonly removed: number;
}

const { factory } = ts;

/** Global that holds the span of work that is not traced. */
const NO_SPAN = 'spanWithoutTracing';

type Replace = (args: readonly ts.Expression[]) => ts.Expression;

const noSpan = () => factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), NO_SPAN);
const call = (action: ts.Expression, args: ts.Expression[] = []) =>
  factory.createCallExpression(factory.createParenthesizedExpression(action), undefined, args);
const first: Replace = ([argument]) => argument ?? factory.createVoidZero();

/** Replacements of the calls of `packages/platform/src/tracing/tracer.ts`, and of those that only make sense with it. */
const REPLACEMENTS: Readonly<Record<string, Replace>> = {
  inSpan: ([, action]) => call(action ?? factory.createVoidZero(), [noSpan()]),
  underAll: ([, action]) => call(action ?? factory.createVoidZero()),
  isTracing: () => factory.createFalse(),
  isRecording: () => factory.createFalse(),
  enterTrace: first,
  startEntrySpan: noSpan,
  noteExemplar: () => factory.createVoidZero(),
  traceCalls: first,
};

/** Global values that the changed modules use. */
export const GLOBALS = {
  [NO_SPAN]: { context: undefined, set: ignore, rename: ignore, fail: ignore, end: ignore },
};

function ignore(): void {}

/** Removes the calls of the tracer from JavaScript. Definitions of functions of the same names stay. */
export function removeTracing(source: string): ModuleWithoutTracing {
  if (!Object.keys(REPLACEMENTS).some((name) => source.includes(`${name}(`))) return { source, removed: 0 };
  const file = ts.createSourceFile('module.js', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  let removed = 0;
  const { transformed, dispose } = ts.transform(file, [
    (context) => (root) => {
      const visit = (node: ts.Node): ts.Node => {
        const replace =
          ts.isCallExpression(node) && ts.isIdentifier(node.expression) && REPLACEMENTS[node.expression.text];
        if (!replace) return ts.visitEachChild(node, visit, context);
        removed += 1;
        return ts.visitNode(replace(node.arguments), visit) as ts.Node;
      };
      return ts.visitNode(root, visit) as ts.SourceFile;
    },
  ]);
  const [changed] = transformed;
  const text = changed ? ts.createPrinter().printFile(changed as ts.SourceFile) : source;
  dispose();
  return { source: text, removed };
}
