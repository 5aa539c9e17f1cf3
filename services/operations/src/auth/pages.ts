/** Pages of the login: a sentence, and where to go from there. */

/** A link. */
export interface PageLink {
  readonly href: string;
  readonly text: string;
}

/** Returns a page. */
export function toPage(message: string, link?: PageLink): string {
  const more = link ? `<p><a href="${toHtml(link.href)}">${toHtml(link.text)}</a></p>` : '';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Operations</title></head>
<body><main><h1>Operations</h1><p>${toHtml(message)}</p><p><a href="/auth/login">Log in</a></p>${more}</main></body>
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
