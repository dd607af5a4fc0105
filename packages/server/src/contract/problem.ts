import { type Static, Type } from 'typebox'
import { Spoken } from './spoken.ts'

/** Who has to act so that a problem goes away. */
export const Who = Type.Union([
  Type.Literal('person'),
  Type.Literal('administrator'),
  Type.Literal('developer'),
  Type.Literal('operator'),
  Type.Literal('provider'),
])
export type Who = Static<typeof Who>

/** What kind of trouble it is. `request` is the caller's; the others are those of the error catalogue. */
export const ProblemClass = Type.Union([
  Type.Literal('request'),
  Type.Literal('configuration'),
  Type.Literal('consent'),
  Type.Literal('transient'),
  Type.Literal('protocol'),
  Type.Literal('storage'),
])
export type ProblemClass = Static<typeof ProblemClass>

/** An error answer (RFC 9457, `application/problem+json`) that says who has to do what. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI reference that names the kind of problem.' }),
    title: Spoken({ description: 'What happened, in a few words, the same for every occurrence.' }),
    status: Type.Integer({ description: 'The HTTP status of this answer.' }),
    detail: Spoken({ description: 'What happened here, in words for a person. Never contains a secret.' }),
    code: Type.String({ description: 'SCREAMING_SNAKE name of the problem; never reused for another meaning.' }),
    class: ProblemClass,
    who: Who,
    advice: Spoken({ description: 'What that one should do, in one sentence.' }),
    link: Type.Optional(Type.String({ description: "The provider's page that tells more." })),
    error: Type.Optional(Type.String({ description: "The provider's own `error` (RFC 6749 section 5.2)." })),
    error_description: Type.Optional(Type.String({ description: "The provider's own words." })),
    reconnect_url: Type.Optional(
      Type.String({
        description: 'Of an account whose grant has ended: the page on which a person connects it again.',
      }),
    ),
    field: Type.Optional(Type.String({ description: 'The request field that is at fault.' })),
    request_id: Type.String({ description: 'Names this request in the log.' }),
  },
  { title: 'Problem' },
)
export type Problem = Static<typeof Problem>
