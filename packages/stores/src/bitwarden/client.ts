/** A secret as the SDK shows it. */
export interface BitwardenSecret {
  readonly id: string
  readonly organizationId: string
  readonly key: string
  readonly value: string
  readonly note: string
  readonly projectId?: string | null | undefined
  readonly revisionDate: Date | string
}

/** What of the SDK's `secrets()` is used. */
export interface BitwardenSecrets {
  get(id: string): Promise<BitwardenSecret>
  update(
    organizationId: string,
    id: string,
    key: string,
    value: string,
    note: string,
    projectIds: string[],
  ): Promise<unknown>
}

/** A client of the official SDK that has signed in. */
export interface BitwardenClient {
  secrets(): BitwardenSecrets
}
