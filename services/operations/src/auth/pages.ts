/** Pages of the login: a sentence, and where to go from there. Their files are among the console's assets. */

/** A link. */
export interface PageLink {
  readonly href: string;
  readonly text: string;
}

/** Content of a page. */
export interface PageContent {
  readonly title: string;
  readonly message: string;
  /** Second way to go on, below the login. */
  readonly link?: PageLink | undefined;
}

/** Returns a page. Readable without its style sheet, which is missing until the console is built. */
export function toPage({ title, message, link }: PageContent): string {
  const more = link ? `<a class="button" href="${toHtml(link.href)}">${toHtml(link.text)}</a>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${toHtml(title)} · Order pipeline</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/theme.js"></script>
<link rel="stylesheet" href="/login.css">
</head>
<body>
<main class="card">
<p class="brand"><img src="/icon.svg" alt="" width="26" height="26"> Order pipeline</p>
<h1>${toHtml(title)}</h1>
<p class="message">${toHtml(message)}</p>
<p class="ways"><a class="button primary" href="/auth/login">Log in</a> ${more}</p>
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function toHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
