/** Something that other servers on the same database have to know at once. Never holds a secret: sessions by hash. */
export interface Change {
  readonly of:
    | 'account'
    | 'account_removed'
    | 'connection'
    | 'connection_counts'
    | 'connection_removed'
    | 'api_key'
    | 'session'
    | 'notices'
  readonly id: string
  /** Of an account: its code is being redeemed at this moment. */
  readonly checking?: boolean
}

/** Who hears of changes that other servers made. */
export interface ChangeListener {
  changed(change: Change): void
  /** Some may have been missed: everything that is remembered may be out of date. */
  missed(): void
}
