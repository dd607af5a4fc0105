import { assertSecureUrl, OAuthError } from '@evergrant/core'
import { resourcePath } from '../resource.ts'
import { expandScopes } from '../scopes.ts'
import { windowsTimeZone } from '../time-zone.ts'

/** How an API spells the names of its fields. */
export type Casing = 'camelCase' | 'PascalCase'

/** What every protocol takes. */
export interface ProtocolOptions {
  /** Default `v1.0`, or what the protocol says. */
  readonly apiVersion?: string | undefined
  /** `me`, an address, `user:…`, `group:…` or `site:…`. Default `me`. */
  readonly defaultResource?: string | undefined
  /** IANA or Windows name. Given, answers have their times in this zone (`Prefer: outlook.timezone`). */
  readonly timezone?: string | undefined
}

/** What a protocol of your own takes. */
export interface CustomProtocolOptions extends ProtocolOptions {
  /** Address of the API without the version, such as `https://api.example/`. https, or loopback. */
  readonly protocolUrl: string
  /** What scopes begin with, such as `https://api.example/`. Default: none. */
  readonly scopePrefix?: string | undefined
  readonly casing?: Casing | undefined
  /** The most entries that a page may have. Default 999. */
  readonly maxTop?: number | undefined
}

/**
 * An API of Microsoft 365 as data: where it is, how its scopes begin, how it spells names. Immutable.
 *
 * @example
 * ```ts
 * import { Protocol } from '@evergrant/microsoft365'
 *
 * const own = new Protocol({ protocolUrl: 'https://api.contoso.com/', apiVersion: 'v2', scopePrefix: 'api://contoso/' })
 * own.serviceUrl // https://api.contoso.com/v2/
 * ```
 */
export class Protocol {
  readonly protocolUrl: string
  readonly apiVersion: string
  readonly scopePrefix: string
  readonly defaultResource: string
  readonly casing: Casing
  readonly maxTop: number
  /** The Windows name of the zone, when one was given. */
  readonly timezone: string | undefined

  constructor(options: CustomProtocolOptions) {
    const { protocolUrl, apiVersion = 'v1.0', scopePrefix = '', defaultResource = 'me' } = options
    assertSecureUrl(protocolUrl, 'protocolUrl')
    if (/[?#]/.test(protocolUrl) || apiVersion.split('/').includes('..'))
      throw new OAuthError('INVALID_ARGUMENT', `"${protocolUrl}${apiVersion}" is not the address of an API.`)
    this.protocolUrl = protocolUrl.endsWith('/') ? protocolUrl : `${protocolUrl}/`
    this.apiVersion = apiVersion
    this.scopePrefix = scopePrefix
    this.defaultResource = defaultResource
    this.casing = options.casing ?? 'camelCase'
    this.maxTop = options.maxTop ?? 999
    this.timezone = options.timezone === undefined ? undefined : windowsTimeZone(options.timezone)
  }

  /** Where paths begin, with a slash at the end. */
  get serviceUrl(): string {
    return this.apiVersion === '' ? this.protocolUrl : `${this.protocolUrl}${this.apiVersion}/`
  }

  /** The scope that stands for all permissions an administrator gave the application. */
  get appScope(): string {
    return `${this.scopePrefix}.default`
  }

  /** Scopes by helper names or their own, with this API's prefix. See {@link expandScopes}. */
  scopes(requested: string | readonly string[]): string[] {
    return expandScopes(requested, this.scopePrefix)
  }

  /** A field's name as this API spells it: `displayName` or `DisplayName`. */
  name(field: string): string {
    const first = field.charAt(0)
    return (this.casing === 'PascalCase' ? first.toUpperCase() : first.toLowerCase()) + field.slice(1)
  }

  /** The address of a path below a resource. A path that begins with a slash stands for itself, without the resource. */
  url(path: string, resource: string = this.defaultResource): string {
    if (path.startsWith('/')) return this.serviceUrl + path.slice(1)
    const base = resourcePath(resource)
    // A site that is named by its path ends with a colon before what is asked of it.
    const whole = path !== '' && /^sites\/[^/]+:\//.test(base) && !base.endsWith(':') ? `${base}:` : base
    return this.serviceUrl + [whole, path].filter((part) => part !== '').join('/')
  }

  /** The `Prefer` header for times in this protocol's zone; undefined when none was given. */
  get timezonePreference(): string | undefined {
    return this.timezone === undefined ? undefined : `outlook.timezone="${this.timezone}"`
  }
}
