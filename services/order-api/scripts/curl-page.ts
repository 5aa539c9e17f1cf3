/** Writes the example requests as curl commands. */
import type { ExampleRequest } from './example-requests.ts';

const HEAD = `# The order API with curl

Generated from the OpenAPI document by \`npm run generate\`. The commands work in this sequence against a running local stack
(\`npm start\`); they need a POSIX shell, curl and [jq](https://jqlang.org). The same requests for Postman, Bruno and Insomnia are in
[\`order-api.postman_collection.json\`](order-api.postman_collection.json).

<!-- tested: e2e/test/api-examples.test.ts -->

\`\`\`bash
API=http://localhost:8000
\`\`\`
`;

const FENCE = '```';

/** Returns the page, in Markdown. */
export function toCurlPage(requests: readonly ExampleRequest[]): string {
  const sections = requests.map(({ tag, summary, description, ...request }, index) => {
    const heading = tag === requests[index - 1]?.tag ? '' : `## ${tag}\n\n`;
    const text = description.replace(/\s*\n\s*/g, ' ');
    return `${heading}### ${summary}\n\n${text}\n\n${FENCE}bash\n${toCommands(request)}\n${FENCE}\n`;
  });
  return [HEAD, ...sections].join('\n');
}

type Request = Omit<ExampleRequest, 'tag' | 'summary' | 'description'>;

/** The response that sets variables is kept, so that it can be read more than once. */
function toCommands(request: Request): string {
  const entries = Object.entries(request.sets);
  const command = toCommand(request);
  if (entries.length === 0) return command;
  const reads = entries.map(
    ([name, field]) => `${name.toUpperCase()}=$(printf '%s' "$ANSWER" | jq -r .${field})`,
  );
  return [`ANSWER=$(${command})`, ...reads].join('\n');
}

function toCommand({ method, path, signed, bearer, body }: Request): string {
  const parts = [
    'curl -sS',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    `"${signed ? toSignedUrl(path) : `$API${toShell(path)}`}"`,
    ...(bearer ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(body === undefined ? [] : ['-H "Content-Type: application/json"', `-d '${JSON.stringify(body)}'`]),
  ];
  return parts.join(' \\\n  ').replace(/ \\\n {2}(-X|")/g, ' $1');
}

const toShell = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);

/** An action on an order is a part of the path before the query of its signed URL. */
function toSignedUrl(action: string): string {
  return action === '' ? '$POLL_URL' : `\${POLL_URL%%\\?*}${action}?\${POLL_URL#*\\?}`;
}
