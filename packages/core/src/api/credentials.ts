import type { Attachment } from '../adapters/attachment.ts'
import { cloneWith } from '../clone-with.ts'
import { OAuthError } from '../errors.ts'
import type { CredentialScheme, Scheme } from './scheme.ts'

/** Name and password of HTTP Basic (RFC 7617). */
export interface BasicCredentials {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** A key that an API gave out. */
export interface KeyCredentials {
  readonly value?: string | undefined
}

/** Where an API key goes. */
export type KeyPlace = 'header' | 'query' | 'cookie'

/** HTTP Basic. Without a user name it counts as not configured; the password may be empty. */
export function basicScheme(credentials: BasicCredentials): CredentialScheme<BasicCredentials> {
  const { username, password = '' } = credentials
  if (username?.includes(':')) {
    throw new OAuthError('INVALID_ARGUMENT', 'A user name for HTTP Basic cannot hold a colon (RFC 7617 §2).')
  }
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  const value = `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`
  return headed(credentials, basicScheme, username ? undefined : 'has no user name', ['authorization', value])
}

/** A bearer token that somebody else made and that does not end, such as a personal access token (RFC 6750 §2.1). */
export function bearerScheme(credentials: KeyCredentials): CredentialScheme<KeyCredentials> {
  const { value } = credentials
  const header = ['authorization', value && `Bearer ${value}`] as const
  return headed(credentials, bearerScheme, value ? undefined : 'has no token', header)
}

/**
 * An API key in a header, in the query or in a cookie. In the query it is part of the address, which servers log: prefer
 * the others where the API leaves a choice.
 */
export function keyScheme(
  place: KeyPlace,
  name: string,
  credentials: KeyCredentials,
): CredentialScheme<KeyCredentials> {
  const { value } = credentials
  const lacks = value ? undefined : 'has no key'
  const remade = (changed: KeyCredentials): CredentialScheme<KeyCredentials> => keyScheme(place, name, changed)
  if (place === 'header') return headed(credentials, remade, lacks, [name, value])
  if (place === 'query') {
    return credentialed(credentials, remade, lacks, (request) => {
      const url = new URL(request.url)
      url.searchParams.set(name, value ?? '')
      return new Request(url, request)
    })
  }
  if (value !== undefined && /[\s;,"\\]/.test(value)) throw unfit(name)
  return credentialed(credentials, remade, lacks, (request) => {
    const others = request.headers.get('cookie')
    const own = `${name}=${value}`
    request.headers.set('cookie', others === null ? own : `${others}; ${own}`)
    return request
  })
}

/** A scheme of your own: `apply` gets the request and returns the one to send. What it throws stops the request. */
export function customScheme(apply: (request: Request) => Request | Promise<Request>): Scheme {
  return { ready: async () => async (request, next) => next(await apply(new Request(request))) }
}

function credentialed<Credentials extends object>(
  credentials: Credentials,
  remade: (changed: Credentials) => CredentialScheme<Credentials>,
  lacks: string | undefined,
  apply: (request: Request) => Request,
): CredentialScheme<Credentials> {
  return {
    lacks,
    ready: async () => (request, next) => next(apply(new Request(request))),
    cloneWith: (changes) => remade(cloneWith(credentials, changes)),
  }
}

/** One header, and nothing else. Checked once, and in words of our own: the platform's error for a bad one shows its value. */
function headed<Credentials extends object>(
  credentials: Credentials,
  remade: (changed: Credentials) => CredentialScheme<Credentials>,
  lacks: string | undefined,
  [name, value = '']: readonly [name: string, value: string | undefined],
): CredentialScheme<Credentials> {
  try {
    new Headers().set(name, value)
  } catch {
    throw unfit(name)
  }
  const attached: Attachment = { headers: { [name]: value }, answered: async () => undefined }
  const apply = (request: Request): Request => {
    request.headers.set(name, value)
    return request
  }
  return { ...credentialed(credentials, remade, lacks, apply), attachment: () => attached }
}

function unfit(name: string): OAuthError {
  return new OAuthError('INVALID_ARGUMENT', `The credential for "${name}" holds characters that cannot be sent there.`)
}
