import { type Static, Type } from 'typebox'
import { KnownLine, Line } from './text.ts'
import { UserRole } from './user-role.ts'

/** GET /v1/session: whether the browser is signed in, and what the page needs to know before that. */
export const Session = Type.Object(
  {
    signed_in: Type.Boolean(),
    user: Type.Optional(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        role: UserRole,
        has_password: Type.Boolean({ description: 'False: they sign in with a provider only.' }),
      }),
    ),
    setup_done: Type.Boolean({ description: 'False until the first administrator exists.' }),
    public_url: Type.String({ description: "The server's address. Another address in the browser will not work." }),
    sign_in_with: Type.Array(Type.Object({ connection: Type.String(), name: Type.String(), provider: Type.String() }), {
      description: 'Connections that people may sign in with instead of a password.',
    }),
    sandbox: Type.Boolean({ description: 'Whether the embedded sandbox provider is on.' }),
  },
  { title: 'Session' },
)
export type Session = Static<typeof Session>

/** POST /v1/session */
export const SignIn = Type.Object(
  { name: KnownLine(200), password: Type.String({ minLength: 1, maxLength: 1024 }) },
  { title: 'SignIn', additionalProperties: false },
)
export type SignIn = Static<typeof SignIn>

/** POST /v1/session/openid */
export const SignInWith = Type.Object(
  {
    connection: Type.String({ minLength: 1, maxLength: 100 }),
    return_to: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2000,
        description:
          'The path of this page that the way back ends at, such as /accounts. One that leads elsewhere is refused. Absent, or no page: the first page.',
      }),
    ),
  },
  { title: 'SignInWith', additionalProperties: false },
)
export type SignInWith = Static<typeof SignInWith>

/** Proves that it is the user themselves, and not only their session. */
export const OwnPassword = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 1024,
    description:
      'The own one, once more. Left out by somebody who has none: they need to have signed in within the last ten minutes.',
  }),
)

/** The shortest password that is accepted when one is set (NIST SP 800-63B asks for 8 or more). */
export const PASSWORD_MIN_LENGTH = 10

/** POST /v1/setup: makes the first administrator, with the token of the first-run link. */
export const Setup = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200 }),
    name: Line(200),
    password: Type.String({ minLength: PASSWORD_MIN_LENGTH, maxLength: 1024 }),
  },
  { title: 'Setup', additionalProperties: false },
)
export type Setup = Static<typeof Setup>
