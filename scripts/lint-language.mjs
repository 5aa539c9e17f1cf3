/**
 * Rejects error classes whose names lack the suffix `Error`, members that are `private` instead of `#name`, docstrings that open with a question word, and words that the
 * glossary of CONTRIBUTING.md replaces, in comments.
 * The rules for comments cover the folders in `CLEAN`; files named on the command line get all rules.
 *   node scripts/lint-language.mjs [file ...]   every tracked source file by default
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Folders whose comments follow the rules. */
const CLEAN = [
  'examples/',
  'bench/',
  'infra/',
  'jest.config.js',
  'k8s/',
  'local/',
  'packages/',
  'scripts/',
  'services/order-api/',
  'services/order-processor/',
  'services/scoring/',
  'services/webhooks/',
];

const OPENING = /^\s*\/\*\*\s*(?:\*\s*)?(What|Whether|How|Which|Where|When|Who|Whose|Why|Told|Said)\b/gm;
const COMMENT = /^\s*\/\*(?:[^*]|\*(?!\/))*\*\/|^\s*\/\/.*$/gm;
const WORD =
  /\b(told|stands?(?!-)|stood|beside|somebody|mends?|mended|gives? back|gave back|gave up|lets? go)\b/gi;
/** TypeScript's `private` on members and parameters; a private constructor has no other form. */
const PRIVATE =
  /^\s*(?:constructor\()?private (?!constructor\b)(?=(?:readonly |static |async |get |set )*\w+[(<:?! =])/gm;
const ERROR_CLASS = /\bclass\s+(\w+)(?:<[^>{]*>)?\s+extends\s+\w*Error\b/g;

/**
 * Finds violations of the language rules in a source text.
 *
 * @param {string} text source of a TypeScript or JavaScript module
 * @param {boolean} checkComments also checks comments
 * @returns {{ line: number, message: string }[]} violations, with lines counted from 1
 */
function findViolations(text, checkComments) {
  const lineOf = (index) => text.slice(0, index).split('\n').length;
  const openings = [...(checkComments ? text.matchAll(OPENING) : [])].map((match) => ({
    line: lineOf(match.index + match[0].length),
    message: `the docstring begins with "${match[1]}": begin with a verb or a noun phrase`,
  }));
  const comments = checkComments ? [...text.matchAll(COMMENT)] : [];
  const words = comments.flatMap((comment) =>
    [...comment[0].matchAll(WORD)].map((match) => ({
      line: lineOf(comment.index + match.index),
      message: `"${match[1]}": use the word of the glossary`,
    })),
  );
  const classes = [...text.matchAll(ERROR_CLASS)]
    .filter((match) => !match[1].endsWith('Error'))
    .map((match) => ({
      line: lineOf(match.index),
      message: `the error class ${match[1]} needs the suffix Error`,
    }));
  const members = [...text.matchAll(PRIVATE)].map((match) => ({
    line: lineOf(match.index + match[0].length),
    message: 'write #name instead of private',
  }));
  return [...openings, ...members, ...words, ...classes].sort((a, b) => a.line - b.line);
}

/** Lists the tracked sources, without generated ones. */
function listSources() {
  const patterns = ['*.ts', '*.tsx', '*.js', '*.mjs', '*.cjs', ':!**/gen/**', ':!**/generated/**'];
  return execFileSync('git', ['ls-files', '--', ...patterns], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

/** Prints each violation of the given files as `path:line: message`, and returns their number. */
function lint(files, isChecked) {
  let count = 0;
  for (const file of files) {
    for (const { line, message } of findViolations(readFileSync(file, 'utf8'), isChecked(file))) {
      process.stderr.write(`${file}:${line}: ${message}\n`);
      count++;
    }
  }
  return count;
}

const files = process.argv.slice(2);
const isClean = (file) => CLEAN.some((folder) => file.startsWith(folder));
const count = files.length > 0 ? lint(files, () => true) : lint(listSources(), isClean);
if (count > 0) {
  process.stderr.write(`lint-language: ${count} violations; see CONTRIBUTING.md, "Language"\n`);
  process.exitCode = 1;
}
