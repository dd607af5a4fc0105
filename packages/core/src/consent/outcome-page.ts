import { isOAuthError } from '../errors.ts'
import type { ConsentOutcome } from './consent-handler.ts'

/** A small page for the person: no script, no picture, nothing from elsewhere, every word escaped. */
export function outcomePage(outcome: ConsentOutcome): Response {
  const failed = isOAuthError(outcome)
  const title = failed ? 'Not connected' : 'Connected'
  const words = failed
    ? [outcome.message, outcome.advice]
    : [`${outcome.provider} gave its consent, and it is stored as ${outcome.grant}.`, 'You can close this window.']
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
</head>
<body>
<h1>${title}</h1>
${words.map((one) => `<p>${escaped(one)}</p>`).join('\n')}
</body>
</html>
`
  return new Response(html, {
    status: failed ? 400 : 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    },
  })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
