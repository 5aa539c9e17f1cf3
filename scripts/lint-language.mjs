/**
 * Rejects error classes whose names lack the suffix `Error`, members that are `private` instead of `#name`, docstrings that open
 * with a question word, and words that the glossary of CONTRIBUTING.md replaces: in comments, titles of tests and documents.
 * The rules for comments and titles cover the folders in `CLEAN`; files named on the command line get all rules.
 *   node scripts/lint-language.mjs [file ...]   every tracked source and document by default
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Folders whose comments follow the rules. */
const CLEAN = [
  'examples/',
  'bench/',
  'e2e/',
  'infra/',
  'jest.config.js',
  'k8s/',
  'local/',
  'packages/',
  'scripts/',
  'services/operations/',
  'services/order-api/',
  'services/order-processor/',
  'services/scoring/',
  'services/webhooks/',
  'sim/',
];

const OPENING = /^\s*\/\*\*\s*(?:\*\s*)?(What|Whether|How|Which|Where|When|Who|Whose|Why|Told|Said)\b/gm;
/** Question words at the start of a comment in `proto/`. */
const PROTO_OPENING = /(?<!\/\/[^\n]*\n\s*)\/\/ (What|Whether|How|Which|Where|When|Who|Whose|Why)\b/g;
const COMMENT = /^\s*\/\*(?:[^*]|\*(?!\/))*\*\/|^\s*\/\/.*$/gm;
/** Titles of tests, also after a table (`test.each(table)('title', …)`). */
const TITLE = /(?:^\s*(?:test|it|describe)(?:\.\w+)*\(|[\])]\)?\()\s*(['"`])(?:\\.|(?!\1)[^\\\n])*\1/gm;
const WORD = new RegExp(
  `\\b(?:${[
    'told|stands?(?!-)|stood|beside|somebody|whoever|mends?|mended|anew',
    'gives? (?:back|up)|gave (?:back|up)|given (?:back|up)|hand(?:s|ed|ing)? back|lets? go',
    'com(?:es?|ing) back|came back|shown again|for ever|now and then',
    'goes on|went on|r[ua]ns? out|(?:is|are|was|were) over|(?:is|are|was|were) away',
  ].join('|')})(?![\\w-])`,
  'gi',
);
/** Code, quotations and the glossary itself, in documents. */
const QUOTED =
  /^```.*?^```$|`[^`\n]*`|"[^"\n]*"|<!--.*?-->|\]\([^)]*\)|^\|[^\n]*\| avoid \|\n(?:\|[^\n]*\n)*/gms;
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
  const prose = checkComments ? [...text.matchAll(COMMENT), ...text.matchAll(TITLE)] : [];
  const words = prose.flatMap(({ 0: part, index }) => findWords(part, (at) => lineOf(index + at)));
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

/** Finds words that the glossary replaces. `lineOf` returns the line of an index in the text. */
function findWords(text, lineOf) {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    line: lineOf(index),
    message: `"${word}": use the word of the glossary`,
  }));
}

/** Finds violations in a document, outside of code and quotations. */
function findInDocument(text) {
  const prose = text.replace(QUOTED, (quoted) => quoted.replace(/[^\n]/g, ' '));
  return findWords(prose, (index) => prose.slice(0, index).split('\n').length);
}

/** Finds violations in the comments of a protobuf schema. */
function findInSchema(text) {
  const lineOf = (index) => text.slice(0, index).split('\n').length;
  const openings = [...text.matchAll(PROTO_OPENING)].map((match) => ({
    line: lineOf(match.index),
    message: `the comment begins with "${match[1]}": begin with a verb or a noun phrase`,
  }));
  const words = [...text.matchAll(COMMENT)].flatMap(({ 0: part, index }) =>
    findWords(part, (at) => lineOf(index + at)),
  );
  return [...openings, ...words];
}

/** Lists the tracked sources and documents, without generated ones. */
function listSources() {
  const patterns = [
    '*.ts',
    '*.tsx',
    '*.js',
    '*.mjs',
    '*.cjs',
    '*.md',
    '*.proto',
    ':!**/gen/**',
    ':!**/generated/**',
  ];
  return execFileSync('git', ['ls-files', '--', ...patterns], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

/** Finds the violations of a file by its kind. */
function findIn(file, text, checkComments) {
  if (file.endsWith('.md')) return findInDocument(text);
  return file.endsWith('.proto') ? findInSchema(text) : findViolations(text, checkComments);
}

/** Prints each violation of the given files as `path:line: message`, and returns their number. */
function lint(files, isChecked) {
  let count = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const found = findIn(file, text, isChecked(file));
    for (const { line, message } of found) {
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
