/** The two documentation pages. Their scripts are files of their own, so that no inline script need be allowed. */

function toPage(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    ${head}
  </head>
  <body>
    ${body}
  </body>
</html>
`;
}

/** Swagger UI. */
export function toSwaggerPage(): string {
  return toPage(
    'Order API: Swagger UI',
    '<link rel="stylesheet" href="/docs/assets/swagger-ui.css"><link rel="icon" href="data:,">',
    `<div id="page"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/swagger-start.js"></script>`,
  );
}

/** ReDoc. */
export function toRedocPage(): string {
  return toPage(
    'Order API: ReDoc',
    '<link rel="icon" href="data:,"><style>body { margin: 0 }</style>',
    `<div id="page"></div>
    <script src="/docs/assets/redoc.standalone.js"></script>
    <script src="/docs/assets/redoc-start.js"></script>`,
  );
}

/** Starts Swagger UI. No validator badge: it would send the document's address to another host. */
export const SWAGGER_START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** Starts ReDoc. */
export const REDOC_START = `Redoc.init('/openapi.json', { hideDownloadButton: false }, document.getElementById('page'));
`;
