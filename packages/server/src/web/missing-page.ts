/** Shown by a server that runs without its page. */
export const missingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evergrant</title>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The server runs, its page is not built</h1>
<p>Run <code>npm run build:web</code> in the folder of Evergrant, then load this page again. The API works already:
see <a href="/openapi.json">/openapi.json</a>.</p>
</body>
</html>
`
