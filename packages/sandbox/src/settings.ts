import type { EntraDirectory } from './entra/directory.ts'
import type { Imitation } from './imitation/imitation.ts'

/** How the sandbox behaves. Every field may be changed while it runs and counts from the next request on. */
export interface SandboxSettings {
  /**
   * In seconds. A refresh token's life starts again with each rotation; `grant` counts from the consent, whatever is
   * done with it, and is absent where nothing ends it.
   */
  lifetimes: {
    accessToken: number
    refreshToken: number
    code: number
    deviceCode: number
    idToken: number
    grant?: number | undefined
  }
  /** `always`: each refresh answers a new refresh token; `never`: the answer carries none and the old one stays. */
  rotation: 'always' | 'never'
  /** For how many seconds the refresh token just replaced is still accepted, answering its successor again. */
  graceSeconds: number
  /**
   * What the use of a refresh token that was replaced does: end the whole family (RFC 9700 §4.14.2), only fail, or work
   * as well as its successor.
   */
  reuse: 'revoke-family' | 'reject' | 'accept'
  /** RFC 9207: `iss` in the authorization response. */
  issParameter: boolean
  /** RFC 7636. `required` takes S256 only; `optional` takes plain as well, and requests without a challenge. */
  pkce: 'required' | 'optional'
  /** When false, a refresh token is given only for `offline_access`. */
  alwaysRefreshToken: boolean
  /** RFC 8628 §3.2: seconds a device must leave between two polls. */
  deviceInterval: number
  /** The provider to be: its ways instead of the RFCs'. */
  imitate?: Imitation | undefined
  /** Be Entra ID, with these tenants and apps. */
  entra?: EntraDirectory | undefined
}

/** Settings that replace some of the present ones. */
export type SettingsChange = Partial<Omit<SandboxSettings, 'lifetimes'>> & {
  readonly lifetimes?: Partial<SandboxSettings['lifetimes']> | undefined
}

export function defaultSettings(): SandboxSettings {
  return {
    lifetimes: { accessToken: 3600, refreshToken: 90 * 86_400, code: 60, deviceCode: 600, idToken: 3600 },
    rotation: 'always',
    graceSeconds: 0,
    reuse: 'revoke-family',
    issParameter: true,
    pkce: 'required',
    alwaysRefreshToken: true,
    deviceInterval: 5,
  }
}

/** Applies a change in place; fields that are absent or undefined stay as they are. */
export function changeSettings(settings: SandboxSettings, { lifetimes, ...rest }: SettingsChange): void {
  Object.assign(settings, defined(rest))
  Object.assign(settings.lifetimes, defined(lifetimes ?? {}))
}

function defined<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>
}
