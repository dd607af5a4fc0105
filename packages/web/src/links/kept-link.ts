const KEPT = 'evergrant-connect-link'

/** The link that was opened in this tab, so that whoever comes back from the provider can begin again. Empty: none. */
export function keptLink(): string {
  try {
    return window.sessionStorage.getItem(KEPT) ?? ''
  } catch {
    // Some browsers keep nothing for pages; the link has to be opened once more then.
    return ''
  }
}

/** Keeps it as long as the tab is open; it works in no other browser. Empty: forgets it. */
export function keepLink(token: string): void {
  try {
    if (token === '') window.sessionStorage.removeItem(KEPT)
    else window.sessionStorage.setItem(KEPT, token)
  } catch {
    // The same.
  }
}
