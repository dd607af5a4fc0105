/** One text at one place, that is replaced only by who has seen what is there. `Revision` tells states of it apart. */
export interface GrantDocument<Revision> {
  /** The place, for people. */
  readonly name: string
  /** What is there; undefined: nothing. A place that was made but not filled has no text. */
  read(): Promise<Seen<Revision> | undefined>
  /** Replaces what was seen. False, and nothing is changed, when something else is there by now. */
  replace(text: string, seen: Seen<Revision> | undefined): Promise<boolean>
}

/** What a reader saw. */
export interface Seen<Revision> {
  readonly text: string | undefined
  readonly revision: Revision
}
