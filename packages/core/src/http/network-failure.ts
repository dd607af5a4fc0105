/** Codes of the system, of TLS and of the fetch implementations for a connection that did not come about or broke. */
const CODE =
  /^(?:E(?:CONN|HOST|NET|AI_|DNS|SOCKET|ADDR)|ENOTFOUND|ENODATA|EPIPE|EPROTO|ETIMEDOUT|UND_ERR_(?!INVALID|NOT_SUPPORTED)|ERR_(?:TLS|SSL|SOCKET|HTTP|STREAM_PREMATURE|NETWORK)|HPE_|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_|Connection|FailedToOpenSocket|Timeout)/

/** What engines say whose errors carry no code: undici, Chromium, Safari, Firefox, Deno, workerd, React Native. */
const WORDS =
  /^(?:fetch failed|failed to fetch|load failed|networkerror\b|network error|network request failed|network connection|terminated|error sending request|connection (?:closed|error|reset|refused)|socket hang up|unable to connect)/i

/**
 * Whether what a `fetch` threw tells of the network. A program's own mistakes come out of the same call when steps are
 * composed around it, and as the same class: the Fetch standard makes every network error a `TypeError`.
 */
export function isNetworkFailure(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && CODE.test(at.code)) return true
    if (WORDS.test(at.message) || (at instanceof DOMException && at.name === 'NetworkError')) return true
    // A fetch says why in the cause; a mistake has none.
    if (at instanceof TypeError && at.cause instanceof Error) return true
    if (at instanceof AggregateError && at.errors.some(isNetworkFailure)) return true
  }
  return false
}
