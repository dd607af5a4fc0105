import type { TestPoints } from '@evergrant/core'

export type Point = keyof TestPoints

/** What a worker is started with, as JSON in its first argument. */
export interface WorkerSettings {
  readonly store: string
  readonly issuer: string
  readonly client_id: string
  /** Seconds. */
  readonly lease: number
  readonly deadline: number
  /** How many seconds of leases pass in one. Default 1. */
  readonly pace?: number | undefined
}

/** What the parent tells a worker. */
export type Order =
  | {
      readonly do: 'token'
      readonly id: number
      readonly grant: string
      /** How many callers ask at once. */
      readonly callers: number
      /** By how many seconds the worker's wall clock is ahead. */
      readonly ahead: number
      /** Where to wait until told to go on. */
      readonly stopAt?: Point | undefined
    }
  | { readonly do: 'go' }

/** What became of one caller. */
export type Outcome = { readonly token: string } | { readonly code: string; readonly message: string }

/** What a worker tells the parent. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'reached'; readonly point: Point }
  | { readonly type: 'done'; readonly id: number; readonly outcomes: readonly Outcome[] }
