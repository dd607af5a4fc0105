/** Ties a pending authorization to the browser it began in (RFC 9700 §4.7.1). */
export interface BindingCookie {
  /**
   * `Set-Cookie` for the browser that starts. `posted`: the provider's page will send the callback as a form. That is a
   * POST from another site, to which a browser adds only cookies that say `SameSite=None`, and those only when `Secure`.
   */
  issue(state: string, seconds: number, posted: boolean): Promise<string>
  /** Whether the browser that brings the callback is the one that started. */
  holds(cookies: string | null, state: string): Promise<boolean>
  /** `Set-Cookie` that removes it. */
  clear(state: string, posted: boolean): string
}

/**
 * The cookie's value is a signature over the state, so nothing has to be stored and nobody else can make one. Each
 * pending authorization has a cookie of its own: several can be under way in one browser. `secure`: the site is https;
 * the name then starts with `__Host-`, which no other host can set.
 */
export function bindingCookie(secret: Uint8Array<ArrayBuffer>, secure: boolean): BindingCookie {
  const name = (state: string): string =>
    `${secure ? '__Host-' : ''}evergrant-${state.replace(/[^\w-]/g, '').slice(0, 16)}`
  const attributes = (posted: boolean): string =>
    `Path=/; HttpOnly; SameSite=${posted ? 'None' : 'Lax'}${secure || posted ? '; Secure' : ''}`
  let key: Promise<CryptoKey> | undefined
  const imported = (): Promise<CryptoKey> => {
    key ??= crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    return key
  }
  return {
    async issue(state, seconds, posted) {
      const signature = await crypto.subtle.sign('HMAC', await imported(), bytes(state))
      return `${name(state)}=${hex(new Uint8Array(signature))}; Max-Age=${Math.ceil(seconds)}; ${attributes(posted)}`
    },
    async holds(cookies, state) {
      const prefix = `${name(state)}=`
      const value = cookies
        ?.split(/;\s*/)
        .find((one) => one.startsWith(prefix))
        ?.slice(prefix.length)
      // `verify` compares in constant time.
      return value !== undefined && crypto.subtle.verify('HMAC', await imported(), unhex(value), bytes(state))
    },
    clear: (state, posted) => `${name(state)}=; Max-Age=0; ${attributes(posted)}`,
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function hex(data: Uint8Array): string {
  return [...data].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function unhex(text: string): Uint8Array<ArrayBuffer> {
  return /^(?:[0-9a-f]{2}){32}$/.test(text)
    ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : new Uint8Array(0)
}
