/** The page for addresses that lead nowhere. One file: its style is inside, allowed by its hash. */

export const NOT_FOUND_STYLE = `
:root { color-scheme: light dark; --bg: #f6f4f0; --fg: #1d1c1a; --muted: #615d56; --link: #1f5f4f; }
@media (prefers-color-scheme: dark) { :root { --bg: #141514; --fg: #eeece7; --muted: #a9a69e; --link: #8fd0bd; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--bg); color: var(--fg); font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 30rem; padding: 32px 24px; }
h1 { margin: 0 0 8px; font-size: 28px; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }
p { margin: 0 0 24px; color: var(--muted); }
a { color: var(--link); font-weight: 550; text-underline-offset: 3px; }
a + a { margin-left: 20px; }
`;

export const NOT_FOUND_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Page not found · MiraDesk</title>
<style>${NOT_FOUND_STYLE}</style>
</head>
<body>
<main>
<h1>There is nothing at this address</h1>
<p>The link may be old, or a letter got lost on the way. These two work:</p>
<nav><a href="/console/">Open the inbox</a><a href="/demo/">See the demo shop</a></nav>
</main>
</body>
</html>
`;
