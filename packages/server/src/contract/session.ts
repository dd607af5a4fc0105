import { type Static, Type } from 'typebox'
import { UserRole } from './user-role.ts'

/** GET /v1/session: whether the browser is signed in, and what the page needs to know before that. */
export const Session = Type.Object(
  {
    signed_in: Type.Boolean(),
    user: Type.Optional(Type.Object({ id: Type.String(), name: Type.String(), role: UserRole })),
    setup_done: Type.Boolean({ description: 'False until the first administrator exists.' }),
    public_url: Type.String({ description: "The server's address. Another address in the browser will not work." }),
    sandbox: Type.Boolean({ description: 'Whether the embedded sandbox provider is on.' }),
  },
  { title: 'Session' },
)
export type Session = Static<typeof Session>

const UserName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

/** POST /v1/session */
export const SignIn = Type.Object(
  { name: UserName, password: Type.String({ minLength: 1, maxLength: 1024 }) },
  { title: 'SignIn', additionalProperties: false },
)
export type SignIn = Static<typeof SignIn>

/** The shortest password that is accepted when one is set (NIST SP 800-63B asks for 8 or more). */
export const PASSWORD_MIN_LENGTH = 10

/** POST /v1/setup: makes the first administrator, with the token of the first-run link. */
export const Setup = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200 }),
    name: UserName,
    password: Type.String({ minLength: PASSWORD_MIN_LENGTH, maxLength: 1024 }),
  },
  { title: 'Setup', additionalProperties: false },
)
export type Setup = Static<typeof Setup>
