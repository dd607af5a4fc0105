import { type Static, Type } from 'typebox'
import { OwnPassword, PASSWORD_MIN_LENGTH } from './session.ts'
import { Formed, Line } from './text.ts'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'
import { UserRole } from './user-role.ts'

/** Somebody who may sign in. */
export const User = Type.Object(
  {
    id: Type.String(),
    name: Type.String({ description: 'What they sign in with.' }),
    email: Type.Optional(Type.String()),
    role: UserRole,
    invited: Type.Optional(Type.Boolean({ description: 'True until they have chosen a password or signed in.' })),
    accounts: Type.Integer({ description: 'How many accounts are theirs.' }),
    last_seen_at: Type.Optional(EpochSeconds),
    created_at: EpochSeconds,
  },
  { title: 'User' },
)
export type User = Static<typeof User>

/** GET /v1/users */
export const UserList = Type.Object({ users: Type.Array(User) })
export type UserList = Static<typeof UserList>

const UserName = Line(200)
const Email = Formed('^\\s*[^\\s@]+@[^\\s@]+\\s*$', 'an e-mail address', { maxLength: 320 })

/** POST /v1/users: invites somebody. `password`: needed for an administrator. */
export const NewUser = Type.Object(
  { name: UserName, email: Type.Optional(Email), role: Type.Optional(UserRole), password: OwnPassword },
  { title: 'NewUser', additionalProperties: false },
)
export type NewUser = Static<typeof NewUser>

/** PATCH /v1/users/{id}. What is left out stays; an empty `email` removes it. `password`: needed for another address, and to make somebody an administrator. */
export const UserPatch = Type.Object(
  {
    name: Type.Optional(UserName),
    email: Type.Optional(Type.Union([Email, Type.Literal('')])),
    role: Type.Optional(UserRole),
    password: OwnPassword,
  },
  { title: 'UserPatch', additionalProperties: false },
)
export type UserPatch = Static<typeof UserPatch>

/** POST /v1/users/{id}/invite: whoever has the link becomes that person, so it takes more than a session. */
export const NewInvitation = Type.Object(
  { password: OwnPassword },
  { title: 'NewInvitation', additionalProperties: false },
)
export type NewInvitation = Static<typeof NewInvitation>

/** A link by which a user chooses a password: for the first time, or anew. */
export const Invitation = Type.Object(
  {
    user: User,
    link: Type.String({ description: 'Works once. Shown only here: send it to them yourself.' }),
    expires_at: WholeEpochSeconds,
  },
  { title: 'Invitation' },
)
export type Invitation = Static<typeof Invitation>

const NewPassword = Type.String({ minLength: PASSWORD_MIN_LENGTH, maxLength: 1024 })

/** POST /v1/invitations/look: whom a link is for, before they choose a password. */
export const InvitationLook = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }) },
  { title: 'InvitationLook', additionalProperties: false },
)
export type InvitationLook = Static<typeof InvitationLook>

/** The answer to it. */
export const InvitedUser = Type.Object(
  { name: Type.String({ description: 'What they sign in with.' }), expires_at: WholeEpochSeconds },
  { title: 'InvitedUser' },
)
export type InvitedUser = Static<typeof InvitedUser>

/** POST /v1/invitations/accept: chooses a password, and signs in. */
export const AcceptInvitation = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }), password: NewPassword },
  { title: 'AcceptInvitation', additionalProperties: false },
)
export type AcceptInvitation = Static<typeof AcceptInvitation>

/** PUT /v1/session/password: ends all other sessions of the user. */
export const PasswordChange = Type.Object(
  { password: OwnPassword, new_password: NewPassword },
  { title: 'PasswordChange', additionalProperties: false },
)
export type PasswordChange = Static<typeof PasswordChange>
