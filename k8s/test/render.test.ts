/** The committed manifests are what the sources render, pass every check, and are the intended objects. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { toObjects } from '../src/check/objects.ts';
import { findRendered } from '../src/output.ts';
import { render } from '../src/render.ts';
import { CONTEXTS, K8S, OUTPUT, TEXTS } from './support/contexts.ts';

describe('npm run k8s', () => {
  it('renders dev and prod in both ingress and both secrets variants', () => {
    expect(CONTEXTS.map(([name]) => name)).toEqual([
      'dev/nginx-vault',
      'dev/nginx-external-secrets',
      'dev/istio-vault',
      'dev/istio-external-secrets',
      'prod/nginx-vault',
      'prod/nginx-external-secrets',
      'prod/istio-vault',
      'prod/istio-external-secrets',
    ]);
  });

  it('finds nothing wrong', () => {
    expect(OUTPUT.findings).toEqual([]);
  });

  it('has written the files that are committed, and no others', () => {
    const paths = [...OUTPUT.files.keys()].sort();
    expect(findRendered(K8S)).toEqual(paths);
    for (const path of paths) {
      expect([path, readFileSync(join(K8S, path), 'utf8')]).toEqual([path, OUTPUT.files.get(path)]);
    }
  });

  it.each(CONTEXTS)('writes YAML that reads the same as 1.1 and 1.2: %s', (name, context) => {
    for (const [file, manifests] of Object.entries(render(context, TEXTS))) {
      const text = OUTPUT.files.get(`${name}/${file}`) ?? '';
      for (const version of ['1.1', '1.2'] as const) {
        const documents = parseAllDocuments(text, { version });
        expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
        expect(documents.map((document) => document.toJS())).toEqual(toObjects(manifests));
      }
    }
  });
});
