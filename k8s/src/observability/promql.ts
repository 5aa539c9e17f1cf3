/** Confines PromQL to one namespace: a cluster's Prometheus has the metrics of everybody. */
import { parser } from '@prometheus-io/lezer-promql';

/**
 * Adds a matcher to every selector of an expression.
 *
 * @example addMatcher('up == 0', 'namespace="shop"') // up{namespace="shop"} == 0
 * @throws {Error} when the expression is not PromQL.
 */
export function addMatcher(expression: string, matcher: string): string {
  const inserts: { readonly at: number; readonly text: string }[] = [];
  parser.parse(expression).iterate({
    enter: ({ node }) => {
      if (node.type.isError) throw new Error(`Not PromQL at ${node.from}: ${expression}`);
      if (node.name !== 'VectorSelector') return;
      const matchers = node.getChild('LabelMatchers');
      if (!matchers) inserts.push({ at: node.to, text: `{${matcher}}` });
      else {
        const empty = /^\{\s*\}$/.test(expression.slice(matchers.from, matchers.to));
        inserts.push({ at: matchers.from + 1, text: empty ? matcher : `${matcher},` });
      }
    },
  });
  return inserts.reduceRight(
    (text, { at, text: added }) => text.slice(0, at) + added + text.slice(at),
    expression,
  );
}
