import { type Static, Type } from 'typebox'
import { Who } from './problem.ts'
import { Spoken } from './spoken.ts'

/** A grant ended here that the provider may still hold: it could not be told, or it offers no way to tell it. */
export const StillAtProvider = Type.Object(
  {
    code: Type.String({
      description: 'Of the error catalogue; NOT_SUPPORTED: the provider has no revocation endpoint.',
    }),
    detail: Spoken({ description: 'Why the provider may still hold it.' }),
    who: Who,
    advice: Spoken({ description: 'What to do so that it ends there too.' }),
    page: Type.Optional(Type.String({ description: 'Where its owner ends it, at the provider.' })),
    accounts: Type.Integer({ description: 'How many accounts it is about.' }),
  },
  { title: 'StillAtProvider' },
)
export type StillAtProvider = Static<typeof StillAtProvider>

/** DELETE of an account or a connection when not all has ended at the provider; otherwise the answer is empty (204). */
export const Removal = Type.Object({ still_at_provider: StillAtProvider }, { title: 'Removal' })
export type Removal = Static<typeof Removal>
