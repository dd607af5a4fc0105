import { Radio, Stack, TextInput } from '@mantine/core'
import { isNotEmpty, type UseFormReturnType, useForm } from '@mantine/form'
import type { User, UserRole } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'

export interface PersonDraft {
  name: string
  email: string
  role: UserRole
  /** The own one of whoever saves it, where that is asked for. */
  password: string
}

type PersonForm = UseFormReturnType<PersonDraft>

export function usePersonForm(person?: User, asksPassword: (draft: PersonDraft) => boolean = () => false): PersonForm {
  const texts = useTexts('people')
  const session = useTexts('session')
  return useForm<PersonDraft>({
    initialValues: {
      name: person?.name ?? '',
      email: person?.email ?? '',
      role: person?.role ?? 'member',
      password: '',
    },
    validate: {
      name: isNotEmpty(texts.nameMissing),
      // As the server asks for it: something, @, something.
      email: (value) => (value.trim() === '' || /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : texts.emailWrong),
      password: (value, draft) => (asksPassword(draft) && !value ? session.ownPasswordMissing : null),
    },
  })
}

export function PersonFields({ form }: { form: PersonForm }) {
  const texts = useTexts('people')
  const roles = useTexts('roles')
  return (
    <>
      <TextInput
        label={texts.name}
        description={texts.nameHelp}
        autoComplete="off"
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput
        type="email"
        label={texts.email}
        description={texts.emailHelp}
        autoComplete="off"
        {...form.getInputProps('email')}
      />
      <Radio.Group label={texts.role} {...form.getInputProps('role')}>
        <Stack gap="xs" mt="xs">
          <Radio value="member" label={roles.member} description={texts.memberHelp} />
          <Radio value="admin" label={roles.admin} description={texts.adminHelp} />
        </Stack>
      </Radio.Group>
    </>
  )
}
