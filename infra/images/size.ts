/** Transfer size of an image: its compressed layers. */
import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Most bytes that an image may have, compressed: a new task pulls them before it starts. */
export const IMAGE_LIMIT_BYTES = 120_000_000;

/**
 * Compressed size of the base image, `node:24-slim` for linux/arm64 and linux/amd64, rounded up: Debian's slim image has
 * 30 MB, and Node with npm 50 MB.
 */
export const BASE_BYTES = 80_000_000;

/** Size of one image in bytes. */
export interface ImageSize {
  readonly workspace: string;
  /** The application's layers, compressed. */
  readonly applicationBytes: number;
  /** With the base image. */
  readonly totalBytes: number;
}

/** Measures a tree as a gzipped tar archive, the form of an image layer. */
export async function measureTree(workspace: string, folder: string): Promise<ImageSize> {
  const tar = spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let applicationBytes = 0;
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      applicationBytes += chunk.length;
      done();
    },
  });
  await pipeline(tar.stdout, createGzip(), counter);
  return { workspace, applicationBytes, totalBytes: applicationBytes + BASE_BYTES };
}

/** Returns the images that are too large. */
export function findOversized(sizes: readonly ImageSize[]): ImageSize[] {
  return sizes.filter(({ totalBytes }) => totalBytes >= IMAGE_LIMIT_BYTES);
}

/** Formats sizes as the table of docs/deploy.md, in MB of a million bytes. */
export function toTable(sizes: readonly ImageSize[]): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  const rows = sizes.map(
    ({ workspace, applicationBytes, totalBytes }) =>
      `| ${workspace} | ${mb(applicationBytes)} | ${mb(totalBytes)} |`,
  );
  return ['| image | application | with the base |', '|---|---|---|', ...rows].join('\n');
}
