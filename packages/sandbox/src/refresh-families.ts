import { randomUUID } from 'node:crypto'
import { opaqueToken } from './opaque.ts'
import type { SandboxSettings } from './settings.ts'

/** All refresh tokens that descend from one consent. Only the newest generation is good, save for the grace window. */
export interface RefreshFamily {
  readonly id: string
  readonly clientId: string
  readonly sub: string
  readonly scope: string
  readonly resources: readonly string[]
  readonly authTime: number
  /** In whose name, where one server is several issuers. */
  readonly authority?: string | undefined
  readonly alive: boolean
  /** Why it is no longer alive, in words. */
  readonly ended?: string | undefined
  /** 1 for the first token; one more with each rotation. */
  readonly generation: number
  /** How often a token that was replaced came back outside the grace window. */
  readonly replays: number
  /** How often the token just replaced came back within the grace window. */
  readonly graceUses: number
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
interface Member extends Mutable<RefreshFamily> {
  current: string
  rotatedAt: number
  expiresAt: number
  /** When it ends, used or not. */
  endsAt?: number | undefined
  /** Its tokens that are remembered, oldest first. */
  readonly issued: string[]
}

/** Generations of a family that are remembered, so that one that is refreshed for weeks does not grow for ever. */
const GENERATIONS_KEPT = 1000

export interface StoredFamilies {
  readonly families: readonly (RefreshFamily & {
    readonly current: string
    readonly rotatedAt: number
    readonly expiresAt: number
    readonly endsAt?: number | undefined
  })[]
  readonly tokens: readonly { readonly token: string; readonly family: string; readonly generation: number }[]
}

/** What a refresh token turned out to be when it was presented. */
export type Presented =
  | { readonly state: 'good'; readonly family: RefreshFamily; readonly repeated: boolean }
  | { readonly state: 'unknown' | 'expired' | 'ended' | 'replayed'; readonly family?: RefreshFamily }

export class RefreshFamilies {
  readonly #families = new Map<string, Member>()
  readonly #tokens = new Map<string, { readonly family: Member; readonly generation: number }>()

  start(
    grant: Pick<RefreshFamily, 'clientId' | 'sub' | 'scope' | 'resources' | 'authTime' | 'authority'>,
    now: number,
    settings: SandboxSettings,
  ): { readonly family: RefreshFamily; readonly token: string } {
    const token = opaqueToken()
    const { grant: whole = Number.POSITIVE_INFINITY, refreshToken } = settings.lifetimes
    const family: Member = {
      ...grant,
      id: randomUUID(),
      alive: true,
      generation: 1,
      replays: 0,
      graceUses: 0,
      current: token,
      rotatedAt: now,
      expiresAt: now + Math.min(refreshToken, whole),
      endsAt: Number.isFinite(whole) ? now + whole : undefined,
      issued: [],
    }
    this.#families.set(family.id, family)
    this.#remember(token, family, 1)
    return { family, token }
  }

  /** The family a token belongs to, if it is remembered, whatever the state of either. */
  ofToken(token: string): RefreshFamily | undefined {
    return this.#tokens.get(token)?.family
  }

  /** Whether a token could be spent now; changes nothing. */
  active(token: string, now: number): (RefreshFamily & { readonly expiresAt: number }) | undefined {
    const known = this.#tokens.get(token)
    const good = known?.family.alive && known.family.current === token && now < known.family.expiresAt
    return good ? known.family : undefined
  }

  /** Whether a token has ended, with its family or by its age; changes nothing. */
  isOver(token: string, now: number): boolean {
    const family = this.#tokens.get(token)?.family
    return family === undefined || !family.alive || now >= family.expiresAt
  }

  /** Judges a refresh token that its own client presented; a replay is counted and, if so set, ends the family. */
  present(token: string, now: number, settings: SandboxSettings): Presented {
    const known = this.#tokens.get(token)
    if (known === undefined) return { state: 'unknown' }
    const { family, generation } = known
    if (!family.alive) {
      if (generation < family.generation) family.replays += 1
      return { state: 'ended', family }
    }
    if (now >= family.expiresAt) return { state: 'expired', family }
    if (generation === family.generation) return { state: 'good', family, repeated: false }
    if (settings.reuse === 'accept') return { state: 'good', family, repeated: false }
    if (generation === family.generation - 1 && now - family.rotatedAt < settings.graceSeconds) {
      family.graceUses += 1
      return { state: 'good', family, repeated: true }
    }
    family.replays += 1
    if (settings.reuse === 'revoke-family') this.end(family.id, 'a refresh token that had been replaced was used again')
    return { state: 'replayed', family }
  }

  /**
   * Answers the refresh token to hand out for a good one. A repeat within the grace window gets the successor again, so
   * that a lost answer, or two processes at once, end up with one and the same token.
   */
  spend(id: string, repeated: boolean, now: number, settings: SandboxSettings): string | undefined {
    const family = this.#families.get(id)
    if (family === undefined) return undefined
    if (repeated) return family.current
    family.expiresAt = Math.min(now + settings.lifetimes.refreshToken, family.endsAt ?? Number.POSITIVE_INFINITY)
    if (settings.rotation === 'never') return undefined
    family.current = opaqueToken()
    family.generation += 1
    family.rotatedAt = now
    this.#remember(family.current, family, family.generation)
    return family.current
  }

  /** Everything, tokens included, as JSON can carry it. */
  dump(): StoredFamilies {
    const tokens = [...this.#tokens].map(([token, { family, generation }]) => ({
      token,
      family: family.id,
      generation,
    }))
    return { families: [...this.#families.values()].map(({ issued, ...family }) => family), tokens }
  }

  load({ families, tokens }: StoredFamilies): void {
    for (const family of families) this.#families.set(family.id, { ...family, issued: [] })
    for (const { token, family: id, generation } of tokens) {
      const family = this.#families.get(id)
      if (family !== undefined) this.#remember(token, family, generation)
    }
  }

  end(id: string, why: string): void {
    const family = this.#families.get(id)
    if (family === undefined || !family.alive) return
    family.alive = false
    family.ended = why
  }

  /** Copies, so that what a test holds does not change under it; never with a token in it. */
  list(): RefreshFamily[] {
    return [...this.#families.values()].map(({ current, rotatedAt, expiresAt, endsAt, issued, ...family }) => family)
  }

  #remember(token: string, family: Member, generation: number): void {
    this.#tokens.set(token, { family, generation })
    family.issued.push(token)
    const forgotten = family.issued.length > GENERATIONS_KEPT ? family.issued.shift() : undefined
    if (forgotten !== undefined) this.#tokens.delete(forgotten)
  }
}
